"""The daemon: a clock wakes its jobs, each run is written down, and what is told twice is told once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest import pipeline
from digest.errors import StoreError
from digest.lifecycle import SIDE_BY_SIDE
from digest.parts import Parts
from digest.schedule import JOBS, Event, Watch, done

TICK: Final = timedelta(seconds=10)
"""How often the daemon looks; the wake-ups fall on whole minutes, so that what is due at 07:00 leaves at 07:00."""
GAP: Final = timedelta(milliseconds=200)
HOUR: Final = timedelta(hours=1)
ALONGSIDE: Final = (
    (("collect",), TICK, HOUR / 2),
    (("draft", "deadline"), TICK, HOUR / 2),
    (("lists", "notices"), TICK, HOUR / 2),
    (("send",), TICK, 6 * HOUR),
    (("alerts",), timedelta(seconds=30), HOUR / 6),
    (("retention",), 6 * HOUR, 7 * HOUR),
)
"""What runs side by side, how often, and how long it may not have ended before it is taken to hang.

A slow outlet delays no draft, a long send no deadline.
"""
AT_ONCE: Final = {"send": SIDE_BY_SIDE + 1}
"""How often a job may be under way; else once. While some issues are being sent another turn sees to what falls due."""
GRACE: Final = 5.0
"""Seconds that jobs have to end by themselves; as long again to end when they are cut off."""
PING: Final = 60.0
"""Seconds between two pings, at least."""
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Wake-ups are counted from a whole minute."""

Tell = Callable[[Event, int], None]
"""Is told each event, with the number of its run in the diary; 0 where it has none."""


