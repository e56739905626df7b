"""What the figures say, and what single lines are given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.classify import scorer_of
from digest.classify.figures import Judged, figures
from digest.classify.judging import judged
from digest.model.news import BOILERPLATE, OTHER

LABELS = st.sampled_from(["military", "diplomacy", OTHER, BOILERPLATE])


def test_a_good_line_taken_for_boilerplate_is_counted_unless_that_is_right_too():
    got = figures(
        [
            Judged("military", BOILERPLATE),
            Judged("military", BOILERPLATE, (BOILERPLATE,)),
            Judged("military", "military"),
            Judged(BOILERPLATE, BOILERPLATE),
            Judged(BOILERPLATE, OTHER),
        ]
    )

    assert (got.lost, got.good) == (1, 3)
    assert (got.boilerplate.precision, got.boilerplate.recall) == (1 / 3, 1 / 2)
    assert (got.accuracy, got.lenient) == (0.4, 0.6)


def test_a_label_that_only_the_program_gives_is_no_part_of_the_mean():
    got = figures([Judged("military", "military"), Judged("military", OTHER)])

    assert set(got.labels) == {"military"}
    assert got.macro_f1 == pytest.approx(2 / 3)


def test_nothing_to_compare_gives_noughts():
    got = figures([])

    assert (got.lines, got.accuracy, got.lenient, got.macro_f1, got.labels) == (0, 0.0, 0.0, 0.0, {})


@given(st.lists(st.builds(Judged, LABELS, LABELS, st.lists(LABELS, max_size=2).map(tuple))))
def test_the_confusion_holds_every_line_once_and_lenient_is_never_below_strict(lines):
    got = figures(lines)

    assert sum(n for row in got.confusion.values() for n in row.values()) == got.lines == len(lines)
    assert 0 <= got.accuracy <= got.lenient <= 1
    assert 0 <= got.macro_f1 <= 1


def test_lines_of_one_article_are_each_given_something_in_their_order(brief):
    lines = [
        "Welcome to karsk.example.",
        "Rockets hit the barracks at dawn and killed nine soldiers of the brigade, its commander said.",
        "Envoys agreed on a ceasefire plan at the peace summit, and negotiators will meet again on Monday.",
        "© Radio Tarn 2026",
    ]

    got = judged(scorer_of(brief), "", lines)

    assert [verdict.section for verdict in got] == [BOILERPLATE, "military", "peace_summit", BOILERPLATE]
    assert got[0].evidence == ("greeting",)
    assert all(0 <= verdict.score <= 1 for verdict in got)


@pytest.mark.parametrize(
    "text", ["", " ", "word", "🎉🎉🎉", "no marks at all " * 60_000, "a" * 1_000_000, "Ü" * 100_000, "\ud800 half"]
)
def test_wrong_input_gets_a_verdict(brief, text):
    known = scorer_of(brief)

    assert len(judged(known, text[:300], [])) == 1
    assert len(judged(known, text[:300], [text, text])) == 2


def test_a_passage_in_words_nobody_taught_goes_nowhere(brief):
    (verdict,) = judged(scorer_of(brief), "", ["Im Hafen von Tarnmund legte gestern ein Boot mit Kohlköpfen an."])

    assert verdict.section == OTHER
