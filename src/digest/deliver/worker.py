"""One run of sending: claims rows, keeps the lanes busy, has outcomes written, and leaves nothing open behind it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from digest.deliver.clerk import LATEST, Clerk
from digest.deliver.desk import Desk, World
from digest.deliver.hand import Row
from digest.deliver.lanes import Lane
from digest.deliver.needs import Outbox, Transport
from digest.errors import RelayError
from digest.model.delivery import DeliveryState

FIRST_CLAIM: Final = 50
LARGEST_CLAIM: Final = 500
MOST_HELD: Final = 1000
"""Rows, of claims and of outcomes, that a quick run holds: what it sends while a claim and a record take their time."""
ASK: Final = 1.0
"""Seconds after which a worker asks at the latest whether it may still send."""
MEASURED: Final = 0.05
"""Seconds over which the pace is measured at least: a run that is quick claims much soon."""
GROWTH: Final = 2
"""So many times the rows held before are held at most: answers may come in a burst, and rows go stale."""
AHEAD: Final = 0.5
"""Seconds before a message may go, by the relay's rate, from which a row is claimed for it: rows go stale."""
LET_GO: Final = 10.0
"""Seconds after its claim at which a row is given back whose turn others took, or for which they leave no connection:
it would be stale at the next one."""
BOOT: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
PATIENCE: Final = 10.0
"""Seconds that a message already begun may take once sending is stopped; then it is in doubt."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run of sending did."""

    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    """Outcomes written in this run by state; `queued` counts rows given back."""
    next_at: datetime | None = None
    """When the next row falls due or may be tried again; None if none waits."""
    closed: str = ""
    """Why claiming ended before the rows did (see Claimed); else empty."""
    stopped: bool = False
    """Whether it was asked to stop."""
    lasted: timedelta = field(default=timedelta(), compare=False)
    """From its first claim to its last outcome."""


def boot_time() -> float:
    """Return seconds on a clock that runs on while the machine sleeps and while the process is stopped."""
    return time.clock_gettime(BOOT)


def allowed(rate: float) -> int:
    """Return how many rows a relay's rate (messages a second, or infinite) lets be held: a second's worth, at least 1.

    >>> allowed(40.0), allowed(1 / 60), allowed(math.inf)
    (40, 1, 1000)
    """
    return max(1, math.ceil(min(rate, MOST_HELD)))


def held_rows(settled: int, seconds: float, before: int) -> int:
    """Return how many rows to hold: what the present pace sends in a second, from 1 to 1000 and twice those `before`.

    >>> held_rows(40, 0.5, 50), held_rows(2, 8.0, 50), held_rows(9000, 1.0, 50), held_rows(9000, 1.0, 800)
    (80, 1, 100, 1000)
    """
    return min(MOST_HELD, GROWTH * before, max(1, math.ceil(settled / seconds)))


