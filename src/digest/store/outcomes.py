"""What became of claims: written by the worker that holds them, or in its name by whoever proved it dead."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Subquery, and_, bindparam, exists, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from digest.lifecycle import Move, require
from digest.model.delivery import DeliveryState, Result
from digest.model.issue import State
from digest.store import brakes
from digest.store.claims import STOPPED, WAITING, sweep
from digest.store.columns import Instant, number_of, storable
from digest.store.engine import listed, packed
from digest.store.issue_rows import change, locked
from digest.store.schema import batch, delivery, worker

OUTCOMES: Final = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.DEFERRED,
        DeliveryState.REFUSED,
        DeliveryState.IN_DOUBT,
        DeliveryState.QUEUED,
    }
)

KEY: Final = (delivery.c.issue, delivery.c.seq, delivery.c.attempts)
"""What names a claim."""

TOLD: Final = (
    delivery.c.state,
    delivery.c.worker,
    delivery.c.code,
    delivery.c.text,
    delivery.c.not_before,
    delivery.c.relay,
)
"""What an outcome sets."""

WRITTEN: Final = (delivery.c.issue, delivery.c.seq, delivery.c.state)
"""What is told of a row once it is written."""

_ME: Final[ColumnElement[str]] = bindparam("me")
_NOW: Final[ColumnElement[datetime]] = bindparam("now", type_=Instant)
_WORKER: Final = select(worker.c.id).where(worker.c.id == _ME).with_for_update(read=True)


def record(connection: Connection, me: str, results: Sequence[Result], *, now: datetime) -> int:
    """Write the outcomes of one worker's claims. See `Outbox.record`."""
    wrong = next((result.outcome.state for result in results if result.outcome.state not in OUTCOMES), None)
    if wrong is not None:
        raise ValueError(f"{wrong} is no outcome of a claim")
    connection.execute(_WORKER, {"me": me})
    back = [result for result in results if result.outcome.state in WAITING]
    issues = sorted({result.claim.issue for result in back})
    states = {issue_id: State(locked(connection, issue_id).state) for issue_id in issues}
    written = _write(connection, me, results, now)
    counted = Counter((issue_id, state) for issue_id, _, state in written)
    brakes.count(connection, Counter({(where, DeliveryState(state)): n for (where, state), n in counted.items()}))
    there = {(issue_id, seq) for issue_id, seq, _ in written}  # an earlier call may have written, and counted, the rest
    for issue_id in issues:
        its = [each for each in back if each.claim.issue == issue_id and (issue_id, each.claim.seq) in there]
        if its:
            wake(connection, issue_id, its, now)
        if states[issue_id] is State.SENT:
            reopen(connection, issue_id, now)
        elif states[issue_id] is State.STOPPED:
            sweep(connection, issue_id, now, why=STOPPED)
    return len(written)


def _write(connection: Connection, me: str, results: Sequence[Result], now: datetime) -> list[Row[int, int, str]]:
    """Write outcomes where the row still is that claim's; return the rows that were (`WRITTEN`)."""
    dialect, written = connection.dialect.name, list[Row[int, int, str]]()
    given_back = [_key(result) for result in results if result.outcome.state is DeliveryState.QUEUED]
    ended = [_told(result, me) for result in results if result.outcome.state is not DeliveryState.QUEUED]
    for change_, rows in ((_give_back(dialect), given_back), (_end(dialect), ended)):
        if rows:
            written += connection.execute(change_, {"rows": packed(rows), "me": me, "now": now}).all()
    return written


@cache
def _give_back(dialect: str) -> ReturningUpdate[int, int, str]:
    """Return the statement for rows that nothing was begun of: what the try before it said stays."""
    mine = _held(listed(dialect, "rows", KEY), dialect)
    given = {"state": DeliveryState.QUEUED, "worker": "", "given_back": delivery.c.given_back + 1, "at": _NOW}
    return update(delivery).where(_is(mine)).values(given).returning(*WRITTEN)


@cache
def _end(dialect: str) -> ReturningUpdate[int, int, str]:
    """Return the statement for rows that have an outcome."""
    mine = _held(listed(dialect, "rows", (*KEY, *TOLD)), dialect)
    told = {column: mine.c[column.name] for column in TOLD}
    return update(delivery).where(_is(mine)).values(told | {"at": _NOW}).returning(*WRITTEN)


def _held(rows: Subquery, dialect: str) -> Subquery:
    """Choose those that still are that claim's, locked in one order: `digest settle` may be about the same ones.

    SQLite locks all of it at once, and whether they are that claim's the update asks anyway.
    """
    if dialect == "sqlite":
        return rows
    chosen = select(rows).join(delivery, _is(rows)).order_by(delivery.c.issue, delivery.c.seq)
    return chosen.with_for_update(of=delivery).subquery()


def _is(claim: Subquery) -> ColumnElement[bool]:
    """Return the condition that a row is that claim's, the worker's own."""
    return and_(
        *(column == claim.c[column.name] for column in KEY),
        delivery.c.worker == _ME,
        or_(delivery.c.state == DeliveryState.CLAIMED, delivery.c.state == DeliveryState.IN_DOUBT),
    )


def _key(result: Result) -> tuple[int, int, int]:
    return result.claim.issue, result.claim.seq, result.claim.attempt


def _told(result: Result, me: str) -> tuple[int | str | None, ...]:
    outcome, again = result.outcome, result.not_before
    # Who is in doubt stays named: its worker may still learn the outcome, or its journal tell it.
    named = me if outcome.state is DeliveryState.IN_DOUBT else ""
    later = None if again is None or outcome.state is not DeliveryState.DEFERRED else number_of(again)
    return (*_key(result), outcome.state, named, outcome.code, storable(outcome.text), later, result.relay)


def wake(connection: Connection, issue_id: int, results: Sequence[Result], now: datetime) -> None:
    """Have the batches of rows that come back looked at when the first of them may be claimed again."""
    results = sorted(results, key=_seq)
    first, last = results[0].claim.seq, results[-1].claim.seq
    touched = select(batch).where(batch.c.issue == issue_id, batch.c.first <= last, batch.c.last >= first)
    for row in connection.execute(touched.order_by(batch.c.no).with_for_update()).all():
        inside = results[bisect_left(results, row.first, key=_seq) : bisect_right(results, row.last, key=_seq)]
        again = min((result.not_before or now for result in inside), default=None)
        values: dict[str, Any] = {}
        if again is not None and (row.not_before is None or again < row.not_before):
            values["not_before"] = again
        if any(result.outcome.state is DeliveryState.QUEUED for result in inside):
            values |= {"owner": "", "leased_until": None}  # who gives back leaves the rest to others
        if values:
            connection.execute(update(batch).where(batch.c.issue == issue_id, batch.c.no == row.no).values(values))


def _seq(result: Result) -> int:
    return result.claim.seq


def reopen(connection: Connection, issue_id: int, now: datetime) -> None:
    """Take a sent issue back to sending where a row of it waits again; a brake that it ended with lets it go."""
    waits = exists().where(delivery.c.issue == issue_id, delivery.c.state.in_(WAITING))
    if connection.execute(select(waits)).scalar():
        row = locked(connection, issue_id)
        state = require(Move.REOPEN, State(row.state), issue=issue_id, number=row.number)
        change(connection, issue_id, now, state=state, reason="")
        brakes.release(connection, issue_id)
