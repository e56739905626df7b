"""What an operator is told of a source, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.http.pace import Heard
from digest.collect.standing import Health, failed, health, next_poll, succeeded
from digest.collect.telling import LONG
from digest.collect.telling import news as news_of
from digest.model.news import Source, SourceKind, SourceState

SUNDAY = datetime(2026, 11, 22, 6, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WIRE = Source("Karsk Wire", SourceKind.FEED, "https://karsk.example/feed")


def polled(polls, state=None):
    """What is told after each of the polls, and how the source stands at last; a poll is (after, outcome)."""
    state = state or SourceState(WIRE.name)
    told = []
    for after, outcome in polls:
        now = SUNDAY + after
        heard = Heard(410 if outcome == "gone" else 200)
        if outcome == "ok":
            following = succeeded(WIRE, state, heard, now, etag="", last_modified="")
        else:
            following = failed(WIRE, state, heard, now, "answered 410" if outcome == "gone" else outcome)
        told.append(news_of(state, following))
        state = following
    return told, state


def test_a_source_that_fails_for_days_is_told_three_times_at_most():
    hourly = [(n * HOUR, "ok" if n == 75 else f"answered {500 + n % 4}") for n in range(76)]

    told, state = polled(hourly)

    assert {n: each for n, each in enumerate(told) if each} == {
        0: ("answered 500; tried again in 16 min",),
        24: ("has failed since Sun 22 Nov, 06:00 UTC (25 tries): answered 500",),
        75: ("works again after 3 days",),
    }
    assert (state.failures, state.failing_since) == (0, None)


@pytest.mark.parametrize(
    ("polls", "last"),
    [
        ([(0 * HOUR, "ok")], ()),
        ([(0 * HOUR, "no answer"), (HOUR, "ok")], ()),
        ([(0 * HOUR, "no answer"), (23 * HOUR, "ok")], ()),
        ([(0 * HOUR, "no answer"), (24 * HOUR, "ok")], ("works again after 24 hours",)),
        ([(0 * HOUR, "no answer"), (HOUR, "another")], ()),
        (
            [(0 * HOUR, "no answer"), (23 * HOUR, "no answer"), (400 * DAY, "no answer")],
            "has failed since Sun 22 Nov, 06:00 UTC (3 tries): no answer",
        ),
        (
            [(0 * HOUR, "gone")],
            ("answered 410; gone for good, so not asked again until its url in digest.toml changes",),
        ),
        ([(0 * HOUR, "no answer"), (30 * HOUR, "gone")], "gone for good"),
        ([(HOUR, "no answer"), (0 * HOUR, "no answer"), (20 * HOUR, "no answer")], ()),
        ([(40 * DAY, "no answer"), (0 * HOUR, "no answer"), (24 * HOUR, "no answer")], "since Sun 22 Nov, 06:00 UTC"),
    ],
)
def test_what_is_news_of_a_poll_depends_on_the_one_before(polls, last):
    told, _ = polled(polls)

    if isinstance(last, str):
        assert last in told[-1][0]
    else:
        assert told[-1] == last


def test_what_failed_before_anyone_noted_since_when_is_not_new_again():
    before = SourceState(WIRE.name, url=WIRE.url, failures=7, last_try_at=SUNDAY - HOUR, reason="answered 500")

    told, state = polled([(0 * HOUR, "answered 500"), (DAY, "answered 500")], before)

    assert told == [(), ("has failed since Sun 22 Nov, 06:00 UTC (9 tries): answered 500",)]
    assert state.failing_since == SUNDAY


@given(st.lists(st.tuples(st.integers(1, 3 * 1440), st.sampled_from(["ok", "a", "b"])), max_size=60))
def test_between_two_successes_no_more_than_three_things_are_told(steps):
    at, polls = timedelta(), []
    for minutes, outcome in steps:
        at += timedelta(minutes=minutes)
        polls.append((at, outcome))

    told, _ = polled(polls)

    run, down_since = 0, None
    for (after, outcome), each in zip(polls, told, strict=True):
        run += len(each)
        if outcome == "ok":
            assert bool(each) == (down_since is not None and after - down_since >= LONG)
            assert run <= 3
            run, down_since = 0, None
        else:
            assert bool(each) or down_since is not None
            down_since = after if down_since is None else down_since
    assert run <= 2


@pytest.mark.parametrize(
    ("state", "word", "next_at"),
    [
        (SourceState(WIRE.name), Health.NEVER_READ, None),
        (SourceState(WIRE.name, url="https://karsk.example/old", last_try_at=SUNDAY), Health.NEVER_READ, None),
        (SourceState(WIRE.name, last_try_at=SUNDAY), Health.OK, SUNDAY + timedelta(minutes=15)),
        (SourceState(WIRE.name, last_try_at=SUNDAY, failures=1, next_at=SUNDAY + HOUR), Health.FAILING, SUNDAY + HOUR),
        (
            SourceState(
                WIRE.name, last_try_at=SUNDAY, failures=1, asked_until=SUNDAY + 2 * HOUR, next_at=SUNDAY + 2 * HOUR
            ),
            Health.RESTING,
            SUNDAY + 2 * HOUR,
        ),
        (SourceState(WIRE.name, last_try_at=SUNDAY, failures=1, asked_until=SUNDAY), Health.FAILING, SUNDAY + HOUR / 4),
        (SourceState(WIRE.name, last_try_at=SUNDAY, failures=1, retired=True), Health.GONE, None),
        (
            SourceState(WIRE.name, url="https://karsk.example/old", last_try_at=SUNDAY, failures=1, retired=True),
            Health.NEVER_READ,
            None,
        ),
    ],
)
def test_how_a_source_does_is_said_in_a_word(state, word, next_at):
    assert (health(WIRE, state, SUNDAY + HOUR), next_poll(WIRE, state)) == (word, next_at)
