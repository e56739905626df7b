"""The daemon: woken by a clock, it asks the tables what is owed and does that. APScheduler only wakes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest import pipeline
from digest.errors import DigestError, ListError
from digest.lifecycle import Move
from digest.model.issue import Approval, Edition, Issue, Slot, State
from digest.model.news import Source, SourceState
from digest.parts import Parts
from digest.slots import due

TICK = timedelta(seconds=30)
"""How often the daemon looks."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a turn did, or could not do."""

    job: str
    """collect, draft, deadline, lists, send, daemon."""
    text: str
    failed: bool = False


async def turn(parts: Parts, *, clock: Callable[[], datetime]) -> list[Event]:
    """Do all that is owed at this moment, once: collect, draft, send; return what was done, in order.

    What fails is told and costs nothing else; the next turn tries it again.
    """
    events: list[Event] = []
    for job in (poll, draft, meet_deadlines, dispatch):
        try:
            events += await job(parts, clock)
        except (DigestError, OSError) as error:
            events.append(Event(job.__name__, str(error), failed=True))
    return events


async def poll(parts: Parts, clock: Callable[[], datetime]) -> list[Event]:
    """Read the sources whose interval has passed."""
    now = clock()
    names = [s.name for s in parts.settings.sources if is_due(s, parts.store.sources.state(s.name), now)]
    if not names:
        return []
    got = await pipeline.gather(parts, now=now, names=names)
    failed = "".join(f"; {report.name}: {report.reason}" for report in got.failed)
    read = len(got.reports) - len(got.failed)
    return [Event("collect", f"{got.articles} new articles from {read} of {len(names)} sources{failed}")]


def is_due(source: Source, state: SourceState, now: datetime) -> bool:
    """Return whether the source's interval has passed since it was last tried."""
    return state.last_try_at is None or now - state.last_try_at >= source.every


async def draft(parts: Parts, clock: Callable[[], datetime]) -> list[Event]:
    """Build the issues whose draft is owed, and record those whose hour is gone."""
    now, events = clock(), []
    editions = list(parts.settings.editions.values())
    newest = {e.id: issue.local_date for e in editions if (issue := parts.store.issues.last(e.id))}
    for owed in due(editions, newest, now):
        if owed.missed:
            issue = parts.store.issues.missed(owed.slot, now, "its hour was gone when the daemon came")
            events.append(Event("draft", f"{issue.edition} of {issue.local_date} is missed", failed=True))
        else:
            events.append(await built(parts, owed.slot, now))
    unbuilt = [i for e in editions for i in parts.store.issues.open(e.id) if was_cut_off(i, now)]
    return events + [await built(parts, slot_of(issue), now) for issue in unbuilt]


def was_cut_off(issue: Issue, now: datetime) -> bool:
    """Return whether somebody began to build the issue and did not come to the end."""
    return issue.state is State.DRAFT and issue.content is None and issue.draft_at <= now


async def built(parts: Parts, slot: Slot, now: datetime) -> Event:
    """Build one slot's issue and tell how it stands."""
    made = await asyncio.to_thread(pipeline.build, parts, slot.edition, now=now, slot=slot)
    issue = made.issue
    reason = f": {issue.reason}" if issue.reason else ""
    return Event("draft", f"{issue.edition} No. {issue.number} is {issue.state.value}{reason}")


async def meet_deadlines(parts: Parts, clock: Callable[[], datetime]) -> list[Event]:
    """Hold what nobody approved in time, and what expired before it left."""
    now, events = clock(), []
    for edition in parts.settings.editions.values():
        for issue in parts.store.issues.open(edition.id):
            if reason := overdue(issue, edition, now):
                parts.store.issues.move(issue.id, Move.HOLD, now=now, by="daemon", reason=reason)
                text = f"{edition.id} No. {issue.number} is held: {reason}"
                events.append(Event("deadline", text, failed=True))
    return events


def overdue(issue: Issue, edition: Edition, now: datetime) -> str:
    """Return why the issue may not go by the clock any more; empty if it still may."""
    if issue.state not in (State.REVIEW, State.APPROVED):
        return ""
    if now >= issue.expires_at:
        return f"it expired at {issue.expires_at:%Y-%m-%d %H:%M} UTC"
    waits = issue.state is State.REVIEW and edition.approval is not Approval.AUTO
    if waits and now >= issue.send_at + edition.deadline_grace:
        return f"nobody approved it by {issue.send_at + edition.deadline_grace:%Y-%m-%d %H:%M} UTC"
    return ""


async def dispatch(parts: Parts, clock: Callable[[], datetime]) -> list[Event]:
    """Send what is approved, or needs no approval, and whose hour has come; go on with what was begun."""
    now, events = clock(), []
    leaving = [
        issue
        for edition in parts.settings.editions.values()
        for issue in parts.store.issues.open(edition.id)
        if leaves(issue, edition, now) or goes_on(parts, issue, now)
    ]
    if leaving:
        events += agree(parts, now)
    for issue in leaving:
        sent = await pipeline.send(parts, issue.id, clock=clock, scheduled=True)
        did = ", ".join(f"{n} {state}" for state, n in sent.counts.items() if n)
        text = f"{issue.edition} No. {issue.number} is {sent.issue.state.value}: {did or 'nobody to send to'}"
        events.append(Event("send", text))
    return events


def agree(parts: Parts, now: datetime) -> list[Event]:
    """Read the lists' files; a file that cannot be read keeps the last good set, and is told."""
    try:
        pipeline.sync(parts, now=now)
    except ListError as error:
        return [Event("lists", f"{error}; the lists stay as they were", failed=True)]
    return []


def leaves(issue: Issue, edition: Edition, now: datetime) -> bool:
    """Return whether the issue may begin to go out now."""
    free = issue.state is State.APPROVED or (issue.state is State.REVIEW and edition.approval is Approval.AUTO)
    return free and issue.send_at <= now < issue.expires_at


def goes_on(parts: Parts, issue: Issue, now: datetime) -> bool:
    """Return whether an issue on its way has something due, has expired, or has nothing left to wait for."""
    if issue.state is not State.SENDING:
        return False
    next_at = parts.store.outbox.next_at(issue.id)
    return next_at is None or next_at <= now or now >= issue.expires_at


def slot_of(issue: Issue) -> Slot:
    """Return the slot that an issue fills."""
    return Slot(issue.edition, issue.local_date, issue.slot, issue.draft_at, issue.send_at)


async def run(
    parts: Parts, *, clock: Callable[[], datetime], tell: Callable[[Event], None], stop: asyncio.Event
) -> None:
    """Take turns until `stop` is set; a turn that runs is finished first.

    The clock's job store is memory, missed wake-ups fold into one, and two turns never overlap: nothing of what is
    owed depends on a wake-up having come.
    """
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    running = asyncio.Lock()

    async def wake() -> None:
        async with running:
            for event in await turn(parts, clock=clock):
                tell(event)

    scheduler.add_job(wake, IntervalTrigger(seconds=int(TICK.total_seconds()), timezone=UTC), next_run_time=clock())
    scheduler.start()
    with suppress(asyncio.CancelledError):
        await stop.wait()
    scheduler.pause()
    async with running:
        scheduler.shutdown(wait=False)
