"""Canary and brake as the tables have them: whoever claims looks here, so that several workers see one canary.

The row of `brake` is locked behind deliveries and before `meta`. Two claims with a canary out take turns, since each
must see what the other has taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, insert, or_, select, update

from digest.brake import Brake, Tried
from digest.lifecycle import Move, require
from digest.model.delivery import CLAIM_AGE, Claim, DeliveryState
from digest.model.issue import State
from digest.store.columns import Instant
from digest.store.engine import alone
from digest.store.issue_rows import change, locked
from digest.store.schema import brake, delivery

FIELDS: Final = tuple(brake.c[name] for name in Brake.__dataclass_fields__)
COUNTS: Final = ("taken", "refused", "lately_taken", "lately_refused")

_MINE: Final = brake.c.issue == bindparam("of_issue")
WITHIN_REACH: Final = delivery.c.seq <= select(brake.c.reach).where(_MINE).scalar_subquery()
"""The condition that a row of the issue `of_issue` is none beyond what was claimed while its canary was out."""
_READ: Final = select(*FIELDS).where(_MINE)
_COUNT: Final = update(brake).where(_MINE).values({name: brake.c[name] + bindparam(f"more_{name}") for name in COUNTS})
_TAKEN: Final[ColumnElement[int]] = bindparam("less_taken")
_REFUSED: Final[ColumnElement[int]] = bindparam("less_refused")
_STRETCH: Final = (
    update(brake)
    .where(_MINE, brake.c.lately_taken >= _TAKEN, brake.c.lately_refused >= _REFUSED)
    .values(lately_taken=brake.c.lately_taken - _TAKEN, lately_refused=brake.c.lately_refused - _REFUSED)
)
"""Begins the next stretch; stands here whole like the statements of a claim, since each of those may end one."""


LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
TRIED_BEFORE: Final = or_(delivery.c.state == DeliveryState.DEFERRED, delivery.c.code != 0)
"""The condition that a row which waits was tried before; one that was only given back was not."""
_COMING: Final = or_(
    delivery.c.state == DeliveryState.CLAIMED,
    and_(delivery.c.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED)), TRIED_BEFORE),
)
_ENDED: Final = delivery.c.state.in_((DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.IN_DOUBT))
_FRESH: Final = and_(delivery.c.state == DeliveryState.CLAIMED, delivery.c.at > bindparam("begun_after", type_=Instant))


class Leave(NamedTuple):
    """What a claim may take."""

    limit: int
    brake: Brake | None = None
    """As it was found; None for an issue without."""
    pull: bool = False
    """Nothing, and the issue is to be paused (`pull`)."""
    again: bool = False
    """Only what was tried before."""


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
    if not its.canary:
        return Leave(0, its, pull=True) if its.pulls(0) else Leave(limit, its)
    alone(connection, f"canary of {issue_id}")
    its = read(connection, issue_id) or its
    tried = _tried(connection, issue_id, now)
    if its.pulls(tried.flight) or its.unanswered(tried):
        return Leave(0, its, pull=True)
    after = its.looked_at()
    fresh = after.untried(tried)
    return Leave(int(min(limit, after.room(tried.flight), fresh or limit)), its, again=not fresh)


def spent(connection: Connection, issue_id: int) -> bool:
    """Say whether the canary is out and nothing may be claimed for it that was not tried before."""
    its = read(connection, issue_id)
    after = its and its.looked_at()
    return bool(after and after.canary and not after.untried(_tried(connection, issue_id, LONG_AGO)))


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
        connection.execute(_STRETCH, {"of_issue": issue_id, "less_taken": taken, "less_refused": refused})


def count(connection: Connection, written: Counter[tuple[int, DeliveryState]]) -> None:
    """Count the answers among outcomes that were just written, by issue and state."""
    for issue_id in sorted({issue_id for issue_id, _ in written}):
        taken, refused = written[issue_id, DeliveryState.ACCEPTED], written[issue_id, DeliveryState.REFUSED]
        if taken or refused:
            more = dict(zip((f"more_{name}" for name in COUNTS), (taken, refused, taken, refused), strict=True))
            connection.execute(_COUNT, {"of_issue": issue_id, **more})


def take_back(connection: Connection, issue_id: int, refused: int) -> None:
    """Count so many refusals no more: their messages are tried again, and each has one answer."""
    less = {
        name: case((brake.c[name] > refused, brake.c[name] - refused), else_=0)
        for name in ("refused", "lately_refused")
    }
    connection.execute(update(brake).where(brake.c.issue == issue_id).values(less))


def pull(connection: Connection, issue_id: int, *, hush: Callable[[str], str], now: datetime) -> bool:
    """Pause the issue if its brake is due; return whether it is paused by it. See `Outbox.pull_brake`."""
    row, its = locked(connection, issue_id), read(connection, issue_id)
    if its is None or row.state != State.SENDING:
        return its is not None and its.pulled
    tried = _tried(connection, issue_id, now)
    if its.pulls(tried.flight):
        reason = its.reason(_last_refusal(connection, issue_id, hush))
    elif its.unanswered(tried):
        reason = its.silence(tried)
    else:
        return False
    state = require(Move.PAUSE, State(row.state), issue=issue_id, number=row.number)
    change(connection, issue_id, now, state=state, reason=reason)
    connection.execute(update(brake).where(brake.c.issue == issue_id).values(pulled=True))
    return True


def release(connection: Connection, issue_id: int) -> None:
    """Let an issue that the brake has paused go on; one that a person paused keeps its brake as it is."""
    its = read(connection, issue_id)
    if its is not None and its.pulled:
        connection.execute(update(brake).where(brake.c.issue == issue_id).values(asdict(its.released())))


def _last_refusal(connection: Connection, issue_id: int, hush: Callable[[str], str]) -> str:
    last = select(delivery.c.code, delivery.c.text).where(
        delivery.c.issue == issue_id, delivery.c.state == DeliveryState.REFUSED
    )
    said = connection.execute(last.order_by(delivery.c.at.desc(), delivery.c.seq.desc()).limit(1)).one_or_none()
    return hush(f"{said.code} {said.text}" if said.code else said.text) if said else ""


def _tried(connection: Connection, issue_id: int, now: datetime) -> Tried:
    """Return what went out with the canary; for a message that takes longer than a claim nobody waits."""
    row = connection.execute(_TRIED, {"of_issue": issue_id, "begun_after": now - CLAIM_AGE}).one()
    return Tried(*(number or 0 for number in row))


def _counted() -> Select[int, int, int]:
    def many(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    chosen = select(many(_FRESH), many(or_(_ENDED, _COMING)), many(_COMING))
    return chosen.where(delivery.c.issue == bindparam("of_issue"), WITHIN_REACH)


_TRIED: Final = _counted()
