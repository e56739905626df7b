from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.dates import read_date, settled, stated
from digest.collect.feeds import feed

from .newsroom import NOW, rss

KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        # with a zone
        ("Sun, 22 Nov 2026 08:00:00 +0200", "2026-11-22T06:00:00"),
        ("22 Nov 2026 08:00:00 +0200", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 06:00:00 -0000", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 02:30:00 -0330", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 08:00 +02:00", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 26 06:00 UT", "2026-11-22T06:00:00"),
        ("Mon, 22 Nov 99 06:00:00 GMT", "1999-11-22T06:00:00"),
        ("Sunday, 22-Nov-26 06:00:00 GMT", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 01:00:00 EST", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 07:00:00 CET", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 09:00:00 MSK", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 15:00:00 KST", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 08:00:00 GMT+0200 (Eastern European Standard Time)", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 08:00:00 UTC+2", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 05:59:60 GMT", "2026-11-22T05:59:59"),
        ("Sat, 21 Nov 2026 24:00:00 GMT", "2026-11-22T00:00:00"),
        ("Sun Nov 22 01:00:00 EST 2026", "2026-11-22T06:00:00"),
        ("November 22, 2026 1:00 am EST", "2026-11-22T06:00:00"),
        ("Nov. 22nd, 2026, 1:00 p.m. EST", "2026-11-22T18:00:00"),
        ("2026-11-22T06:00:00Z", "2026-11-22T06:00:00"),
        ("2026-11-22 08:00:00 +0200", "2026-11-22T06:00:00"),
        ("2026-11-22T08:00+02", "2026-11-22T06:00:00"),
        ("2026-11-22 06:00 UTC", "2026-11-22T06:00:00"),
        ("2026-11-22T06:00:00.123456789Z", "2026-11-22T06:00:00.123456"),
        ("2026/11/22 06:00 GMT", "2026-11-22T06:00:00"),
        ("20261122T060000Z", "2026-11-22T06:00:00"),
        ("2026-W47-7T06:00:00Z", "2026-11-22T06:00:00"),
        # without one: three hours ahead here
        ("Sun, 22 Nov 2026 09:00:00", "2026-11-22T06:00:00"),
        ("Sun, 22 Nov 2026 09:00:00 XYZ", "2026-11-22T06:00:00"),
        ("Sun Nov 22 09:00:00 2026", "2026-11-22T06:00:00"),
        ("2026-11-22 09:00", "2026-11-22T06:00:00"),
        ("2026-11-22", "2026-11-21T21:00:00"),
        ("22.11.2026 09:00", "2026-11-22T06:00:00"),
        ("22.11.2026", "2026-11-21T21:00:00"),
        ("22/11/2026 09:00", "2026-11-22T06:00:00"),
        ("11/22/2026 9:00 AM", "2026-11-22T06:00:00"),
        ("11/22/2026 12:00 AM", "2026-11-21T21:00:00"),
        ("22 листопада 2026 р. о 09:00", "2026-11-22T06:00:00"),
        ("нд, 22 лист. 2026 08:00:00 +0200", "2026-11-22T06:00:00"),
        ("22 ноября 2026, 09:00", "2026-11-22T06:00:00"),
        ("22. November 2026, 09:00 Uhr", "2026-11-22T06:00:00"),
        ("1 août 2026 à 9h00", "2026-08-01T06:00:00"),
        ("1 aout 2026 09:00", "2026-08-01T06:00:00"),
        ("22 de noviembre de 2026, 09:00", "2026-11-22T06:00:00"),
        ("22 listopada 2026 09:00", "2026-11-22T06:00:00"),
        # no date, or nobody can say which
        ("03/04/2026", None),
        ("2026", None),
        ("2026-11", None),
        ("1795327200", None),
        ("Sun, 22 Nov 2026 25:00:00 GMT", None),
        ("Sun, 22 Nov 2026 09:00:00 +9999", None),
        ("Sun, 31 Nov 2026 09:00:00 GMT", None),
        ("Sun, 22 Foo 2026 09:00:00 GMT", None),
        ("Fri, 31 Dec 9999 24:00:00 GMT", None),
        ("in five days", None),
        ("yesterday 12:00", None),
    ],
)
def test_a_date_is_read_as_feeds_write_it(said, read):
    at = read_date(said, timezone(timedelta(hours=3)))

    assert at == (datetime.fromisoformat(read).replace(tzinfo=UTC) if read else None)


