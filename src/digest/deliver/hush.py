"""What a mail server says, fit for a log: its replies may name readers, or quote what was written to them."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 40
"""Letters of a word that is told; tokens are longer, words are not."""
SIGNS: Final = ("@", "://", "%40")


def hushed(text: str) -> str:
    """Return the text without whatever may be an address, a link or a token.

    >>> hushed("421 4.7.0 <ada@aldovar.example>: try again later")
    '421 4.7.0 … try again later'
    """
    return " ".join("…" if _tells(word) else word for word in text.split(" "))


def _tells(word: str) -> bool:
    return len(word) > LONGEST or any(sign in word for sign in SIGNS)
