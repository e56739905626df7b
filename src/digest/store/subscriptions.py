"""Subscriptions as every part of the store reads and writes them, inside a transaction that is there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, select, update
from sqlalchemy import Row as Record

from digest.model.people import Consent, Subscriber, Subscription
from digest.store.engine import insert
from digest.store.preferences import COLUMNS, read_preferences
from digest.store.schema import consent, earlier, preference, subscriber, subscription


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
    connection: Connection, who: int, name: str, values: Mapping[str, Any], *, now: datetime, heard: bool = False
) -> None:
    """Write a subscription, made where there is none; `heard`: its reader said so, and the list's file is to follow.

    What the file said of them until then is kept, so that an older copy of it is known as one.
    """
    mine = and_(subscription.c.subscriber == who, subscription.c.list == name)
    old = connection.execute(select(subscription).where(mine)).first()
    if old is not None and _says_otherwise(old, values):
        row = {"subscriber": who, "list": name, "preference": old.preference, "at": now}
        keep = insert(connection, earlier).values(row)
        connection.execute(keep.on_conflict_do_update(index_elements=list(earlier.primary_key), set_={"at": now}))
    more: dict[str, Any] = {"said": subscription.c.said + 1, "writing": None} if heard else {}
    joins = heard and values.get("consent") == Consent.ACTIVE.value and not (old is not None and runs(old))
    more |= {"joins": True} if joins else {}
    if not connection.execute(update(subscription).where(mine).values({**more, **values})).rowcount:
        row = {"subscriber": who, "list": name, "said": int(heard), "joins": joins, **values}
        new = insert(connection, subscription).values(row)  # another process may have been quicker
        key = ["subscriber", "list"]
        connection.execute(new.on_conflict_do_update(index_elements=key, set_={**more, **values}))


def _says_otherwise(old: Record[Any], values: Mapping[str, Any]) -> bool:
    """Whether these values change what the list's file says of somebody who stood there."""
    ends = old.consent == Consent.ACTIVE.value and values.get("consent") == Consent.UNSUBSCRIBED.value
    other = values.get("preference", old.preference) != old.preference
    return old.consent != Consent.PENDING.value and (ends or other)


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
