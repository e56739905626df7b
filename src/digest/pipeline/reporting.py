"""Tells whoever watches a send how far it is, whether or not anything moves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias

from digest.deliver import Meter, Progress, Transport
from digest.deliver.smtp import Relays
from digest.errors import StoreError
from digest.model.delivery import DeliveryState
from digest.store import Outbox

log = logging.getLogger(__name__)

Report: TypeAlias = Callable[[Progress], None]

TICK: Final = 0.5
"""Seconds between two reports."""
RECOUNT: Final = 5.0
"""Seconds after which the outbox is counted anew, at the earliest: other senders may be at work on it."""
SHARE: Final = 50.0
"""How many times as long as a count took nothing is counted: a million deliveries take most of a second."""


@asynccontextmanager
async def reporting(
    outbox: Outbox, issue: int, transport: Transport, report: Report | None
) -> AsyncIterator[Callable[[Mapping[DeliveryState, int]], None] | None]:
    """Yield what `deliver` tells its progress to; None where nobody wants to hear."""
    if report is None:
        yield None
        return
    meter = Meter(await asyncio.to_thread(outbox.counts, issue), at=time.monotonic())
    task = asyncio.create_task(_tick(meter, lambda: outbox.counts(issue), transport, report))
    try:
        yield lambda written: meter.told(written, at=time.monotonic())
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tick(meter: Meter, count: Callable[[], Mapping[str, int]], transport: Transport, report: Report) -> None:
    due = time.monotonic() + RECOUNT
    failed = False
    while True:
        try:
            report(meter.look(time.monotonic(), transport.in_use if isinstance(transport, Relays) else None))
        except Exception:  # a display that fails costs neither the send nor what is shown after it
            if not failed:
                log.exception("how far the send is could not be shown")
            failed = True
        await asyncio.sleep(TICK)
        began = time.monotonic()
        if began >= due:
            written = meter.written
            with suppress(StoreError):  # where the database is away, the run itself says so
                meter.corrected(await asyncio.to_thread(count), written)
            ended = time.monotonic()
            due = ended + max(RECOUNT, SHARE * (ended - began))
