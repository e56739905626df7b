"""An approved issue out: frozen once, then delivered until nothing is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digest.brake import Brake
from digest.deliver import Estimate, Message, Tally, deliver, enlisted, enlisted_aside
from digest.errors import ListError, MoveError, NotApproved
from digest.lifecycle import Move, require
from digest.model.delivery import Claim
from digest.model.issue import Approval, Edition, Issue, State
from digest.parts import Parts
from digest.pipeline.ahead import Ahead
from digest.pipeline.audience import audience, cohorts, expected
from digest.pipeline.examine import require_fit
from digest.pipeline.export import mails
from digest.pipeline.forecast import forecast, remember
from digest.pipeline.moves import bind
from digest.pipeline.press import Press, content_of, edition_of, press
from digest.pipeline.reporting import Report, reporting
from digest.pipeline.settle import resending
from digest.subscribers import SUPPRESSED

Clock = Callable[[], datetime]
SIGNERS = 2
"""Threads that sign: what they do outside the interpreter's lock is worth no more of them."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run of sending did, and how the issue stands."""

    issue: Issue
    counts: dict[str, int]
    """Deliveries of the issue by state, all of them."""
    expired: int
    """How many of them never left because the issue expired first."""
    tally: Tally
    """What this run did."""


async def send(
    parts: Parts,
    issue_id: int | str,
    *,
    clock: Clock,
    scheduled: bool = False,
    progress: Report | None = None,
    stop: asyncio.Event | None = None,
) -> Sent:
    """Send the issue, or go on where an earlier run stopped; nobody gets it twice.

    Returns when nothing is due any more; what waits for a retry goes on with the next run. `scheduled` lets
    subscribers' own hours count; `progress` hears twice a second how far it is. Raises NotApproved, MoveError for a
    state that forbids it (PutBack where the database is older than what was sent), Unfit where an edition goes by
    itself only without red and the check finds some, RelayError where the relay is not there.
    """
    issue = parts.store.issues.find(issue_id)
    require_sendable(parts, issue, now=clock())
    outbox, settings = parts.store.outbox, parts.settings
    # Whatever waits for files or the database does so in threads, since other issues are on their way meanwhile.
    async with enlisted_aside(enlisted(outbox, settings.data, now=clock, resend=resending(parts))) as worker:
        issue, machine = await asyncio.to_thread(_start, parts, issue, clock, scheduled)
        threads = SIGNERS if machine.signer.keys else 0  # a key that cannot be used is told before anything is claimed

        def compose_message(claim: Claim) -> Message:
            return machine.letter(claim.recipient, claim.variant)

        with Ahead(compose_message, threads) as ahead:
            async with parts.transport() as transport, reporting(outbox, issue.id, transport, progress) as told:
                tally = await deliver(
                    issue.id,
                    outbox=outbox,
                    transport=transport,
                    compose_message=ahead.compose,
                    expect=ahead.expect,
                    dismiss=ahead.dismiss,
                    now=clock,
                    worker=worker,
                    progress=told,
                    stop=stop,
                )
    return await asyncio.to_thread(_end, parts, issue, tally, clock())


def _start(parts: Parts, issue: Issue, clock: Clock, scheduled: bool) -> tuple[Issue, Press]:
    """Return the issue on its way, and what makes its messages."""
    if needs_no_approval(parts, issue):
        issue = approve_itself(parts, issue, now=clock())
    if issue.state is State.APPROVED:
        issue = freeze(parts, issue, now=clock(), scheduled=scheduled)
    return issue, press(parts, issue)


def _end(parts: Parts, issue: Issue, tally: Tally, now: datetime) -> Sent:
    """Call the issue sent if it is, write down how the run went, and return how the issue stands."""
    outbox = parts.store.outbox
    outbox.finish(issue.id, now=now)
    remember(parts, issue, tally, now=now)
    return Sent(parts.store.issues.find(issue.id), outbox.counts(issue.id), outbox.expired(issue.id), tally)


