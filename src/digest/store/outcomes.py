"""What became of claims: written by the worker that holds them, or in its name by whoever proved it dead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from digest.lifecycle import Move, require
from digest.model.delivery import DeliveryState, Result
from digest.model.issue import State
from digest.store import brakes
from digest.store.claims import WAITING
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


def record(connection: Connection, me: str, results: Sequence[Result], *, now: datetime) -> int:
    """Write the outcomes of one worker's claims. See `Outbox.record`."""
    wrong = next((result.outcome.state for result in results if result.outcome.state not in OUTCOMES), None)
    if wrong is not None:
        raise ValueError(f"{wrong} is no outcome of a claim")
    connection.execute(select(worker.c.id).where(worker.c.id == me).with_for_update(read=True))
    back = [result for result in results if result.outcome.state in WAITING]
    issues = sorted({result.claim.issue for result in back})
    states = {issue_id: State(locked(connection, issue_id).state) for issue_id in issues}
    for issue_id in issues:
        wake(connection, issue_id, [result for result in back if result.claim.issue == issue_id], now)
    written = _write(connection, me, results, now)
    if written == len(results):  # else it was called again: what it had written then was counted then
        brakes.count(connection, results)
    for issue_id in (issue_id for issue_id in issues if states[issue_id] is State.SENT):
        reopen(connection, issue_id, now)
    return written


def _place(result: Result) -> tuple[int, int]:
    return result.claim.issue, result.claim.seq


def _write(connection: Connection, me: str, results: Sequence[Result], now: datetime) -> int:
    """Write outcomes where the row still is that claim's; return how many were."""
    rows: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for result in sorted(results, key=_place):
        rows[result.outcome.state is DeliveryState.QUEUED].append(_row(result, me))
    mine = update(delivery).where(
        delivery.c.issue == bindparam("of_issue"),
        delivery.c.seq == bindparam("of_seq"),
        delivery.c.attempts == bindparam("of_attempt"),
        delivery.c.worker == me,
        or_(delivery.c.state == DeliveryState.CLAIMED, delivery.c.state == DeliveryState.IN_DOUBT),
    )
    told = mine.values(
        {name: bindparam(f"new_{name}") for name in ("state", "worker", "code", "text", "not_before")} | {"at": now}
    )
    # Given back: what the try before it said stays.
    back = mine.values(state=DeliveryState.QUEUED, worker="", at=now)
    return sum(
        connection.execute(update_, rows[given]).rowcount
        for given, update_ in ((False, told), (True, back))
        if rows[given]
    )


def _row(result: Result, me: str) -> dict[str, Any]:
    claim, outcome = result.claim, result.outcome
    row: dict[str, Any] = {"of_issue": claim.issue, "of_seq": claim.seq, "of_attempt": claim.attempt}
    if outcome.state is DeliveryState.QUEUED:
        return row
    return row | {
        "new_state": outcome.state,
        # Who is in doubt stays named: its worker may still learn the outcome, or its journal tell it.
        "new_worker": me if outcome.state is DeliveryState.IN_DOUBT else "",
        "new_code": outcome.code,
        "new_text": outcome.text,
        "new_not_before": result.not_before if outcome.state is DeliveryState.DEFERRED else None,
    }


def wake(connection: Connection, issue_id: int, results: Sequence[Result], now: datetime) -> None:
    """Have the batches of rows that come back looked at when the first of them may be claimed again."""
    seqs = [result.claim.seq for result in results]
    touched = select(batch).where(batch.c.issue == issue_id, batch.c.first <= max(seqs), batch.c.last >= min(seqs))
    for row in connection.execute(touched.order_by(batch.c.no).with_for_update()).all():
        inside = [result for result in results if row.first <= result.claim.seq <= row.last]
        again = min((result.not_before or now for result in inside), default=None)
        values: dict[str, Any] = {}
        if again is not None and (row.not_before is None or again < row.not_before):
            values["not_before"] = again
        if any(result.outcome.state is DeliveryState.QUEUED for result in inside):
            values |= {"owner": "", "leased_until": None}  # who gives back leaves the rest to others
        if values:
            connection.execute(update(batch).where(batch.c.issue == issue_id, batch.c.no == row.no).values(values))


def reopen(connection: Connection, issue_id: int, now: datetime) -> None:
    """Take a sent issue back to sending where a row of it waits again."""
    waits = exists().where(delivery.c.issue == issue_id, delivery.c.state.in_(WAITING))
    if connection.execute(select(waits)).scalar():
        row = locked(connection, issue_id)
        change(
            connection, issue_id, now, state=require(Move.REOPEN, State(row.state), issue=issue_id, number=row.number)
        )
