"""What people decide on messages in doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, select, update

from digest.errors import MoveError, UnknownError
from digest.lifecycle import phrase
from digest.model.delivery import CLAIM_AGE, NEVER_BEGUN, DeliveryState, Key, Result, Settled
from digest.model.issue import State
from digest.store.chunks import chunks
from digest.store.issue_rows import locked, require_kept
from digest.store.outcomes import reopen, wake
from digest.store.schema import delivery, subscriber, worker
from digest.store.workers import DEAD, ON_ITS_WAY

ASSUMED: Final = "assumed"
"""The text of a row that somebody said was sent."""
MAY_SEND_AGAIN: Final = (*ON_ITS_WAY, State.SENT)


class Doubt(NamedTuple):
    """A row in doubt."""

    seq: int
    at: datetime
    """Since when."""
    address: str
    worker_state: str | None
    """How its worker is written down; None without one."""


def resend(connection: Connection, issue_id: int, addresses: Collection[str], now: datetime) -> Settled:
    """Have messages in doubt sent again. See `Outbox.resend`."""
    row = locked(connection, issue_id)
    require_kept(connection, issue_id)
    if now >= row.expires_at:
        raise MoveError(f"No. {row.number} expired at {row.expires_at:%Y-%m-%d %H:%M} UTC; nothing of it leaves now")
    if row.state not in MAY_SEND_AGAIN:
        raise MoveError(f"No. {row.number} is {phrase(State(row.state))}; nothing of it leaves any more")
    doubts = _doubts(connection, row, addresses)
    # Not proven dead, its worker may still begin what it claimed; every claim is older than the doubt about it.
    waits = [each for each in doubts if each.worker_state != DEAD and now < each.at + CLAIM_AGE]
    ready = [each for each in doubts if each not in waits]
    if ready:
        wake(connection, issue_id, [Result(Key(issue_id, each.seq, 0), NEVER_BEGUN) for each in ready], now)
        _write(connection, issue_id, ready, state=DeliveryState.QUEUED, worker="", not_before=None, at=now)
        if row.state == State.SENT:
            reopen(connection, issue_id, now)
    until = max((each.at + CLAIM_AGE for each in waits), default=None)
    return Settled(len(ready), len(waits), until)


def assume_sent(connection: Connection, issue_id: int, addresses: Collection[str], now: datetime) -> Settled:
    """Take messages in doubt for sent. See `Outbox.assume_sent`."""
    row = locked(connection, issue_id)
    require_kept(connection, issue_id)
    doubts = _doubts(connection, row, addresses)
    _write(connection, issue_id, doubts, state=DeliveryState.ACCEPTED, worker="", code=0, text=ASSUMED, at=now)
    return Settled(len(doubts))


def _doubts(connection: Connection, row: Row[Any], addresses: Collection[str]) -> list[Doubt]:
    """Return an issue's rows in doubt, of these addresses or of all, each with how its worker is written down.

    Raises UnknownError for an address that has none.
    """
    chosen = (
        select(delivery.c.seq, delivery.c.at, subscriber.c.address, worker.c.state.label("worker_state"))
        .join(subscriber, subscriber.c.id == delivery.c.subscriber)
        .outerjoin(worker, worker.c.id == delivery.c.worker)
        .where(delivery.c.issue == row.id, delivery.c.state == DeliveryState.IN_DOUBT.value)
        .order_by(delivery.c.seq)
        .with_for_update(of=delivery)
    )
    wanted = {address.lower() for address in addresses}
    doubts = [Doubt(*found) for found in connection.execute(chosen)]
    strange = wanted - {doubt.address for doubt in doubts}
    if strange:
        raise UnknownError(f"No. {row.number} has no message in doubt to {', '.join(sorted(strange))}")
    return [doubt for doubt in doubts if not wanted or doubt.address in wanted]


def _write(connection: Connection, issue_id: int, rows: Iterable[Doubt], **values: Any) -> None:
    for some in chunks([row.seq for row in rows]):
        changed = update(delivery).where(delivery.c.issue == issue_id, delivery.c.seq.in_(some))
        connection.execute(changed.values(values))
