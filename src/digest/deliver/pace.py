"""How fast a relay is sent to: a rate, kept over all its connections, and neither missed nor made up for in a burst.

Several runs of sending may share it: they take turns, however many connections each of them has.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

SLACK: Final = 0.1
"""Seconds' worth of messages that may be caught up on: what a late timer cost, and all that a pause may save up."""
GRAIN: Final = 0.005
"""Seconds for which those whose turn has not come are left alone at least: at a high rate a few go together."""
SOON: Final = 0.5
"""Seconds before its turn that a run makes the first of its connections, where others would take every turn."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of tokens, one a message, as the instant at which the next one is there (a virtual schedule).

    Within any t seconds at most `rate * (t + SLACK) + 1` are taken; who asks again at the latest `SLACK` after each
    one was there gets no fewer than `rate * t`. It holds a single one at first. Nothing is added up but instants that
    lie apart by the same step, so that it does not drift.
    """

    rate: float
    """Messages a second, more than 0; infinite: as many as one likes."""
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
    """A relay's rate for one run of sending. Its connections ask before each message, and are called in their turn.

    They are called in the order in which they were told to wait: a connection that always has something to send
    leaves no other without its turn.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic, *, turns: Turns | None = None) -> None:
        """Take messages a second, and a clock of seconds that runs as the event loop's does."""
        self._turns = turns or Turns(rate, clock)
        self._waiting: dict[Callable[[], None], None] = {}
        self.served = 0
        """The number of the message that went last, counted over all who share the rate; 0: none yet."""
        self._turns.join(self)

    def beside(self) -> Pace:
        """Return the same rate for another run, which takes turns with this one until it leaves."""
        return Pace(self.rate, turns=self._turns)

    def leave(self) -> None:
        """Take no more turns."""
        self._waiting.clear()
        self._turns.leave(self)

    @property
    def rate(self) -> float:
        """Messages a second, of all who share it together."""
        return self._turns.bucket.rate

    def change(self, rate: float) -> None:
        """Set another rate, for all who share it, at once: nobody waits any longer than the new one asks for."""
        self._turns.change(rate)

    @property
    def waits(self) -> bool:
        """Whether a connection of this run waits to be called."""
        return bool(self._waiting)

    def ready_in(self) -> float:
        """Return the seconds until a message of this run may go, behind those whose turn is first; 0 if one may."""
        return self._turns.wait() + self._turns.ahead(self) / self.rate

    def connect_in(self) -> float:
        """Return the seconds until a new connection may carry something.

        Beside others that wait, a run without one could never take its turn: it may make one a little earlier.
        """
        early = SOON if not self._waiting and self._turns.waits else 0.0
        return max(0.0, self.ready_in() - early)

    def ready(self, call: Callable[[], None]) -> bool:
        """Say whether a message may go now; if not, `call` is called once when one may. Runs on the event loop."""
        if (self._turns.calling or not self._turns.waits) and not self._turns.wait():
            return True
        self._waiting[call] = None
        self._turns.set_timer()
        return False

    def spend(self) -> None:
        """Count a message that goes now; only where one may."""
        self.served = self._turns.spend()

    def call(self) -> None:
        """Call the connection that was the first to wait."""
        first = next(iter(self._waiting))
        del self._waiting[first]
        first()


class Turns:
    """What those share who keep a rate together: its bucket, and whose turn it is."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self.bucket, self._clock = Bucket(rate), clock
        self.calling = False
        """Whether somebody is being called, who may send."""
        self._paces: list[Pace] = []
        self._spent = 0
        self._timer: asyncio.TimerHandle | None = None

    def join(self, pace: Pace) -> None:
        """Take one more among those who share."""
        self._paces.append(pace)

    def leave(self, pace: Pace) -> None:
        """Let one go."""
        with suppress(ValueError):  # it went before
            self._paces.remove(pace)

    @property
    def waits(self) -> bool:
        """Whether anybody waits to be called."""
        return any(pace.waits for pace in self._paces)

    def ahead(self, of: Pace) -> int:
        """Return how many others wait whose turn comes first: it is whose last message went the longest ago."""
        return sum(pace.waits and pace.served < of.served for pace in self._paces)

    def wait(self) -> float:
        """Return the seconds until a token is there."""
        return self.bucket.wait(self._clock())

    def spend(self) -> int:
        """Take a token; return how many were taken so far."""
        if self.bucket.rate != math.inf:
            self.bucket = self.bucket.taken(self._clock())
        self._spent += 1
        return self._spent

    def change(self, rate: float) -> None:
        """Go on at another rate."""
        if rate == self.bucket.rate:
            return
        due = self.bucket.next_at
        soonest = None if due is None else min(due, self._clock() + 1 / rate)
        self.bucket = Bucket(rate, soonest)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self.calling:  # else it is set behind that
            self.set_timer()

    def set_timer(self) -> None:
        """Have those who wait called when a message may go."""
        if self._timer is None and self.waits:
            pause = max(self.wait(), GRAIN)
            self._timer = asyncio.get_running_loop().call_later(pause, self._call)

    def _call(self) -> None:
        """Call those who wait while a message may go; who has none to send takes no other's turn."""
        self._timer, self.calling = None, True
        try:
            while (waiting := [pace for pace in self._paces if pace.waits]) and not self.wait():
                min(waiting, key=lambda pace: pace.served).call()
        finally:
            self.calling = False
            self.set_timer()
