"""The daemon's jobs: each asks the tables what is owed at an instant, and does that. `rounds` wakes them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from digest import pipeline
from digest.brake import BRAKE
from digest.collect.phrases import count
from digest.collect.standing import is_due
from digest.errors import ListError, MoveError, SuppressionError, Unfit
from digest.lifecycle import SIDE_BY_SIDE, Move
from digest.model.issue import Approval, Edition, Issue, Slot, State
from digest.model.news import SourceState
from digest.operate.retention import sweep
from digest.parts import Parts
from digest.slots import due

SPREAD: Final = timedelta(seconds=20)
"""Over how long the daemon begins the sources that are due together, at most: not all in the same instant."""
MOST_TOLD: Final = 20
"""Pieces of news of sources that one run tells: where a whole network is gone, a thousand lines say no more."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done, or could not be done."""

    job: str
    """A name of `JOBS`, or lists; daemon for what it does itself."""
    text: str
    failed: bool = False
    issue: int = 0
    """Which one it is about; 0 for none."""


Said: TypeAlias = tuple[str, int]
"""What a piece of work says of itself, empty for nothing, and the issue it is about."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What every job is given."""

    parts: Parts
    clock: Callable[[], datetime]
    stop: asyncio.Event
    """Once set, nothing more is begun, and what is being sent is put down in good order."""
    changes: pipeline.Changes = field(default_factory=pipeline.Changes)
    """What was seen of the lists' files."""
    tries: pipeline.Tries = field(default_factory=pipeline.Tries)
    """Which ways to tell an alert failed."""
    sending: set[int] = field(default_factory=set)
    """The issues that are being sent by this process, at most `SIDE_BY_SIDE`."""
    waiting: set[int] = field(default_factory=set)
    """Those that have no place beside them yet."""
    gap: timedelta = timedelta()
    """Between the beginnings of two sources that are due together, as long as `SPREAD` is enough for all."""


async def turn(watch: Watch) -> list[Event]:
    """Do all that is owed at this moment, once, job by job; return what was done, in order."""
    return [event for name in JOBS for event in [event async for event in done(name, watch)]]


async def done(name: str, watch: Watch) -> AsyncIterator[Event]:
    """Yield what a job does; a surprise (the database is gone) is an event too, and the next turn tries again."""
    try:
        async for event in JOBS[name](watch):
            yield event
    except Exception as error:  # the daemon outlives whatever one turn meets
        yield Event(name, str(error) or type(error).__name__, failed=True)


async def attempt(job: str, work: Callable[[], Awaitable[Said]], issue: int = 0) -> AsyncIterator[Event]:
    """Yield what one piece of work says of itself, or why it failed: it costs no other piece its turn."""
    try:
        said, about = await work()
    except Exception as error:  # whatever it is, the other sources, editions and issues go on
        yield Event(job, str(error) or type(error).__name__, failed=True, issue=issue)
    else:
        if said:
            yield Event(job, said, issue=about)


# ------------------------------------------------------------------------------------------------------------- collect


async def collect(watch: Watch) -> AsyncIterator[Event]:
    """Read the sources whose interval has passed; of what fails again and again, tell only what is news."""
    parts, now = watch.parts, watch.clock()
    states = {state.name: state for state in parts.store.sources.all()}
    names = [s.name for s in parts.settings.sources if is_due(s, states.get(s.name, SourceState(s.name)), now)]
    if names:
        got = await pipeline.gather(parts, now=now, names=names, spread=min(watch.gap * len(names), SPREAD))
        for event in brought(got):
            yield event


