"""Many large documents at once, which must not add up."""

from __future__ import annotations

import asyncio
from multiprocessing import get_context

from digest.collect.http.room import Room
from digest.model.news import Source

from .hostile.weigh import status
from .newsroom import poll

PUBLISHERS = 12
MOST_MEGABYTES = 150


def weighed(sources: list[Source], out) -> None:
    poll(sources[0], seconds=20)
    rest = status("self", "VmRSS")
    reports = poll(*sources, seconds=60).reports
    out.send((status("self", "VmHWM") - rest, {report.reason for report in reports}))


def test_large_documents_of_many_publishers_at_once_do_not_add_up(newsroom):
    newsroom.put("/feed", b"no feed at all. " * 900_000)
    hosts = [f"127.0.1.{n}" for n in range(1, PUBLISHERS + 1)]
    sources = []
    for host in hosts:
        newsroom.open_at(host)
        sources.append(newsroom.source("/feed", host, url=f"http://{host}:{newsroom.port}/feed"))
    here, there = get_context("spawn").Pipe(duplex=False)
    process = get_context("spawn").Process(target=weighed, args=(sources, there))

    process.start()
    there.close()
    megabytes, reasons = here.recv()
    process.join()
    here.close()

    assert reasons == {"no feed: the answer is plain text"}
    assert megabytes <= MOST_MEGABYTES


def test_a_reader_takes_each_place_once_and_gives_it_back():
    async def run() -> list[bool]:
        one, other = asyncio.Semaphore(1), asyncio.Semaphore(1)
        async with Room() as room:
            await room.take(one)
            await room.take(one)
            await room.take(other)
            taken = [one.locked(), other.locked()]
            room.leave()
            taken += [one.locked(), other.locked()]
            await room.take(one)
        return [*taken, one.locked()]

    assert asyncio.run(run()) == [True, True, False, False, False]
