"""A text as the numbers that an uncased BERT model reads: its WordPiece tokens.

Words are lower case and without accents; each mark of punctuation and each ideograph is one by itself. A word is cut
into the longest pieces that the vocabulary has, from the left; one that it cannot be made of is unknown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
LONGEST_WORD: Final = 100
"""Characters; a longer word is unknown, as when the model was taught."""
IDEOGRAPHS: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2CEAF), (0x2F800, 0x2FA1F))
SYMBOLS: Final = frozenset("$+<=>^`|~")
"""Of ASCII, what counts as punctuation although Unicode files it under symbols."""
LATIN: Final = 0.8
"""Share of letters without accents that a text in Latin script has at least."""
REMEMBERED: Final = 20_000
"""Words whose pieces are kept at hand; a bound, so that hostile text cannot fill the memory."""


class WordPiece:
    """Cuts text by a vocabulary, which gives each token its number."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._start, self._end, self._unknown = (vocabulary[mark] for mark in (START, END, UNKNOWN))
        self._pieces = lru_cache(maxsize=REMEMBERED)(self._cut)

    def tokens(self, text: str, most: int) -> list[int]:
        """Return at most `most` numbers, the marks of start and end among them; what is longer is cut off."""
        found = [self._start]
        for word in plain(text[: most * LONGEST_WORD]).split():
            found += self._pieces(word)
            if len(found) >= most:
                break
        return [*found[: most - 1], self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces, begin = [], 0
        while begin < len(word):
            mark = "##" if begin else ""
            ends = range(len(word), begin, -1)
            end = next((end for end in ends if mark + word[begin:end] in self._vocabulary), None)
            if end is None:
                return (self._unknown,)
            pieces.append(self._vocabulary[mark + word[begin:end]])
            begin = end
        return tuple(pieces)


def plain(text: str) -> str:
    """Return the text as the vocabulary spells it, words parted by spaces.

    >>> plain("Café №3, naïve!").split()
    ['cafe', '№3', ',', 'naive', '!']
    """
    return "".join(map(_plain, text))


def in_latin(text: str) -> bool:
    """Return whether nearly all letters of a text are Latin ones; False where there are none.

    >>> in_latin("Café Zürich, open since 1998"), in_latin("Паром знову ходить"), in_latin("42")
    (True, False, False)
    """
    letters = [char for char in plain(text) if char.isalpha()]
    return bool(letters) and sum(map(str.isascii, letters)) >= LATIN * len(letters)


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if char in "\t\n\r" or kind == "Zs":
        return " "
    if kind in ("Cc", "Cf", "Co", "Cs") or char == "\ufffd":
        return ""
    bare = [part for part in unicodedata.normalize("NFD", char) if unicodedata.category(part) != "Mn"]
    spelt = "".join(f" {part} " if _is_punctuation(part) else part.lower() for part in bare)
    return f" {spelt} " if any(low <= ord(char) <= high for low, high in IDEOGRAPHS) else spelt


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char).startswith("P") or char in SYMBOLS
