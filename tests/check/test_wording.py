"""Numbers without a source, marks without their other half, claims without a claimant, names in two spellings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.check.wording import balanced
from digest.model.issue import Figure

from .samples import ONE, TWO, article, cited, found, issue, looks, proof

CALM = replace(ONE, headline="Quiet night at Ferren", summary=("Nothing was heard at the crossing.",))


def says(*sentences, **changes):
    """A story of these sentences, of nobody's."""
    return replace(CALM, summary=sentences, **changes)


def judged(*items, articles=()):
    return looks(proof(issue(*items), *articles))


def test_a_number_that_no_article_has_is_told_with_what_it_counts():
    source = article("a", "Quiet night", "Seven people and 2,300 soldiers waited.")
    item = cited(says("There were 2300 soldiers and 7 people.", "Some 4,100 soldiers had left."), "a")

    figure = found(proof(issue(item), source), "Figure without a source")

    assert figure.seen == "“4,100 soldiers”"
    assert figure.places == ("military-1",)


def test_without_the_articles_nothing_is_said_of_numbers():
    assert judged(says("Some 4,100 soldiers had left.")) == []


@pytest.mark.parametrize(
    "text",
    [
        "“Not yet,” she said.",
        "„Noch nicht“, sagte sie.",
        "«Ще ні», — сказала вона.",
        "»Noch nicht«, sagte sie.",
        'He said "no" (twice).',
        "1) The bridge holds. a) It is open.",
        "The 5 o’clock ferry’s crew",
    ],
)
def test_quotations_of_any_language_are_balanced(text):
    assert balanced(text)


@pytest.mark.parametrize(
    "text", ["“Not yet, she said.", "«Ще ні, — сказала вона.", 'He said "no.', "It (the bridge fell."]
)
def test_a_mark_without_its_other_half_is_told(text):
    assert not balanced(text)
    assert judged(says(text)) == [("amber", "A quotation or a bracket is opened and not closed")]


@pytest.mark.parametrize(
    ("text", "named", "told"),
    [
        ("It was claimed that the bridge fell.", (), True),
        ("The bridge allegedly fell.", (), True),
        ("The bridge allegedly fell.", ("the mayor",), False),
        ("The bridge allegedly fell, the mayor said.", (), False),
        ("The bridge fell.", (), False),
    ],
)
def test_a_claim_says_whose_it_is(text, named, told):
    expected = [("amber", "A claim, and nobody who makes it")] if told else []

    assert judged(says(text, claimed_by=named)) == expected


def test_disputed_figures_name_who_gives_them():
    known = Figure("dead", ((9, ("Radio Tarn",)), (7, ("Ilma Courier",))))
    nameless = Figure("dead", ((9, ()), (7, ("Ilma Courier",))))

    assert judged(says("Some died.", figures=(known,))) == []
    assert judged(says("Some died.", figures=(nameless,))) == [("amber", "Disputed figures without names")]


@pytest.mark.parametrize("line", ["Sign up for our newsletter to get it in your inbox.", "All rights reserved."])
def test_a_line_of_boilerplate_that_got_through_is_told(line):
    [(level, text)] = judged(says("The bridge holds.", line))

    assert (level, text.partition(" (")[0]) == ("amber", "Reads like boilerplate")


@pytest.mark.parametrize(
    ("one", "other", "ways"),
    [
        ("The envoy met Zelensky.", "Zelenskyy met the envoy, who thanked Zelenskyy.", ("Zelensky", "Zelenskyy")),
        ("They marched to Kupiansk.", "They left Kupyansk.", ("Kupiansk", "Kupyansk")),
        ("Envoys came to Kiev.", "Envoys left Kyiv.", ("Kiev", "Kyiv")),
    ],
)
def test_one_name_in_two_spellings_is_told_with_both(one, other, ways):
    spelt = found(proof(issue(says(one), replace(TWO, headline="At noon", summary=(other,)))), "One name")

    assert all(f"“{way}”" in spelt.seen for way in ways)
    assert spelt.places == ("military-1", "military-2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The envoy met Marenia’s minister.", "The Marenian minister met the envoy from Marenia."),
        ("Later the envoy left.", "Latter days came."),
        ("Kyiv’s envoy left.", "The envoy of Kyiv left."),
        ("Ally Nations Meet Latter Envoy Today", "Ally Nations Meet Later Envoy Today"),
    ],
)
def test_words_that_only_look_alike_are_no_two_spellings(one, other):
    assert judged(says(one), replace(TWO, headline="At noon", summary=(other,))) == []
