"""Deliveries of issues that are long over become totals: who got what is forgotten, how many stays.

An issue is marked (`folded`) in the transaction that saw none of its messages open, with the issue's row locked. From
then on nothing leads back: only `retry` takes up what has ended, and it looks for the mark with the row locked. What
is counted is deleted in the same transaction, so that whoever counts both finds every message once at any moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from digest.model.delivery import DeliveryState
from digest.model.issue import State
from digest.store.engine import Database
from digest.store.issue_rows import folded_at, locked
from digest.store.schema import delivery, folded, issue, total
from digest.store.standing import enhanced, kinds

PORTION: Final = 500
"""Rows of one transaction: some 0.01 s on a disk."""
REST: Final = 0.05
"""Seconds between two transactions: SQLite's writers of other processes ask for the lock about so often."""
MOST: Final = 500_000
"""Rows of one call: so much is done within two minutes, and the next call goes on."""

OVER: Final = (State.SENT, State.STOPPED)
"""States of an issue that was on its way and is no longer."""
_ENDED: Final = delivery.c.state.in_((DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.SUPPRESSED))
"""The condition that nothing more becomes of a message, and nobody has to decide on it."""


class Kind(NamedTuple):
    """What messages have in common that are counted together."""

    state: str
    code: int
    said: str
    relay: str


class Total(NamedTuple):
    """How many there were, and when the first and the last of their answers came."""

    number: int
    first_at: datetime | None
    last_at: datetime | None

    def and_(self, other: Total) -> Total:
        """Return both together."""
        firsts = [at for at in (self.first_at, other.first_at) if at]
        lasts = [at for at in (self.last_at, other.last_at) if at]
        return Total(self.number + other.number, min(firsts, default=None), max(lasts, default=None))


def fold(
    database: Database,
    before: datetime,
    now: datetime,
    *,
    going: Callable[[], bool] = lambda: True,
    rest: Callable[[float], None] = time.sleep,
) -> int:
    """Turn deliveries into totals, of issues that were over and had expired before; return how many, at most `MOST`.

    An issue with a message that is open, one in doubt among them, stays as it is. Ends early, between two portions,
    once it is not to be `going` any more; the next call goes on from there.
    """
    count = 0
    for issue_id in _old(database, before):
        while count < MOST and going() and (done := _portion(database, issue_id, before, now)):
            count += done
            rest(REST)
    return count


def _old(database: Database, before: datetime) -> list[int]:
    """Return the issues that have deliveries to be folded, the oldest first; looked at without keeping anybody out."""
    mine = delivery.c.issue == issue.c.id
    begun = exists().where(folded.c.issue == issue.c.id)
    ready = or_(begun, ~exists().where(mine, not_(_ENDED)))
    chosen = select(issue.c.id).where(_is_old(before), exists().where(mine), ready)
    with database.read() as connection:
        return list(connection.execute(chosen.order_by(issue.c.id)).scalars())


def _is_old(before: datetime) -> ColumnElement[bool]:
    return and_(issue.c.state.in_(OVER), issue.c.moved_at < before, issue.c.expires_at < before)


def _portion(database: Database, issue_id: int, before: datetime, now: datetime) -> int:
    """Fold one portion of the issue's deliveries; return how many, 0 where it is not over or none is left."""
    with database.write() as connection:
        locked(connection, issue_id)
        if not connection.execute(select(issue.c.id).where(issue.c.id == issue_id, _is_old(before))).first():
            return 0
        if folded_at(connection, issue_id) is None:
            if connection.execute(select(exists().where(delivery.c.issue == issue_id, not_(_ENDED)))).scalar():
                return 0
            connection.execute(insert(folded).values(issue=issue_id, since=now))
        first = connection.execute(select(func.min(delivery.c.seq)).where(delivery.c.issue == issue_id)).scalar()
        if first is None:
            return 0
        here = and_(delivery.c.issue == issue_id, delivery.c.seq.between(first, first + PORTION - 1), _ENDED)
        _count(connection, issue_id, here, now)
        gone: CursorResult[tuple[()]] = connection.execute(delete(delivery).where(here))
        return gone.rowcount


def _count(connection: Connection, issue_id: int, here: ColumnElement[bool], now: datetime) -> None:
    """Add deliveries to the totals of their issue."""
    mine = select(total).where(total.c.issue == issue_id)
    known = {
        Kind(row.state, row.code, row.said, row.relay): (row.no, Total(row.number, row.first_at, row.last_at))
        for row in connection.execute(mine)
    }
    more: dict[Kind, Total] = {}
    for row in connection.execute(kinds(here, now)):
        # Of a refusal's text the code alone stays: the words may name a reader.
        said = enhanced(row.said) if row.state == DeliveryState.REFUSED else row.said
        kind, its = Kind(row.state, row.reply_code, said, row.by), Total(row.number, row.first_at, row.last_at)
        more[kind] = more[kind].and_(its) if kind in more else its
    new: list[dict[str, Any]] = []
    for kind, its in more.items():
        if kind in known:
            no, was = known[kind]
            there = and_(total.c.issue == issue_id, total.c.no == no)
            connection.execute(update(total).where(there).values(its.and_(was)._asdict()))
        else:
            no = len(known) + len(new) + 1
            new.append({"issue": issue_id, "no": no, **kind._asdict(), **its._asdict()})
    if new:
        connection.execute(insert(total), new)
