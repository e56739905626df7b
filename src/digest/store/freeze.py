"""The freeze: one transaction makes an approved issue's recipients the rows of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, insert, literal, null, select

from digest.brake import Brake
from digest.errors import Busy, MoveError
from digest.lifecycle import Move, require
from digest.model.delivery import DeliveryState, Plan, Skeleton
from digest.model.issue import State
from digest.model.people import Preferences, Segment
from digest.store import brakes
from digest.store.audience import PAUSED, chosen
from digest.store.codec import pack
from digest.store.columns import Instant
from digest.store.engine import alone
from digest.store.issue_rows import change, locked
from digest.store.preferences import numbers
from digest.store.schema import audience, batch, cohort, delivery, skeleton

BATCH: Final = 500
"""How many deliveries a worker leases at once."""

Cohorts: TypeAlias = Mapping[Preferences, Plan]
"""What the issue has for each way of reading."""


def freeze(
    connection: Connection,
    issue_id: int,
    *,
    lists: Sequence[str],
    segments: Sequence[Segment] = (),
    cohorts: Cohorts,
    skeletons: Mapping[str, Skeleton],
    binding: str | None,
    imprint: str,
    brake: Brake | None,
    now: datetime,
) -> int:
    """Start the issue; return how many messages are to go out. See `Outbox.freeze`."""
    _require_rendered(cohorts, skeletons)
    alone(connection, "subscribers")  # no list is loaded between the count and the insert
    row = locked(connection, issue_id)
    state = require(Move.START, State(row.state), issue=issue_id, number=row.number)
    if binding is not None and binding != row.binding:
        raise MoveError(f"No. {row.number} is not what was approved; look at it again: digest preview {issue_id}")
    _keep(connection, issue_id, lists, cohorts, skeletons)
    _require_covered(connection, issue_id, lists, segments)
    _deal(connection, issue_id, lists, segments, row.local_date, now)
    _cut(connection, issue_id)
    change(connection, issue_id, now, state=state, imprint=imprint)
    going: int = connection.execute(select(func.count()).where(_going(issue_id))).scalar_one()
    if brake is not None:
        brakes.start(connection, issue_id, brake.fitted(going))
    return going


def _require_rendered(cohorts: Cohorts, skeletons: Mapping[str, Skeleton]) -> None:
    missing = {plan.variant for plan in cohorts.values() if plan.variant is not None} - set(skeletons)
    if missing:
        raise ValueError(f"no skeleton for {', '.join(sorted(missing))}")
    if any(plan.variant is None and not plan.reason for plan in cohorts.values()):
        raise ValueError("who gets nothing is told why: a plan without variant needs a reason")


def _keep(
    connection: Connection, issue_id: int, lists: Sequence[str], cohorts: Cohorts, skeletons: Mapping[str, Skeleton]
) -> None:
    known = numbers(connection, cohorts)
    names = list(dict.fromkeys(lists))
    rows = [{"issue": issue_id, "list": name, "position": place} for place, name in enumerate(names)]
    bodies = [{"issue": issue_id, "variant": name, "body": pack(body, Skeleton)} for name, body in skeletons.items()]
    groups = [
        {
            "issue": issue_id,
            "preference": known[wish],
            "variant": plan.variant,
            "due_at": plan.due_at,
            "reason": plan.reason,
        }
        for wish, plan in cohorts.items()
    ]
    for table, values in ((audience, rows), (skeleton, bodies), (cohort, groups)):
        if values:
            connection.execute(insert(table), values)


def _require_covered(connection: Connection, issue_id: int, lists: Sequence[str], segments: Sequence[Segment]) -> None:
    """Refuse where a reader's way of reading is in no cohort: they would be lost without a word."""
    people = chosen(lists, segments)
    mine = and_(cohort.c.issue == issue_id, cohort.c.preference == people.c.preference)
    uncovered = select(func.count()).select_from(people).outerjoin(cohort, mine).where(cohort.c.issue.is_(None))
    count = connection.execute(uncovered).scalar_one()
    if count:
        raise Busy(f"the lists changed while issue {issue_id} was made ready: {count} more to mail; start it again")


def _deal(
    connection: Connection,
    issue_id: int,
    lists: Sequence[str],
    segments: Sequence[Segment],
    day: date,
    now: datetime,
) -> None:
    """Deal `seq` from 1 in the order of the hour, domains interleaved, so that no mail host gets a run of its own.

    Those for whom there is nothing, or who paused beyond the issue's `day`, come last, so that what goes out has
    numbers without a gap.
    """
    people = chosen(lists, segments)
    mine = and_(cohort.c.issue == issue_id, cohort.c.preference == people.c.preference)
    paused = func.coalesce(people.c.paused_until > day, False)
    aside = case((cohort.c.variant.is_(None), 1), (paused, 2), else_=0)
    alike = (aside, cohort.c.due_at, people.c.domain)
    turn = func.row_number().over(partition_by=alike, order_by=people.c.subscriber)
    plan = (cohort.c.variant, cohort.c.due_at, cohort.c.reason)
    everybody = select(people, *plan, aside.label("aside"), turn.label("turn")).join(cohort, mine).subquery("everybody")
    left_out = everybody.c.aside > 0
    order = (everybody.c.aside, everybody.c.due_at, everybody.c.turn, everybody.c.domain, everybody.c.subscriber)
    columns = {
        "issue": literal(issue_id),
        "seq": func.row_number().over(order_by=order),
        "subscriber": everybody.c.subscriber,
        "list": everybody.c.list,
        "preference": everybody.c.preference,
        "variant": case((left_out, ""), else_=everybody.c.variant),
        "due_at": everybody.c.due_at,
        "state": case((left_out, DeliveryState.SUPPRESSED.value), else_=DeliveryState.QUEUED.value),
        "worker": literal(""),
        "attempts": literal(0),
        "code": literal(0),
        "text": case((everybody.c.aside == 2, PAUSED), (left_out, everybody.c.reason), else_=""),
        "at": case((left_out, literal(now, Instant())), else_=null()),
    }
    connection.execute(insert(delivery).from_select(list(columns), _labelled(columns)))


def _labelled(columns: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    return select(*(value.label(name) for name, value in columns.items()))


def _going(issue_id: int) -> ColumnElement[bool]:
    return and_(delivery.c.issue == issue_id, delivery.c.state == DeliveryState.QUEUED.value)


def _cut(connection: Connection, issue_id: int) -> None:
    """Cut what goes out into batches of `BATCH`, each with one hour."""
    place = func.row_number().over(partition_by=delivery.c.due_at, order_by=delivery.c.seq)
    placed = (
        select(delivery.c.seq, delivery.c.due_at, ((place - 1) // BATCH).label("portion"))
        .where(_going(issue_id))
        .subquery("placed")
    )
    first, last = func.min(placed.c.seq), func.max(placed.c.seq)
    columns = {
        "issue": literal(issue_id),
        "no": func.row_number().over(order_by=first),
        "first": first,
        "last": last,
        "due_at": placed.c.due_at,
        "not_before": placed.c.due_at,
        "owner": literal(""),
    }
    cut = _labelled(columns).group_by(placed.c.due_at, placed.c.portion)
    connection.execute(insert(batch).from_select(list(columns), cut))
