"""Terms of the sections, as `digest.toml` writes them."""

from __future__ import annotations

import pytest

from digest.classify.terms import matcher, read_term
from digest.model.issue import Section
from digest.model.words import words


def found(text: str, *sections: Section) -> list[tuple[str, str]]:
    return [(hit.section, text[hit.start : hit.end]) for hit in matcher(sections).find(text, words(text))]


def test_a_star_takes_any_ending_and_no_star_takes_none():
    section = Section("military", "", match=("drone*", "front"))

    assert found("Drones at the front, not the frontier", section) == [("military", "Drones"), ("military", "front")]


def test_a_phrase_wants_its_words_side_by_side():
    section = Section("military", "", match=("air strike*",))

    assert found("Air strikes; the air itself strikes; air-strike", section) == [
        ("military", "Air strikes"),
        ("military", "air-strike"),
    ]


def test_the_longer_term_silences_the_shorter_one_of_another_section():
    military, diplomacy = (
        Section("military", "", match=("military",)),
        Section("diplomacy", "", match=("military aid",)),
    )

    assert found("military aid", military, diplomacy) == [("diplomacy", "military aid")]
    assert found("military band", military, diplomacy) == [("military", "military")]


@pytest.mark.parametrize(
    ("text", "weight"), [("talks", 1.0), ("talks^2.5", 2.5), ("talks^-2", -2.0), ("talks^much", 1.0)]
)
def test_a_caret_weighs_a_term(text, weight):
    term = read_term("x", text)

    assert term is not None
    assert term.weight == weight


@pytest.mark.parametrize("text", ["", "*", "^2", " ^ ", "***^3"])
def test_a_term_without_a_word_is_none(text):
    assert read_term("x", text) is None


def test_terms_match_in_any_script_and_case():
    section = Section("military", "", match=("ракет*", "صاروخ", "straße"))

    assert [text for _, text in found("РАКЕТИ над містом. STRASSE. صاروخ", section)] == ["РАКЕТИ", "STRASSE", "صاروخ"]
