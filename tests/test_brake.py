"""What of a refusal here and there is chance, and when the rest of an issue is kept back."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.brake import FEWEST, MOST_LET_GO, STRETCH, Brake

CANARY = Brake(canary=50, percent=5)
WATCH = Brake(canary=0, percent=5)


def run_of(brake, answers, group=25):
    """Count the answers (True: refused) in groups, looking at each; return the brake and after how many it pulls."""
    for n in range(0, len(answers), group):
        refused = sum(answers[n : n + group])
        brake = brake.counted(len(answers[n : n + group]) - refused, refused)
        if brake.pulls(0):
            return brake, n + group
        brake = brake.looked_at()
    return brake, None


# The canary


@pytest.mark.parametrize(
    ("taken", "refused", "flight", "room"),
    [
        (0, 0, 0, 50),
        (10, 1, 30, 9),
        (10, 1, 45, 0),
        (10, 3, 5, 0),  # too many already: the outcome is known, and nothing more goes out
        (48, 2, 0, 0),
    ],
)
def test_no_more_of_a_canary_goes_out_than_is_left_of_it(taken, refused, flight, room):
    assert CANARY.counted(taken, refused).room(flight) == room


def test_the_rest_goes_when_the_canary_came_through():
    brake = CANARY.counted(48, 2)

    assert not brake.pulls(0)
    assert brake.looked_at().room(400) == math.inf


def test_it_pulls_when_too_much_of_the_canary_was_refused_and_the_counts_are_whole():
    spoilt = CANARY.counted(10, 3)

    assert [spoilt.pulls(flight) for flight in (37, 1, 0)] == [False, False, True]
    assert CANARY.counted(41, 9).pulls(7)


def test_what_is_deferred_is_no_answer():
    assert CANARY.room(0) == CANARY.counted(0, 0).room(0) == 50


@given(st.integers(1, 10_000), st.integers(0, 100_000))
def test_an_issue_hardly_larger_than_its_canary_has_none(canary, messages):
    fitted = Brake(canary=canary, percent=5).fitted(messages)

    assert bool(fitted.canary) == (messages > canary * 1.1)


# The watch


def test_a_few_refusals_in_a_row_are_chance():
    assert not WATCH.counted(FEWEST - 8, 7).pulls(0)
    assert not WATCH.counted(46, 4).pulls(0)
    assert WATCH.counted(30, 20).pulls(0)


def test_late_trouble_is_not_drowned_by_what_went_well_before():
    brake, pulled = run_of(WATCH, [False] * 100_000 + [True] * STRETCH)

    assert 100_000 < pulled <= 100_000 + 100
    assert "of the last" in brake.reason("")


@pytest.mark.parametrize("percent", [0.0, 1.0, 3.0, 4.0])
def test_a_share_that_is_allowed_is_no_reason_however_long_the_list(percent):
    chance = random.Random(f"{percent}")
    answers = [chance.random() < percent / 100 for _ in range(200_000)]

    assert run_of(WATCH, answers)[1] is None


@pytest.mark.parametrize(("percent", "within"), [(8.0, 2_000), (15.0, 300), (100.0, 50)])
def test_a_share_that_is_too_much_pulls_soon(percent, within):
    chance = random.Random(f"{percent}")
    answers = [chance.random() < percent / 100 for _ in range(20_000)]

    assert run_of(WATCH, answers)[1] <= within


def test_a_share_that_everything_is_below_never_pulls():
    assert run_of(Brake(canary=0, percent=100), [True] * 5_000)[1] is None


@given(st.integers(0, 3_000), st.integers(0, 3_000), st.floats(0.1, 100))
def test_one_more_refusal_never_lets_go_what_was_held(taken, refused, percent):
    brake = Brake(canary=0, percent=percent).counted(taken, refused)

    if brake.pulls(0):
        assert brake.counted(0, 1).pulls(0)


# What a person says


def test_who_lets_it_go_on_accepts_the_share_they_saw_and_not_a_worse_one():
    released = CANARY.counted(41, 9).released()
    same, worse = random.Random("same"), random.Random("worse")

    assert (released.canary, released.answers, released.let_go) == (0, 0, 18.0)
    assert run_of(released, [same.random() < 0.16 for _ in range(20_000)])[1] is None
    assert run_of(released, [worse.random() < 0.5 for _ in range(20_000)])[1] <= 100


def test_who_lets_a_few_refusals_pass_does_not_switch_it_off():
    few, all_of_them = CANARY.counted(0, 3).released(), CANARY.counted(0, 50).released()

    assert (few.let_go, all_of_them.let_go) == (6.0, MOST_LET_GO)
    assert run_of(few, [True] * 1_000)[1] == FEWEST
    assert run_of(all_of_them, [True] * 1_000)[1] <= 2 * FEWEST


def test_the_reason_says_how_many_of_how_many_and_what_was_said_last():
    seen = CANARY.counted(41, 9)
    again = seen.released().counted(20, 80)

    assert seen.reason("") == "the brake: 9 of 50 refused (18 %), brake_percent is 5"
    assert again.reason("550 5.7.1 no") == (
        "the brake: 80 of 100 refused (80 %), brake_percent is 5, 18 % were let go before; the last reply: 550 5.7.1 no"
    )
