"""A database that was put back from a backup: what it says of open rows is older than what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select, update

from digest.lifecycle import Move, require
from digest.model.delivery import DeliveryState, Result
from digest.model.issue import State
from digest.store.claims import PUT_BACK, WAITING
from digest.store.engine import insert
from digest.store.issue_moves import make
from digest.store.issue_rows import change, locked
from digest.store.schema import batch, delivery, issue, meta, worker
from digest.store.workers import ALIVE, DECLARED, MAY_HOLD, ON_ITS_WAY

REASON: Final = "the database was put back from a backup, older than what was sent"
DOUBT: Final = "the database was put back; nobody knows whether it was sent"


def declare(connection: Connection, told: Mapping[tuple[int, int], Result], *, claims: int, now: datetime) -> int:
    """Write down that the database is older than what was sent. See `Outbox.declare_put_back`."""
    alive = update(worker).where(worker.c.state == ALIVE)
    connection.execute(alive.values(state=DECLARED, died_at=now))
    begun = connection.execute(select(issue.c.id).where(issue.c.state.in_(MAY_HOLD)).order_by(issue.c.id)).scalars()
    doubted = sum(_doubt(connection, issue_id, now) for issue_id in begun.all())
    doubted -= _tell(connection, told, now)
    ready = select(issue.c.id).where(issue.c.state == State.APPROVED).order_by(issue.c.id)
    for issue_id in connection.execute(ready).scalars().all():
        make(connection, issue_id, Move.HOLD, now=now, reason=REASON)
    connection.execute(update(meta).where(meta.c.name == "claims").values(number=claims))
    raised = insert(connection, meta).values(name=PUT_BACK, number=1)
    connection.execute(raised.on_conflict_do_update(index_elements=["name"], set_={"number": 1}))
    return doubted


def accept(connection: Connection) -> bool:
    """Let mail go out again; return whether it was kept from that."""
    lowered = update(meta).where(meta.c.name == PUT_BACK, meta.c.number == 1).values(number=0)
    return bool(connection.execute(lowered).rowcount)


def _doubt(connection: Connection, issue_id: int, now: datetime) -> int:
    """Put every open row of an issue in doubt, which ends it; return how many. What was stopped sends nothing more."""
    row = locked(connection, issue_id)
    open_: ColumnElement[bool] = delivery.c.state == DeliveryState.CLAIMED
    if row.state in ON_ITS_WAY:
        idle = {"not_before": None, "owner": "", "leased_until": None}
        connection.execute(update(batch).where(batch.c.issue == issue_id).values(idle))
        open_ = or_(open_, delivery.c.state.in_(WAITING))
    ended = update(delivery).where(delivery.c.issue == issue_id, open_)
    values = {"state": DeliveryState.IN_DOUBT, "worker": "", "not_before": None, "at": now}
    count = connection.execute(ended.values(values | {"code": 0, "text": DOUBT, "relay": ""})).rowcount
    if row.state in ON_ITS_WAY:
        state = require(Move.FINISH, State(row.state), issue=issue_id, number=row.number)
        change(connection, issue_id, now, state=state, reason=REASON)
    return count


def _tell(connection: Connection, told: Mapping[tuple[int, int], Result], now: datetime) -> int:
    """Write what journals tell of rows in doubt; return of how many."""
    rows: list[dict[str, Any]] = [
        {
            "of_issue": issue_id,
            "of_seq": seq,
            "new_state": result.outcome.state,
            "new_code": result.outcome.code,
            "new_text": result.outcome.text,
            "new_relay": result.relay,
        }
        for (issue_id, seq), result in sorted(told.items())
    ]
    if not rows:
        return 0
    there = and_(delivery.c.issue == bindparam("of_issue"), delivery.c.seq == bindparam("of_seq"))
    written = update(delivery).where(there, delivery.c.state == DeliveryState.IN_DOUBT)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("state", "code", "text", "relay")}
    return connection.execute(written.values(values | {"worker": "", "at": now}), rows).rowcount
