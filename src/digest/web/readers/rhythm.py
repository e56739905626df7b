"""How often somebody reads: an edition, or some of its days, by one name in a form: `daily`, `daily:weekly`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from digest.model.issue import Edition
from digest.model.people import Preferences
from digest.slots import wanted_on

ALL: Final = "all"
FEWER: Final = ("weekdays", "weekly")
"""What a form offers of an edition besides all of its days, where that is something else."""
_MONDAY: Final = date(2026, 3, 2)


def days_of(edition: Edition, frequency: str) -> frozenset[int]:
    """Return the weekdays on which somebody gets an edition's issues; 0 is Monday. None at all for `alerts`."""
    wish, week = Preferences(frequency=frequency), range(7)
    days = {n: _MONDAY + timedelta(days=n) for n in week}
    return frozenset(n for n in edition.send.days if wanted_on(wish, edition, days[n]))


def named(edition: Edition, frequency: str) -> str:
    """Return what a form calls it."""
    return edition.id if days_of(edition, frequency) == edition.send.days else f"{edition.id}:{frequency}"


def taken_apart(name: str) -> tuple[str, str]:
    """Return the edition's id and how often.

    >>> taken_apart("daily"), taken_apart("daily:weekly")
    (('daily', 'all'), ('daily', 'weekly'))
    """
    edition, _, frequency = name.partition(":")
    return edition, frequency or ALL


def rhythms(editions: Iterable[Edition], present: str = "") -> dict[str, Edition]:
    """Return what may be chosen, by name: every edition, and some of its days where there is but one edition.

    What somebody has at present they may keep.
    """
    known = {each.id: each for each in editions}
    names = list(known)
    if len(known) == 1:
        names += [named(each, frequency) for each in known.values() for frequency in FEWER]
    if taken_apart(present)[0] in known:
        names.append(present)
    return {name: known[taken_apart(name)[0]] for name in dict.fromkeys(names)}


def less_often(edition: Edition, frequency: str, others: Iterable[Edition]) -> tuple[Edition, str] | None:
    """Return what comes on fewer days, the nearest to it: another edition, or one day of this one a week."""
    days = days_of(edition, frequency)
    fewer = [each for each in others if each.id != edition.id and len(each.send.days) < len(days)]
    if fewer:
        return max(fewer, key=lambda each: len(each.send.days)), ALL
    return (edition, "weekly") if len(days_of(edition, "weekly")) < len(days) else None
