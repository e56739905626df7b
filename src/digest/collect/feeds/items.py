"""What the parsers of feeds make of one: items in one set of words, fastfeedparser's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MOST_LOOKED_AT: Final = 20_000
"""Of a feed with more entries than anyone reads, only so many are looked at, in its order."""


@dataclass(frozen=True, slots=True)
class Items:
    """What a parser made of a feed."""

    items: Sequence[Mapping[str, Any]]
    beyond: int = 0
    """Items that were counted only."""
    language: str = ""
    document: bytes = b""
    """What an XML parser was given; empty for others."""
    broken: str = ""
    """What is wrong with the document, of which the parser made what it could; empty if nothing is."""
