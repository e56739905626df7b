"""How long somebody who guesses has to wait: nobody is locked out, and guessing gets slower and slower."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

FREE: Final = 5
"""Wrong tries before anybody has to wait."""
LONGEST: Final = 60.0
"""Seconds of a wait."""
MEMORY: Final = 3600.0
"""Seconds of quiet after which wrong tries are forgotten."""
MOST: Final = 10_000
"""Keys that are remembered, the last ones."""


@dataclass(slots=True)
class _Tries:
    wrong: int
    last: float


class Throttle:
    """Counts wrong tries by whatever they have in common: a name, an address, a machine that was let in before.

    Instants are seconds of any clock; where it is set back nobody waits longer than they would have.
    """

    def __init__(self) -> None:
        self._tries: dict[Hashable, _Tries] = {}

    def wait(self, keys: Sequence[Hashable], now: float) -> float:
        """Return the seconds until these may try again; 0: now."""
        return max((self._wait(self._tries.get(key), now) for key in keys), default=0.0)

    def tried(self, keys: Sequence[Hashable], now: float) -> None:
        """Count a try as wrong, until `right` says otherwise: tries at the same time do not get by."""
        for key in keys:
            known = self._tries.pop(key, None)
            wrong = known.wrong if known and now - known.last < MEMORY else 0
            self._tries[key] = _Tries(wrong + 1, now)
        while len(self._tries) > MOST:
            del self._tries[next(iter(self._tries))]

    def right(self, keys: Sequence[Hashable]) -> None:
        """Forget the wrong tries: it was a person who mistyped."""
        for key in keys:
            self._tries.pop(key, None)

    def _wait(self, tries: _Tries | None, now: float) -> float:
        if tries is None or tries.wrong < FREE or now - tries.last >= MEMORY:
            return 0.0
        longest = pause(tries.wrong)
        return min(max(tries.last + longest - now, 0.0), longest)


def pause(wrong: int) -> float:
    """Return the seconds to wait after so many wrong tries.

    >>> [pause(n) for n in (4, 5, 6, 7, 20)]
    [0.0, 1.0, 2.0, 4.0, 60.0]
    """
    return 0.0 if wrong < FREE else min(2.0 ** min(wrong - FREE, 10), LONGEST)
