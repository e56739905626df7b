"""Which moves stand after what was done, undone and done again."""

from __future__ import annotations

import pytest

from digest.model.editing import Did, Revision, standing

from .samples import NOW


def history(deeds: str) -> list[Revision]:
    """`b`uild, `u`ndo, `r`edo; every other letter is a move of that name."""
    kinds = {"b": Did.BUILD, "u": Did.UNDO, "r": Did.REDO}
    return [
        Revision(n, NOW, "ada", kinds.get(deed, Did.MOVE), "" if deed in kinds else deed, f"Moved {deed}")
        for n, deed in enumerate(deeds, 1)
    ]


@pytest.mark.parametrize(
    ("deeds", "done", "undone"),
    [
        ("", "", ""),
        ("b", "", ""),
        ("bxy", "xy", ""),
        ("bxyu", "x", "y"),
        ("bxyuu", "", "yx"),
        ("bxyuur", "x", "y"),
        ("bxybur", "xy", ""),
        ("bxyuz", "xz", ""),
        ("bxyuzr", "xz", ""),
        ("buxr", "x", ""),
    ],
)
def test_undo_takes_the_last_move_that_stands_and_redo_brings_it_back_until_another_is_made(deeds, done, undone):
    found = standing(history(deeds))

    assert "".join(found.moves) == done
    assert "".join(each.move for each in found.undone) == undone


@pytest.mark.parametrize(
    ("number", "did", "sentence"),
    [
        (1, Did.BUILD, "Built"),
        (2, Did.BUILD, "Built again"),
        (3, Did.MOVE, "Moved “X” down"),
        (4, Did.UNDO, "Took back: moved “X” down"),
        (5, Did.REDO, "Did again: moved “X” down"),
    ],
)
def test_each_revision_says_what_was_done(number, did, sentence):
    assert Revision(number, NOW, "ada", did, "", "Moved “X” down").sentence == sentence
