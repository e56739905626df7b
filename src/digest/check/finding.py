"""What a check says: how bad it is, about what, where, and what helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """What a finding means for the issue."""

    RED = "red"
    """It must not go out like that: only an override with a reason approves it."""
    AMBER = "amber"
    """Somebody should look."""
    GREEN = "green"
    """Looked at, and well."""


class Area(StrEnum):
    """What a finding is about."""

    CONTENT = "content"
    SUBJECT = "subject"
    LINKS = "links"
    SIZE = "size"
    CLIENTS = "clients"
    ACCESSIBILITY = "accessibility"
    SENDER = "sender"
    AUDIENCE = "audience"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found, or found in order."""

    level: Level
    area: Area
    text: str
    """A sentence without full stop: `Figure without a source`."""
    seen: str = ""
    """What it was seen by: `“2,300 soldiers”`; empty where the sentence says it all."""
    places: tuple[str, ...] = ()
    """Anchors of items and ids of sections; empty where it is about the whole issue."""
    cure: str = ""
    """What helps; empty for green."""


SEVERITY: Final = tuple(Level)
"""The worst first."""
ORDER: Final = tuple(Area)


def sorted_findings(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings as they are read: the worst first, then area by area, each in the order it was found."""
    return tuple(sorted(found, key=lambda one: (SEVERITY.index(one.level), ORDER.index(one.area))))


def worst(found: Iterable[Finding]) -> Level:
    """Return the worst level among findings; green where there are none."""
    return min((one.level for one in found), key=SEVERITY.index, default=Level.GREEN)


def reds(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what keeps an issue from being approved."""
    return tuple(one for one in found if one.level is Level.RED)


def quoted(text: str, most: int = 60) -> str:
    """Return a text in quotation marks, cut where it is long.

    >>> quoted("Crossing at Ferren holds through a third night", 20)
    '“Crossing at Ferren…”'
    """
    shown = " ".join(text.split())
    if len(shown) > most:
        shown = (shown[:most].rpartition(" ")[0] or shown[: most - 1]).rstrip(" ,;:.-–—(") + "…"
    return f"“{shown}”"


def some(names: Sequence[str], most: int = 3) -> str:
    """Return names joined by commas, the first few of many.

    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def count(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "story", "stories"), count(3, "link")
    ('1 story', '3 links')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
