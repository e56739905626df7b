"""People who are gone before they were here: opt-outs that come with an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import Row as Record

from digest.model.people import Consent, Preferences
from digest.store.chunks import chunks
from digest.store.engine import insert
from digest.store.preferences import numbers
from digest.store.schema import consent, subscriber, subscription


@dataclass(frozen=True, slots=True)
class Leaver:
    """Someone who left a list elsewhere."""

    email: str
    """Normalised."""
    email_hmac: str
    since: date | None
    """None where nobody knows."""


def leave(connection: Connection, name: str, leavers: Sequence[Leaver], origin: str, now: datetime) -> int:
    """End their subscriptions to a list, and note those who had none; return how many are newly ended.

    Who joined here, by the list's file, after they left there stays: they came back.
    """
    people = {each.email.lower(): each for each in leavers}
    ids = _ids(connection, people, now)
    there = _running(connection, name, set(ids.values()))
    way = numbers(connection, [Preferences()])[Preferences()]
    ending = [
        (ids[address], there.get(ids[address]))
        for address, each in people.items()
        if _ends(each, there.get(ids[address]))
    ]
    if ending:
        ended = {"consent": Consent.UNSUBSCRIBED.value, "since": now}
        new = insert(connection, subscription)
        new = new.on_conflict_do_update(index_elements=["subscriber", "list"], set_=ended)
        connection.execute(
            new,
            [
                {"subscriber": who, "list": name, "preference": old.preference if old else way, **ended}
                for who, old in ending
            ],
        )
        said = {"list": name, "event": "unsubscribe", "at": now, "origin": origin}
        connection.execute(insert(connection, consent), [{"subscriber": who, **said} for who, _ in ending])
    return len(ending)


def _ends(leaver: Leaver, old: Record[Any] | None) -> bool:
    """Say whether a word of leaving ends what there is."""
    if old is None:
        return True
    if old.consent == Consent.UNSUBSCRIBED:
        return False
    # Only a day of joining says that they came back: when this database first saw them says nothing of their wish.
    return bool(leaver.since is None or old.joined_on is None or old.joined_on <= leaver.since)


def _ids(connection: Connection, people: dict[str, Leaver], now: datetime) -> dict[str, int]:
    """Return the subscribers' ids by address; who is new gets one."""
    new = insert(connection, subscriber).on_conflict_do_nothing()
    rows = [
        {
            "address": address,
            "email": each.email,
            "name": "",
            "email_hmac": each.email_hmac,
            "domain": address.rpartition("@")[2],
            "since": now,
        }
        for address, each in sorted(people.items())
    ]
    found: dict[str, int] = {}
    for some in chunks(rows):
        connection.execute(new, some)
        addresses = [row["address"] for row in some]
        ids = select(subscriber.c.address, subscriber.c.id).where(subscriber.c.address.in_(addresses))
        found.update((row.address, row.id) for row in connection.execute(ids))
    return found


def _running(connection: Connection, name: str, ids: set[int]) -> dict[int, Record[Any]]:
    """Return the list's subscriptions of those people."""
    rows = connection.execute(select(subscription).where(subscription.c.list == name))
    return {row.subscriber: row for row in rows if row.subscriber in ids}
