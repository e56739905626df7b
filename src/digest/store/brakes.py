"""Canary and brake as the tables have them: whoever claims looks here, so that several workers see one canary.

The row of `brake` is locked behind deliveries and before `meta`. Two claims with a canary out take turns, since each
must see what the other has taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from digest.brake import Brake
from digest.lifecycle import Move, require
from digest.model.delivery import CLAIM_AGE, Claim, DeliveryState, Result
from digest.model.issue import State
from digest.store.engine import alone
from digest.store.issue_rows import change, locked
from digest.store.schema import brake, delivery

FIELDS: Final = tuple(brake.c[name] for name in Brake.__dataclass_fields__)
COUNTS: Final = ("taken", "refused", "lately_taken", "lately_refused")

_MINE: Final = brake.c.issue == bindparam("of_issue")
_READ: Final = select(*FIELDS).where(_MINE)
_COUNT: Final = update(brake).where(_MINE).values({name: brake.c[name] + bindparam(f"more_{name}") for name in COUNTS})


class Leave(NamedTuple):
    """What a claim may take."""

    limit: int
    brake: Brake | None = None
    """As it was found; None for an issue without."""
    pull: bool = False
    """Nothing, and the issue is to be paused (`pull`)."""


def start(connection: Connection, issue_id: int, its: Brake) -> None:
    """Put the brake on an issue that is about to go out."""
    connection.execute(insert(brake).values(issue=issue_id, reach=0, **asdict(its)))


def read(connection: Connection, issue_id: int) -> Brake | None:
    """Return the issue's brake; None where it was frozen without."""
    row = connection.execute(_READ, {"of_issue": issue_id}).one_or_none()
    return None if row is None else Brake(**row._mapping)


def ask(connection: Connection, issue_id: int, limit: int, now: datetime) -> Leave:
    """Return how many of `limit` rows may be claimed."""
    its = read(connection, issue_id)
    if its is None:
        return Leave(limit)
    flight = 0
    if its.canary:
        alone(connection, f"canary of {issue_id}")
        its = read(connection, issue_id) or its
        flight = _flight(connection, issue_id, now)
    if its.pulls(flight):
        return Leave(0, its, pull=True)
    return Leave(int(min(limit, its.looked_at().room(flight))), its)


def note(connection: Connection, issue_id: int, leave: Leave, claims: Sequence[Claim]) -> None:
    """Write down what a claim found and took: how far the canary reaches, that it is through, that a stretch ended."""
    its = leave.brake
    if its is None:
        return
    after, mine = its.looked_at(), brake.c.issue == issue_id
    if after.canary and claims:
        further = update(brake).where(mine, brake.c.reach < claims[-1].seq)
        connection.execute(further.values(reach=claims[-1].seq))
    if after.canary != its.canary:
        connection.execute(update(brake).where(mine).values(canary=after.canary))
    taken, refused = its.lately_taken - after.lately_taken, its.lately_refused - after.lately_refused
    if taken or refused:  # what was counted meanwhile belongs to the next stretch; one worker begins it
        ended = update(brake).where(mine, brake.c.lately_taken >= taken, brake.c.lately_refused >= refused)
        less = {"lately_taken": brake.c.lately_taken - taken, "lately_refused": brake.c.lately_refused - refused}
        connection.execute(ended.values(less))


def count(connection: Connection, results: Sequence[Result]) -> None:
    """Count the answers among outcomes, all of which were just written."""
    for issue_id in sorted({result.claim.issue for result in results}):
        states = [result.outcome.state for result in results if result.claim.issue == issue_id]
        taken, refused = states.count(DeliveryState.ACCEPTED), states.count(DeliveryState.REFUSED)
        if taken or refused:
            more = dict(zip((f"more_{name}" for name in COUNTS), (taken, refused, taken, refused), strict=True))
            connection.execute(_COUNT, {"of_issue": issue_id, **more})


def pull(connection: Connection, issue_id: int, *, hush: Callable[[str], str], now: datetime) -> bool:
    """Pause the issue if its brake is due; return whether it is paused by it. See `Outbox.pull_brake`."""
    row, its = locked(connection, issue_id), read(connection, issue_id)
    if its is None or its.pulled or row.state != State.SENDING or not its.pulls(_flight(connection, issue_id, now)):
        return its is not None and its.pulled
    last = select(delivery.c.code, delivery.c.text).where(
        delivery.c.issue == issue_id, delivery.c.state == DeliveryState.REFUSED
    )
    said = connection.execute(last.order_by(delivery.c.at.desc(), delivery.c.seq.desc()).limit(1)).one_or_none()
    reply = hush(f"{said.code} {said.text}" if said.code else said.text) if said else ""
    state = require(Move.PAUSE, State(row.state), issue=issue_id, number=row.number)
    change(connection, issue_id, now, state=state, reason=its.reason(reply))
    connection.execute(update(brake).where(brake.c.issue == issue_id).values(pulled=True))
    return True


def release(connection: Connection, issue_id: int) -> None:
    """Let an issue that the brake has paused go on; one that a person paused keeps its brake as it is."""
    its = read(connection, issue_id)
    if its is not None and its.pulled:
        connection.execute(update(brake).where(brake.c.issue == issue_id).values(asdict(its.released())))


def _flight(connection: Connection, issue_id: int, now: datetime) -> int:
    """Return how many messages of the canary are on their way; for one that takes longer than a claim nobody waits."""
    reach = select(brake.c.reach).where(brake.c.issue == issue_id).scalar_subquery()
    out = select(func.count()).where(
        delivery.c.issue == issue_id,
        delivery.c.seq <= reach,
        delivery.c.state == DeliveryState.CLAIMED,
        delivery.c.at > now - CLAIM_AGE,
    )
    return connection.execute(out).scalar_one()
