"""Words of a text, in any script that sets them apart: what classifying and composing count."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

WORD: Final = re.compile(r"[\w\u0300-\u036f\u064b-\u065f\u0670]+(?:['’ʼ][^\W\d_]+)*")
LONGEST: Final = 64
"""Characters of a word that count: more than any word has, so that a line without spaces costs nothing."""


class Word(NamedTuple):
    """A word and where it stands."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """Return a word as it is compared: without case, typographic apostrophes and the English possessive.

    >>> [fold(word) for word in ("Sorvat’s", "STRAẞE", "об’єкт")]
    ['sorvat', 'strasse', "об'єкт"]
    """
    folded = word[:LONGEST].casefold().replace("’", "'").replace("ʼ", "'")
    return folded[:-2] if folded.endswith("'s") else folded


def listed(text: str) -> frozenset[str]:
    """Return the words of a list written as running text, as they stand there."""
    return frozenset(text.split())


def words(text: str) -> list[Word]:
    """Return the words of a text in order; hyphens and dots part them, apostrophes inside do not.

    >>> [word.folded for word in words("The U.S.-made drone’s wing")]
    ['the', 'u', 's', 'made', 'drone', 'wing']
    """
    return [Word(fold(found.group()[:LONGEST]), *found.span()) for found in WORD.finditer(text)]
