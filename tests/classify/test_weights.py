"""What was learned: the shipped examples and the weights fitted to them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from digest.classify import scorer_of
from digest.classify.examples import FROZEN, TAUGHT, shipped_examples
from digest.classify.fit import Row, fit
from digest.classify.judging import judged
from digest.classify.learn import taught
from digest.classify.lines import taught_lines
from digest.classify.weights import STEPS, Weights, packed, shipped, unpacked
from digest.model.issue import Section
from digest.model.learning import Example
from digest.model.news import BOILERPLATE, OTHER
from digest.model.words import words

ROOT = Path(__file__).parents[2]
SHINGLE = 8


def said(example: Example) -> str:
    return f"{example.title}\n{example.heading}\n{example.text}"


def shingles(text: str) -> set[tuple[str, ...]]:
    found = [word.folded for word in words(text)]
    return {tuple(found[i : i + SHINGLE]) for i in range(len(found) - SHINGLE + 1)}


def nearly(one: Weights, other: Weights) -> bool:
    """Equal but for a last quantum, which another machine's `exp` may tip."""
    pairs = zip((one.bias, *one.rows), (other.bias, *other.rows), strict=True)
    steps = max(abs(a - b) for row, again in pairs for a, b in zip(row, again, strict=True))
    return one.labels == other.labels and steps <= 1


def test_the_shipped_weights_come_from_the_shipped_examples():
    assert nearly(taught(shipped_examples()), shipped("sections"))


def test_the_weights_of_lines_come_from_the_shipped_examples():
    assert nearly(taught_lines(shipped_examples()), shipped("lines"))


def test_the_examples_hold_every_label_and_none_outweighs_the_others():
    labels = Counter(example.label for example in shipped_examples(TAUGHT))

    assert set(labels) == {"military", "diplomacy", "peace_summit", OTHER, BOILERPLATE}
    assert min(labels.values()) >= 150
    assert max(labels.values()) <= 2.5 * min(labels.values())


def test_passages_and_headlines_are_both_taught():
    kinds = Counter((example.label, example.kind) for example in shipped_examples(TAUGHT))

    for label in ("military", "diplomacy", "peace_summit", OTHER):
        assert kinds[label, "passage"] >= 40
        assert kinds[label, "headline"] >= 70


def test_no_example_is_given_twice_or_taught_and_kept_apart_at_once():
    texts = [said(example).casefold() for name in (TAUGHT, FROZEN) for example in shipped_examples(name)]

    assert len(texts) == len(set(texts))
    taught_ones = {s for example in shipped_examples(TAUGHT) for s in shingles(said(example))}
    assert not any(shingles(said(example)) & taught_ones for example in shipped_examples(FROZEN))


def test_no_example_repeats_what_the_tests_read():
    ours = {s for name in (TAUGHT, FROZEN) for example in shipped_examples(name) for s in shingles(said(example))}
    read = [path for path in (ROOT / "tests").rglob("*") if path.suffix in (".py", ".txt", ".html", ".json", ".xml")]

    assert read
    for path in read:
        assert not shingles(path.read_text("utf-8", "replace")) & ours, path


def test_nine_in_ten_of_the_frozen_passages_go_right(brief):
    known = scorer_of(brief)
    frozen = [example for example in shipped_examples(FROZEN) if example.label != BOILERPLATE]

    right = sum(
        judged(known, example.title, [example.text] if example.text else [])[0].section == example.label
        for example in frozen
    )

    assert right >= 0.85 * len(frozen)


def test_a_section_nobody_taught_lives_by_its_terms_beside_those_that_were_taught(brief):
    known = scorer_of((*brief, Section("farming", "Farming", match=("harvest*^2", "wheat^1.5", "tractor*"))))

    (farm,) = judged(known, "", ["The wheat harvest of the Ferren valley is in, and every tractor stands still."])
    (war,) = judged(known, "", ["Rockets hit the barracks at dawn and killed nine soldiers of the brigade."])

    assert farm.section == "farming"
    assert war.section == "military"


def test_what_was_learned_of_a_section_the_edition_lacks_speaks_for_none(brief):
    without = tuple(section for section in brief if section.id != "diplomacy")

    (verdict,) = judged(scorer_of(without), "", ["The ambassadors agreed on sanctions against forty tankers."])

    assert verdict.section == OTHER


def test_a_few_examples_make_a_section_of_their_own():
    rows = [
        Row("north", {1, 2, 3}),
        Row("north", {1, 4}),
        Row("south", {5, 6}),
        Row("south", {5, 7, 8}),
    ]

    made = fit(rows, ["north", "south"])

    assert made.rows[0][1] > 0 > made.rows[1][1]
    assert made.rows[1][5] > 0 > made.rows[0][5]
    assert max(abs(weight) for row in made.rows for weight in row) == STEPS


def test_weights_come_back_from_their_file_as_they_were():
    again = unpacked(packed(shipped()))

    assert again.fingerprint == shipped().fingerprint


@pytest.mark.parametrize(
    "broken", [b"", b"{}", b"null\n", b"\x00\xff\n\n", b'{"labels": 3}\n', b'{"labels": ["a"]}\nx']
)
def test_what_are_no_weights_is_refused(broken):
    with pytest.raises(ValueError, match="weights"):
        unpacked(broken)


def test_a_damaged_file_is_refused():
    whole = packed(shipped("lines"))

    for broken in (
        whole[: len(whole) // 2],
        whole.replace(b"bias", b"base", 1),
        whole.replace(b'"text"', b'"te", "xt"', 1),
    ):
        with pytest.raises(ValueError, match="weights"):
            unpacked(broken)