def require_sendable(parts: Parts, issue: Issue, *, now: datetime) -> None:
    """Refuse an issue that may not go out now: not approved, or expired. Raises NotApproved, MoveError."""
    on_its_way = issue.state in (State.SENDING, State.SENT)
    if not on_its_way and not needs_no_approval(parts, issue):
        require(Move.START, issue.state, issue=issue.id, number=issue.number)
    if not on_its_way and now >= issue.expires_at:
        since = f"{issue.expires_at:%Y-%m-%d %H:%M} UTC"
        raise MoveError(f"No. {issue.number} expired at {since}; nothing of it leaves now")


def needs_no_approval(parts: Parts, issue: Issue) -> bool:
    """Return whether the issue waits in review for nobody."""
    return issue.state is State.REVIEW and edition_of(parts, issue).approval is not Approval.REQUIRED


def approve_itself(parts: Parts, issue: Issue, *, now: datetime) -> Issue:
    """Approve an issue that waits for nobody; Unfit where its edition asks for no red and the check finds some."""
    if edition_of(parts, issue).approval is Approval.AUTO_IF_GREEN:
        require_fit(parts, issue, now=now)
    return bind(parts, issue, by="auto", now=now, itself=True)


def freeze(parts: Parts, issue: Issue, *, now: datetime, scheduled: bool) -> Issue:
    """Fix the recipients and the bytes of every variant in one transaction; the issue is `sending` after it.

    What is frozen is read once and is what was approved: NotApproved where anything changed since. Where another run
    was quicker, what that one fixed stands.
    """
    require_lists(parts, edition_of(parts, issue))
    machine = press(parts, issue)
    require_unchanged(parts, issue, machine, now=now)
    crowd = audience(parts, machine.content, machine.edition)
    try:
        parts.store.outbox.freeze(
            issue.id,
            lists=machine.edition.lists,
            segments=machine.edition.segments,
            cohorts=cohorts(crowd, machine.edition, issue, now=now, scheduled=scheduled),
            skeletons=machine.skeletons,
            binding=machine.bound,
            imprint=machine.imprint,
            brake=Brake(canary=machine.edition.canary, percent=machine.edition.brake_percent),
            now=now,
        )
    except MoveError:
        if parts.store.issues.find(issue.id).state not in (State.SENDING, State.SENT):
            raise
    return parts.store.issues.find(issue.id)


def require_unchanged(parts: Parts, issue: Issue, machine: Press, *, now: datetime) -> None:
    """Put an issue that is not what was approved back to review; where nobody has to approve, approve it anew.

    Raises NotApproved, Unfit.
    """
    if machine.bound == issue.binding:
        return
    reason = "something changed since it was approved: the look, the sender's settings or the program"
    parts.store.issues.move(issue.id, Move.UNAPPROVE, now=now, by="send", reason=reason)
    if machine.edition.approval is Approval.REQUIRED:
        raise NotApproved(f"No. {issue.number} is back in review: {reason}; look at it and approve it again")
    approve_itself(parts, parts.store.issues.find(issue.id), now=now)


def require_lists(parts: Parts, edition: Edition) -> None:
    """Refuse an edition that goes to a list without file and without anybody on it: it is misspelt, or was lost."""
    folder = parts.settings.subscribers
    for name in edition.lists:
        if not (folder / f"{name}.csv").is_file() and not parts.store.subscribers.all(name):
            there = ", ".join(sorted(path.stem for path in folder.glob("*.csv") if path.name != SUPPRESSED)) or "none"
            raise ListError(f"[edition.{edition.id}] lists: there is no {name}.csv in {folder}; there are: {there}")


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What sending would do."""

    recipients: int
    bytes: int
    """Of one mail of the whole issue."""
    takes: Estimate
    """How long it takes."""


def rehearse(parts: Parts, issue: Issue) -> Rehearsal:
    """Return whom the issue would go to, and how large it is; changes nothing. Raises MoveError without stories."""
    edition = edition_of(parts, issue)
    going = sum(1 for _ in expected(parts, issue, content_of(issue), edition))
    whole = next(mails(parts, issue, address=edition.id + "@example.org"))
    return Rehearsal(going, len(whole.data), forecast(parts, issue, going))