def brought(got: pipeline.Gathered) -> list[Event]:
    """Return what a poll brought, in a sentence, and each piece of news of a source, the first `MOST_TOLD` of them."""
    asked = len(got.reports)
    text = f"{count(got.articles, 'new article')} from {asked - len(got.failed)} of {count(asked, 'source')}"
    news = [
        Event("collect", f"{report.name}: {text}", failed=report.status == "failed")
        for report in got.reports
        for text in report.news
    ]
    told, rest = news[:MOST_TOLD], news[MOST_TOLD:]
    if rest:
        more = f"{len(rest)} more pieces of news of sources; `digest sources` lists how each one does"
        told.append(Event("collect", more, failed=any(event.failed for event in rest)))
    return [Event("collect", text), *told]


# --------------------------------------------------------------------------------------------------------------- draft


async def draft(watch: Watch) -> AsyncIterator[Event]:
    """Build the issues whose draft is owed, and record those whose hour is gone."""
    parts, now = watch.parts, watch.clock()
    editions = list(parts.settings.editions.values())
    newest = {e.id: issue for e in editions if (issue := parts.store.issues.last(e.id))}
    begun = {issue.id: issue for issue in (*parts.store.issues.unfinished(), *newest.values())}
    calendars = {e.id: parts.store.issues.calendar(e.id, now) for e in editions}
    last = {name: day for name, (day, _) in calendars.items() if day}
    for owed in due(editions, last, now, {name: ahead for name, (_, ahead) in calendars.items()}):
        work = missed if owed.missed else built
        async for event in attempt("draft", partial(work, parts, owed.slot, now)):
            yield event
    for issue in begun.values():
        if wants_building(issue, now) and issue.edition in parts.settings.editions:
            async for event in attempt("draft", partial(built, parts, issue.its_slot, now), issue.id):
                yield event


async def missed(parts: Parts, slot: Slot, now: datetime) -> Said:
    """Record that a slot's hour is gone; return that."""
    issue = parts.store.issues.missed(slot, now, "its hour was gone when the daemon came")
    return f"{issue.edition} of {issue.local_date} is {issue.state.value}: {issue.reason}", issue.id


async def built(parts: Parts, slot: Slot, now: datetime) -> Said:
    """Build one slot's issue; return how it stands."""
    made = await asyncio.to_thread(pipeline.build, parts, slot.edition, now=now, slot=slot)
    edition = parts.settings.editions.get(slot.edition)
    if edition and edition.approval is Approval.AUTO_IF_GREEN and made.issue.state is State.REVIEW:
        try:
            await asyncio.to_thread(pipeline.require_fit, parts, made.issue, now=now)
        except Unfit as red:  # told at once, so that there is time to mend it before its hour
            held = f"{standing(made.issue)}, and will be held at its hour: {'; '.join(red.reasons)}"
            return "; ".join((held, *made.remarks)), made.issue.id
    return "; ".join((standing(made.issue), *made.remarks)), made.issue.id


def standing(issue: Issue) -> str:
    """Return how an issue stands, in a sentence."""
    reason = f": {issue.reason}" if issue.reason else ""
    return f"{issue.edition} No. {issue.number} is {issue.state.value}{reason}"


def wants_building(issue: Issue, now: datetime) -> bool:
    """Return whether an issue's draft was cut off in the making, or was made by hand before its hour had come."""
    if not issue.draft_at <= now < issue.expires_at:
        return False
    if issue.state is State.DRAFT:
        return True
    early = issue.content is not None and issue.content.built_at < issue.draft_at and now < issue.send_at
    nothing = issue.state is State.SKIPPED and issue.reason == pipeline.NOTHING_NEW
    return early and (issue.state is State.REVIEW or nothing)


# ------------------------------------------------------------------------------------------------------------ deadline


async def keep_deadlines(watch: Watch) -> AsyncIterator[Event]:
    """Hold what nobody approved in time, and give up what expired before it left."""
    parts, now = watch.parts, watch.clock()
    for issue in parts.store.issues.unfinished():
        owed = overdue(issue, parts.settings.editions.get(issue.edition), now)
        if owed is not None:
            async for event in attempt("deadline", partial(moved, parts, issue, *owed, now), issue.id):
                yield replace(event, failed=True)


