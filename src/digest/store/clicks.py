"""Many readers' one-clicks in one transaction, each with a share of four statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update
from sqlalchemy import Row as Record

from digest.model.people import Consent
from digest.store.engine import Database
from digest.store.leaving import SIGN_UP, Leaving, end
from digest.store.schema import consent, request, subscription

LISTS = tuple[str, ...]
Standing = dict[str, "Record[Any, Any, Any, Any]"]
"""A reader's subscriptions by list."""

_ENDED = (
    update(subscription)
    .where(subscription.c.subscriber == bindparam("who"), subscription.c.list == bindparam("its"))
    .values(
        consent=Consent.UNSUBSCRIBED.value,
        since=bindparam("now"),
        paused_until=None,
        said=subscription.c.said + bindparam("heard"),
    )
)


def end_many(database: Database, leavings: Sequence[Leaving], now: datetime) -> list[bool]:
    """Do what `end` does for each, in one durable transaction; return of each whether there is such a subscriber.

    For origins that nobody is written a goodbye for.
    """
    with database.write() as connection:
        found = _standings(connection, {each.subscriber for each in leavings})
        quick = {each for each in leavings if set(each.lists) <= set(found.get(each.subscriber, ()))}
        _end(connection, quick, found, now)
        return [each in quick or end(connection, each, now) is not None for each in leavings]


def _standings(connection: Connection, people: set[int]) -> dict[int, Standing]:
    columns = (subscription.c.subscriber, subscription.c.list, subscription.c.consent, subscription.c.removed_at)
    found: dict[int, Standing] = defaultdict(dict)
    for row in connection.execute(select(*columns).where(subscription.c.subscriber.in_(people))):
        found[row.subscriber][row.list] = row
    return found


def _end(connection: Connection, leavings: set[Leaving], found: dict[int, Standing], now: datetime) -> None:
    """End what is there, of readers who have a row for every list they leave."""
    ending: dict[tuple[int, str], Leaving] = {}
    people: dict[LISTS, list[int]] = defaultdict(list)
    for each in leavings:
        people[each.lists].append(each.subscriber)
        for name in each.lists:
            if found[each.subscriber][name].consent != Consent.UNSUBSCRIBED.value:
                ending[each.subscriber, name] = each
    for lists, ids in people.items():
        asked = and_(request.c.subscriber.in_(ids), request.c.list.in_(lists), request.c.kind == SIGN_UP)
        connection.execute(update(request).where(asked, request.c.done_at.is_(None)).values(done_at=now))
    if ending:
        rows = [
            {"who": who, "its": name, "now": now, "heard": int(found[who][name].removed_at is None)}
            for who, name in ending
        ]
        connection.execute(_ENDED, rows)
        said = {"event": "unsubscribe", "at": now, "wording": ""}
        words = [
            {"subscriber": who, "list": name, "origin": each.origin, **said} for (who, name), each in ending.items()
        ]
        connection.execute(insert(consent), words)
