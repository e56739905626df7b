"""How fast a relay is sent to: a rate, kept over all its connections, and neither missed nor made up for in a burst."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

SLACK: Final = 0.1
"""Seconds' worth of messages that may be caught up on: what a late timer cost, and all that a pause may save up."""
GRAIN: Final = 0.005
"""Seconds for which those whose turn has not come are left alone at least: at a high rate a few go together."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of tokens, one a message, as the instant at which the next one is there (a virtual schedule).

    Within any t seconds at most `rate * (t + SLACK) + 1` are taken; who asks again at the latest `SLACK` after each
    one was there gets no fewer than `rate * t`. It holds a single one at first. Nothing is added up but instants that
    lie apart by the same step, so that it does not drift.
    """

    rate: float
    """Messages a second, more than 0."""
    next_at: float | None = None
    """When the next token is there, on the clock of whoever asks; None before the first was taken."""

    def wait(self, at: float) -> float:
        """Return the seconds until a token is there; 0 if one is.

        >>> Bucket(4.0).wait(10.0), Bucket(4.0).taken(10.0).wait(10.0)
        (0.0, 0.25)
        """
        return 0.0 if self.next_at is None else max(0.0, self.next_at - at)

    def taken(self, at: float) -> Bucket:
        """Return the bucket after a token was taken, which has to be there."""
        due = at if self.next_at is None else max(self.next_at, at - SLACK)
        return replace(self, next_at=due + 1 / self.rate)


class Pace:
    """One relay's rate. Its connections ask before each message, and are called when their turn has come.

    They are called in the order in which they were told to wait: a connection that always has something to send
    leaves no other without its turn.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Take messages a second, and a clock of seconds that runs as the event loop's does."""
        self.rate: Final = rate
        self._bucket, self._clock = Bucket(rate), clock
        self._waiting: dict[Callable[[], None], None] = {}
        self._calling = False
        self._timer: asyncio.TimerHandle | None = None

    def ready_in(self) -> float:
        """Return the seconds until a message may go; 0 if one may."""
        return self._bucket.wait(self._clock())

    def ready(self, call: Callable[[], None]) -> bool:
        """Say whether a message may go now; if not, `call` is called once when one may. Runs on the event loop."""
        if (self._calling or not self._waiting) and not self.ready_in():
            return True
        self._waiting[call] = None
        self._set_timer()
        return False

    def spend(self) -> None:
        """Count a message that goes now; only where one may."""
        self._bucket = self._bucket.taken(self._clock())

    def _set_timer(self) -> None:
        if self._timer is None and self._waiting:
            pause = max(self.ready_in(), GRAIN)
            self._timer = asyncio.get_running_loop().call_later(pause, self._call)

    def _call(self) -> None:
        """Call those who wait while a message may go; who has none to send takes no other's turn."""
        self._timer, self._calling = None, True
        try:
            while self._waiting and not self.ready_in():
                call = next(iter(self._waiting))
                del self._waiting[call]
                call()
        finally:
            self._calling = False
            self._set_timer()
