"""What a text is to the linear model: the hashes of its words, of their beginnings, and of pairs of words.

The beginnings stand in for endings nobody taught: `negotiated` shares one with `negotiators`. CRC-32 is the hash,
because it is the same on every machine and in every version of Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zlib import crc32

from digest.classify.weights import SIZE
from digest.model.words import Word, listed

MASK: Final = SIZE - 1
BEGINNINGS: Final = (4, 6)
"""Letters of a word's beginning."""
SMALL: Final = listed(
    """
    a an the and or but nor so as at by for from in into of off on onto out over to up with without than then
    that this these those there here it its he him his she her they them their we us our you your i me my who
    whom whose which what when where why how is are was were be been being am do does did done has have had
    having will would shall should may might can could must not no yes if because while after before since
    until about between against during through under again also just only even still yet more most less least
    very much many some any all both each every other another such own same too one two
    """
)
"""Words that say nothing by themselves, only beside others; `us` is not always the pronoun, but its pairs tell."""
MOST_WORDS: Final = 600
"""Words of a passage that are looked at: a longer one says by then what it is about."""


@lru_cache(maxsize=50_000)
def hashes(word: str) -> tuple[int, ...]:
    """Return the features of a folded word: the word's own first, then its beginnings'."""
    starts = (word[:length] for length in BEGINNINGS if len(word) >= length)
    return (
        crc32(word.encode("utf-8", "replace")) & MASK,
        *(crc32(b"^" + s.encode("utf-8", "replace")) & MASK for s in starts),
    )


def pair(first: int, second: int) -> int:
    """Return the feature of two words side by side, given their own features."""
    return (first * 31 + second * 17 + 7) & MASK


def features(found: Sequence[Word]) -> set[int]:
    """Return the features of a text, each once; `found` are its words."""
    told = [word.folded for word in found[:MOST_WORDS]]
    parts = [hashes(word) for word in told]
    made = {feature for word, part in zip(told, parts, strict=True) if word not in SMALL for feature in part}
    made.update(pair(one[0], other[0]) for one, other in pairwise(parts))
    return made
