"""How well two groupings agree, by hand and for all groupings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.agreement import Agreement, b_cubed, pairs

GROUPINGS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


@pytest.mark.parametrize(
    ("found", "truth", "by_pairs", "by_things"),
    [
        ("aabb", "xxyy", (1.0, 1.0), (1.0, 1.0)),
        ("abcd", "xxyy", (1.0, 0.0), (1.0, 0.5)),
        ("aaaa", "xxyy", (2 / 6, 1.0), (0.5, 1.0)),
        ("aaab", "xxyy", (1 / 3, 1 / 2), (2 / 3, 0.75)),
        ("abcd", "wxyz", (1.0, 1.0), (1.0, 1.0)),
    ],
)
def test_known_groupings_have_known_figures(found, truth, by_pairs, by_things):
    ours, theirs = dict(enumerate(found)), dict(enumerate(truth))

    assert _near(pairs(ours, theirs), by_pairs)
    assert _near(b_cubed(ours, theirs), by_things)


def _near(found, expected):
    return (found.precision, found.recall) == pytest.approx(expected)


@given(GROUPINGS)
def test_swapping_the_two_swaps_precision_and_recall(drawn):
    one, other = {n: a for n, (a, _) in enumerate(drawn)}, {n: b for n, (_, b) in enumerate(drawn)}

    for measure in (pairs, b_cubed):
        there, back = measure(one, other), measure(other, one)
        assert (there.precision, there.recall) == pytest.approx((back.recall, back.precision))
        assert 0 <= there.precision <= 1
        assert 0 <= there.f1 <= 1


@given(GROUPINGS)
def test_a_grouping_agrees_with_itself(drawn):
    grouping = {n: a for n, (a, _) in enumerate(drawn)}

    assert pairs(grouping, grouping).f1 == b_cubed(grouping, grouping).f1 == 1


def test_things_that_only_one_knows_do_not_count():
    assert pairs({"a": 1, "b": 1, "z": 1}, {"a": 1, "b": 1, "y": 1}) == Agreement(1.0, 1.0)


def test_nothing_at_all_agrees():
    assert pairs({}, {}) == b_cubed({}, {}) == Agreement(1.0, 1.0)
