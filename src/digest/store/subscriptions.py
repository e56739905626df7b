"""Subscriptions as every part of the store reads and writes them, inside a transaction that is there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, literal, select, update
from sqlalchemy import Row as Record

from digest.model.people import Consent, Subscriber, Subscription
from digest.store.engine import insert
from digest.store.preferences import COLUMNS, read_preferences
from digest.store.schema import consent, preference, subscriber, subscription

BEGAN: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""Readers' words are numbered by the seconds since: a spreadsheet leaves such a number alone, and it has 32 bits."""


def subscriptions() -> Select[Any]:
    """Choose subscriptions, each with its subscriber and preferences."""
    return (
        select(subscription, subscriber.c.email, subscriber.c.name, *COLUMNS)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber)
        .join(preference, preference.c.id == subscription.c.preference)
    )


def read_subscription(row: Record[Any]) -> Subscription:
    """Return the subscription in a row of `subscriptions()`."""
    return Subscription(
        subscriber=Subscriber(id=row.subscriber, email=row.email, name=row.name),
        list=row.list,
        consent=Consent(row.consent),
        preferences=read_preferences(row),
        joined_on=row.joined_on,
        since=row.since,
        paused_until=row.paused_until,
        removed=row.removed_at is not None,
    )


def rows_of(connection: Connection, who: int, lists: Sequence[str] | None = None) -> list[Record[Any]]:
    """Return a subscriber's rows for the lists, or for all there are, by list."""
    mine = select(subscription).where(subscription.c.subscriber == who).order_by(subscription.c.list)
    mine = mine if lists is None else mine.where(subscription.c.list.in_(lists))
    return list(connection.execute(mine))


def runs(row: Record[Any]) -> bool:
    """Return whether a subscription may be mailed, as far as it can tell."""
    return bool(row.consent == Consent.ACTIVE.value and row.removed_at is None)


def put(
    connection: Connection, who: int, name: str, values: Mapping[str, Any], *, heard: datetime | None = None
) -> None:
    """Write a subscription, made where there is none; `heard`: its reader said so then, and the list's file follows."""
    mine = and_(subscription.c.subscriber == who, subscription.c.list == name)
    more = {"said": next_word(heard)} if heard else {}
    if not connection.execute(update(subscription).where(mine).values({**values, **more})).rowcount:
        row = {"subscriber": who, "list": name, "said": _moment(heard) if heard else 0, **values}
        new = insert(connection, subscription).values(row)  # another process may have been quicker
        key = ["subscriber", "list"]
        connection.execute(new.on_conflict_do_update(index_elements=key, set_={**values, **more}))


def _moment(at: datetime) -> int:
    return max(1, int((at - BEGAN).total_seconds()))


def next_word(at: datetime) -> ColumnElement[int]:
    """Return the number of a reader's new word: greater than that of the one before, whatever the clock says."""
    moment = _moment(at)
    return case((subscription.c.said >= moment, subscription.c.said + 1), else_=literal(moment))


def note(
    connection: Connection,
    who: int,
    lists: Iterable[str],
    event: str,
    *,
    now: datetime,
    origin: str,
    wording: str = "",
) -> None:
    """Note one word of or about a reader for each of the lists."""
    said = {"subscriber": who, "event": event, "at": now, "origin": origin, "wording": wording}
    rows = [{"list": name, **said} for name in lists]
    if rows:
        connection.execute(insert(connection, consent), rows)
