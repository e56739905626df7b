"""The claim: a worker takes deliveries for its own before the first byte of them goes out.

Locks are taken in one order everywhere: worker, issue, batch, delivery, brake, meta. Who has the issue alone may take
its batches behind its deliveries: a claim, which takes them the other way round, has the issue too. A batch's
`not_before` is never later than the first instant at which one of its waiting rows may be claimed, and None only where
none waits; so batches alone say where there is work.

The statements of a claim stand here whole, with their values as parameters: putting one together takes longer than the
database takes to answer it, and a quick run claims many times a second.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from digest.model.delivery import Claim, Claimed, DeliveryState
from digest.model.issue import State
from digest.model.people import Consent
from digest.store import brakes
from digest.store.audience import OPEN_TO_MAIL, PAUSED
from digest.store.columns import Instant
from digest.store.engine import listed, packed
from digest.store.issue_rows import locked, unknown
from digest.store.recipients import claimable, read_claim
from digest.store.schema import (
    audience,
    batch,
    delivery,
    issue,
    meta,
    subscriber,
    subscription,
    suppression,
    worker,
)

LEASE: Final = timedelta(seconds=60)
"""How long a batch is kept from other workers after a claim from it; it only spreads the work."""

MOST: Final = 500
"""The largest claim, whatever is asked for."""

EXPIRED: Final = "expired"
"""The text of a row that was suppressed because the issue expired before it could go out."""

STOPPED: Final = "stopped"
"""The text of a row that was suppressed because the issue was stopped before it could go out."""

PUT_BACK: Final = "put_back"
"""The row of `meta` that is 1 while the database counts as older than what was sent."""

WAITING: Final = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
"""States of an open row that nobody holds."""


_ISSUE: Final[ColumnElement[int]] = bindparam("of_issue")
_ME: Final[ColumnElement[str]] = bindparam("me")
_NOW: Final[ColumnElement[datetime]] = bindparam("now", type_=Instant)
_HERE: Final = and_(delivery.c.issue == _ISSUE, delivery.c.seq.between(bindparam("first"), bindparam("last")))
"""The rows of the issue from one `seq` to another."""
_WAITS: Final = delivery.c.state.in_(WAITING)

_ALIVE: Final = select(worker.c.state).where(worker.c.id == _ME).with_for_update()
_PUT_BACK: Final = select(meta.c.number).where(meta.c.name == PUT_BACK)
_ITS: Final = select(issue.c.expires_at, issue.c.state).where(issue.c.id == _ISSUE)
_STATE: Final = select(issue.c.state).where(issue.c.id == _ISSUE).with_for_update(read=True)
_COUNTED: Final = update(meta).where(meta.c.name == "claims").values(number=meta.c.number + 1).returning(meta.c.number)


def claim(connection: Connection, issue_id: int, me: str, *, limit: int, now: datetime) -> Claimed:
    """Take up to `limit` rows for the worker `me`. See `Outbox.claim`."""
    here = {"of_issue": issue_id}
    if connection.execute(_ALIVE, {"me": me}).scalar_one_or_none() != "alive":
        return Claimed(closed="dead")
    if is_put_back(connection):
        return Claimed(closed="put back")
    its = connection.execute(_ITS, here).one_or_none()
    if its is None:
        raise unknown(connection, issue_id)
    if now >= its.expires_at:
        sweep(connection, issue_id, now)
        return Claimed(closed="expired")
    if its.state == State.STOPPED:  # which is for good, so that nothing has to be locked to know it
        sweep(connection, issue_id, now, why=STOPPED)
        return Claimed(closed="over")
    state = connection.execute(_STATE, here).scalar_one()
    if state != State.SENDING:
        return Claimed(closed="paused" if state == State.PAUSED else "over")
    leave = brakes.ask(connection, issue_id, limit, now)
    if leave.pull:
        return Claimed(closed="brake")
    claims: tuple[Claim, ...] = ()
    which = _TRIED_BEFORE if leave.again else _ANY
    while leave.limit > 0 and not claims and (row := _lease(connection, which, issue_id, me, now)) is not None:
        claims = _take(connection, which, row, me, min(leave.limit, MOST), now)
    brakes.note(connection, issue_id, leave, claims)
    next_at = connection.execute(_NEXT_AGAIN if leave.again else _NEXT, here | {"me": me}).scalar()
    if not claims:
        return Claimed(next_at=next_at)
    return Claimed(claims=claims, next_at=next_at, number=connection.execute(_COUNTED).scalar_one())


def is_put_back(connection: Connection) -> bool:
    """Return whether the database was found older than what was sent, and nobody has looked at it since."""
    return bool(connection.execute(_PUT_BACK).scalar())


def sweep(connection: Connection, issue_id: int, now: datetime, *, why: str = EXPIRED) -> int:
    """Suppress every row of the issue that waits, which has expired or was stopped; return how many."""
    locked(connection, issue_id)
    waits = and_(batch.c.issue == issue_id, batch.c.not_before.is_not(None))
    connection.execute(update(batch).where(waits).values(not_before=None, owner="", leased_until=None))
    ended = update(delivery).where(delivery.c.issue == issue_id, delivery.c.state.in_(WAITING))
    return connection.execute(
        ended.values(state=DeliveryState.SUPPRESSED, text=why, worker="", not_before=None, at=now)
    ).rowcount


def next_at(connection: Connection, issue_id: int) -> datetime | None:
    """Return when the next row of the issue may be claimed by anybody; None where none waits.

    While the canary is out and enough was tried for it, that is the next of those to be tried again.
    """
    if brakes.spent(connection, issue_id):
        return connection.execute(_NEXT_AGAIN, {"of_issue": issue_id}).scalar()
    return connection.execute(select(func.min(batch.c.not_before)).where(batch.c.issue == issue_id)).scalar()


def _free_at() -> ColumnElement[datetime]:
    """Return when the worker may find a row in a batch: in one leased by another, when that lease runs out."""
    leased = and_(batch.c.owner.not_in(("", _ME)), batch.c.leased_until > batch.c.not_before)
    return case((leased, batch.c.leased_until), else_=batch.c.not_before)


_NEXT: Final = select(func.min(_free_at(), type_=Instant)).where(
    batch.c.issue == _ISSUE, batch.c.not_before.is_not(None)
)

_NEXT_AGAIN: Final = select(func.min(func.coalesce(delivery.c.not_before, delivery.c.due_at), type_=Instant)).where(
    delivery.c.issue == _ISSUE, brakes.WITHIN_REACH, _WAITS, brakes.TRIED_BEFORE
)


class _Which(NamedTuple):
    """The statements for the rows that may be claimed."""

    first: Select[Any]
    """The first batch that has any of them."""
    ready: Select[Any]
    """Those of a range that are due."""


def _which(*conditions: ColumnElement[bool]) -> _Which:
    """Return the statements for rows that wait, are due, and fulfil the conditions."""
    due = and_(
        _WAITS,
        delivery.c.due_at <= _NOW,
        or_(delivery.c.not_before.is_(None), delivery.c.not_before <= _NOW),
        *conditions,
    )
    first = select(batch).where(
        batch.c.issue == _ISSUE,
        batch.c.not_before <= _NOW,
        or_(batch.c.owner.in_(("", _ME)), batch.c.leased_until.is_(None), batch.c.leased_until <= _NOW),
    )
    if conditions:  # else its `not_before` says so already
        inside = delivery.c.seq.between(batch.c.first, batch.c.last)
        first = first.where(exists().where(delivery.c.issue == _ISSUE, inside, due))
    first = first.order_by(case((batch.c.owner == _ME, 0), else_=1), batch.c.no).limit(1)
    ready = claimable().where(_HERE, due).order_by(delivery.c.seq).limit(bindparam("most"))
    return _Which(first.with_for_update(skip_locked=True, of=batch), ready.with_for_update(of=delivery))


_ANY: Final = _which()
_TRIED_BEFORE: Final = _which(brakes.WITHIN_REACH, brakes.TRIED_BEFORE)


def _lease(connection: Connection, which: _Which, issue_id: int, me: str, now: datetime) -> Row[Any] | None:
    """Return the first batch that has rows for `me`, locked: its own one first; None without one."""
    return connection.execute(which.first, {"of_issue": issue_id, "me": me, "now": now}).one_or_none()


_OUT: Final = (
    update(delivery)
    .where(delivery.c.issue == _ISSUE, delivery.c.seq == bindparam("of_seq"))
    .values(state=DeliveryState.SUPPRESSED, text=bindparam("why"), not_before=None, at=_NOW)
)


@cache
def _mine(dialect: str) -> Update:
    """Return the statement that claims rows."""
    chosen = select(listed(dialect, "seqs", (delivery.c.seq,)).c.seq)
    return (
        update(delivery)
        .where(_HERE, delivery.c.seq.in_(chosen))
        .values(state=DeliveryState.CLAIMED, worker=_ME, attempts=delivery.c.attempts + 1, at=_NOW)
    )


def _take(
    connection: Connection, which: _Which, row: Row[Any], me: str, limit: int, now: datetime
) -> tuple[Claim, ...]:
    """Claim rows of the batch; those whose subscriber may no longer be mailed become suppressed."""
    here = {"of_issue": row.issue, "first": row.first, "last": row.last}
    found = connection.execute(which.ready, here | {"now": now, "most": limit}).all()
    if found:
        near = here | {"first": found[0].seq, "last": found[-1].seq}
        barred = _barred(connection, near)
        if out := [each.seq for each in found if each.seq in barred]:
            told = [{"of_issue": row.issue, "of_seq": seq, "why": barred[seq], "now": now} for seq in out]
            connection.execute(_OUT, told)
            found = [each for each in found if each.seq not in barred]
        if found:
            seqs = packed([each.seq] for each in found)
            connection.execute(_mine(connection.dialect.name), near | {"seqs": seqs, "me": me, "now": now})
    _tidy(connection, row, me, now)
    return tuple(read_claim(row.issue, each) for each in found)


_ON: Final = or_(
    subscription.c.paused_until.is_(None),
    subscription.c.paused_until <= select(issue.c.local_date).where(issue.c.id == _ISSUE).scalar_subquery(),
)

_STANDING: Final = (
    select(
        func.max(
            case(
                (and_(OPEN_TO_MAIL, _ON), 3),
                (OPEN_TO_MAIL, 2),
                (subscription.c.consent == Consent.UNSUBSCRIBED, 1),
                else_=0,
            )
        )
    )
    .where(
        subscription.c.subscriber == delivery.c.subscriber,
        subscription.c.list.in_(select(audience.c.list).where(audience.c.issue == _ISSUE)),
    )
    .scalar_subquery()
)
"""How a reader stands with the lists that the issue goes to: 3 is on one, 2 paused, 1 left, 0 or NULL was removed.

