"""Whose text is whose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.compose.copies import COPY, Copies, likeness, sketch

TEXT = (
    "The bridge of Ferren was closed for repairs on Friday after a barge struck its second pier, and the ferry of "
    "Lindholm will carry people and goods across the Tarn until the engineers of the valley have looked at it."
)


@pytest.mark.parametrize(
    ("other", "is_copy"),
    [
        (TEXT, True),
        (TEXT + " Nobody was hurt.", True),
        ("FERREN (Karsk Wire) " + TEXT, True),
        (
            "A barge struck the bridge of Ferren, and so people cross the river by ferry while engineers look at it.",
            False,
        ),
        ("", False),
    ],
)
def test_a_text_with_a_few_words_more_is_a_copy_and_one_in_other_words_is_not(other, is_copy):
    copies = Copies()
    copies.originals(0, sketch(TEXT))

    assert bool(copies.originals(1, sketch(other))) is is_copy


def test_of_several_originals_the_likest_come_first_and_of_equals_the_earliest():
    copies = Copies()
    copies.originals(0, sketch(TEXT + " Nobody was hurt when it happened, the mayor of the town said to the radio."))
    copies.originals(1, sketch(TEXT))
    copies.originals(2, sketch(TEXT))

    assert [number for number, _ in copies.originals(3, sketch(TEXT))] == [1, 2, 0]


def test_texts_without_words_copy_nothing():
    copies = Copies()

    assert [copies.originals(n, sketch(text)) for n, text in enumerate(("", "🙂🙂", "…", ""))] == [[]] * 4


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_the_same_both_ways_and_whole_for_the_same_text(one, other):
    a, b = sketch(one), sketch(other)

    assert likeness(a, b) == likeness(b, a)
    assert 0 <= likeness(a, b) <= 1
    assert likeness(a, a) >= COPY or not a
