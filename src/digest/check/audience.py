"""Whom an issue goes to, beside whom the last one went to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from digest.check.finding import Area, Finding, Level, count
from digest.check.proof import Crowd

JUMP: Final = 0.2
"""Share by which the number of readers may change from one issue to the next without a word."""
FEW: Final = 20
"""Readers up to whom a share says nothing."""


def audience(crowd: Crowd) -> Iterator[Finding]:
    """Yield what is to be said of the readers."""
    lists = ", ".join(f"{name} {n:,}" for name, n in crowd.lists)
    aside = [
        f"{n:,} {word}"
        for n, word in (
            (sum(n for _, n in crowd.lists) - crowd.going - crowd.nothing, "on more than one list"),
            (crowd.suppressed, "suppressed"),
            (crowd.unconfirmed, "not confirmed"),
            (crowd.left, "unsubscribed"),
            (crowd.nothing, "with nothing in their sections"),
        )
        if n > 0
    ]
    seen = "; ".join((lists, *aside))
    if not crowd.going:
        cure = "look at the lists: digest subscribers list"
        yield Finding(Level.AMBER, Area.AUDIENCE, "It goes to nobody", seen, cure=cure)
    elif (change := _change(crowd)) is not None:
        yield Finding(
            Level.AMBER,
            Area.AUDIENCE,
            f"{count(crowd.going, 'reader')}, {abs(change):.0%} {'more' if change > 0 else 'fewer'} than last time",
            f"{crowd.before:,} then; {seen}",
            cure="look whether a list was lost or brought in twice: digest subscribers list",
        )
    else:
        yield Finding(Level.GREEN, Area.AUDIENCE, f"It goes to {count(crowd.going, 'reader')}", seen)


def _change(crowd: Crowd) -> float | None:
    """Return by which share the readers changed, if by so much that somebody should look."""
    if not crowd.before or max(crowd.going, crowd.before) <= FEW:
        return None
    change = (crowd.going - crowd.before) / crowd.before
    return change if abs(change) > JUMP else None
