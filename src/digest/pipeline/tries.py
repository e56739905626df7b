"""When what could not be told is tried again: soon at first, then ever less often."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from digest.model.alert import Incident

FIRST: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(hours=1)

Mark: TypeAlias = tuple[int, bool]
"""An incident's id and whether it is over."""


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries that failed in a row, counted from 1.

    >>> [str(pause_after(n)) for n in (1, 2, 3, 99)]
    ['0:00:30', '0:01:00', '0:02:00', '1:00:00']
    """
    return min(FIRST * (1 << min(tries - 1, 10)), LONGEST)


@dataclass(frozen=True, slots=True)
class _Failure:
    tries: int
    again_at: datetime
    marks: frozenset[Mark]
    why: str


class Tries:
    """Which ways to tell failed, and how often. It is forgotten with the process: a restart tries all at once."""

    def __init__(self) -> None:
        self._failures: dict[str, _Failure] = {}

    def due(self, way: str, incidents: Sequence[Incident], now: datetime) -> bool:
        """Return whether to try now: the pause is over, or something is to be told that was not tried yet."""
        before = self._failures.get(way)
        return before is None or now >= before.again_at or not _marks(incidents) <= before.marks

    def failed(self, way: str, incidents: Sequence[Incident], now: datetime, why: str) -> None:
        """Note that a way failed for these."""
        before = self._failures.get(way)
        tries = before.tries + 1 if before else 1
        self._failures[way] = _Failure(tries, now + pause_after(tries), _marks(incidents), why)

    def well(self, way: str) -> None:
        """Note that a way took what it was given."""
        self._failures.pop(way, None)

    def keep(self, kind: str, ways: Collection[str]) -> None:
        """Forget the ways of a kind that are none of these: they have nothing to tell, or are gone."""
        for way in [way for way in self._failures if way.partition(":")[0] == kind and way not in ways]:
            del self._failures[way]

    @property
    def reasons(self) -> list[str]:
        """Why something is untold, each reason once."""
        return list(dict.fromkeys(failure.why for failure in self._failures.values()))


def _marks(incidents: Sequence[Incident]) -> frozenset[Mark]:
    return frozenset((each.id, each.ended_at is not None) for each in incidents)
