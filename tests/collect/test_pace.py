from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.pace import (
    LONGEST_BACK_OFF,
    LONGEST_FRESH,
    LONGEST_WAIT,
    MOST_JITTER,
    Heard,
    asked_until,
    next_at,
)
from digest.model.news import Source, SourceKind

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
WIRE = Source("Karsk Wire", SourceKind.FEED)

numbers = st.integers(-5, 10**12).map(str)
dates = st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000)).map(
    lambda ahead: format_datetime(NOW + ahead, usegmt=True)
)
values = st.one_of(st.text(max_size=30), numbers, dates)
controls = st.one_of(values, st.builds("max-age={}".format, values), st.builds("{}, max-age={}".format, values, values))
answers = st.builds(
    Heard,
    st.sampled_from([0, 200, 304, 404, 410, 429, 500, 503]),
    st.fixed_dictionaries(
        {},
        optional={"retry-after": values, "cache-control": controls, "expires": values, "date": values, "age": values},
    ),
)
sources = st.builds(
    Source,
    st.text(min_size=1, max_size=20),
    st.sampled_from(SourceKind),
    every=st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
)


def minutes(failures: int = 0, status: int = 200, **said: str) -> float:
    headers = {name.replace("_", "-"): value for name, value in said.items()}
    return (next_at(WIRE, failures, Heard(status, headers), NOW) - NOW) / timedelta(minutes=1)


ORDINARY = minutes()
"""What the source waits where nothing is wrong and nothing asked."""


def test_sources_added_together_are_soon_asked_one_after_the_other():
    pauses = [next_at(Source(f"Source {n}", SourceKind.FEED), 0, Heard(200), NOW) - NOW for n in range(1_000)]

    assert all(timedelta(minutes=15) <= pause <= timedelta(minutes=16.5) for pause in pauses)
    assert max(map(pauses.count, pauses)) < 40  # within ninety seconds
    assert 15 <= ORDINARY == minutes() <= 16.5


@given(sources, st.integers(0, 10_000), answers)
def test_whatever_a_server_says_the_next_poll_is_neither_too_early_nor_too_late(source, failures, heard):
    at = next_at(source, failures, heard, NOW)

    longest = max(source.every, LONGEST_BACK_OFF, LONGEST_FRESH, LONGEST_WAIT)
    assert NOW + source.every <= at <= NOW + longest + min(source.every / 10, MOST_JITTER)


@given(sources, st.integers(0, 40))
def test_one_more_failure_never_brings_the_next_poll_nearer(source, failures):
    assert next_at(source, failures, Heard(), NOW) <= next_at(source, failures + 1, Heard(), NOW)


def test_the_pause_doubles_with_each_failure_until_six_hours():
    pauses = [minutes(failures, 0) for failures in range(1, 12)]

    for n, pause in enumerate(pauses[:5]):
        assert 0.9 * 15 * 2**n <= pause <= 1.1 * 15 * 2**n
    assert all(0.9 * 360 <= pause <= 360 for pause in pauses[5:])


def test_sources_that_failed_together_are_not_asked_again_together():
    pauses = {next_at(Source(f"Source {n}", SourceKind.FEED), 3, Heard(), NOW) for n in range(50)}

    assert len(pauses) == 50


def test_a_source_with_an_interval_of_days_keeps_it_when_it_fails():
    weekly = Source("The Aldovar Ledger", SourceKind.FEED, every=timedelta(days=7))

    assert timedelta(days=7) <= next_at(weekly, 9, Heard(), NOW) - NOW <= timedelta(days=7, minutes=15)


def test_a_folder_that_is_missing_is_looked_for_as_often_as_ever():
    assert next_at(Source("Desk", SourceKind.FOLDER), 9, Heard(), NOW) == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"cache_control": "max-age=3600"}, 60),
        ({"cache_control": 'Public, MAX-AGE="3600"'}, 60),
        ({"cache_control": "max-age=60"}, ORDINARY),
        ({"cache_control": "max-age=31536000"}, 360),
        ({"cache_control": "max-age=" + "9" * 5_000}, 360),
        ({"cache_control": "max-age=0", "expires": "Sun, 22 Nov 2026 08:00:00 GMT"}, ORDINARY),
        ({"cache_control": "max-age=3600, no-cache"}, ORDINARY),
        ({"cache_control": "no-store", "expires": "Sun, 22 Nov 2026 08:00:00 GMT"}, ORDINARY),
        ({"cache_control": "max-age=3600", "age": "1200"}, 40),
        ({"cache_control": "s-maxage=3600"}, ORDINARY),
        ({"expires": "Sun, 22 Nov 2026 08:00:00 GMT"}, 120),
        ({"expires": "Sun, 22 Nov 2026 08:00:00 GMT", "date": "Sun, 22 Nov 2026 07:00:00 GMT"}, 60),
        ({"expires": "Sat, 22 Nov 2036 08:00:00 GMT"}, 360),
        ({"expires": "0"}, ORDINARY),
        ({"retry_after": "7200"}, ORDINARY),
    ],
)
def test_an_answer_is_left_alone_while_it_is_fresh(said, told):
    assert minutes(**said) == told


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("7200", timedelta(hours=2)),
        ("Sun, 22 Nov 2026 08:00:00 GMT", timedelta(hours=2)),
        ("Sunday, 22-Nov-26 08:00:00 GMT", timedelta(hours=2)),
        ("999999999999999999999", timedelta(days=1)),
        ("Sun, 22 Nov 2099 08:00:00 GMT", timedelta(days=1)),
    ],
)
def test_a_server_that_asks_us_to_wait_is_waited_for_at_most_a_day(status, value, told):
    assert asked_until(Heard(status, {"retry-after": value}), NOW) == NOW + told
    assert minutes(1, status, retry_after=value) * timedelta(minutes=1) == told


@pytest.mark.parametrize("value", ["", "0", "-5", "soon", "²", "1e9", "Sun, 22 Nov 1999 08:00:00 GMT"])
def test_a_wait_that_is_none_changes_nothing(value):
    assert asked_until(Heard(503, {"retry-after": value}), NOW) is None
    assert minutes(1, 503, retry_after=value) == minutes(1, 503)
