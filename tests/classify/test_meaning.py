"""A passage whose words leave it in doubt is placed by what it means; one whose words are sure is not asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.classify import asking, classify, scorer_of
from digest.classify.examples import FROZEN, shipped_examples
from digest.classify.judging import judged
from digest.classify.learn import corrected, head_of, taught
from digest.classify.weights import shipped
from digest.encoder import Encoder, open_encoder
from digest.meaning import notebook
from digest.model.issue import Section
from digest.model.news import BOILERPLATE, OTHER

from .test_learning import of_kind, share
from .volunteers import MOVED, UNSEEN

SURE = "Rockets hit the barracks at dawn and killed nine soldiers of the brigade, the general staff said."
DOUBTFUL = "Nothing moved along the canal, and the men waited for the morning."
LABELS = shipped().head.labels


def leaning(label):
    """A meaning that always says the same, and the list of what it was asked."""
    asked = []

    def meaning(text):
        asked.append(text)
        return tuple(4.0 if own == label else -4.0 / 3 for own in LABELS)

    return meaning, asked


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = open_encoder()
    assert isinstance(found, Encoder), f"`make test` installs it: {found}"
    return found


@pytest.fixture(scope="module")
def frozen():
    return [example for example in shipped_examples(FROZEN) if example.label != BOILERPLATE]


def knowing(sections, weights, encoder):
    return asking(scorer_of(sections, weights), notebook(encoder, weights))


def test_only_what_is_in_doubt_is_asked_about(brief):
    meaning, asked = leaning("military")

    judged(asking(scorer_of(brief), meaning), "", [SURE, DOUBTFUL])

    assert asked == [DOUBTFUL]


def test_what_a_passage_means_decides_and_is_told_as_evidence(brief):
    meaning, _ = leaning("military")
    (before,) = judged(scorer_of(brief), "", [DOUBTFUL])

    (after,) = judged(asking(scorer_of(brief), meaning), "", [DOUBTFUL])

    assert (before.section, after.section) == (OTHER, "military")
    assert after.evidence[-1] == "its meaning +2.7"


def test_nobody_to_ask_is_like_words_alone(brief):
    assert judged(asking(scorer_of(brief), lambda text: ()), "", [SURE, DOUBTFUL]) == judged(
        scorer_of(brief), "", [SURE, DOUBTFUL]
    )


def test_the_heading_is_read_with_its_text_and_the_title_with_what_opens_the_article(brief, article):
    meaning, asked = leaning("military")
    lines = (DOUBTFUL, "## By the water", "A dog barked for an hour, and nobody knew whose it was or what it heard.")

    classify(article(*lines, title="Quiet night"), brief, meaning=meaning)

    assert f"Quiet night\n{DOUBTFUL}" in asked
    assert any(text.startswith("By the water\nA dog") for text in asked)


@pytest.mark.parametrize(("language", "asks"), [("", True), ("en-GB", True), ("EN_us", True), ("de", False)])
def test_only_what_may_be_english_is_asked_about(brief, article, language, asks):
    meaning, asked = leaning("military")

    classify(replace(article(DOUBTFUL, title="Quiet night"), language=language), brief, meaning=meaning)

    assert bool(asked) == asks


def test_a_section_nobody_taught_still_lives_by_its_terms(brief):
    sections = (*brief, Section("farming", "Farming", match=("harvest*^2", "wheat^1.5", "tractor*")))
    meaning, _ = leaning(OTHER)

    (farm,) = judged(asking(scorer_of(sections), meaning), "", ["The wheat harvest of the valley is in."])

    assert farm.section == "farming"


def test_the_shipped_head_comes_from_the_shipped_examples(encoder):
    shipped_head = shipped().head
    made = head_of(encoder.name, encoder.encode, shipped_examples())

    assert made.labels == shipped_head.labels
    # Another processor makes other last digits of the vectors, and so of the rows.
    for row, again in zip((shipped_head.bias, *shipped_head.rows), (made.bias, *made.rows), strict=True):
        assert row == pytest.approx(again, abs=0.2)


def test_more_of_the_frozen_passages_go_right_than_by_words_alone(brief, encoder, frozen):
    by_words = share(scorer_of(brief), frozen)

    assert share(knowing(brief, shipped(), encoder), frozen) >= by_words + 0.01


def test_what_editors_teach_holds_beside_the_encoder(brief, encoder, frozen):
    moves = of_kind("military", MOVED)
    head = corrected(shipped().head, encoder.encode, moves)
    known = knowing(brief, replace(taught(shipped_examples(), moves), head=head), encoder)

    assert share(known, moves) == 1
    assert share(known, of_kind("military", UNSEEN)) >= 0.8
    assert share(known, frozen) >= share(knowing(brief, shipped(), encoder), frozen) - 0.01


def test_a_section_of_ones_own_is_learned_better_with_the_encoder(brief, encoder, frozen):
    sections = (*brief, Section("home_front", "Home front", match=("volunteer*^2", "donat*^2", "fundrais*^1.5")))
    moves, unseen = of_kind("home_front", MOVED[:8]), of_kind("home_front", UNSEEN)
    words = taught(shipped_examples(), moves)
    head = corrected(shipped().head, encoder.encode, moves)

    known = knowing(sections, replace(words, head=head), encoder)

    assert share(known, unseen) > share(scorer_of(sections, words), unseen) + 0.1
    assert share(known, frozen) >= share(scorer_of(brief), frozen) - 0.01
