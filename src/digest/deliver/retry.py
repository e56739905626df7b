"""When a deferred message is tried again, and a connection that was refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

PAUSES: Final = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60))
"""After the first, second, third deferral, and after every later one."""
JITTER: Final = 0.2
"""By how much a pause may be longer, so that what was deferred together does not come back together."""
RESTS: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds after the first refused connection, the second and so on, and after every later one."""


def pause_after(tries: int, *, chance: float = 0.0) -> timedelta:
    """Return how long to wait after a deferral at so many tries, counted from 1; a claim given back is none.

    `chance`, from 0 to 1, is where in the jitter the pause falls. RFC 5321, 4.5.4.1 advises at least 30 minutes
    between attempts, and allows better-informed strategies: the first two are shorter because greylisting lets a
    message in after a few minutes, and a newsletter that comes hours late is worth little.

    >>> [str(pause_after(n)) for n in (1, 2, 3, 4, 9)]
    ['0:05:00', '0:15:00', '0:30:00', '1:00:00', '1:00:00']
    >>> str(pause_after(1, chance=1.0))
    '0:06:00'
    """
    pause = PAUSES[min(max(tries, 1), len(PAUSES)) - 1]
    return pause * (1 + JITTER * chance)


def rest_after(refusals: int, *, chance: float = 0.0) -> float:
    """Return the seconds to wait after so many refused connections in a row, at least 1; `chance` as above.

    >>> [rest_after(n) for n in (1, 2, 9)], rest_after(1, chance=1.0)
    ([0.5, 1.0, 8.0], 0.6)
    """
    return RESTS[min(refusals, len(RESTS)) - 1] * (1 + JITTER * chance)
