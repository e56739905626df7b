"""The freeze: one transaction makes an approved issue's recipients the rows of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, literal, select

from digest.errors import Busy, MoveError
from digest.lifecycle import Move, require
from digest.model.delivery import DeliveryState, Skeleton
from digest.model.issue import State
from digest.model.people import Preferences
from digest.store.audience import chosen
from digest.store.codec import pack
from digest.store.engine import alone
from digest.store.issue_rows import change, locked
from digest.store.preferences import numbers
from digest.store.schema import audience, batch, cohort, delivery, skeleton

BATCH: Final = 500
"""How many deliveries a worker leases at once."""

Cohorts: TypeAlias = Mapping[Preferences, tuple[str | None, datetime]]
"""For each way of reading: the variant (None: nothing for them in this issue) and when it is due."""


def freeze(
    connection: Connection,
    issue_id: int,
    *,
    lists: Sequence[str],
    cohorts: Cohorts,
    skeletons: Mapping[str, Skeleton],
    binding: str | None,
    now: datetime,
) -> int:
    """Start the issue; return how many deliveries it has. See `Outbox.freeze`."""
    _require_rendered(cohorts, skeletons)
    alone(connection, "subscribers")  # no list is loaded between the count and the insert
    row = locked(connection, issue_id)
    state = require(Move.START, State(row.state), issue=issue_id, number=row.number)
    if binding is not None and binding != row.binding:
        raise MoveError(f"No. {row.number} is not what was approved; look at it again: digest preview {issue_id}")
    _keep(connection, issue_id, lists, cohorts, skeletons)
    _require_covered(connection, issue_id, lists)
    _deal(connection, issue_id, lists)
    _cut(connection, issue_id)
    change(connection, issue_id, now, state=state)
    return connection.execute(select(func.count()).where(delivery.c.issue == issue_id)).scalar_one()


def _require_rendered(cohorts: Cohorts, skeletons: Mapping[str, Skeleton]) -> None:
    missing = {variant for variant, _ in cohorts.values() if variant is not None} - set(skeletons)
    if missing:
        raise ValueError(f"no skeleton for {', '.join(sorted(missing))}")


def _keep(
    connection: Connection, issue_id: int, lists: Sequence[str], cohorts: Cohorts, skeletons: Mapping[str, Skeleton]
) -> None:
    known = numbers(connection, cohorts)
    names = list(dict.fromkeys(lists))
    rows = [{"issue": issue_id, "list": name, "position": place} for place, name in enumerate(names)]
    bodies = [{"issue": issue_id, "variant": name, "body": pack(body, Skeleton)} for name, body in skeletons.items()]
    groups = [
        {"issue": issue_id, "preference": known[wish], "variant": variant, "due_at": due_at}
        for wish, (variant, due_at) in cohorts.items()
    ]
    for table, values in ((audience, rows), (skeleton, bodies), (cohort, groups)):
        if values:
            connection.execute(insert(table), values)


def _require_covered(connection: Connection, issue_id: int, lists: Sequence[str]) -> None:
    """Refuse where a reader's way of reading is in no cohort: they would be lost without a word."""
    people = chosen(lists)
    mine = and_(cohort.c.issue == issue_id, cohort.c.preference == people.c.preference)
    uncovered = select(func.count()).select_from(people).outerjoin(cohort, mine).where(cohort.c.issue.is_(None))
    count = connection.execute(uncovered).scalar_one()
    if count:
        raise Busy(f"the lists changed while issue {issue_id} was made ready: {count} more to mail; start it again")


def _deal(connection: Connection, issue_id: int, lists: Sequence[str]) -> None:
    """Deal `seq` from 1 in the order of the hour, domains interleaved, so that no mail host gets a run of its own."""
    people = chosen(lists)
    mine = and_(cohort.c.issue == issue_id, cohort.c.preference == people.c.preference)
    turn = func.row_number().over(partition_by=(cohort.c.due_at, people.c.domain), order_by=people.c.subscriber)
    going = (
        select(people, cohort.c.variant, cohort.c.due_at, turn.label("turn"))
        .join(cohort, mine)
        .where(cohort.c.variant.is_not(None))
        .subquery("going")
    )
    order = (going.c.due_at, going.c.turn, going.c.domain, going.c.subscriber)
    columns = {
        "issue": literal(issue_id),
        "seq": func.row_number().over(order_by=order),
        "subscriber": going.c.subscriber,
        "list": going.c.list,
        "preference": going.c.preference,
        "variant": going.c.variant,
        "due_at": going.c.due_at,
        "state": literal(DeliveryState.QUEUED.value),
        "worker": literal(""),
        "attempts": literal(0),
        "code": literal(0),
        "text": literal(""),
    }
    connection.execute(insert(delivery).from_select(list(columns), _labelled(columns)))


def _labelled(columns: Mapping[str, ColumnElement[Any]]) -> Select[Any]:
    return select(*(value.label(name) for name, value in columns.items()))


def _cut(connection: Connection, issue_id: int) -> None:
    """Cut the deliveries into batches of `BATCH`, each with one hour."""
    place = func.row_number().over(partition_by=delivery.c.due_at, order_by=delivery.c.seq)
    placed = (
        select(delivery.c.seq, delivery.c.due_at, ((place - 1) // BATCH).label("portion"))
        .where(delivery.c.issue == issue_id)
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
