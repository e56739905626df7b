"""When a send will be through, as far as anybody can know."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver import Meter, Speed, estimate
from digest.deliver.estimate import MEMORY, Basis, span
from digest.model.delivery import DeliveryState as S


@pytest.mark.parametrize(
    ("known", "rate", "basis"),
    [
        ({}, 0.0, Basis.NOTHING),
        ({"usual": 80.0}, 80.0, Basis.USUAL),
        ({"allowed": 40.0}, 40.0, Basis.RELAY),
        ({"usual": 80.0, "allowed": 40.0}, 40.0, Basis.RELAY),
        ({"usual": 30.0, "allowed": 40.0}, 30.0, Basis.USUAL),
        ({"rate": 12.0, "usual": 30.0, "allowed": 40.0}, 12.0, Basis.PRESENT),
        ({"rate": 45.0, "allowed": 40.0}, 40.0, Basis.PRESENT),
    ],
)
def test_the_pace_of_now_goes_before_the_usual_one_and_none_is_quicker_than_the_relay_allows(known, rate, basis):
    made = estimate(600, **known)

    assert (made.rate, made.basis) == (rate, basis)
    assert made.duration == (timedelta(seconds=600 / rate) if rate else None)


def test_where_nobody_knows_nothing_is_said():
    assert str(estimate(600)) == ""


def test_what_waits_for_a_retry_is_told_apart_and_takes_no_time():
    with_deferred, without = estimate(600, rate=10.0, deferred=1200), estimate(600, rate=10.0)

    assert with_deferred.duration == without.duration
    assert str(with_deferred) == "about 1 minute at the present pace, 1,200 deferred apart"


def test_nothing_left_takes_no_time_at_whatever_pace():
    assert estimate(0).duration == timedelta()


@given(st.floats(0.1, 5000), st.lists(st.floats(0.01, 60), min_size=1, max_size=30))
def test_a_steady_pace_is_measured_as_it_is_however_often_one_looks(rate, looks):
    speed = Speed()
    for seconds in looks:
        speed = speed.after(round(rate * seconds * 10**6), seconds)  # so many that no rounding is seen

    assert math.isclose(speed.rate / 10**6, rate, rel_tol=0.01)


def test_a_pace_that_changed_shows_soon():
    speed = Speed()
    for _ in range(300):
        speed = speed.after(100, 1.0)
    for _ in range(int(MEMORY)):
        speed = speed.after(10, 1.0)

    assert 10 < speed.rate < 50


def test_after_a_long_silence_the_pace_says_nothing_of_the_end():
    meter = Meter({"queued": 5_000}, at=0.0)
    meter.told({S.ACCEPTED: 20}, at=2.0)

    ends = [meter.look(2.0 + silence).estimate.duration for silence in (30, 60, 300, 36_000)]

    assert ends[0] < ends[1]
    assert ends[2:] == [None, None]


def test_a_stalled_send_slows_down_and_never_divides_by_nothing():
    speed = Speed().after(50, 0.0)
    stalled = Speed().after(50, 1.0).after(0, 60.0)

    assert speed.rate == 0.0
    assert stalled.rate < 2.5


@given(st.integers(10, 10_000_000))
def test_a_time_is_told_no_more_than_half_a_minute_or_a_twentieth_off(seconds):
    words = span(timedelta(seconds=seconds)).replace(",", "").split()

    units = {"second": 1, "minute": 60, "hour": 3600}
    told = sum(int(number) * units[unit.rstrip("s")] for number, unit in zip(words[1::2], words[2::2], strict=True))
    assert abs(told - seconds) <= max(30, 0.05 * seconds)
