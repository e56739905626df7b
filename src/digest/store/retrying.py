"""Messages that were refused or deferred, taken back to the queue because a person says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, not_, or_, select, true, update

from digest.errors import MoveError, UnknownError
from digest.lifecycle import phrase
from digest.model.delivery import ENHANCED, NEVER_BEGUN, DeliveryState, Key, Result
from digest.model.issue import State
from digest.store import brakes
from digest.store.chunks import chunks
from digest.store.engine import listed, packed
from digest.store.issue_rows import locked, require_kept
from digest.store.outcomes import reopen, wake
from digest.store.schema import delivery, subscriber
from digest.store.settling import MAY_SEND_AGAIN

RETRIABLE: Final = (DeliveryState.REFUSED, DeliveryState.DEFERRED)
"""States that a message is taken back from: what is in doubt may have arrived, and has its own decision."""
CODE: Final = re.compile(rf"[245][0-9][0-9]|{ENHANCED.pattern}")
"""A reply's code (RFC 5321, 4.2), or its enhanced code (RFC 3463, 2)."""


def retry(
    connection: Connection,
    issue_id: int,
    *,
    states: Collection[DeliveryState],
    codes: Collection[str],
    addresses: Collection[str],
    pretend: bool,
    now: datetime,
) -> int:
    """Take chosen messages back to the queue. See `Outbox.retry`."""
    wrong = [state.value for state in states if state not in RETRIABLE]
    if wrong:
        raise ValueError(f"messages are not taken back from {', '.join(wrong)}")
    row = locked(connection, issue_id)
    require_kept(connection, issue_id)
    _require_may_leave(row, now)
    chosen = and_(delivery.c.issue == issue_id, delivery.c.state.in_(states or RETRIABLE), _said(codes))
    if addresses:
        chosen = and_(chosen, delivery.c.seq.in_(_seqs(connection, row, chosen, addresses)))
    if pretend:
        return connection.execute(select(func.count()).select_from(delivery).where(chosen)).scalar_one()
    # Chosen once: what is refused from here on, whoever records it, is none of these, and its batch is not woken.
    of_these = select(delivery.c.seq, delivery.c.state).where(chosen).order_by(delivery.c.seq)
    rows = connection.execute(of_these.with_for_update(of=delivery)).all()
    seqs = [each.seq for each in rows]
    if seqs:
        wake(connection, issue_id, [Result(Key(issue_id, seq, 0), NEVER_BEGUN) for seq in seqs], now)
        _queue(connection, issue_id, seqs, now)
        brakes.take_back(connection, issue_id, sum(each.state == DeliveryState.REFUSED for each in rows))
        if row.state == State.SENT:
            reopen(connection, issue_id, now)
    return len(seqs)


def _queue(connection: Connection, issue_id: int, seqs: Sequence[int], now: datetime) -> None:
    """Have rows wait again; what the try before it said stays."""
    these = select(listed(connection.dialect.name, "seqs", (delivery.c.seq,)).c.seq)
    queued = update(delivery).where(delivery.c.issue == issue_id, delivery.c.seq.in_(these))
    back = queued.values(state=DeliveryState.QUEUED, worker="", not_before=None, at=now)
    connection.execute(back, {"seqs": packed([seq] for seq in seqs)})


def _require_may_leave(row: Row[Any], now: datetime) -> None:
    if now >= row.expires_at:
        raise MoveError(f"No. {row.number} expired at {row.expires_at:%Y-%m-%d %H:%M} UTC; nothing of it leaves now")
    if row.state not in MAY_SEND_AGAIN:
        raise MoveError(f"No. {row.number} is {phrase(State(row.state))}; nothing of it leaves")


def _said(codes: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a reply had one of these codes; none: any reply."""
    found = []
    for code in codes:
        if not CODE.fullmatch(code):
            raise ValueError(f"{code!r} is no code of a reply")
        found.append(delivery.c.code == int(code) if code.isdecimal() else _begins(code))
    return or_(*found) if found else true()


def _begins(code: str) -> ColumnElement[bool]:
    """Return the condition that a reply's text begins with an enhanced code, as `ENHANCED` finds it."""
    goes_on = func.substr(delivery.c.text, len(code) + 1, 1).in_(list("0123456789."))
    return and_(delivery.c.text.startswith(code, autoescape=True), not_(goes_on))


def _seqs(connection: Connection, row: Row[Any], chosen: ColumnElement[bool], addresses: Collection[str]) -> list[int]:
    """Return the rows to these addresses; UnknownError for one that has none among the chosen."""
    wanted = {address.lower() for address in addresses}
    theirs = select(subscriber.c.address, delivery.c.seq).join(subscriber, subscriber.c.id == delivery.c.subscriber)
    found: dict[str, int] = {}
    for some in chunks(sorted(wanted)):
        rows = connection.execute(theirs.where(chosen, subscriber.c.address.in_(some)))
        found.update((address, seq) for address, seq in rows)
    strange = wanted - found.keys()
    if strange:
        raise UnknownError(f"No. {row.number} has no such message to {', '.join(sorted(strange))}")
    return sorted(found.values())