def test_a_local_time_is_that_of_its_season():
    assert read_date("2026-07-22 09:00", KYIV) == datetime(2026, 7, 22, 6, tzinfo=UTC)
    assert read_date("2026-11-22 08:00", KYIV) == NOW


pieces = st.sampled_from([*"0123456789 ,.:/-+TZ()", "Sun, ", "22", "Nov", "2026", "08:00:00", "GMT", "+0200", "лист"])


@given(st.text(max_size=200) | st.lists(pieces, max_size=90).map("".join))
def test_whatever_is_said_is_an_instant_or_none(said):
    at = read_date(said)

    assert at is None or at.utcoffset() == timedelta(0)
    assert at == settled(stated(said), UTC)


@given(
    st.integers(86_400, 2_524_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(
        ["%a, %d %b %Y %H:%M:%S %z", "%d %b %y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%b %d, %Y %H:%M:%S %z"]
    ),
)
def test_a_date_with_a_zone_is_the_same_instant_in_every_spelling(at, minutes, spelling):
    here = at.astimezone(timezone(timedelta(minutes=minutes)))

    assert read_date(here.strftime(spelling), KYIV) == at


@pytest.mark.parametrize("unit", ["a", "1", " ", "1 ", "Sun, ", "22 Nov ", "1.", "-", "(", "２", "22 Nov 2026 1:1"])
def test_no_date_takes_long(unit):
    began = time.process_time()

    for _ in range(200):
        assert read_date(unit * 100_000) is None

    assert time.process_time() - began < 0.5


# ------------------------------------------------------------------------------------------------- the zone of a feed


def published(*dates: str, more: str = "", **settings: str) -> list[str]:
    items = [f"<item><link>https://ilma.example/{n}</link><pubDate>{at}</pubDate></item>" for n, at in enumerate(dates)]
    body = rss(*items).replace("<description>News</description>", more)
    found = feed.parse("Ilma Courier", body.encode(), url="https://ilma.example/feed", now=NOW, **settings)
    at = {entry.link[-1]: entry.published_at for entry in found.entries}
    return [f"{at[str(n)]:%d %H:%M}" if at[str(n)] else "" for n in range(len(dates))]


NAIVE, EAST, WEST = "2026-11-22 05:00:00", "Sun, 22 Nov 2026 05:00:00 +0200", "Sun, 22 Nov 2026 00:00:00 -0500"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (lambda: published(NAIVE), ["22 05:00"]),
        (lambda: published(NAIVE, EAST), ["22 03:00", "22 03:00"]),
        (lambda: published(NAIVE, EAST, EAST, WEST), ["22 03:00", "22 03:00", "22 03:00", "22 05:00"]),
        (lambda: published(NAIVE, more=f"<lastBuildDate>{EAST}</lastBuildDate>"), ["22 03:00"]),
        (lambda: published(NAIVE, EAST, timezone="Asia/Tokyo"), ["21 20:00", "22 03:00"]),
        (lambda: published(NAIVE, more="<lastBuildDate>soon</lastBuildDate>"), ["22 05:00"]),
        (lambda: published("0001-01-01 00:00", EAST), ["", "22 03:00"]),
    ],
    ids=["none", "of_another", "of_most", "of_the_feed", "of_the_settings", "of_nothing_readable", "before_all_time"],
)
def test_a_date_without_a_zone_is_in_that_of_the_feed(given, told):
    assert given() == told


def test_no_date_is_read_out_of_a_name():
    body = rss("<item><link>https://ilma.example/a</link><guid>2026-11-20</guid></item>")

    [entry] = feed.parse("Ilma Courier", body.encode(), url="https://ilma.example/feed", now=NOW).entries

    assert (entry.published_at, entry.claimed_at) == (None, None)


def test_thousands_of_dates_that_are_none_take_no_time():
    said = "1 " * 120
    items = [
        f"<item><link>https://ilma.example/{n}</link><guid>{said}{n}</guid><pubDate>{said}{n}</pubDate></item>"
        for n in range(5_000)
    ]
    began = time.process_time()

    found = feed.parse("Ilma Courier", rss(*items).encode(), url="https://ilma.example/feed", now=NOW)

    assert (len(found.entries), found.surplus) == (2_000, 3_000)
    assert time.process_time() - began < 5
