"""Many readers' one-clicks in one transaction, with the same few statements however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, literal, select, update

from digest.model.people import Consent
from digest.store.engine import Database
from digest.store.engine import insert as upsert
from digest.store.leaving import SIGN_UP, Leaving, end
from digest.store.schema import consent, earlier, request, subscription

Lists = tuple[str, ...]


def end_many(database: Database, leavings: Sequence[Leaving], now: datetime) -> list[bool]:
    """Do what `end` does for each, in one durable transaction; return of each whether there is such a subscriber.

    For origins that nobody is written a goodbye for. Nothing is done row by row: with a thread that is busy beside this
    one, each step of SQLite has to wait for the interpreter.
    """
    people: dict[tuple[Lists, str], set[int]] = defaultdict(set)
    for each in leavings:
        people[each.lists, each.origin].add(each.subscriber)
    ended: set[tuple[int, Lists]] = set()
    with database.write() as connection:
        for (lists, origin), ids in people.items():
            there = _on_all(connection, ids, lists)
            if there:
                _end(connection, there, lists, origin, now)
            ended.update((who, lists) for who in there)
        return [(each.subscriber, each.lists) in ended or end(connection, each, now) is not None for each in leavings]


def _on_all(connection: Connection, ids: set[int], lists: Lists) -> set[int]:
    """Return who has a row for every one of the lists, which is nearly always all of them."""
    whole = (
        select(subscription.c.subscriber)
        .where(_rows(ids, lists))
        .group_by(subscription.c.subscriber)
        .having(func.count() == len(lists))
    )
    if connection.execute(select(func.count()).select_from(whole.subquery())).scalar_one() == len(ids):
        return ids
    return set(connection.execute(whole).scalars())


def _end(connection: Connection, ids: set[int], lists: Lists, origin: str, now: datetime) -> None:
    """End what runs, of readers who have a row for every list they leave."""
    asked = and_(request.c.subscriber.in_(ids), request.c.list.in_(lists), request.c.kind == SIGN_UP)
    connection.execute(update(request).where(asked, request.c.done_at.is_(None)).values(done_at=now))
    running = and_(_rows(ids, lists), subscription.c.consent != Consent.UNSUBSCRIBED.value)
    key = [column.name for column in earlier.primary_key]
    word = {"event": "unsubscribe", "at": now, "origin": origin, "wording": ""}
    columns = [literal(value, consent.c[name].type) for name, value in word.items()]
    words = select(subscription.c.subscriber, subscription.c.list, *columns).where(running)
    connection.execute(insert(consent).from_select(["subscriber", "list", *word], words))
    was = select(*(subscription.c[name] for name in key), literal(now, earlier.c.at.type))
    was = was.where(running, subscription.c.consent == Consent.ACTIVE.value)
    keep = upsert(connection, earlier).from_select([*key, "at"], was)
    connection.execute(keep.on_conflict_do_update(index_elements=key, set_={"at": now}))
    said = case((subscription.c.removed_at.is_(None), subscription.c.said + 1), else_=subscription.c.said)
    values = {"consent": Consent.UNSUBSCRIBED.value, "since": now, "paused_until": None, "writing": None}
    connection.execute(update(subscription).where(running).values(**values, said=said))


def _rows(ids: set[int], lists: Lists) -> ColumnElement[bool]:
    return and_(subscription.c.subscriber.in_(ids), subscription.c.list.in_(lists))
