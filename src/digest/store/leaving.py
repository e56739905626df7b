"""How a subscription ends: by its reader's word, or by opt-outs that come with an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, select, update
from sqlalchemy import Row as Record

from digest.consent import answered
from digest.model.people import Consent, NoticeKind, Preferences
from digest.store.chunks import chunks
from digest.store.engine import insert
from digest.store.notices import queue
from digest.store.preferences import numbers
from digest.store.schema import consent, request, subscriber, subscription
from digest.store.subscriptions import note, put, rows_of, runs


@dataclass(frozen=True, slots=True)
class Leaver:
    """Someone who left a list elsewhere."""

    email: str
    """Normalised."""
    email_hmac: str
    since: date | None
    """None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One reader's word that ends an edition."""

    subscriber: int
    edition: str
    """Empty where it is not one edition that is left."""
    lists: tuple[str, ...]
    origin: str
    """Whose word it is, or whence it came."""


SIGN_UP: Final = "sign_up"
"""The kind of request that joins a list."""


def end(connection: Connection, leaving: Leaving, now: datetime) -> int | None:
    """End one reader's subscriptions to the lists; return how many were running, None for no such subscriber.

    Lists they were not on are noted too, so that no file of the edition brings them back; what they asked for there and
    did not confirm is void.
    """
    who = leaving.subscriber
    person = connection.execute(select(subscriber).where(subscriber.c.id == who)).first()
    if person is None:
        return None
    had = {row.list: row for row in rows_of(connection, who)}
    close(connection, who, leaving.lists, now)
    over = {name for name, row in had.items() if row.consent == Consent.UNSUBSCRIBED.value}
    ending = [name for name in dict.fromkeys(leaving.lists) if name not in over]
    there = [name for name in ending if name in had and had[name].removed_at is None]
    if not ending:
        return 0
    way = next(iter(had.values())).preference if had else numbers(connection, [Preferences()])[Preferences()]
    for name in ending:
        values = {"consent": Consent.UNSUBSCRIBED.value, "since": now, "paused_until": None}
        new = {"preference": way, "removed_at": now}  # no file has a row of theirs
        put(connection, who, name, values if name in had else values | new, now=now, heard=name in there)
    note(connection, who, ending, "unsubscribe", now=now, origin=leaving.origin)
    if any(runs(had[name]) for name in there) and answered(leaving.origin):
        queue(connection, NoticeKind.GOODBYE, to=(who, person.email_hmac), edition=leaving.edition, now=now)
    return len(there)


def close(connection: Connection, who: int, lists: Sequence[str], now: datetime) -> None:
    """Let no sign-up of a subscriber for the lists be confirmed any more."""
    mine = and_(request.c.subscriber == who, request.c.list.in_(lists), request.c.kind == SIGN_UP)
    connection.execute(update(request).where(mine, request.c.done_at.is_(None)).values(done_at=now))


def leave(connection: Connection, name: str, leavers: Sequence[Leaver], origin: str, now: datetime) -> int:
    """End their subscriptions to a list, and note those who had none; return how many are newly ended.

    Who joined here, by the list's file, after they left there stays: they came back. What they asked for before they
    left and did not confirm is void.
    """
    people = {each.email.lower(): each for each in leavers}
    ids = _ids(connection, people, now)
    _void(connection, name, {ids[address]: each.since for address, each in people.items()}, now)
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


def _void(connection: Connection, name: str, left: Mapping[int, date | None], now: datetime) -> None:
    """Close the sign-ups for a list that came before the days on which subscribers left it, all where none is known."""
    waits = and_(request.c.list == name, request.c.kind == SIGN_UP, request.c.done_at.is_(None))
    rows = connection.execute(select(request.c.id, request.c.subscriber, request.c.at).where(waits)).all()
    theirs = [(row, left[row.subscriber]) for row in rows if row.subscriber in left]
    before = [row.id for row, since in theirs if since is None or row.at.date() <= since]
    for some in chunks(before):
        connection.execute(update(request).where(request.c.id.in_(some)).values(done_at=now))


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