async def moved(parts: Parts, issue: Issue, move: Move, reason: str, now: datetime) -> Said:
    """Make the move; return how the issue stands. One that is paused has what waits of it expired, which ends it."""
    if issue.state is State.PAUSED:
        outbox = parts.store.outbox
        expired, ended = outbox.expire(issue.id, now=now), outbox.finish(issue.id, now=now)
        how = f"No. {issue.number} is {State.SENT.value}" if ended else f"No. {issue.number}"
        told = f"{issue.edition} {how}: {count(expired, 'message')} of it expired before they could leave"
        return told if expired or ended else "", issue.id
    return standing(parts.store.issues.move(issue.id, move, now=now, by="daemon", reason=reason)), issue.id


def overdue(issue: Issue, edition: Edition | None, now: datetime) -> tuple[Move, str] | None:
    """Return what has to be done to an issue that is too late, and why; None if it is not.

    The edition is None where digest.toml has it no more: then only the expiry counts.
    """
    expired = f"it expired at {issue.expires_at:%Y-%m-%d %H:%M} UTC"
    if now >= issue.expires_at and issue.state is not State.SENDING:
        return (Move.FAIL if issue.state is State.DRAFT else Move.SKIP), expired
    if edition is None:
        return None
    deadline = issue.send_at + edition.deadline_grace
    waits = issue.state is State.REVIEW and edition.approval is Approval.REQUIRED
    if waits and now >= deadline:
        return Move.HOLD, f"nobody approved it by {deadline:%Y-%m-%d %H:%M} UTC"
    return None


# ---------------------------------------------------------------------------------------------------------------- send


