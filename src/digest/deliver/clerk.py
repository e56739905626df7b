"""The one thread that talks to the outbox, and the outcomes that wait to be written there."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar

from digest.deliver.hush import hushed
from digest.deliver.needs import Outbox, Worker
from digest.errors import PutBack, Unreachable
from digest.model.delivery import Claimed, DeliveryState, Key, Result

log = logging.getLogger(__name__)

GROUP: Final = 50
LATEST: Final = 0.5
"""Outcomes are written when there are so many (more at a quick pace), or when the oldest is so many seconds old."""
ROUND: Final = 10.0
"""Seconds between two looks at what died, and at rows that name the worker and that it does not hold."""
PAUSES: Final[tuple[float, ...]] = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds before the database is asked again that did not answer; after the last the run ends."""
HURRIED: Final = 3
"""So many of them once the run is ending."""

T = TypeVar("T")


class Clerk:
    """Claims and records for one worker. A transaction, once begun, is always waited for: its answer is never lost.

    Where the database was away, what it did in the end is not known: rows that it gave and that never arrived here are
    found again by the worker's name, and what was never begun of them is given back.
    """

    def __init__(self, issue: int, worker: Worker, outbox: Outbox, now: Callable[[], datetime]) -> None:
        self._issue, self._worker, self._outbox, self._now = issue, worker, outbox, now
        self._waiting: list[Result] = []
        self._oldest = 0.0
        self._held: set[Key] = set()
        self._claims = 0
        self._round_at = time.monotonic() + ROUND
        self._pauses = PAUSES
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self.counts: Counter[DeliveryState] = Counter()
        """What was written, by state."""
        self.cancelled = False
        """Whether the task was cancelled while it waited for a transaction; who asked has to heed it."""

    @property
    def waiting(self) -> int:
        """How many outcomes are not written yet."""
        return len(self._waiting)

    def due(self, *, quiet: bool, group: int = GROUP) -> bool:
        """Say whether to write now; `quiet` says that no more outcomes are on the way, `group` how many may wait."""
        if not self._waiting:
            return False
        return quiet or len(self._waiting) >= max(group, GROUP) or time.monotonic() - self._oldest >= LATEST

    def add(self, result: Result) -> None:
        """Take an outcome, to be written soon."""
        if not self._waiting:
            self._oldest = time.monotonic()
        self._waiting.append(result)

    async def claim(self, limit: int) -> Claimed:
        """Return at most `limit` rows, or why there are none."""
        if time.monotonic() >= self._round_at:
            for result in await self._call(self._look_round):
                self.add(result)
        return await self._call(lambda: self._claim(limit))

    async def record(self) -> int:
        """Write what waits, in one transaction; return how many outcomes of messages it held.

        Where that fails everything still waits: writing an outcome twice does no harm, since it names its attempt.
        """
        results, self._waiting = self._waiting, []
        try:
            written = await self._call(lambda: self._record(results))
        except BaseException:
            self._waiting[:0] = results
            raise
        if written < len(results):
            log.warning("outcomes not written: the rows were decided otherwise", extra={"rows": len(results) - written})
        self.counts.update(result.outcome.state for result in results)
        return sum(result.outcome.state is not DeliveryState.QUEUED for result in results)

    def hurry(self) -> None:
        """Wait less long for a database that does not answer: the run is ending."""
        self._pauses = PAUSES[:HURRIED]

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)

    def _claim(self, limit: int) -> Claimed:
        claimed = self._outbox.claim(self._issue, self._worker.id, limit=limit, now=self._now())
        if claimed.claims:
            self._worker.claimed(claimed.number, self._issue)
            self._claims = claimed.number
            self._held.update(claim.key for claim in claimed.claims)
        if claimed.closed == "brake":
            self._outbox.pull_brake(self._issue, hush=hushed, now=self._now())
        return claimed

    def _record(self, results: list[Result]) -> int:
        written = self._outbox.record(self._worker.id, results, now=self._now())
        self._held.difference_update(_key(result) for result in results)
        return written

    def _look_round(self) -> list[Result]:
        """Recover the dead; return what to write of rows that name the worker and that it does not hold."""
        self._round_at = time.monotonic() + ROUND
        self._worker.look_round(self._now())
        held = self._outbox.held(self._worker.id)
        strange = [key for key, state in held.items() if state is DeliveryState.CLAIMED and key not in self._held]
        if not strange:
            return []
        self._held.update(strange)
        account = self._worker.account(strange)
        results = [account.verdict(key, DeliveryState.CLAIMED) for key in strange]
        log.warning("rows taken up that the database gave without a word", extra={"rows": len(strange)})
        return [result for result in results if result is not None]

    async def _call(self, transaction: Callable[[], T]) -> T:
        """Run a transaction in the thread; ask again for a while where the database does not answer."""
        pauses, away = iter(self._pauses), False
        while True:
            try:
                if away:
                    await self._once(self._require_not_older)
                return await self._once(transaction)
            except Unreachable:
                away, self._round_at = True, -math.inf  # what it did in the end is not known
                pause = next(pauses, None)
                if pause is None or self.cancelled:
                    raise
                log.warning("the database does not answer", extra={"seconds": pause})
                await self._sleep(pause)

    async def _once(self, transaction: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._thread, transaction)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self.cancelled = True
            return await future

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled = True

    def _require_not_older(self) -> None:
        """Raise PutBack where the database that came back is older than the one that went."""
        known = self._outbox.claims()
        if known < self._claims:
            raise PutBack(f"the database came back older: it knows of {known} claims, and {self._claims} were made")


def _key(result: Result) -> Key:
    return Key(result.claim.issue, result.claim.seq, result.claim.attempt)
