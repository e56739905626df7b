"""How long somebody who guesses has to wait: nobody is locked out, and guessing gets slower and slower."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

FREE: Final = 5
"""Wrong tries before anybody has to wait."""
LONGEST: Final = 60.0
"""Seconds of a wait."""
SHORT: Final = 4.0
"""Seconds that a name which is guessed at from elsewhere has each place wait between its own tries."""
MEMORY: Final = 3600.0
"""Seconds of quiet after which wrong tries are forgotten."""
MOST: Final = 10_000
"""Keys that are remembered, the last ones."""


@dataclass(slots=True)
class _Tries:
    wrong: int
    last: float


class Throttle:
    """Counts wrong tries by whatever they have in common: a place and a name, a place, a machine let in before.

    What many places share, as the name they guess at, makes each of them wait a little between its own tries and none
    of them for another: so whoever guesses from elsewhere locks nobody out. Instants are seconds of any clock; where it
    is set back nobody waits longer than they would have.
    """

    def __init__(self) -> None:
        self._tries: dict[Hashable, _Tries] = {}

    def wait(self, own: Sequence[Hashable], now: float, shared: Hashable = None) -> float:
        """Return the seconds until these may try again; 0: now."""
        crowd = min(self._pause(shared, now), SHORT)
        return max((self._wait(self._tries.get(key), now, crowd if key == own[0] else 0.0) for key in own), default=0.0)

    def tried(self, keys: Sequence[Hashable], now: float) -> None:
        """Count a try as wrong, until `right` says otherwise: tries at the same time do not get by."""
        for key in keys:
            known = self._tries.pop(key, None)
            wrong = known.wrong if known and now - known.last < MEMORY else 0
            self._tries[key] = _Tries(wrong + 1, now)
        while len(self._tries) > MOST:
            del self._tries[next(iter(self._tries))]

    def right(self, keys: Sequence[Hashable]) -> None:
        """Forget the wrong tries of the first key, with the others too: it was a person who mistyped.

        What others tried from the same place or at the same name stays: a name of one's own clears nothing else.
        """
        own = self._tries.pop(keys[0], None)
        for key in keys[1:]:
            if own and (known := self._tries.get(key)):
                known.wrong = max(known.wrong - own.wrong, 0)

    def _pause(self, key: Hashable, now: float) -> float:
        known = self._tries.get(key)
        return pause(known.wrong) if known and now - known.last < MEMORY else 0.0

    def _wait(self, tries: _Tries | None, now: float, least: float) -> float:
        if tries is None or now - tries.last >= MEMORY:
            return 0.0
        longest = max(pause(tries.wrong), least)
        return min(max(tries.last + longest - now, 0.0), longest)


def pause(wrong: int) -> float:
    """Return the seconds to wait after so many wrong tries.

    >>> [pause(n) for n in (4, 5, 6, 7, 20)]
    [0.0, 1.0, 2.0, 4.0, 60.0]
    """
    return 0.0 if wrong < FREE else min(2.0 ** min(wrong - FREE, 10), LONGEST)