An aggregate for each row rather than a join of them all: PostgreSQL would read every subscription for five hundred.
"""

_BARRED: Final = (
    select(delivery.c.seq, suppression.c.reason, _STANDING.label("standing"))
    .join(subscriber, subscriber.c.id == delivery.c.subscriber)
    .outerjoin(suppression, suppression.c.email_hmac == subscriber.c.email_hmac)
    .where(_HERE, _WAITS, or_(suppression.c.reason.is_not(None), func.coalesce(_STANDING, 0) < 3))
)


def _barred(connection: Connection, near: dict[str, int]) -> dict[int, str]:
    """Return, for each waiting row of the range whose subscriber may no longer be mailed, why."""
    return {row.seq: _why(row.reason, row.standing) for row in connection.execute(_BARRED, near)}


def _why(reason: str | None, standing: int | None) -> str:
    if reason is not None:
        return f"suppressed: {reason}"
    return {2: PAUSED, 1: "unsubscribed"}.get(standing or 0, "no longer on the list")


_AGAIN: Final = select(func.min(func.coalesce(delivery.c.not_before, delivery.c.due_at), type_=Instant)).where(
    _HERE, _WAITS
)
_TIDIED: Final = (
    update(batch)
    .where(batch.c.issue == _ISSUE, batch.c.no == bindparam("of_no"))
    .values(not_before=bindparam("again"), owner=bindparam("whose"), leased_until=bindparam("until"))
)


def _tidy(connection: Connection, row: Row[Any], me: str, now: datetime) -> None:
    """Write down when the batch has work again, and keep it for the worker while it has."""
    here = {"of_issue": row.issue, "first": row.first, "last": row.last}
    again = connection.execute(_AGAIN, here).scalar()
    ready = again is not None and again <= now
    kept = {"again": again, "whose": me if ready else "", "until": now + LEASE if ready else None}
    connection.execute(_TIDIED, {"of_issue": row.issue, "of_no": row.no, **kept})
