"""Lines of plain text: wrapped at 78 columns, addresses left whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

WIDTH: Final = 78
"""Columns; RFC 5322, 2.1.1 asks for no more."""


def width(text: str) -> int:
    """Return how many columns the text takes; East Asian wide characters take two, nothing less than one.

    >>> width("Lindholm"), width("平和")
    (8, 4)
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@lru_cache(maxsize=4096)
def wrap(text: str, indent: str = "", columns: int = WIDTH) -> str:
    """Return the text in lines of at most `columns`, the second and later ones indented by `indent`.

    A word that holds an address is never cut; another one longer than a line is.

    >>> print(wrap("Calder wants unarmed observers from neutral states.", columns=24))
    Calder wants unarmed
    observers from neutral
    states.
    """
    lines: list[str] = []
    line, used, start = "", 0, ""
    for word in _words(text, columns - width(indent)):
        size = width(word)
        if used and used + 1 + size > columns:
            lines.append(line)
            line, used, start = "", 0, indent
        line, used = (f"{line} {word}", used + 1 + size) if used else (start + word, width(start) + size)
    return "\n".join([*lines, line])


def _words(text: str, room: int) -> Iterator[str]:
    for word in text.split():
        if width(word) <= room or "://" in word:
            yield word
        else:
            yield from _pieces(word, max(room, 2))


def _pieces(word: str, room: int) -> Iterator[str]:
    piece, used = "", 0
    for char in word:
        if used + width(char) > room:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + width(char)
    yield piece


def underline(text: str, mark: str = "-") -> str:
    """Return the wrapped text with a line of marks under it, as long as its longest line."""
    lines = wrap(text)
    return f"{lines}\n{mark * max(width(line) for line in lines.splitlines() or [''])}"


def rule(left: str, right: str = "", columns: int = WIDTH) -> str:
    """Return two texts at the two ends of one line; below each other where they do not fit.

    >>> rule("DIPLOMACY", "3 stories", 30)
    'DIPLOMACY            3 stories'
    """
    gap = columns - width(left) - width(right)
    return f"{left}{' ' * gap}{right}" if gap > 0 else f"{wrap(left, columns=columns)}\n{wrap(right, columns=columns)}"
