"""What runs of sending share that go over the same relay in one process: its connections, and its rate.

Each run has connections of its own, so that what one meets with (a server that hangs, a pause, an error) is its own.
Who wants one and finds all taken gets it from whoever has the most: it ends, in good order, behind what it carries.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from digest.deliver.pace import Pace
from digest.deliver.smtp.session import SmtpSession

POLL: Final = 0.25
"""Seconds after which somebody who wants a connection asks again."""
WANTED: Final = 4 * POLL
"""Seconds after its last question in which somebody counts as wanting a connection."""
TURN: Final = 2.0
"""Seconds that the only connection of a run stands at least, where there are fewer than runs; and seconds after which
one that was to end is no longer waited for: its server may take minutes to answer."""
IDLE: Final = 10.0
"""Seconds after which such a one is given up that carried nothing."""


@dataclass(slots=True, eq=False)
class Guest:
    """One run's part of a relay's connections."""

    gate: Gate
    sessions: list[SmtpSession] = field(default_factory=list)
    """Those that were made."""
    opening: int = 0
    """How many are being made."""
    since: float = math.inf
    """When it began to want one more; infinite if it does not."""
    asked_at: float = -math.inf

    @property
    def open(self) -> int:
        """How many stand or are being made."""
        return sum(not session.closed for session in self.sessions) + self.opening

    @property
    def staying(self) -> list[SmtpSession]:
        """Those that are not about to end."""
        return [session for session in self.sessions if not (session.closed or session.leaving)]

    def wants(self, now: float) -> bool:
        """Say whether it waits for one more."""
        return now - self.asked_at < WANTED and self.since < math.inf

    def ask(self, now: float, *, most: float = math.inf, bare: bool = True) -> float:
        """Return the seconds until it is worth asking again whether one more may be made; 0: it may be, at once.

        No more than `most` are to stand with the relay, whoever made them. `bare`: it has none with other relays.
        """
        if not self.wants(now):
            self.since = now
        self.asked_at = now
        return self.gate.ask(self, now, most=most, bare=bare)

    def begin(self) -> None:
        """Make the connection that was asked for."""
        self.opening += 1
        self.since = math.inf

    def leave(self) -> None:
        """Want and have nothing any more."""
        self.gate.guests.remove(self)


class Gate:
    """A relay's connections among all who send over it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit: float = math.inf
        self.as_of = -math.inf
        """From when the limits are."""
        self.pace: Final = Pace(math.inf, clock)
        """The rate that guests share, each by a pace `beside` this one. It stays the same one while the rate comes,
        changes and goes (infinite), so that whoever is on the way heeds it."""
        self.guests: list[Guest] = []
        self._going: WeakKeyDictionary[SmtpSession, float] = WeakKeyDictionary()
        """When each was first seen about to end."""

    @property
    def taken(self) -> int:
        """How many connections stand or are being made, whoever has them."""
        return sum(guest.open for guest in self.guests)

    @property
    def staying(self) -> int:
        """How many of them are not about to end."""
        return sum(len(guest.staying) + guest.opening for guest in self.guests)

    def ahead(self, guest: Guest) -> int:
        """Return how many more the one has who has the most than this guest, which may get them by asking."""
        return max(len(each.staying) for each in self.guests) - guest.open

    def guest(self) -> Guest:
        """Return the part of one more run, which has to leave at its end."""
        self.guests.append(Guest(self))
        return self.guests[-1]

    def ask(self, guest: Guest, now: float, *, most: float = math.inf, bare: bool = True) -> float:
        """Return 0 where the guest may make a connection now, else when to ask again; others may have to give one up.

        Who has fewer goes first, of those who have as many the one that has waited longer. For `most` and `bare` see
        `Guest.ask`.
        """
        free = min(self.limit, most) - self.taken
        wanting = [each for each in self.guests if each.wants(now)]
        wanting.sort(key=lambda each: (each.open, each.since))
        if wanting.index(guest) < free:
            return 0.0
        if wanting.index(guest) < free + self._soon_free(now):
            return POLL
        self._make_room(guest, now, bare=bare)
        return POLL

    def _soon_free(self, now: float) -> int:
        """Return how many connections are about to end, but for those that were to a while ago, and hang."""
        ending = (each for guest in self.guests for each in guest.sessions if each.leaving and not each.closed)
        return sum(now - self._going.setdefault(each, now) < TURN for each in ending)

    def _make_room(self, guest: Guest, now: float, *, bare: bool) -> None:
        """Let the one end a connection who has the most of them, if that leaves it no worse off than the guest."""
        most = max(self.guests, key=lambda each: len(each.staying))
        more = len(most.staying) - guest.open
        if more >= 2:
            most.staying[0].leave()
        elif more == 1 and bare and not guest.open:
            had_its_turn = [
                session
                for each in self.guests
                for session in each.staying
                if now - session.opened_at >= (TURN if session.carried else IDLE)
            ]
            if had_its_turn:
                min(had_its_turn, key=lambda session: session.opened_at).leave()


class Gates:
    """The gates of the relays by name, for each event loop: what runs on several of them shares nothing."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Gate]] = WeakKeyDictionary()

    def of(
        self, relay: str, *, connections: int, rate: float | None, clock: Callable[[], float], as_of: float = 0.0
    ) -> Gate:
        """Return the relay's gate on the loop that runs, with the limits that hold for all who use it.

        Those are the newest: `as_of` says from when these ones are, and older ones change nothing any more.
        """
        gates = self._of.setdefault(asyncio.get_running_loop(), {})
        gate = gates[relay] = gates.get(relay) or Gate(clock)
        if as_of >= gate.as_of:
            gate.as_of, gate.limit = as_of, connections
            gate.pace.change(rate or math.inf)
        return gate
