"""An approved issue out: frozen once, then delivered until nothing is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digest.deliver import Tally, deliver, enlisted
from digest.errors import MoveError, NotApproved
from digest.lifecycle import Move, require
from digest.model.delivery import Claim
from digest.model.issue import Approval, Issue, State
from digest.parts import Parts
from digest.pipeline.audience import audience, cohorts, expected
from digest.pipeline.export import content_of, mails, press, skeletons_of
from digest.pipeline.moves import approve, bound

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run of sending did, and how the issue stands."""

    issue: Issue
    counts: dict[str, int]
    """Deliveries of the issue by state, all of them."""
    tally: Tally
    """What this run did."""


async def send(
    parts: Parts,
    issue_id: int | str,
    *,
    clock: Clock,
    scheduled: bool = False,
    progress: Callable[[int], None] | None = None,
    stop: asyncio.Event | None = None,
) -> Sent:
    """Send the issue, or go on where an earlier run stopped; nobody gets it twice.

    Returns when nothing is due any more; what waits for a retry goes on with the next run. `scheduled` lets
    subscribers' own hours count. Raises NotApproved, MoveError for a state that forbids it, RelayError where the relay
    is not there.
    """
    issue = ready(parts, parts.store.issues.find(issue_id), now=clock())
    if issue.state is State.APPROVED:
        issue = freeze(parts, issue, now=clock(), scheduled=scheduled)
    machine = press(parts, issue)

    def compose_message(claim: Claim) -> bytes:
        return machine.mail(claim.recipient, claim.variant).data

    outbox = parts.store.outbox
    with enlisted(outbox, parts.settings.data, now=clock) as worker:
        async with parts.transport() as transport:
            tally = await deliver(
                issue.id,
                outbox=outbox,
                transport=transport,
                compose_message=compose_message,
                now=clock,
                worker=worker.id,
                holds=worker.holds,
                progress=progress,
                stop=stop,
            )
    outbox.finish(issue.id, now=clock())
    return Sent(parts.store.issues.find(issue.id), outbox.counts(issue.id), tally)


def ready(parts: Parts, issue: Issue, *, now: datetime) -> Issue:
    """Return the issue if it may go out now: approved and unchanged since, or on its way already.

    One that an edition sends without approval is approved here. Raises NotApproved, MoveError.
    """
    edition = parts.settings.edition(issue.edition)
    if issue.state is State.REVIEW and edition.approval is Approval.AUTO:
        issue = approve(parts, issue.id, by="auto", now=now)
    if issue.state in (State.SENDING, State.SENT):
        return issue
    require(Move.START, issue.state, issue=issue.id, number=issue.number)
    if now >= issue.expires_at:
        raise MoveError(
            f"No. {issue.number} expired at {issue.expires_at:%Y-%m-%d %H:%M} UTC; nothing of it leaves now"
        )
    if bound(parts, issue) != issue.binding:
        reason = "something changed since it was approved: the look, the sender's settings or the program"
        parts.store.issues.move(issue.id, Move.UNAPPROVE, now=now, by="send", reason=reason)
        raise NotApproved(f"No. {issue.number} is back in review: {reason}; look at it and approve it again")
    return issue


def freeze(parts: Parts, issue: Issue, *, now: datetime, scheduled: bool) -> Issue:
    """Fix the recipients and the bytes of every variant in one transaction; the issue is `sending` after it."""
    edition = parts.settings.edition(issue.edition)
    crowd = audience(parts, content_of(issue), edition)
    parts.store.outbox.freeze(
        issue.id,
        lists=edition.lists,
        cohorts=cohorts(crowd, edition, issue, now=now, scheduled=scheduled),
        skeletons=skeletons_of(parts, issue),
        binding=issue.binding,
        now=now,
    )
    return parts.store.issues.find(issue.id)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What sending would do."""

    recipients: int
    bytes: int
    """Of one mail of the whole issue."""


def rehearse(parts: Parts, issue: Issue) -> Rehearsal:
    """Return whom the issue would go to, and how large it is; changes nothing. Raises MoveError without stories."""
    edition = parts.settings.edition(issue.edition)
    going = sum(1 for _ in expected(parts, issue, content_of(issue), edition))
    whole = next(mails(parts, issue, address=edition.id + "@example.org"))
    return Rehearsal(going, len(whole.data))
