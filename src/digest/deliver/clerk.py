"""The one thread that talks to the outbox, and the outcomes that wait to be written there."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from digest.deliver.needs import Outbox
from digest.model.delivery import Claimed, DeliveryState, Result

log = logging.getLogger(__name__)

GROUP: Final = 50
LATEST: Final = 0.5
"""Outcomes are written when there are so many, or when the oldest is so many seconds old."""

T = TypeVar("T")


class Clerk:
    """Claims and records for one worker. A transaction, once begun, is always waited for: its answer is never lost."""

    def __init__(self, issue: int, worker: str, outbox: Outbox, now: Callable[[], datetime]) -> None:
        self._issue, self._worker, self._outbox, self._now = issue, worker, outbox, now
        self._waiting: list[Result] = []
        self._oldest = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self.counts: Counter[DeliveryState] = Counter()
        """What was written, by state."""
        self.cancelled = False
        """Whether the task was cancelled while it waited for a transaction; who asked has to heed it."""

    @property
    def waiting(self) -> int:
        """How many outcomes are not written yet."""
        return len(self._waiting)

    def due(self, *, quiet: bool) -> bool:
        """Say whether to write now; `quiet` says that no more outcomes are on the way."""
        if not self._waiting:
            return False
        return quiet or len(self._waiting) >= GROUP or time.monotonic() - self._oldest >= LATEST

    def add(self, result: Result) -> None:
        """Take an outcome, to be written soon."""
        if not self._waiting:
            self._oldest = time.monotonic()
        self._waiting.append(result)

    async def claim(self, limit: int) -> Claimed:
        """Return at most `limit` rows, or why there are none."""
        return await self._call(
            partial(self._outbox.claim, self._issue, self._worker, limit=limit, now=self._now()),
        )

    async def record(self) -> int:
        """Write what waits, in one transaction; return how many outcomes of messages it held.

        Where that fails everything still waits: writing an outcome twice does no harm, since it names its attempt.
        """
        results, self._waiting = self._waiting, []
        try:
            written = await self._call(partial(self._outbox.record, self._worker, results, now=self._now()))
        except BaseException:
            self._waiting[:0] = results
            raise
        if written < len(results):
            log.warning("outcomes not written: the rows were decided otherwise", extra={"rows": len(results) - written})
        self.counts.update(result.outcome.state for result in results)
        return sum(result.outcome.state is not DeliveryState.QUEUED for result in results)

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=False)

    async def _call(self, transaction: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._thread, transaction)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self.cancelled = True
            return await future
