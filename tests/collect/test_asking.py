"""Links asked whether they lead anywhere: once, briefly, and never inside."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

import pytest
from aiohttp import web

from digest.collect import ask
from digest.model.news import Source, SourceKind
from tests.collect.newsroom import Leaping, Newsroom


@pytest.fixture
def newsroom():
    room = Newsroom()
    yield room
    room.close()


def asked(newsroom, *urls, leave=True, patience=timedelta(minutes=1), loop=None):
    """What came of asking, by a newsletter that has leave to reach the newsroom, or none."""
    sources = [newsroom.source("/feed")] if leave else []
    with asyncio.Runner(loop_factory=(lambda: loop) if loop else None) as runner:
        return runner.run(ask(urls, user_agent="digest/0", sources=sources, patience=patience))


def methods(newsroom):
    return [(request.method, request.path) for request in newsroom.asked]


def test_each_link_is_asked_once_by_its_head(newsroom):
    urls = [newsroom.put(f"/{n}", "page") for n in range(3)]

    answers = asked(newsroom, *urls, urls[0])

    assert [(one.url, one.status, one.at, one.reason) for one in answers] == [(url, 200, url, "") for url in urls]
    assert sorted(methods(newsroom)) == [("HEAD", "/0"), ("HEAD", "/1"), ("HEAD", "/2")]
    assert all(request.headers["User-Agent"] == "digest/0" for request in newsroom.asked)


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_server_that_likes_no_head_is_asked_for_the_page(newsroom, status):
    async def picky(request):
        return web.Response(status=status if request.method == "HEAD" else 200)

    url = newsroom.on("/a", picky)

    assert [one.status for one in asked(newsroom, url)] == [200]
    assert methods(newsroom) == [("HEAD", "/a"), ("GET", "/a")]


def test_what_is_not_there_keeps_its_status(newsroom):
    assert [one.status for one in asked(newsroom, newsroom.url("/gone"))] == [404]


def test_redirects_are_followed_and_shown(newsroom):
    end = newsroom.put("/end")
    newsroom.put("/middle", status=302, Location="/end")
    url = newsroom.put("/start", status=301, Location="/middle")

    [answer] = asked(newsroom, url)

    assert (answer.status, answer.at) == (200, end)


def test_redirects_without_end_are_given_up(newsroom):
    url = newsroom.put("/a", status=302, Location="/a")

    assert [one.reason for one in asked(newsroom, url)] == ["more than 5 redirects"]
    assert len(newsroom.asked) <= 8


def test_who_does_not_answer_in_time_is_left(newsroom):
    loop = Leaping()
    url = newsroom.hang("/a", loop, timedelta(minutes=2))

    [answer] = asked(newsroom, url, loop=loop)

    assert answer.reason == "no answer in 60 seconds"
    assert answer.took >= timedelta(minutes=1)


def test_nothing_inside_is_asked_without_leave(newsroom):
    url = newsroom.put("/a")

    [answer] = asked(newsroom, url, leave=False)

    assert answer.reason == "leads to 127.0.0.1, an address inside"
    assert newsroom.asked == []


def test_leave_for_one_host_leads_to_no_other_by_a_redirect(newsroom):
    newsroom.open_at("127.0.0.2")
    elsewhere = newsroom.url("/b").replace("127.0.0.1", "127.0.0.2")
    newsroom.put("/b")
    url = newsroom.put("/a", status=302, Location=elsewhere)

    [answer] = asked(newsroom, url)

    assert answer.reason == "leads to 127.0.0.2, an address inside"
    assert methods(newsroom) == [("HEAD", "/a")]


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://user:pass@a.example/", "https://", "http://[::1/"])
def test_what_is_no_address_of_the_web_is_told_and_not_asked(newsroom, url):
    [answer] = asked(newsroom, url)

    assert answer.status == 0
    assert answer.reason


def test_a_server_that_is_not_there_is_told():
    with socket.socket() as nobody:  # listens; while it is bound nobody else can have the port
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/a"
        source = Source("Ilma Courier", SourceKind.FEED, url=url, allow_private=True)

        [answer] = asyncio.run(ask([url], user_agent="digest/0", sources=[source], patience=timedelta(minutes=1)))

    assert (answer.status, answer.reason) == (0, "no connection")


def test_a_host_that_is_silent_twice_is_not_waited_for_again(newsroom):
    loop = Leaping()
    urls = [newsroom.hang(f"/{n}", loop, timedelta(minutes=2)) for n in range(5)]

    answers = asked(newsroom, *urls, loop=loop)

    assert [one.reason.partition(":")[0] for one in answers] == ["no answer in 60 seconds"] * 2 + ["not asked"] * 3
    assert len(newsroom.asked) == 2


def test_one_host_is_asked_one_thing_at_a_time(newsroom):
    asked(newsroom, *(newsroom.put(f"/{n}") for n in range(6)))

    assert newsroom.most_at_once == 1
