"""The daemon as a process: it waits for the lead, keeps it, heeds signals, and tells the system how it does."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from digest import pipeline
from digest.errors import DigestError, SettingsError
from digest.operate import notify
from digest.operate.logs import log
from digest.parts import Parts
from digest.remarks import remarks
from digest.rounds import TICK, Rounds
from digest.schedule import JOBS, Event, Watch
from digest.settings import Settings
from digest.store import Lead

WAIT: Final = 1.0
"""Seconds between two tries of a standby: so long nobody has the lead after a death."""
LOOK: Final = 5.0
"""Seconds between two looks whether the lead is still ours, and between two words to the system."""
AGAIN: Final = 60.0
"""Seconds until a port that somebody else has is tried again."""
CLOSING: Final = 3.0
"""Seconds that the pages have to close; open streams of events are cut by then."""
FIXED: Final = ("database", "data")
"""Settings that hold until the process ends."""


def utc() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


@dataclass
class Process:
    """One daemon: a standby at first, and the one that works once it has the lead."""

    parts: Parts
    reread: Callable[[], Settings]
    """Reads the settings anew; raises SettingsError."""
    web: bool = True
    """Whether it serves the pages, too."""
    clock: Callable[[], datetime] = utc
    tick: timedelta = TICK
    """How often the jobs look; a clock that runs fast wants it shorter."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    again: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by whoever wants the settings read again."""
    left: bool = False
    """Whether a thread may still be about what a job did not end; nobody should wait for it."""

    async def __call__(self) -> None:
        """Work until it is told to stop. Raises StoreError where nobody can have the lead."""
        running = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(number, self.stop.set)
        running.add_signal_handler(signal.SIGHUP, self.again.set)
        tell(Event("daemon", "begins; it stops at SIGTERM or Ctrl-C, and reads its settings again at SIGHUP"))
        for line in remarks(self.parts.settings):
            tell(Event("daemon", line))
        lead = self.parts.store.lead()
        try:
            async with beside(self._pulse()):
                while await self._taken(lead):
                    await self._work(lead)
        finally:
            notify.tell(STOPPING=1)
            lead.leave()
        tell(Event("daemon", "has stopped"))

    async def _taken(self, lead: Lead) -> bool:
        """Wait for the lead; return whether it is ours, which it is not where we are to stop."""
        told = False
        while not self.stop.is_set():
            if await asyncio.to_thread(lead.take):
                tell(Event("daemon", f"has the lead ({lead.where})"))
                return True
            if not told:
                text = f"waits as a standby: another daemon has the lead ({lead.where})"
                tell(Event("daemon", text))
                notify.tell(READY=1, STATUS=text)
                told = True
            await until(self.stop, WAIT)
        return False

    async def _work(self, lead: Lead) -> None:
        """Do all jobs until we are to stop, or the lead is lost."""
        await asyncio.to_thread(self._take_over)
        down = asyncio.Event()
        rounds = Rounds(Watch(self.parts, self.clock, down), tell, tick=self.tick)
        changed = asyncio.Event()
        async with (
            beside(self._relay_stop(down)),
            beside(self._guard(lead, down)),
            beside(self._heed(rounds, changed)),
            beside(self._say_how_it_stands()),
            beside(self._serve(down, changed), patience=CLOSING),
        ):
            await rounds(begun=lambda: notify.tell(READY=1))
        self.left = self.left or bool(rounds.left)

    def _take_over(self) -> None:
        """Settle what the one before left. What cannot be is told; each job says again what keeps it from its work."""
        try:
            self.parts.store.runs.cut_off(list(JOBS), self.clock())
            pipeline.take_stock(self.parts, now=self.clock())
        except DigestError as error:
            tell(Event("daemon", str(error), failed=True))

    async def _relay_stop(self, down: asyncio.Event) -> None:
        await self.stop.wait()
        down.set()

    async def _guard(self, lead: Lead, down: asyncio.Event) -> None:
        """End the work once the lead is lost: the tables would keep two daemons from harm, and one is enough."""
        while await asyncio.to_thread(lead.holds):
            await until(down, LOOK)
            if down.is_set():
                return
        tell(Event("daemon", f"has lost the lead ({lead.where})", failed=True))
        down.set()

    async def _heed(self, rounds: Rounds, changed: asyncio.Event) -> None:
        """Read the settings again whenever somebody wants it; what cannot be leaves everything as it was."""
        while True:
            await self.again.wait()
            self.again.clear()
            notify.tell(RELOADING=1, MONOTONIC_USEC=time.monotonic_ns() // 1000)
            try:
                settings = await asyncio.to_thread(self.reread)
                fixed = [name for name in FIXED if getattr(settings, name) != getattr(self.parts.settings, name)]
                if fixed:
                    raise SettingsError(f"{' and '.join(fixed)} changed, which needs a restart")
            except (SettingsError, OSError) as error:
                tell(Event("daemon", f"keeps the settings it had: {error}", failed=True))
            else:
                self.parts = Parts(settings, self.parts.store, self.parts.gates)
                self.parts.set_limits()
                rounds.change(self.parts)
                changed.set()
                tell(Event("daemon", "has read its settings again"))
                for line in remarks(settings):
                    tell(Event("daemon", line))
            notify.tell(READY=1)

    async def _serve(self, down: asyncio.Event, changed: asyncio.Event) -> None:
        """Serve the pages, anew after each change of settings; a port that is taken costs no reader a mail."""
        if not self.web:
            return
        from digest.web import Throttle, create_app, serve

        throttle = Throttle()  # who guesses is not forgotten when settings are read again
        while not down.is_set():
            changed.clear()
            web, over = self.parts.settings.web, asyncio.Event()
            async with beside(either(over, down, changed)):
                try:
                    app = create_app(self.parts, clock=self.clock, throttle=throttle)
                    await serve(app, web.host, web.port, over, ready=self._opened)
                except Exception as error:  # a port that somebody has, a page that fails: readers get their mail
                    why = str(error) or type(error).__name__
                    tell(Event("web", f"{why}; tried again in a minute, and mail goes out all the same", failed=True))
                    await until(over, AGAIN)

    def _opened(self, url: str) -> None:
        tell(Event("web", f"serves the desk and the readers' pages at {url}"))
        if self.parts.settings.web.auth == "password" and not self.parts.store.editors.there_are_any():
            tell(Event("web", "the desk has no editors yet, so nobody can sign in; digest editors add NAME"))

    async def _pulse(self) -> None:
        """Tell the system that the loop turns; no database is asked for that, since a slow one is no reason to die."""
        every = notify.watchdog()
        seconds = min(LOOK, every.total_seconds()) if every else LOOK
        while True:
            notify.tell(WATCHDOG=1)
            await asyncio.sleep(seconds)

    async def _say_how_it_stands(self) -> None:
        """Tell the system the sentence on how things stand, while we have the lead."""
        while True:
            with suppress(DigestError):  # the jobs say that the database is away
                outlook = await asyncio.to_thread(pipeline.outlook, self.parts, now=self.clock())
                notify.tell(STATUS=outlook.sentence)
            await asyncio.sleep(LOOK)


def tell(event: Event, run: int = 0) -> None:
    """Write an event into the log."""
    fields = {name: value for name, value in (("job", event.job), ("run", run), ("issue", event.issue)) if value}
    log().log(logging.WARNING if event.failed else logging.INFO, event.text, **fields)


async def until(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, so long at most."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def either(then: asyncio.Event, *events: asyncio.Event) -> None:
    """Set `then` once one of the events is."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    then.set()


@asynccontextmanager
async def beside(work: Coroutine[None, None, None], patience: float = 0) -> AsyncIterator[None]:
    """Let work go on while the block does, and end it with the block; what it raised is raised there.

    Work that ends by itself has `patience` seconds for it.
    """
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        if patience:
            await asyncio.wait({task}, timeout=patience)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
