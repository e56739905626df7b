"""Many large documents at once, which must not add up."""

from __future__ import annotations

import asyncio
from multiprocessing import get_context

import pytest
from aiohttp import web

from digest.collect import Status
from digest.collect.http.fetch import Limits
from digest.collect.http.room import Room
from digest.model.news import Source

from .hostile.weigh import status
from .newsroom import item, page, poll, sentences

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

    got = poll(*sources, seconds=3)

    assert [report.reason for report in got.reports if report.status is Status.FAILED] == []
    assert len(got.articles) == many


def test_a_large_document_that_waits_for_room_is_not_called_slow(newsroom):
    text = "<p>" + "Ferren bridge is open. " * 50_000 + "</p>"
    sources = []
    for n in range(2 * Limits().large_at_once):
        newsroom.open_at(f"127.0.2.{n + 1}")
        newsroom.put_feed(f"/{n}", item(f"https://ilma.example/{n}", f"News {n}", text + sentences(f"Town {n}")))
        url = f"http://127.0.2.{n + 1}:{newsroom.port}/{n}"
        sources.append(newsroom.source(f"/{n}", f"Outlet {n}", url=url, follow=False))

    got = poll(*sources, seconds=2)

    assert [report.reason for report in got.reports] == [""] * len(sources)


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