class Rounds:
    """The jobs over and over, until the watch is told to stop. A clock that runs fast wants a shorter `tick`."""

    def __init__(self, watch: Watch, tell: Tell, *, tick: timedelta = TICK) -> None:
        self._watch = replace(watch, gap=GAP)
        self._haste = TICK / tick
        self._tell = tell
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: dict[str, dict[tuple[int, str], int]] = {}  # issue and text, and when met with, by `_count`
        self._count = 0  # of turns begun and failures met with
        self._under_way: dict[str, list[float]] = {}  # when each turn began that has not ended
        self._well = {name: name == "send" for name in JOBS}  # of a job's first turn; a send may take an hour
        self._users: Counter[int] = Counter()
        self._retired: dict[int, Parts] = {}
        self._pinged = -PING
        self._ended: dict[str, float] = {}
        self.left: list[str] = []
        """The jobs that did not end when they were told to: a thread of theirs may go on."""

    @property
    def parts(self) -> Parts:
        """The parts that jobs are given from now on."""
        return self._watch.parts

    async def __call__(self, begun: Callable[[], object] = lambda: None) -> None:
        """Take turns until `stop` is set; then end within seconds, with nothing half done.

        The clock's job store is memory, missed wake-ups fold into one, and no job overlaps itself but one of `AT_ONCE`,
        which knows what it has in hand: nothing of what is owed depends on a wake-up having come. `begun` is called
        once the first turn is on its way.
        """
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for names, every, _ in ALONGSIDE:
            self._ended[names[0]] = time.monotonic()
            trigger = IntervalTrigger(seconds=every.total_seconds() / self._haste, start_date=START, timezone=UTC)
            most = AT_ONCE.get(names[0], 1)
            scheduler.add_job(self._woken, trigger, args=[names], next_run_time=datetime.now(UTC), max_instances=most)
        scheduler.start()
        begun()
        await self._watch.stop.wait()
        scheduler.pause()
        ending = set(self._tasks)
        for task in ending:
            if task.get_name() in ("collect", "alerts"):
                task.cancel()  # what a portion of sources brought is kept whole or not at all; an alert is told later
        await self._end_all(ending)
        scheduler.shutdown(wait=False)
        for parts in self._retired.values():
            parts.close()

    async def _end_all(self, ending: set[asyncio.Task[None]]) -> None:
        """Wait for the jobs to end; cut off those that do not, whose work is taken up again at the next start."""
        if not ending:
            return
        _, late = await asyncio.wait(ending, timeout=GRACE)
        for task in late:
            task.cancel()
        if late:
            self.left = sorted({task.get_name() for task in late})
            self._tell(Event("daemon", f"cuts off what does not end: {', '.join(self.left)}", failed=True), 0)
            await asyncio.wait(late, timeout=GRACE)

    def change(self, parts: Parts) -> None:
        """Give jobs these parts from now on; those before are closed once nothing works with them."""
        before, self._watch = self._watch.parts, replace(self._watch, parts=parts)
        self._retired[id(before)] = before
        self._close_unused(id(before))

    async def _woken(self, names: tuple[str, ...]) -> None:
        task = asyncio.create_task(self._wake(names), name=names[0])
        self._tasks.add(task)
        try:
            with suppress(asyncio.CancelledError):  # as it is at the end; the next waking would do the same work
                await asyncio.shield(task)
        finally:
            self._tasks.discard(task)

    async def _wake(self, names: tuple[str, ...]) -> None:
        watch = self._watch
        key = id(watch.parts)
        self._users[key] += 1
        began, under_way = time.monotonic(), self._under_way.setdefault(names[0], [])
        under_way.append(began)
        try:
            resting = await self._resting(watch.parts)
            for name in names:
                if name not in resting:
                    await self._run(name, watch)
                self._well[name] = name in resting or not self._failures.get(name)
            others = [each for each in under_way if each != began]
            self._ended[names[0]] = min(others, default=time.monotonic())
            await self._ping(watch.parts)
        finally:
            under_way.remove(began)
            self._users[key] -= 1
            self._close_unused(key)

    async def _run(self, name: str, watch: Watch) -> None:
        """Do one job. It is written down if there is something to tell of it."""
        began, failed, told, run = watch.clock(), False, list[str](), 0
        self._count += 1
        turn, result = self._count, "cut off"
        with structlog.contextvars.bound_contextvars(job=name):
            try:
                async for event in done(name, watch):
                    known = event.failed and (event.issue, event.text) in self._failures.get(name, ())
                    if event.failed:
                        failed = True
                        self._count += 1
                        self._failures.setdefault(name, {})[event.issue, event.text] = self._count
                    if known:
                        continue
                    told.append(event.text)
                    run = run or await self._begin(watch.parts, name, began, event.issue)
                    self._tell(event, run)
                result = "failed" if failed else "ok"
            finally:
                if run:
                    await self._end(watch, run, result, told)
        # What was met with before this turn and not in it is mended, but for what other turns have in hand. What one
        # that began later found mended meanwhile, though this one had met with it, is here no more.
        held = watch.sending | watch.waiting if name in AT_ONCE else ()
        before = self._failures.get(name, {}).items()
        self._failures[name] = {what: at for what, at in before if at > turn or what[0] in held}

    async def _begin(self, parts: Parts, name: str, at: datetime, issue: int) -> int:
        about = {"issue": issue} if issue else {}
        with suppress(StoreError):  # what is told matters more than that it is written down
            return await asyncio.to_thread(parts.store.runs.start, name, at, **about)
        return 0

    async def _end(self, watch: Watch, run: int, result: str, told: list[str]) -> None:
        with suppress(StoreError):
            # Not in a thread: a job that is cancelled could not wait for it.
            watch.parts.store.runs.finish(run, result, "; ".join(told), watch.clock())

    async def _resting(self, parts: Parts) -> set[str]:
        with suppress(StoreError):  # the job itself says that the database is away
            return set(await asyncio.to_thread(parts.store.jobs.paused)) & set(JOBS)
        return set()

    async def _ping(self, parts: Parts) -> None:
        """Tell that all is well, where it is and somebody wants to hear it."""
        now = time.monotonic()
        if not (parts.settings.alerts.ping and now - self._pinged >= PING and all(self._well.values())):
            return
        if hang := hanging(self._ended, now, self._haste):
            self._say_of_ping(f"no ping goes out, since {' and '.join(hang)} will not end")
            return
        self._pinged, told = now, self._failures.get("ping")
        try:
            await pipeline.ping(parts)
        except OSError as error:
            self._say_of_ping(str(error))
        else:
            if self._failures.get("ping") is told:  # else something was told while it was on its way, and holds
                self._failures["ping"] = {}

    def _say_of_ping(self, text: str) -> None:
        if (0, text) not in self._failures.get("ping", ()):
            self._tell(Event("ping", text, failed=True), 0)
        self._failures["ping"] = {(0, text): 0}

    def _close_unused(self, key: int) -> None:
        if not self._users[key] and key in self._retired:
            self._retired.pop(key).close()


def hanging(ended: Mapping[str, float], now: float, haste: float = 1) -> list[str]:
    """Return the jobs that may well hang, by when each last ended, in seconds; `haste` is how fast the clock runs.

    >>> hanging({"collect": 0.0, "draft": 1500.0, "send": 0.0}, 1801.0)
    ['collect']
    """
    return [
        names[0] for names, _, limit in ALONGSIDE if (now - ended.get(names[0], now)) * haste > limit.total_seconds()
    ]
