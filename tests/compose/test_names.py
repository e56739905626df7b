"""Which words are one name."""

from __future__ import annotations

import pytest

from digest.compose.names import Names, names
from digest.model.issue import OwnName
from digest.model.words import words


def found(text: str, known: Names | None = None) -> list[str]:
    known, said, i, called = known or names(), words(text), 0, []
    while i < len(said):
        mention = known.at(said, i, text)
        called += [mention[0].called] if mention else []
        i += mention[1] if mention else 1
    return called


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Strikes on Kiev and Kharkov", ["kyiv", "kharkiv"]),
        ("Russia hits the Ukrainian capital", ["russia", "kyiv"]),
        ("In the capital of Ukraine", ["kyiv"]),
        ("The White House and the U.S. Senate", ["white house", "united states"]),
        ("Ask us or the US", ["united states"]),
        ("Cold turkey and fine china", []),
        ("South Korean spies watch North Korea", ["south korea", "north korea"]),
        ("UN nuclear watchdog at the nuclear power plant", ["united nations", "iaea", "nuclear plant"]),
        ("", []),
    ],
)
def test_a_name_is_known_however_it_is_written(text, expected):
    assert found(text) == expected


def test_an_edition_s_own_names_are_known_too():
    known = names(
        (OwnName("Tarnmouth", ("the port on the Tarn",), place=True), OwnName("Kyiv", ("the city of domes",)))
    )

    assert found("Fog in the port on the Tarn, sun over the city of domes", known) == ["tarnmouth", "kyiv"]


def test_a_name_without_words_is_no_name():
    assert found("- ... -", names((OwnName("...", ("--",)),))) == []
