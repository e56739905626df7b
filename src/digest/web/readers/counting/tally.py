"""The counting beside the answers: what was judged is added up and written each second, in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool

from digest.errors import DigestError
from digest.model.clicks import Clicked
from digest.parts import Parts
from digest.web.readers.counting.watch import Visit, Watch

log = logging.getLogger(__name__)

EVERY: Final = 1.0
"""Seconds between two looks at what is old enough, while something waits."""


class Tally:
    """Counts visits, off the way of the answers. A process that dies loses what came in its last seconds."""

    def __init__(self, parts: Parts, clock: Callable[[], datetime]) -> None:
        self._parts, self._clock = parts, clock
        self._watch = Watch()
        self._judged: Counter[Clicked] = Counter()
        self._going: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def note(self, visit: Visit) -> None:
        """Take in a visit."""
        self._watch.note(visit)
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())

    @asynccontextmanager
    async def open(self, _app: object = None) -> AsyncIterator[None]:
        """Count until the end, and write then what is left."""
        try:
            yield
        finally:
            self._ending.set()
            if self._going is not None:
                await self._going
            await self._write(all_of_them=True)

    async def _go(self) -> None:
        while (self._watch.busy or self._judged) and not self._ending.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), EVERY)
            await self._write()

    async def _write(self, *, all_of_them: bool = False) -> None:
        self._judged.update(self._watch.due(self._clock(), all_of_them=all_of_them))
        counts, self._judged = self._judged, Counter()
        if not counts:
            return
        try:
            await run_in_threadpool(self._parts.store.clicks.add, counts)
        except DigestError as error:
            log.warning("clicks wait to be counted", extra={"clicks": counts.total(), "reason": str(error)})
            self._judged.update(counts)
