"""The invented wire answers as real outlets do."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime, timedelta

import aiohttp
import fastfeedparser
import pytest

from digest.demo import Wire
from digest.demo.news import outlets

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def ask(*requests, now=NOW):
    """Ask the wire for each (path, headers); return (status, headers, body) of each and where the wire was."""

    async def asking():
        async with Wire(now=now) as wire, aiohttp.ClientSession(wire.url) as session:
            answers = []
            for path, headers in requests:
                async with session.get(path, headers=headers) as answer:
                    answers.append((answer.status, answer.headers.copy(), await answer.text()))
            return answers, wire.url

    return asyncio.run(asking())


def feeds():
    """Every feed of the wire, parsed, by outlet."""
    every = outlets(NOW)
    answers, url = ask(*((f"/{outlet.slug}/{outlet.feed_name}", {}) for outlet in every))
    return {outlet.slug: fastfeedparser.parse(body) for outlet, (_, _, body) in zip(every, answers, strict=True)}, url


def test_there_is_enough_news_for_an_issue():
    every = outlets(NOW)

    assert len(every) >= 5
    assert sum(len(outlet.articles) for outlet in every) >= 16
    assert [outlet.side for outlet in every if outlet.side] == ["sorvat-state"]
    assert {outlet.feed for outlet in every} == {"rss", "atom"}


def test_every_article_is_of_the_last_day_and_the_newest_stands_first():
    for outlet in outlets(NOW):
        hours = [article.at for article in outlet.articles]

        assert hours == sorted(hours, reverse=True)
        assert all(NOW - timedelta(days=1) < at < NOW for at in hours)


def test_each_feed_is_read_with_titles_dates_and_links():
    parsed, _ = feeds()

    for outlet in outlets(NOW):
        entries = parsed[outlet.slug].entries
        assert [entry.title for entry in entries] == [article.title for article in outlet.articles]
        assert [datetime.fromisoformat(entry.published) for entry in entries] == [a.at for a in outlet.articles]
        assert all(entry.description for entry in entries)


def test_every_article_can_be_reached_from_its_feed():
    parsed, _ = feeds()
    links = [entry.link for feed in parsed.values() for entry in feed.entries]

    pages, _ = ask(*((re.sub(r"http://[^/]+", "", link), {}) for link in links))

    assert all(link.startswith("http://127.0.0.1:") for link in links)
    assert len(set(links)) == len(links)
    titles = [article.title for outlet in outlets(NOW) for article in outlet.articles]
    for (status, headers, body), title in zip(pages, titles, strict=True):
        assert status == 200
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert f"<h1>{html.escape(title).replace('&#x27;', '&#39;')}</h1>" in body
        assert "All rights reserved" in body


def test_one_feed_carries_its_articles_whole():
    parsed, _ = feeds()
    (station,) = (outlet for outlet in outlets(NOW) if outlet.whole)

    for entry, article in zip(parsed[station.slug].entries, station.articles, strict=True):
        content = entry.content[0]["value"]
        assert article.html.strip() in content
        assert station.greeting in content


@pytest.mark.parametrize("path", ["/calder-gazette/atom.xml", "/ilma-courier/ferren-third-night"])
def test_who_has_the_newest_is_told_so(path):
    async def asking():
        async with Wire(now=NOW) as wire, aiohttp.ClientSession(wire.url) as session:
            async with session.get(path) as answer:
                first = answer.headers.copy()
            found = []
            for headers in (
                {"If-None-Match": first["ETag"]},
                {"If-None-Match": f'"other", W/{first["ETag"]}'},
                {"If-Modified-Since": first["Last-Modified"]},
                {"If-None-Match": '"older"', "If-Modified-Since": first["Last-Modified"]},
                {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
                {"If-Modified-Since": "yesterday"},
            ):
                async with session.get(path, headers=headers) as answer:
                    found.append((answer.status, len(await answer.read()) > 0))
            return found

    assert asyncio.run(asking()) == [(304, False)] * 3 + [(200, True)] * 3


@pytest.mark.parametrize(
    "path", ["/nobody/rss.xml", "/ilma-courier/atom.xml", "/ilma-courier/never-written", "/..%2f..%2fetc/passwd"]
)
def test_what_nobody_wrote_is_not_there(path):
    ((status, _, _),), _ = ask((path, {}))

    assert status == 404


def test_a_page_elsewhere_cannot_point_its_name_here():
    ((status, _, body),), _ = ask(("/ilma-courier/rss.xml", {"Host": "rebound.example"}))

    assert status == 421
    assert "Ilma" not in body


def test_pictures_style_and_front_pages_are_served():
    answers, _ = ask(
        ("/ilma-courier/", {}), ("/ilma-courier/site.css", {}), ("/ilma-courier/ferren-third-night.svg", {}), ("/", {})
    )

    kinds = ["text/html", "text/css", "image/svg+xml", "text/plain"]
    assert [(status, headers["Content-Type"].split(";")[0]) for status, headers, _ in answers] == [
        (200, kind) for kind in kinds
    ]


def test_the_wire_is_gone_when_it_is_left():
    async def asking():
        async with Wire(now=NOW) as wire:
            url = wire.url
        async with aiohttp.ClientSession() as session, session.get(url):
            return

    with pytest.raises(aiohttp.ClientConnectorError):
        asyncio.run(asking())
