"""A text beside the one that it was made of: which of its words are new."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

MOST: Final = 2_000
"""Words of both together that are compared."""
ALIKE: Final = 0.3
"""Least share of words in common; below that a text is another one altogether."""


def marked(text: str, ground: str) -> list[tuple[str, bool]]:
    """Return the text in runs of words, each with whether it is new.

    >>> marked("Crossing at Ferren falls after all", "Crossing at Ferren holds")
    [('Crossing at Ferren ', False), ('falls after all', True)]
    >>> marked("Rain in Tarn", "Crossing at Ferren holds")
    [('Rain in Tarn', False)]
    """
    words, before = text.split(), ground.split()
    if not words or len(words) + len(before) > MOST:
        return [(text, False)]
    matched = SequenceMatcher(None, before, words, autojunk=False)
    return list(_runs(words, matched)) if matched.ratio() >= ALIKE else [(text, False)]


def _runs(words: list[str], matched: SequenceMatcher[str]) -> Iterator[tuple[str, bool]]:
    done = 0
    for block in matched.get_matching_blocks():
        if block.b > done:
            yield " ".join(words[done : block.b]), True
        if block.size:
            after = " " if block.b + block.size < len(words) else ""
            yield f"{' ' if block.b else ''}{' '.join(words[block.b : block.b + block.size])}{after}", False
        done = block.b + block.size
