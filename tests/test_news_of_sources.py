"""What the daemon says of sources that fail, from one run to the next and across its restarts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from digest import schedule
from digest.model.news import Source, SourceKind
from digest.parts import open_parts
from digest.settings import add_sources, load
from tests.collect.newsroom import NOW, Newsroom, item, sentences
from tests.settings.conftest import BASE

HOUR = timedelta(hours=1)
ONLY = BASE[: BASE.index("[[source]]")] + BASE[BASE.index("[edition.") :]


@pytest.fixture
def newsroom():
    room = Newsroom()
    yield room
    room.close()


@pytest.fixture
def turn(tmp_path, newsroom):
    """Let a daemon that has just begun take one turn, so many hours later; return what it says of collecting."""
    path = tmp_path / "digest.toml"
    path.write_text(ONLY)
    names = ("Ilma Courier", "Karsk Wire", "Radio Tarn")
    for n, name in enumerate(names):
        story = item(newsroom.url(f"/story/{n}"), f"Story of {name}", sentences(name))
        newsroom.put_feed(f"/{n}", story)
    sources = [
        Source(name, SourceKind.FEED, url=newsroom.url(f"/{n}"), follow=False, allow_private=True)
        for n, name in enumerate(names)
    ]
    add_sources(path, sources, {})

    def taken(hours=0):
        async def once(parts):
            return await schedule.turn(schedule.Watch(parts, lambda: NOW + hours * HOUR, asyncio.Event()))

        with open_parts(load(path, {})) as parts:
            events = asyncio.run(once(parts))
        return [(event.text, event.failed) for event in events if event.job == "collect"]

    return taken


def test_a_source_that_fails_for_days_is_reported_once_not_daily(turn, newsroom):
    turn(0)
    newsroom.put("/1", status=503)

    days = [turn(hours) for hours in range(7, 7 + 24 * 4, 12)]

    assert days[0] == [
        ("0 new articles from 2 of 3 sources", False),
        ("Karsk Wire: answered 503; tried again in 16 min", True),
    ]
    assert days[2] == [
        ("0 new articles from 2 of 3 sources", False),
        ("Karsk Wire: has failed since Sun 22 Nov, 13:00 UTC (3 tries): answered 503", True),
    ]
    assert [events for n, events in enumerate(days) if n not in (0, 2)] == [days[0][:1]] * 6


def test_a_source_that_works_again_after_days_says_so_once(turn, newsroom):
    newsroom.put("/1", status=500)
    turn(0)
    turn(30)
    newsroom.put_feed("/1", item(newsroom.url("/late"), "Late", sentences("Karsk")))

    assert turn(60) == [
        ("1 new article from 3 of 3 sources", False),
        ("Karsk Wire: works again after 2 days", False),
    ]
    assert turn(61) == [("0 new articles from 3 of 3 sources", False)]


def test_a_source_that_is_gone_for_good_says_so_once(turn, newsroom):
    newsroom.put("/2", status=410)

    assert turn(0) == [
        ("2 new articles from 2 of 3 sources", False),
        ("Radio Tarn: answered 410; gone for good, so not asked again until its url in digest.toml changes", True),
    ]
    assert turn(30) == [("0 new articles from 2 of 2 sources", False)]


def test_where_a_whole_network_is_gone_the_first_names_are_enough(turn, newsroom, tmp_path):
    many = [
        Source(f"Wire {n}", SourceKind.FEED, url=newsroom.url(f"/missing/{n}"), allow_private=True) for n in range(30)
    ]
    add_sources(tmp_path / "digest.toml", many, {})

    told = turn(0)

    assert told[0] == ("3 new articles from 3 of 33 sources", False)
    assert len(told) == 1 + schedule.MOST_TOLD + 1
    assert told[-1] == ("10 more pieces of news of sources; `digest sources` lists how each one does", True)
