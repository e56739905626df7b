"""An editor moves passages, and the program learns where that kind belongs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.classify import scorer_of
from digest.classify.examples import FROZEN, shipped_examples
from digest.classify.judging import judged
from digest.classify.learn import taught
from digest.classify.weights import shipped
from digest.model.issue import Section
from digest.model.learning import Correction, Example, What
from digest.model.news import BOILERPLATE, OTHER

from .volunteers import MOVED, UNSEEN

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


def share(known, examples):
    right = [judged(known, e.title, [e.text] if e.text else [])[0].section == e.label for e in examples]
    return sum(right) / len(right)


def of_kind(label, texts):
    return [Example(label, text) for text in texts]


@pytest.fixture(scope="module")
def frozen():
    return [example for example in shipped_examples(FROZEN) if example.label != BOILERPLATE]


def test_thirty_moves_of_one_kind_bring_eighty_in_a_hundred_unseen_ones_and_cost_the_rest_a_point(brief, frozen):
    before = scorer_of(brief)
    assert share(before, of_kind("military", UNSEEN)) < 0.5

    after = scorer_of(brief, taught(shipped_examples(), of_kind("military", MOVED)))

    assert share(after, of_kind("military", MOVED)) == 1
    assert share(after, of_kind("military", UNSEEN)) >= 0.8
    assert share(after, frozen) >= share(before, frozen) - 0.01


def test_a_section_of_ones_own_is_learned_from_its_terms_and_a_handful_of_examples(brief, frozen):
    sections = (*brief, Section("home_front", "Home front", match=("volunteer*^2", "donat*^2", "fundrais*^1.5")))
    by_terms = scorer_of(sections)

    learned = scorer_of(sections, taught(shipped_examples(), of_kind("home_front", MOVED[:8])))

    assert share(by_terms, of_kind("home_front", UNSEEN)) >= 0.3
    assert share(learned, of_kind("home_front", UNSEEN)) > share(by_terms, of_kind("home_front", UNSEEN))
    assert share(learned, frozen) >= share(scorer_of(brief), frozen) - 0.03


def test_learning_is_the_same_on_every_run():
    moved = of_kind("military", MOVED[:3])

    assert taught(shipped_examples(), moved).fingerprint == taught(shipped_examples(), moved).fingerprint
    assert taught(shipped_examples(), moved).fingerprint != shipped().fingerprint


@pytest.mark.parametrize(
    ("what", "becomes", "label"),
    [
        (What.SECTION, "military", "military"),
        (What.SECTION, OTHER, OTHER),
        (What.SECTION, "", None),
        (What.DROP, OTHER, OTHER),
        (What.DROP, "military", None),
        (What.SPLIT, "", None),
        (What.MERGE, "", None),
        (What.ORDER, "", None),
    ],
)
def test_what_a_move_teaches(what, becomes, label):
    move = Correction(what, "Ilma", NOW, "diplomacy", becomes, "Text", "Heading", "Title")

    assert move.example == (Example(label, "Text", "Heading", "Title") if label else None)