class Run:
    """Sends what is due of an issue over as many lanes as the transport has connections; made for one use."""

    def __init__(self, issue: int, outbox: Outbox, transport: Transport, world: World) -> None:
        self._world, self._transport = world, transport
        self._loop = asyncio.get_running_loop()
        self._clerk = Clerk(issue, world.worker, outbox, world.now)
        self._desk = Desk(world, transport, self._clerk)
        self._lanes = [Lane(self._desk, self._refused, self._lane_closed) for _ in range(max(1, transport.connections))]
        self._working = len(self._lanes)
        self._limit = FIRST_CLAIM
        self._asked_at = self._measured_at = -math.inf
        self._measured = 0
        self._brought, self._waits = True, False
        self._first_at: float | None = None
        self._over = self._stopped = False
        self._closed = ""
        self._next_at: datetime | None = None

    async def __call__(self) -> Tally:
        """Run to the end. Raises RelayError where the mail server is lost, and whatever the outbox or a message raise.

        However it ends, what is not begun is given back and what has an outcome is recorded, as far as the outbox
        can be written; what is begun and has no answer is in doubt.
        """
        tasks = [asyncio.create_task(lane.work()) for lane in self._lanes]
        patience = 0.0
        try:
            await self._work()
            patience = 0.0 if self._clerk.cancelled else PATIENCE
        except Exception:
            patience = PATIENCE
            raise
        finally:
            try:
                await self._wind_down(tasks, patience)
            finally:
                self._clerk.close()
        if self._clerk.cancelled:
            raise asyncio.CancelledError
        self._desk.complain()
        began = self._loop.time() if self._first_at is None else self._first_at
        lasted = timedelta(seconds=self._loop.time() - began)
        return Tally(dict(self._clerk.counts), self._next_at, self._closed, self._stopped, lasted)

    def stop(self) -> None:
        """Begin nothing more; the run ends as soon as what is begun has its answer."""
        self._stopped = True
        self._desk.end()

    def _refused(self, error: RelayError) -> None:
        """Go on, unless no lane has hope left: one that works or connects anew may still be let in."""
        if all(lane.hopeless for lane in self._lanes):
            self._desk.end(error)

    def _lane_closed(self, lane: Lane) -> None:
        """Go on with fewer lanes; end where the server never let us in, so that a wrong password is tried once."""
        self._working -= 1
        if lane.error is not None and not self._desk.opened:
            self._desk.end(lane.error)
        elif lane.error is not None:
            self._refused(lane.error)
        if not self._working:
            self._desk.end()
        self._desk.changed.set()

    async def _work(self) -> None:
        """Claim and record until nothing is claimable, claiming is closed, or sending has to end."""
        while not (self._over or self._desk.ending or self._clerk.cancelled):
            self._desk.changed.clear()
            if not (self._in_turn and any(lane.connected for lane in self._lanes)):
                self._desk.let_go(LET_GO)
            if self._clerk.due(quiet=self._quiet, group=self._portion // 2):
                await self._record()
            elif self._claim_due:
                await self._claim()
            else:
                await self._change()

    async def _change(self) -> None:
        """Wait until a lane has news, and at most as long as outcomes and questions may wait."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LATEST / 2):
                await self._desk.changed.wait()

    @property
    def _portion(self) -> int:
        """How many rows to hold: what the present pace, or the relay's rate, sends in a second."""
        return min(self._limit, allowed(self._transport.rate))

    @property
    def _low(self) -> bool:
        """Whether the hand is running out of rows."""
        return len(self._desk.hand) <= self._portion // 2

    @property
    def _in_turn(self) -> bool:
        """Whether the relay's rate lets a message go soon: before that a row would only grow old here."""
        return self._transport.ready_in() <= AHEAD

    @property
    def _quiet(self) -> bool:
        """Whether no row is in hand or on its way."""
        return not self._desk.hand and not any(lane.busy for lane in self._lanes)

    @property
    def _claim_due(self) -> bool:
        """Whether to ask for rows, and so whether sending may go on.

        Where the last claim brought none, some may still come back from the lanes: asked again when all is quiet, and
        where others keep what waits, only after a while.
        """
        if self._loop.time() - self._asked_at >= ASK:
            return True
        return self._in_turn and ((self._quiet and not self._waits) or (self._low and self._brought))

    async def _claim(self) -> None:
        """Take rows into the hand; see whether that was all, or whether sending is closed."""
        if not self._world.worker.holds():
            self._closed = "dead"
            self._desk.end()
            return
        self._measure()
        limit = min(self._portion, LARGEST_CLAIM) if self._low and self._in_turn else 0
        quiet, asked_at = self._quiet, self._world.clock()
        self._asked_at = self._loop.time()
        claimed = await self._clerk.claim(limit)
        if self._first_at is None and claimed.claims:
            self._first_at = self._asked_at
        self._world.expect(claimed.claims)
        self._desk.hand.add(Row(claim, asked_at) for claim in claimed.claims)
        self._next_at, self._closed = claimed.next_at, claimed.closed
        self._waits = not claimed.claims and self._next_at is not None and self._next_at <= self._world.now()
        self._brought = bool(claimed.claims) or (not limit and self._brought)
        # Rows that the clerk found and gives back wait to be written, and are there for the next claim.
        self._over = quiet and not (claimed.claims or self._waits or self._clerk.waiting)
        if claimed.closed:
            self._desk.end()

    def _measure(self) -> None:
        """Fit the size of the next claim to what was sent since the last look."""
        at, settled = self._loop.time(), self._desk.settled - self._measured
        if at - self._measured_at < MEASURED:
            return
        if settled:
            self._limit = max(held_rows(settled, at - self._measured_at, self._limit), len(self._lanes))
        self._measured_at, self._measured = at, self._desk.settled

    async def _record(self) -> None:
        if await self._clerk.record():
            self._world.progress(dict(self._clerk.counts))
        self._waits = False

    async def _wind_down(self, tasks: list[asyncio.Task[None]], patience: float) -> None:
        """Give back what is not begun at once, wait a while for the rest, and write everything down."""
        self._desk.end()
        self._clerk.hurry()
        self._desk.give_back()
        for lane, task in zip(self._lanes, tasks, strict=True):
            if not lane.stop():
                task.cancel()
        await self._await_answers(tasks, patience)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        self._desk.errors.extend(end for end in ends if isinstance(end, Exception))
        self._desk.give_back()
        if self._clerk.waiting:
            await self._record()
        if self._closed in ("expired", "over"):
            await self._clerk.claim(0)  # gives nothing, and sweeps what has come back since

    async def _await_answers(self, tasks: list[asyncio.Task[None]], patience: float) -> None:
        """Wait until the lanes have ended; a cancellation ends their time at once.

        Counted in turns, not on a clock: where it was this machine that stood still, answers are here and not yet read.
        """
        try:
            for _ in range(math.ceil(patience / LATEST)):
                if all(task.done() for task in tasks):
                    return
                if self._clerk.waiting:
                    with suppress(Exception):  # what could not be written is tried again, aloud, at the end
                        await self._record()
                await asyncio.wait(tasks, timeout=LATEST)
        except asyncio.CancelledError:
            self._clerk.cancelled = True
