"""Workers as they are written down, and what becomes of the rows of one that is no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from digest.errors import StoreError
from digest.model.delivery import NEVER_BEGUN, UNTOLD, Account, DeliveryState, Key, Result
from digest.model.issue import State
from digest.store.outcomes import record
from digest.store.schema import batch, delivery, issue, worker

ALIVE: Final = "alive"
DECLARED: Final = "declared"
"""Dead by somebody's word, or because its journal is gone: it may live, and then finishes what it has begun."""
DEAD: Final = "dead"
"""It has ended in good order, or its journal's lock was won."""
MAY_HOLD: Final = (State.SENDING, State.PAUSED, State.STOPPED)
"""States of an issue with claimed rows; it is not sent while there are any."""
ON_ITS_WAY: Final = (State.SENDING, State.PAUSED)


def enlist(connection: Connection, name: str, *, host: str, boot: str, now: datetime) -> None:
    """Note that a worker is alive. See `Outbox.enlist`."""
    if connection.execute(select(worker.c.id).where(worker.c.id == name)).first():
        raise StoreError(f"worker {name} has been here before; a process takes a new id at each start")
    row = {"id": name, "host": host, "boot": boot, "state": ALIVE, "since": now}
    connection.execute(insert(worker).values(row))


def workers(connection: Connection, state: str) -> dict[str, str]:
    """Return the workers in that state, each with its host, the oldest first."""
    chosen = select(worker.c.id, worker.c.host).where(worker.c.state == state)
    rows = connection.execute(chosen.order_by(worker.c.since, worker.c.id)).all()
    return {row.id: row.host for row in rows}


def held(connection: Connection, name: str) -> dict[Key, DeliveryState]:
    """Return the rows that name the worker, claimed or in doubt.

    No index has them: only issues are looked through that may have such. One that is sent was on its way when the
    worker claimed from it, so it moved since the worker began.
    """
    since = select(worker.c.since).where(worker.c.id == name).scalar_subquery()
    sent_since = and_(issue.c.state == State.SENT, issue.c.moved_at >= since)
    chosen = select(delivery.c.issue, delivery.c.seq, delivery.c.attempts, delivery.c.state).where(
        delivery.c.issue.in_(select(issue.c.id).where(or_(issue.c.state.in_(MAY_HOLD), sent_since))),
        delivery.c.state.in_((DeliveryState.CLAIMED, DeliveryState.IN_DOUBT)),
        delivery.c.worker == name,
    )
    return {Key(row.issue, row.seq, row.attempts): DeliveryState(row.state) for row in connection.execute(chosen)}


def recover(
    connection: Connection, name: str, account: Account, *, resend: Collection[str], now: datetime
) -> Counter[DeliveryState]:
    """Write the worker down as dead, and its rows as its journal tells. See `Outbox.recover`."""
    _die(connection, name, DEAD, now)
    mine = held(connection, name)
    told = [result for key, state in mine.items() if (result := account.verdict(key, state)) is not None]
    again = _on_their_way(connection, {result.claim.issue for result in told}, resend, now)
    results = [_again(result) if result.claim.issue in again else result for result in told]
    record(connection, name, results, now=now)
    _free_batches(connection, name)
    return Counter(result.outcome.state for result in results)


def bury(connection: Connection, name: str, *, now: datetime) -> int:
    """Declare the worker dead without proof. See `Outbox.bury`."""
    _die(connection, name, DECLARED, now)
    claimed = [key for key, state in held(connection, name).items() if state is DeliveryState.CLAIMED]
    record(connection, name, [Result(key, UNTOLD) for key in claimed], now=now)
    _free_batches(connection, name)
    return len(claimed)


def _die(connection: Connection, name: str, state: str, now: datetime) -> None:
    """Write the worker down as dead, before all else: a claim of it under way finds that, or its rows are found."""
    connection.execute(select(worker.c.id).where(worker.c.id == name).with_for_update())
    before = (ALIVE,) if state == DECLARED else (ALIVE, DECLARED)
    gone = update(worker).where(worker.c.id == name, worker.c.state.in_(before))
    connection.execute(gone.values(state=state, died_at=now))


def _free_batches(connection: Connection, name: str) -> None:
    connection.execute(update(batch).where(_owned_by(name)).values(owner="", leased_until=None))


def _owned_by(name: str) -> ColumnElement[bool]:
    started = select(issue.c.id).where(issue.c.state.in_(MAY_HOLD))
    return and_(batch.c.issue.in_(started), batch.c.owner == name)


def _on_their_way(
    connection: Connection, issues: Iterable[int], editions: Collection[str], now: datetime
) -> frozenset[int]:
    """Return which of the issues are of the editions, on their way and not expired."""
    chosen = select(issue.c.id).where(
        issue.c.id.in_(sorted(issues)),
        issue.c.edition.in_(sorted(editions)),
        issue.c.state.in_(ON_ITS_WAY),
        issue.c.expires_at > now,
    )
    return frozenset(connection.execute(chosen).scalars())


def _again(result: Result) -> Result:
    """Return the result for an edition that sends again what is in doubt."""
    doubted = result.outcome.state is DeliveryState.IN_DOUBT
    return replace(result, outcome=NEVER_BEGUN) if doubted else result
