"""When a send will be through: before it begins from what is known of the pace, during it from how it goes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

MEMORY: Final = 20.0
"""Seconds over which a pace is smoothed: what was measured so long ago counts a third of what is measured now."""
FEW: Final = 5
"""So many earlier sends say what is usual."""
MINUTE: Final = 60.0
HOUR: Final = 3600.0
LONGEST: Final = 30 * 24 * HOUR
"""Seconds beyond which no estimate is one."""


class Basis(StrEnum):
    """What an estimate rests on, as it stands in its sentence."""

    NOTHING = ""
    PRESENT = "at the present pace"
    USUAL = "at the usual pace"
    RELAY = "at the relay's rate"


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long it takes until what can go has gone."""

    messages: int
    """How many are to go, without those that wait for a retry."""
    rate: float
    """Messages a second; 0 where nobody knows."""
    basis: Basis
    deferred: int = 0
    """How many more wait for a retry, whose time is not in the estimate."""

    @property
    def duration(self) -> timedelta | None:
        """How long that takes; None where nobody knows, as after a long silence: then the pace says nothing."""
        if not self.messages:
            return timedelta()
        return timedelta(seconds=self.messages / self.rate) if self.messages < self.rate * LONGEST else None

    def __str__(self) -> str:
        """Return it as a phrase; empty where nobody knows.

        >>> str(estimate(12_480, usual=36.0)), str(estimate(7, rate=0.5, deferred=3)), str(estimate(9))
        ('about 6 minutes at the usual pace', 'about 15 seconds at the present pace, 3 deferred apart', '')
        """
        if self.duration is None:
            return ""
        apart = f", {self.deferred:,} deferred apart" if self.deferred else ""
        return f"{span(self.duration)} {self.basis}".rstrip() + apart


def estimate(
    messages: int, *, rate: float = 0.0, usual: float = 0.0, allowed: float = math.inf, deferred: int = 0
) -> Estimate:
    """Return how long so many messages take, `deferred` more of which wait for a retry.

    All paces are messages a second: `rate` as it goes now (`Speed.rate`), `usual` as earlier sends went, both 0 where
    that is not known, and `allowed` as the relays' settings have it, which holds in any case.

    >>> str(estimate(30_000, usual=200.0, allowed=50.0))
    "about 10 minutes at the relay's rate"
    """
    if rate > 0:
        return Estimate(messages, min(rate, allowed), Basis.PRESENT, deferred)
    if 0 < usual <= allowed:
        return Estimate(messages, usual, Basis.USUAL, deferred)
    if math.isfinite(allowed):
        return Estimate(messages, allowed, Basis.RELAY, deferred)
    return Estimate(messages, 0.0, Basis.NOTHING, deferred)


def usual_pace(runs: Sequence[tuple[int, float]]) -> float:
    """Return messages a second of earlier sends, given as (messages, seconds), the newest first; 0 where none tells.

    The last few that were large count, together: a run that only tried a handful again tells of pauses, not of a pace.

    >>> usual_pace([(3, 9.0), (1200, 40.0), (1, 2.0), (800, 10.0)])
    40.0
    """
    largest = max((sent for sent, _ in runs), default=0)
    large = [(sent, seconds) for sent, seconds in runs if sent * 2 >= largest][:FEW]
    seconds = sum(each for _, each in large)
    return sum(sent for sent, _ in large) / seconds if seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast it goes of late. Older measurements fade, so that a pause or a quicker relay shows soon."""

    sent: float = 0.0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second; 0 before anything was measured."""
        return self.sent / self.seconds if self.seconds > 0 else 0.0

    def after(self, sent: int, seconds: float) -> Speed:
        """Return the speed once so many more were sent within so many more seconds.

        >>> Speed().after(40, 1.0).after(40, 1.0).rate
        40.0
        """
        kept = math.exp(-max(seconds, 0.0) / MEMORY)
        return replace(self, sent=self.sent * kept + sent, seconds=self.seconds * kept + max(seconds, 0.0))


def span(duration: timedelta) -> str:
    """Return a duration as people say it, no more exactly than it is known.

    >>> [span(timedelta(seconds=s)) for s in (2, 44, 350, 5400)]
    ['a few seconds', 'about 45 seconds', 'about 6 minutes', 'about 1 hour 30 minutes']
    """
    seconds = duration.total_seconds()
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {_rounded(seconds, 5)} seconds"
    if seconds < HOUR:
        return f"about {_counted(_rounded(seconds / MINUTE), 'minute')}"
    if seconds < 10 * HOUR:
        hours, minutes = divmod(_rounded(seconds / MINUTE, 5), 60)
        more = f" {_counted(minutes, 'minute')}" if minutes else ""
        return f"about {_counted(hours, 'hour')}{more}"
    return f"about {_counted(_rounded(seconds / HOUR), 'hour')}"


def _rounded(value: float, step: int = 1) -> int:
    return max(1, round(value / step)) * step


def _counted(n: int, one: str) -> str:
    return f"{n:,} {one if n == 1 else one + 's'}"
