"""Marks that hold the place of personal fields while a variant is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

FIELDS: Final = ("web_url", "preferences_url", "unsubscribe_url", "settings")
"""The personal fields that templates may place."""
_LINK: Final = "link"


def link_field(number: int) -> str:
    """Return the field of a counted link.

    >>> link_field(3)
    'link3'
    """
    return f"{_LINK}{number}"


@dataclass(frozen=True, slots=True)
class Slots:
    """The marks of one rendering.

    Their name is a hash over everything rendered, so no collected text can hold one: a story that wrote a mark into its
    link would be sent every reader's private address.
    """

    name: str

    @classmethod
    def over(cls, *texts: str) -> Slots:
        """Return marks that stand in none of the texts."""
        return cls("slot" + sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:24])

    def marks(self) -> dict[str, str]:
        """Return the mark of each field, ASCII letters and digits only."""
        return {field: f"{self.name}x{place}x" for place, field in enumerate(FIELDS)}

    def link(self, number: int) -> str:
        """Return the mark of a counted link, which no template need know."""
        return f"{self.name}x{len(FIELDS) + number}x"

    def split(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (literal text, the field after it) in order; the last field is empty."""
        pieces = re.split(f"{self.name}x([0-9]+)x", text)
        for literal, place in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            yield literal, _field(int(place)) if place else ""


def _field(place: int) -> str:
    return FIELDS[place] if place < len(FIELDS) else link_field(place - len(FIELDS))
