"""How text becomes tokens: words as the vocabulary spells them, cut into the longest pieces it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.encoder.wordpiece import WordPiece, plain

NAMES = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "ferry",
    "fer",
    "##ry",
    "##rie",
    "##s",
    "sails",
    "cafe",
    ",",
    ".",
    "東",
    "京",
)
VOCABULARY = {name: number for number, name in enumerate(NAMES)}
PIECES = WordPiece(VOCABULARY)


def told(text: str, most: int = 32) -> str:
    return " ".join(NAMES[number] for number in PIECES.tokens(text, most))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Ferry sails.", "ferry sails ."),
        ("ferries", "fer ##rie ##s"),
        ("FERRY,ferry", "ferry , ferry"),
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("fer\u00adry", "ferry"),
        ("ferry\u00a0sails\tferry\nsails", "ferry sails ferry sails"),
        ("東京", "東 京"),
        ("ferryman", "[UNK]"),
        ("пором", "[UNK]"),
        ("a" * 101, "[UNK]"),
        ("[SEP]", "[UNK] [UNK] [UNK]"),
        ("", ""),
    ],
)
def test_a_text_is_cut_into_the_longest_pieces_there_are(text, tokens):
    assert told(text) == f"[CLS] {tokens} [SEP]".replace("  ", " ")


def test_a_long_text_is_cut_off_behind_what_fits():
    assert told("ferry " * 1_000, most=5) == "[CLS] ferry ferry ferry [SEP]"
    assert told("ferries " * 1_000, most=4) == "[CLS] fer ##rie [SEP]"


@given(st.text(max_size=300), st.integers(2, 64))
def test_whatever_the_text_there_are_marks_around_known_numbers_and_never_too_many(text, most):
    found = PIECES.tokens(text, most)

    assert 2 <= len(found) <= most
    assert (found[0], found[-1]) == (VOCABULARY["[CLS]"], VOCABULARY["[SEP]"])
    assert set(found) <= set(VOCABULARY.values())


@given(st.text(max_size=100))
def test_what_is_spelt_stays_as_it_is_when_spelt_again(text):
    once = plain(text).split()

    assert plain(" ".join(once)).split() == once
