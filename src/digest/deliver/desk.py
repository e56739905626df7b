"""Where lanes get their work and leave its results, and what decides whether a message may still be begun."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.deliver.clerk import Clerk
from digest.deliver.hand import Hand, Row
from digest.deliver.needs import Message, Session, Transport, Worker
from digest.deliver.retry import pause_after
from digest.errors import JournalError, RelayError
from digest.model import delivery
from digest.model.delivery import Claim, DeliveryState, Outcome, Result

CLAIM_AGE: Final = delivery.CLAIM_AGE.total_seconds()
"""Seconds after which a claimed row may not be begun any more."""
STALE_CLAIMS: Final = 3
"""So often did a claim go stale that was made after the last one had: the mail server is too slow for any."""
MOST_SPOILT: Final = 10
"""So many messages that could not even be composed end the run."""

GIVEN_BACK: Final = Outcome(DeliveryState.QUEUED)
CUT_OFF: Final = Outcome(DeliveryState.IN_DOUBT, 0, "sending was cut off before the mail server answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a run of sending is given besides its rows: the world as functions."""

    compose_message: Callable[[Claim], Message]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    """Seconds; must run on while the machine sleeps and the process is stopped."""
    chance: Callable[[], float]
    """From 0 to 1, for the jitter of pauses."""
    worker: Worker
    progress: Callable[[Mapping[DeliveryState, int]], None]
    """Told what this run has on record so far, by state."""
    expect: Callable[[Sequence[Claim]], None]
    """Told what was claimed, whose messages will be asked for soon, in this order."""
    dismiss: Callable[[Claim], None]
    """Told of a claim that is given back, whose message will not be asked for."""


class Desk:
    """The state that the lanes of a run share. What happens here sets `changed`."""

    def __init__(self, world: World, transport: Transport, clerk: Clerk) -> None:
        self._world, self._transport, self._clerk = world, transport, clerk
        self._opening = asyncio.Lock()
        self._stale, self._stale_at = 0, -math.inf
        self._spoilt: list[Row] = []
        self.hand = Hand()
        self.changed = asyncio.Event()
        self.opened = False
        """Whether a session was ever opened: the server is there, and takes our login."""
        self.answers = 0
        """How many messages of this run a server has said yes or no to."""
        self.settled = 0
        """How many rows have an outcome; `queued` is none."""
        self.errors: list[Exception] = []
        """Errors of the program, the first of them first."""
        self.lost: RelayError | None = None
        """Why the mail server counts as lost."""
        self.ending = False
        """Whether nothing more may be begun."""

    def chance(self) -> float:
        """Return a number from 0 to 1, for the jitter of a pause."""
        return self._world.chance()

    def fresh(self, row: Row) -> bool:
        """Say whether the row may be begun, and mark it if not."""
        stale = self._world.clock() - row.asked_at >= CLAIM_AGE
        if stale and row.asked_at > self._stale_at:
            self._count_stale()
        row.forbidden = stale or self.ending
        return not row.forbidden

    def begin(self, row: Row) -> bool:
        """Say whether the row may be begun now, and mark it as begun if so: in the journal, which outlives us."""
        if self.fresh(row):
            try:
                self._world.worker.begin(row.claim, row.relay)
            except JournalError as error:
                row.forbidden = True
                self.errors.append(error)
                self.end()
                return False
            row.begun = True
        return row.begun

    def compose(self, row: Row) -> Message:
        """Return the row's message."""
        return self._world.compose_message(row.claim)

    def ready_in(self) -> float:
        """Return the seconds until a message may go over a connection that is yet to be made."""
        return self._transport.ready_in(anew=True)

    async def open(self) -> Session | None:
        """Return a new session; None where none may be made any more by now. Raises RelayError.

        The first is opened alone: a wrong password is tried once.
        """
        if self.opened:
            return await self._transport.open()
        async with self._opening:
            if self.lost is not None:
                raise self.lost
            if self.ready_in() > 0:
                return None
            session = await self._transport.open()
            self.opened = True
            return session

    def settle(self, row: Row, outcome: Outcome) -> None:
        """Take the outcome of a row, to be written soon."""
        not_before = None
        if outcome.state is DeliveryState.DEFERRED:
            not_before = self._world.now() + pause_after(row.claim.tries, chance=self._world.chance())
        if outcome.state is DeliveryState.QUEUED:
            self._world.dismiss(row.claim)
        else:
            self._stale = 0
            self.settled += 1
            self.answers += bool(outcome.code)
            self._world.worker.ended(row.claim, outcome, not_before)
        self._clerk.add(Result(row.claim, outcome, not_before, row.relay))
        self.changed.set()

    def put_back(self, row: Row) -> None:
        """Take back a row that the server has not taken, begun or not; it goes out over another connection."""
        if row.begun:
            row.begun = False
            self._world.worker.ended(row.claim, GIVEN_BACK, None)  # what the journal says of it counts no more
        self.hand.put_back(row)

    def spoil(self, row: Row, error: Exception) -> None:
        """Keep a row aside that an error in the program keeps from being sent; the others go on."""
        self._spoilt.append(row)
        self.errors.append(error)
        if len(self.errors) >= MOST_SPOILT:
            self.end()

    def fail(self, error: Exception) -> None:
        """Begin nothing more, because of an error in the program."""
        self.errors.append(error)
        self.end()

    def give_back(self) -> None:
        """Settle every row that no lane has, and hand none out any more: what was not begun is queued again."""
        for row in [*self.hand.close(), *self._spoilt]:
            self.settle(row, CUT_OFF if row.begun else GIVEN_BACK)
        self._spoilt.clear()

    def let_go(self, age: float) -> None:
        """Give back the rows in hand that were asked for so many seconds ago or more."""
        for row in self.hand.drop(self._world.clock() - age):
            self.settle(row, GIVEN_BACK)

    def end(self, lost: RelayError | None = None) -> None:
        """Begin nothing more, because the mail server is lost where `lost` says so."""
        self.lost = self.lost or lost
        self.ending = True
        self.changed.set()

    def complain(self) -> None:
        """Raise what went wrong, if anything did."""
        if self.errors:
            first, *others = self.errors
            if others:
                first.add_note(f"and {len(others)} more like it")
            raise first
        if self.lost is not None:
            raise self.lost

    def _count_stale(self) -> None:
        self._stale_at = self._world.clock()
        self._stale += 1
        if self._stale >= STALE_CLAIMS:
            reason = f"the mail server is too slow: no message could be begun within {CLAIM_AGE:g} s of its claim"
            self.end(RelayError(reason))
