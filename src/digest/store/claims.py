"""The claim: a worker takes deliveries for its own before the first byte of them goes out.

Locks are taken in one order everywhere: worker, issue, batch, delivery, brake, meta. A batch's `not_before` is never
later than the first instant at which one of its waiting rows may be claimed, and None only where none waits; so batches
alone say where there is work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, update

from digest.model.delivery import Claim, Claimed, DeliveryState
from digest.model.issue import State
from digest.model.people import Consent
from digest.store import brakes
from digest.store.issue_rows import locked, unknown
from digest.store.recipients import deliveries, read_claim
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


def claim(connection: Connection, issue_id: int, me: str, *, limit: int, now: datetime) -> Claimed:
    """Take up to `limit` rows for the worker `me`. See `Outbox.claim`."""
    if not _alive(connection, me):
        return Claimed(closed="dead")
    if is_put_back(connection):
        return Claimed(closed="put back")
    its = connection.execute(select(issue.c.expires_at, issue.c.state).where(issue.c.id == issue_id)).one_or_none()
    if its is None:
        raise unknown(connection, issue_id)
    if now >= its.expires_at:
        sweep(connection, issue_id, now)
        return Claimed(closed="expired")
    if its.state == State.STOPPED:  # which is for good, so that nothing has to be locked to know it
        sweep(connection, issue_id, now, why=STOPPED)
        return Claimed(closed="over")
    state = connection.execute(
        select(issue.c.state).where(issue.c.id == issue_id).with_for_update(read=True)
    ).scalar_one()
    if state != State.SENDING:
        return Claimed(closed="paused" if state == State.PAUSED else "over")
    leave = brakes.ask(connection, issue_id, limit, now)
    if leave.pull:
        return Claimed(closed="brake")
    claims: tuple[Claim, ...] = ()
    while leave.limit > 0 and not claims and (row := _lease(connection, issue_id, me, now)) is not None:
        claims = _take(connection, row, me, min(leave.limit, MOST), now)
    brakes.note(connection, issue_id, leave, claims)
    next_at = _next_for(connection, issue_id, me)
    if not claims:
        return Claimed(next_at=next_at)
    counted = update(meta).where(meta.c.name == "claims").values(number=meta.c.number + 1).returning(meta.c.number)
    return Claimed(claims=claims, next_at=next_at, number=connection.execute(counted).scalar_one())


def is_put_back(connection: Connection) -> bool:
    """Return whether the database was found older than what was sent, and nobody has looked at it since."""
    return bool(connection.execute(select(meta.c.number).where(meta.c.name == PUT_BACK)).scalar())


def sweep(connection: Connection, issue_id: int, now: datetime, *, why: str = EXPIRED) -> int:
    """Suppress every row of the issue that waits, which has expired or was stopped; return how many."""
    locked(connection, issue_id)
    waits = and_(batch.c.issue == issue_id, batch.c.not_before.is_not(None))
    closed = update(batch).where(waits).values(not_before=None, owner="", leased_until=None)
    if not connection.execute(closed).rowcount:
        return 0
    ended = update(delivery).where(delivery.c.issue == issue_id, delivery.c.state.in_(WAITING))
    return connection.execute(
        ended.values(state=DeliveryState.SUPPRESSED, text=why, worker="", not_before=None, at=now)
    ).rowcount


def next_at(connection: Connection, issue_id: int) -> datetime | None:
    """Return when the next row of the issue may be claimed by anybody; None where none waits."""
    return connection.execute(select(func.min(batch.c.not_before)).where(batch.c.issue == issue_id)).scalar()


def _next_for(connection: Connection, issue_id: int, me: str) -> datetime | None:
    """Return when the worker may find a row: those of a batch leased by another, when that lease runs out."""
    leased = and_(batch.c.owner.not_in(("", me)), batch.c.leased_until > batch.c.not_before)
    free_at = case((leased, batch.c.leased_until), else_=batch.c.not_before)
    waits = and_(batch.c.issue == issue_id, batch.c.not_before.is_not(None))
    return connection.execute(select(func.min(free_at, type_=batch.c.due_at.type)).where(waits)).scalar()


def _alive(connection: Connection, me: str) -> bool:
    mine = select(worker.c.state).where(worker.c.id == me).with_for_update()
    return connection.execute(mine).scalar_one_or_none() == "alive"


def _lease(connection: Connection, issue_id: int, me: str, now: datetime) -> Row[Any] | None:
    """Return the first batch that has rows for `me`, locked: its own one first; None without one."""
    free = or_(batch.c.owner.in_(("", me)), batch.c.leased_until.is_(None), batch.c.leased_until <= now)
    mine_first = case((batch.c.owner == me, 0), else_=1)
    ready = select(batch).where(batch.c.issue == issue_id, batch.c.not_before <= now, free)
    return connection.execute(
        ready.order_by(mine_first, batch.c.no).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()


def _take(connection: Connection, row: Row[Any], me: str, limit: int, now: datetime) -> tuple[Claim, ...]:
    """Claim rows of the batch; those whose subscriber may no longer be mailed become suppressed."""
    found = connection.execute(_ready(row, now).limit(limit).with_for_update(of=delivery)).all()
    lists = connection.execute(select(audience.c.list).where(audience.c.issue == row.issue)).scalars().all()
    reasons = _reasons(connection, found, lists)
    for why in sorted(set(reasons.values())):
        out = [seq for seq, reason in reasons.items() if reason == why]
        _change(connection, row.issue, out, state=DeliveryState.SUPPRESSED, text=why, not_before=None, at=now)
    mine = [each for each in found if each.seq not in reasons]
    values = {"state": DeliveryState.CLAIMED, "worker": me, "attempts": delivery.c.attempts + 1, "at": now}
    _change(connection, row.issue, [each.seq for each in mine], **values)
    _tidy(connection, row, me, now)
    return tuple(read_claim(each) for each in mine)


def _ready(row: Row[Any], now: datetime) -> Select[Any]:
    return (
        deliveries()
        .where(
            _in_batch(row),
            delivery.c.state.in_(WAITING),
            delivery.c.due_at <= now,
            or_(delivery.c.not_before.is_(None), delivery.c.not_before <= now),
        )
        .order_by(delivery.c.seq)
    )


def _in_batch(row: Row[Any]) -> ColumnElement[bool]:
    return and_(delivery.c.issue == row.issue, delivery.c.seq.between(row.first, row.last))


def _change(connection: Connection, issue_id: int, seqs: Sequence[int], **values: Any) -> None:
    if seqs:
        connection.execute(
            update(delivery).where(delivery.c.issue == issue_id, delivery.c.seq.in_(seqs)).values(values)
        )


def _tidy(connection: Connection, row: Row[Any], me: str, now: datetime) -> None:
    """Write down when the batch has work again, and keep it for the worker while it has."""
    open_at = func.coalesce(delivery.c.not_before, delivery.c.due_at)
    waits = select(func.min(open_at)).where(_in_batch(row), delivery.c.state.in_(WAITING))
    again = connection.execute(waits).scalar()
    ready = again is not None and again <= now
    values = {"not_before": again, "owner": me if ready else "", "leased_until": now + LEASE if ready else None}
    connection.execute(update(batch).where(batch.c.issue == row.issue, batch.c.no == row.no).values(values))


def _reasons(connection: Connection, found: Sequence[Row[Any]], lists: Sequence[str]) -> dict[int, str]:
    """Return, for each row whose subscriber may no longer be mailed, why."""
    if not found:
        return {}
    # By the range of seq, not by id: PostgreSQL would read every subscription for a list of five hundred.
    near = and_(delivery.c.issue == found[0].issue, delivery.c.seq.between(found[0].seq, found[-1].seq))
    theirs = select(delivery.c.seq, subscription.c.consent, subscription.c.removed_at).join(
        subscription, and_(subscription.c.subscriber == delivery.c.subscriber, subscription.c.list.in_(lists))
    )
    said = connection.execute(theirs.where(near)).all()
    left = {row.seq for row in said if row.consent == Consent.UNSUBSCRIBED}
    running = {row.seq for row in said if row.consent == Consent.ACTIVE and row.removed_at is None}
    suppressed = (
        select(delivery.c.seq, suppression.c.reason)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber)
        .join(suppression, suppression.c.email_hmac == subscriber.c.email_hmac)
    )
    barred = {row.seq: f"suppressed: {row.reason}" for row in connection.execute(suppressed.where(near))}
    gone = {row.seq: "unsubscribed" if row.seq in left else "no longer on the list" for row in found}
    return {seq: barred.get(seq, why) for seq, why in gone.items() if seq in barred or seq not in running}