async def dispatch(watch: Watch) -> AsyncIterator[Event]:
    """Send what is approved, or needs no approval, and whose hour has come; go on with what was begun.

    Several issues go side by side, each by itself: a slow one keeps no other waiting, and one that fails costs no other
    anything. Ends when those it began have come to their end, or wait for their next try; meanwhile another call of it
    may begin what falls due, where there is a place left.
    """
    parts, now = watch.parts, watch.clock()
    owed = (i for i in parts.store.issues.unfinished() if i.id not in watch.sending and leaves(parts, i, now))
    leaving = deque(by_haste(owed))
    watch.waiting.clear()
    watch.waiting.update(issue.id for issue in leaving)
    if len(watch.sending) >= SIDE_BY_SIDE:
        return
    if not leaving:
        return
    for problem in await asyncio.to_thread(agree, parts, now):
        if problem.bars:  # what else is wrong with the lists, their own job tells
            yield Event("lists", problem.text, failed=True)
            return
    running: set[asyncio.Task[list[Event]]] = set()
    try:
        while True:
            while leaving and len(watch.sending) < SIDE_BY_SIDE and not watch.stop.is_set():
                issue = leaving.popleft()
                if issue.id not in watch.sending:
                    watch.sending.add(issue.id)
                    watch.waiting.discard(issue.id)
                    running.add(asyncio.create_task(one_sent(watch, issue)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                for event in task.result():
                    yield event
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)


def by_haste(issues: Iterable[Issue]) -> list[Issue]:
    """Return the issues in the order in which they are to have a place: the one that expires first, then the oldest."""
    return sorted(issues, key=lambda issue: (issue.expires_at, issue.send_at, issue.id))


async def one_sent(watch: Watch, issue: Issue) -> list[Event]:
    """Send what is due of one issue, which counts as being sent meanwhile; return what there is to tell of it."""
    try:
        return [event async for event in attempt("send", partial(sent, watch, issue), issue.id)]
    finally:
        watch.sending.discard(issue.id)


class Trouble(NamedTuple):
    """What is wrong with the lists."""

    text: str
    whole: bool = False
    """Whether nothing was taken over."""
    bars: bool = False
    """Whether nothing may be sent until it is mended."""


def agree(parts: Parts, now: datetime) -> list[Trouble]:
    """Read the lists' files, so that who left them gets nothing; return what is wrong.

    A list that cannot be read keeps the last good set; suppressions that cannot be read let nothing go out.
    """
    try:
        return [Trouble(problem) for problem in pipeline.sync(parts, now=now).lists.problems]
    except SuppressionError as error:
        return [Trouble(f"{error}; nothing is sent until then", whole=True, bars=True)]
    except ListError as error:
        return [Trouble(f"{error}; the lists stay as they were", whole=True)]


async def read_lists(watch: Watch) -> AsyncIterator[Event]:
    """Take over what was changed in the lists' files, and write into them what readers said themselves."""
    if not await asyncio.to_thread(watch.changes.any, watch.parts):
        return
    found = await asyncio.to_thread(agree, watch.parts, watch.clock())
    for each in found:
        yield Event("lists", each.text, failed=True)
    if not any(each.whole for each in found):  # else it is tried again, and told once
        watch.changes.take()


async def answer(watch: Watch) -> AsyncIterator[Event]:
    """Send the mails that answer single readers: confirmations, welcomes, goodbyes, links."""
    done = await pipeline.send_notices(watch.parts, clock=watch.clock, stop=watch.stop)
    if done.trouble and not done.crowded:
        yield Event("notices", f"mails to single readers wait: {done.trouble}", failed=True)


async def sent(watch: Watch, issue: Issue) -> Said:
    """Send what is due of one issue; return how it stands. Raises Unfit for one that was held for what is red in it.

    Raises MoveError for one that the brake has paused, or that ended with it. One that had to wait for others and may
    not leave any more is left alone.
    """
    if not leaves(watch.parts, watch.parts.store.issues.find(issue.id), watch.clock()):
        return "", issue.id
    try:
        done = await pipeline.send(watch.parts, issue.id, clock=watch.clock, scheduled=True, stop=watch.stop)
    except Unfit as red:
        reason = f"the check found red: {'; '.join(red.reasons)}"
        held = watch.parts.store.issues.move(issue.id, Move.HOLD, now=watch.clock(), by="daemon", reason=reason)
        raise Unfit(standing(held), reasons=red.reasons) from red
    if done.issue.state in (State.PAUSED, State.SENT) and done.issue.reason.startswith(BRAKE):
        raise MoveError(standing(done.issue))
    did = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in done.counts.items() if n)
    return f"{standing(done.issue)}: {did or 'nobody to send to'}", issue.id


def leaves(parts: Parts, issue: Issue, now: datetime) -> bool:
    """Return whether there is anything to do for the issue now."""
    if issue.state is State.SENDING:
        next_at = parts.store.outbox.next_at(issue.id)
        return next_at is None or next_at <= now or now >= issue.expires_at
    edition = parts.settings.editions.get(issue.edition)
    auto = edition is not None and edition.approval is not Approval.REQUIRED
    free = issue.state is State.APPROVED or (issue.state is State.REVIEW and auto)
    return free and issue.send_at <= now < issue.expires_at


# ------------------------------------------------------------------------------------------------- alerts, retention


async def alert(watch: Watch) -> AsyncIterator[Event]:
    """Tell whoever is on duty what is wrong, and what no longer is."""
    for said in await pipeline.alert(watch.parts, watch.tries, now=watch.clock()):
        yield Event("alerts", said)


async def retain(watch: Watch) -> AsyncIterator[Event]:
    """Delete what is older than it need be."""
    if gone := await asyncio.to_thread(sweep, watch.parts.store, watch.clock(), lambda: not watch.stop.is_set()):
        yield Event("retention", f"deleted what was old: {gone}")


Job = Callable[[Watch], AsyncIterator[Event]]
JOBS: Final[dict[str, Job]] = {
    "collect": collect,
    "draft": draft,
    "deadline": keep_deadlines,
    "lists": read_lists,
    "notices": answer,
    "send": dispatch,
    "alerts": alert,
    "retention": retain,
}
"""In the order of a single turn, by the name that their events carry."""
