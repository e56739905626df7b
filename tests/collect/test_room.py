"""Many large documents at once, which must not add up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from multiprocessing import get_context

import pytest
from aiohttp import web

from digest.collect import Status
from digest.collect.http.fetch import Fetcher, Limits
from digest.collect.http.room import Room
from digest.model.news import Source

from .hostile.weigh import status
from .newsroom import Leaping, item, page, poll, sentences

PUBLISHERS = 12
MOST_MEGABYTES = 150


def weighed(sources: list[Source], out) -> None:
    poll(sources[0])
    rest = status("self", "VmRSS")
    reports = poll(*sources, seconds=240).reports
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


@pytest.mark.parametrize("kind", ["feeds", "pages"])
def test_more_documents_of_one_host_than_there_is_room_for_may_all_be_redirected(newsroom, kind):
    many = Limits().at_once + 4

    async def on(request: web.Request) -> web.Response:
        await asyncio.sleep(0.005)
        return web.Response(status=301, headers={"Location": request.path.replace("/old", "/new")})

    for n in range(many):
        newsroom.on(f"/old/{n}", on)
        newsroom.put(f"/new/{n}", page(f"News {n}", f"<p>{sentences(f'Town {n}')}</p>"))
        newsroom.put_feed(f"/new/feed{n}", item(newsroom.url(f"/old/{n}"), f"News {n}", sentences(f"Town {n}")))
        newsroom.on(f"/old/feed{n}", on)
    path, follow = ("/old/feed", False) if kind == "feeds" else ("/new/feed", True)
    sources = [newsroom.source(f"{path}{n}", f"Outlet {n}", follow=follow) for n in range(many)]

    got = poll(*sources)

    assert [report.reason for report in got.reports if report.status is Status.FAILED] == []
    assert len(got.articles) == many


class Watched(Room):
    """Tells when its reader begins to wait for a place of another kind than its first."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[asyncio.Semaphore] = set()
        self.waits = asyncio.Event()

    async def take(self, place: asyncio.Semaphore) -> None:
        self.asked.add(place)
        if len(self.asked) > 1:
            self.waits.set()
        await super().take(place)


def test_a_large_document_that_waits_for_room_is_not_called_slow(newsroom):
    newsroom.put("/feed", b"x" * 1_200_000)
    source, loop = newsroom.source("/feed"), Leaping()

    async def run() -> int:
        async with Fetcher("digest", Limits(total=timedelta(minutes=1), large_at_once=1)) as fetcher:
            get = partial(fetcher.get, source.url, source, accept="*/*")
            async with Room() as first, Watched() as second:
                await get(room=first)
                late = asyncio.create_task(get(room=second))
                await second.waits.wait()
                loop.leap(timedelta(hours=1))
                await asyncio.sleep(1)
                first.leave()
                return len((await late).body)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        assert runner.run(run()) == 1_200_000


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
