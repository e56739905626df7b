"""How the newsletter takes a host's word that it has been asked enough, or that a page is not for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from digest.collect import Status
from digest.collect.cache import Cache
from digest.collect.http.fetch import Answer
from digest.collect.http.pace import Heard
from digest.collect.http.robots import Robots
from digest.collect.http.room import Room
from digest.collect.http.visits import Visits
from digest.errors import FetchError
from digest.model.news import Source, SourceKind

from .newsroom import NOW, Newsroom, Remembered, item, page, poll, sentences

HOUR = timedelta(hours=1)
RULES = "User-agent: *\nDisallow: /paid/\n"


def pages(newsroom: Newsroom, feed: str, *paths: str) -> None:
    for path in paths:
        newsroom.put(path, page(f"At {path}", f"<p>{sentences(path)}</p>"))
    newsroom.put_feed(feed, *(item(newsroom.url(path), f"At {path}", f"Short of {path}.") for path in paths))


@pytest.mark.parametrize(("status", "times"), [(429, 1), (503, 3), (500, 3)])
def test_a_host_that_has_had_enough_is_asked_for_no_more_pages_in_this_poll(newsroom, status, times):
    pages(newsroom, "/feed", *(f"/news/{n}" for n in range(9)))
    pages(newsroom, "/other", "/more/1", "/more/2")
    for n in range(1, 9):
        newsroom.put(f"/news/{n}", status=status)
    for n in (1, 2):
        newsroom.put(f"/more/{n}", status=status)

    collected = poll(newsroom.source("/feed"), newsroom.source("/other", "Radio Tarn"))

    asked = [path for path in newsroom.paths if path not in ("/feed", "/other")]
    one, _ = collected.reports
    assert len([path for path in asked if path != "/news/0"]) == times
    assert f"answered {status}; not asked, since 127.0.0.1 answered {status}" in one.reason
    assert one.reason.endswith("entries left for the next poll")


def test_one_page_that_never_answers_keeps_no_other_of_its_host_unread(newsroom):
    memory = Remembered()
    paths = [f"/news/{n}" for n in range(8)]
    pages(newsroom, "/feed", *paths)
    for n in range(3):
        newsroom.put(f"/news/{n}", status=503)

    for n in range(6):
        memory.learn(poll(newsroom.source("/feed"), memory=memory, now=NOW + n * HOUR))

    read = {article.blocks[0].text for article in memory.kept.values() if article.blocks}
    assert {sentences(path) for path in paths[3:]} <= read


def test_pages_that_never_answer_are_asked_for_a_day_and_no_longer(newsroom):
    memory = Remembered()
    pages(newsroom, "/feed", "/news/1", "/news/2")
    for path in ("/news/1", "/news/2"):
        newsroom.put(path, status=500)

    for n in range(40):
        memory.learn(poll(newsroom.source("/feed"), memory=memory, now=NOW + n * HOUR))

    assert len([path for path in newsroom.paths if path.startswith("/news")]) <= 2 * 26
    assert len(newsroom.paths) - len([path for path in newsroom.paths if path.startswith("/news")]) == 40


def test_a_headline_is_corrected_though_its_page_does_not_answer(newsroom):
    memory = Remembered()
    pages(newsroom, "/feed", "/news/1")
    memory.learn(poll(newsroom.source("/feed"), memory=memory))
    newsroom.put("/news/1", status=503)
    newsroom.put_feed("/feed", item(newsroom.url("/news/1"), "The bridge is shut", "Short of it."))

    [update] = poll(newsroom.source("/feed"), memory=memory, now=NOW + HOUR).updates

    assert (update.title, update.blocks[0].text) == ("The bridge is shut", sentences("/news/1"))


def test_a_host_that_answers_otherwise_is_asked_on(newsroom):
    pages(newsroom, "/feed", *(f"/news/{n}" for n in range(3)))
    newsroom.put("/news/0", status=500, Retry_After="600")

    poll(newsroom.source("/feed"))

    assert len(newsroom.paths) == 4


@pytest.mark.parametrize(
    ("retry_after", "later", "asked"),
    [
        ("3600", HOUR / 2, False),
        ("3600", HOUR, True),
        ("Sun, 22 Nov 2026 07:00:00 GMT", HOUR / 2, False),
        ("Sun, 22 Nov 2026 07:00:00 GMT", HOUR, True),
        ("99999999", 23 * HOUR, False),
        ("99999999", 24 * HOUR, True),
        ("99999999", -HOUR, True),
        ("soon", HOUR / 60, True),
        ("", HOUR / 60, True),
    ],
)
def test_for_as_long_as_a_host_wants_us_to_wait_no_poll_asks_it_for_a_page(newsroom, retry_after, later, asked):
    pages(newsroom, "/feed", "/news/1")
    newsroom.put("/news/1", status=429, Retry_After=retry_after)

    with Cache() as cache:
        poll(newsroom.source("/feed"), cache=cache)
        newsroom.asked.clear()
        again = poll(newsroom.source("/feed"), cache=cache, now=NOW + later)

    assert newsroom.paths == ["/feed", "/news/1"] if asked else ["/feed"]
    assert ("wants us to wait until" in again.reports[0].reason) is not asked


def test_while_its_host_wants_us_to_wait_an_entry_waits_as_long_as_it_is_fresh_and_then_has_the_feeds_text(newsroom):
    pages(newsroom, "/feed", "/news/1")
    newsroom.put("/news/1", status=429, Retry_After="99999999")

    with Cache() as cache:
        fresh, stale = (poll(newsroom.source("/feed"), cache=cache, now=NOW + n * HOUR) for n in (0, 2))

    assert fresh.articles == ()
    assert [article.blocks[0].text for article in stale.articles] == ["Short of /news/1."]
    told = "1 of 1 page failed: not asked, since 127.0.0.1 wants us to wait until 06:00 UTC"
    assert stale.reports[0].reason == told


@pytest.mark.parametrize("value", [b"", b"x", b"nan", b"1e99"])
def test_what_is_damaged_in_the_cache_keeps_nobody_away(newsroom, value):
    pages(newsroom, "/feed", "/news/1")

    with Cache() as cache:
        cache.put("wait:127.0.0.1", value, until=NOW + HOUR)
        collected = poll(newsroom.source("/feed"), cache=cache)

    assert collected.reports[0].reason == ""


@pytest.mark.parametrize("status", [301, 302])
def test_a_page_that_leads_to_where_robots_txt_forbids_is_not_fetched_there(newsroom, status):
    pages(newsroom, "/feed", "/news/1")
    newsroom.put("/robots.txt", RULES, "text/plain")
    newsroom.put("/news/1", status=302, Location="/news/2")
    newsroom.put("/news/2", status=status, Location="/paid/2")
    newsroom.put("/paid/2", page("Paid", f"<p>{sentences('Ilma')}</p>"))

    collected = poll(newsroom.source("/feed"))

    assert [article.blocks[0].text for article in collected.articles] == ["Short of /news/1."]
    assert newsroom.paths == ["/feed", "/news/1", "/news/2"]
    assert collected.reports[0].reason == "1 of 1 page failed: redirects to where robots.txt forbids"


def test_many_pages_that_redirect_do_not_wait_for_one_another(newsroom):
    paths = [f"/news/{n}" for n in range(20)]
    sources = []
    for n, path in enumerate(paths):
        pages(newsroom, f"/feed/{n}", path)
        newsroom.put(path, status=302, Location=f"/to{path}")
        newsroom.put(f"/to{path}", page(f"At {path}", f"<p>{sentences(path)}</p>"))
        sources.append(newsroom.source(f"/feed/{n}", f"Karsk {n}"))

    assert len(poll(*sources).articles) == 20


class Redirector:
    """Sends one page on to another publisher, who never answers; has no rules."""

    def __init__(self) -> None:
        self.waits = asyncio.Event()

    async def get(self, url: str, source: Source, *, accept: str, heard: Heard, **how: Any) -> Answer:
        if url.endswith("/robots.txt"):
            heard.hear(404, {})
            raise FetchError(source.name, "answered 404")
        if url.endswith("/away"):
            await how["allowed"]("https://tarn.example/")
            self.waits.set()
            await asyncio.sleep(3_600)
        return Answer(url, b"", "text/html", "", "", "")

    def slow(self, place: URL, delay: timedelta) -> None:
        """Nobody asks for that."""


def test_who_is_sent_on_to_a_slow_host_keeps_nobody_from_the_first():
    source = Source("Ilma Courier", SourceKind.FEED, url="https://ilma.example/feed")

    async def visit() -> str:
        host = Redirector()
        visits = Visits(host, Robots(host, NOW), NOW)
        away = asyncio.create_task(visits.get(source, "https://ilma.example/away", accept="", room=Room()))
        await host.waits.wait()
        here = await asyncio.wait_for(visits.get(source, "https://ilma.example/here", accept="", room=Room()), 60)
        away.cancel()
        return here.url

    assert asyncio.run(visit()) == "https://ilma.example/here"


@pytest.mark.parametrize("follow", [True, False])
def test_a_source_of_one_page_keeps_to_the_rules_whether_it_is_followed_or_not(newsroom, follow):
    newsroom.put("/robots.txt", RULES, "text/plain")
    newsroom.put("/to", status=302, Location="/paid/1")
    newsroom.put("/paid/1", page("Paid", f"<p>{sentences('Ilma')}</p>"))
    there, away = (
        newsroom.source(path, name, kind=SourceKind.PAGE, follow=follow)
        for path, name in (("/paid/1", "Ilma Courier"), ("/to", "Radio Tarn"))
    )

    reports = poll(there, away).reports

    assert [report.status for report in reports] == [Status.FAILED, Status.FAILED]
    told = ["robots.txt forbids this page", "redirects to where robots.txt forbids"]
    assert [report.reason for report in reports] == told
    assert newsroom.paths == ["/to"]
