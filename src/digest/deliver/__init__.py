"""A rendered issue in, deliveries out: claims rows of the outbox and sends them, each at most once.

with enlisted(store.outbox, settings.data, now=now) as worker:
    tally = await deliver(issue, outbox=store.outbox, transport=SmtpTransport(...), worker=worker, ...)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from digest.deliver.alive import enlisted, enlisted_aside
from digest.deliver.desk import World
from digest.deliver.estimate import Estimate, Speed, estimate, usual_pace
from digest.deliver.few import send_few
from digest.deliver.needs import Message, Outbox, Session, Transport, Worker
from digest.deliver.progress import Meter, Progress
from digest.deliver.recover import Folder, recover_dead
from digest.deliver.settle import Declared, declare_dead
from digest.deliver.worker import Run, Tally, boot_time
from digest.model.delivery import Claim, DeliveryState

__all__ = [
    "Declared",
    "Estimate",
    "Folder",
    "Message",
    "Meter",
    "Outbox",
    "Progress",
    "Session",
    "Speed",
    "Tally",
    "Transport",
    "Worker",
    "declare_dead",
    "deliver",
    "enlisted",
    "enlisted_aside",
    "estimate",
    "recover_dead",
    "send_few",
    "usual_pace",
]


async def deliver(
    issue: int,
    *,
    outbox: Outbox,
    transport: Transport,
    compose_message: Callable[[Claim], Message],
    now: Callable[[], datetime],
    worker: Worker,
    expect: Callable[[Sequence[Claim]], None] | None = None,
    dismiss: Callable[[Claim], None] | None = None,
    progress: Callable[[Mapping[DeliveryState, int]], None] | None = None,
    stop: asyncio.Event | None = None,
    clock: Callable[[], float] = boot_time,
    chance: Callable[[], float] = random.random,
) -> Tally:
    """Send what is due of the issue; return what came of it when nothing is claimable any more.

    `worker` is enlisted (`enlisted`). `stop`, once set, and a cancellation end the run
    within seconds: what is not begun is given back, what is begun may still get its answer; a second cancellation
    leaves that in doubt. `progress` is told what this run has on record so far, by state, `expect` which messages will
    be asked of `compose_message` soon, for those that take long to make, and `dismiss` of which of them that is no
    longer so.

    Raises RelayError where the mail server is not there or turns us away, after everything not begun was given back;
    an error of `compose_message` comes out once the other messages are sent and recorded; StoreError (a database that
    does not come back within a minute, too) and JournalError end the run.
    """
    world = World(
        compose_message=compose_message,
        now=now,
        clock=clock,
        chance=chance,
        worker=worker,
        progress=progress or (lambda counts: None),
        expect=expect or (lambda claims: None),
        dismiss=dismiss or (lambda claim: None),
    )
    run = Run(issue, outbox, transport, world)
    task = asyncio.create_task(run())
    watch = asyncio.create_task(_watch(stop, run)) if stop is not None else None
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        run.stop()
        await _end(task)
        raise
    finally:
        if watch is not None:
            watch.cancel()


async def _watch(stop: asyncio.Event, run: Run) -> None:
    await stop.wait()
    run.stop()


async def _end(task: asyncio.Task[Tally]) -> None:
    """Wait for the task; the next cancellation is passed on to it."""
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # heard, though the cancellation is what is told
