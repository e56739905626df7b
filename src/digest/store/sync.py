"""The lists' files into the database: what is new, changed or gone, and who stays out whatever a file says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Update, and_, bindparam, select, update
from sqlalchemy import Row as Record

from digest.model.people import Consent, Row
from digest.store.engine import insert
from digest.store.moved import elsewhere
from digest.store.preferences import numbers
from digest.store.schema import consent, subscriber, subscription, suppression

Key: TypeAlias = tuple[int, str]
"""A subscriber's id and a list's name."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What loading the lists changed, counted in subscriptions."""

    added: int = 0
    """New, or back after their row was gone."""
    changed: int = 0
    """Other preferences, another name, another day of joining."""
    removed: int = 0
    """Whose row has left the file."""
    kept_out: Mapping[str, int] = field(default_factory=dict)
    """By list: rows of people who unsubscribed or are suppressed, and get nothing."""
    moved: tuple[Moved, ...] = ()
    """Rows that have the address of before of who moved."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A row whose reader moved to another address, and reads there what it says."""

    list: str
    old: str
    new: str
    """Empty: they were erased since, and no file is to hold what they were called."""


@dataclass(frozen=True, slots=True)
class _Person:
    """An address with all that the files say of it."""

    address: str
    email: str
    name: str
    hmac: str
    rows: tuple[Row, ...]
    """One a list, the first where a list has several."""


@dataclass(slots=True)
class _Plan:
    """What is to be written: subscriptions by key, with the number of their preferences and the day of joining."""

    new: dict[Key, tuple[int, date | None]] = field(default_factory=dict)
    back: dict[Key, tuple[int, date | None]] = field(default_factory=dict)
    changed: dict[Key, tuple[int, date | None]] = field(default_factory=dict)
    confirmed: list[Key] = field(default_factory=list)
    """Pending ones that a file now vouches for."""
    gone: list[Key] = field(default_factory=list)
    kept_out: Counter[str] = field(default_factory=Counter)


def sync(
    connection: Connection, rows: Mapping[str, Sequence[Row]], hmac: Callable[[str], str], now: datetime
) -> SyncReport:
    """Make the subscriptions what `rows` say. See `Subscribers.sync`."""
    people = _people(rows, hmac)
    barred = set(connection.execute(select(suppression.c.email_hmac)).scalars())
    left = elsewhere(connection)
    barred |= {each for each, whose in left.items() if whose.erased}
    welcome = [person for person in people if person.hmac not in barred]
    renamed = _keep_people(connection, [person for person in welcome if person.hmac not in left], now)
    ids = {row.address: row.id for row in connection.execute(select(subscriber.c.address, subscriber.c.id))}
    moved = [person for person in welcome if person.hmac in left]
    ids |= {person.address: left[person.hmac].subscriber for person in moved}
    ways = numbers(connection, (row.preferences for person in welcome for row in person.rows))
    there = {(row.subscriber, row.list): row for row in connection.execute(select(subscription))}

    plan = _Plan()
    seen: set[Key] = set()
    for person in sorted(people, key=lambda person: person.hmac in left) if moved else people:
        for row in person.rows:
            if person.hmac in barred:
                plan.kept_out[row.list] += 1
            elif (key := (ids[person.address], row.list)) not in seen:
                seen.add(key)
                wish = (ways[row.preferences], row.joined_on)
                _decide(plan, key, there.get(key), wish, renamed=person.address in renamed)
    listed = {(ids[person.address], row.list) for person in people if person.address in ids for row in person.rows}
    plan.gone = [key for key, old in there.items() if key not in listed and _counts(old)]
    _write(connection, plan, now)
    return SyncReport(
        added=len(plan.new) + len(plan.back),
        changed=len(plan.changed),
        removed=len(plan.gone),
        kept_out=dict(sorted(plan.kept_out.items())),
        moved=tuple(
            Moved(row.list, row.email, "" if left[person.hmac].erased else left[person.hmac].email)
            for person in people
            if person.hmac in left and (person.hmac not in barred or left[person.hmac].erased)
            for row in person.rows
        ),
    )


def _people(rows: Mapping[str, Sequence[Row]], hmac: Callable[[str], str]) -> list[_Person]:
    """Return who stands in the files, by address, in the order of the files."""
    found: dict[str, dict[str, Row]] = {}
    for name, of_list in rows.items():
        for row in of_list:
            found.setdefault(row.email.lower(), {}).setdefault(name, row)
    return [
        _Person(
            address=address,
            email=next(iter(by_list.values())).email,
            name=next((row.name for row in by_list.values() if row.name), ""),
            hmac=hmac(address),
            rows=tuple(by_list.values()),
        )
        for address, by_list in found.items()
    ]


def _keep_people(connection: Connection, people: Sequence[_Person], now: datetime) -> set[str]:
    """Write subscribers' rows; return the addresses of those whose name or spelling is another than before."""
    there = {row.address: row for row in connection.execute(select(subscriber))}
    new = [person for person in people if person.address not in there]
    if new:
        rows = [{**_said(person), "domain": person.address.rpartition("@")[2], "since": now} for person in new]
        connection.execute(insert(connection, subscriber), rows)
    known = [(person, there[person.address]) for person in people if person.address in there]
    other = [_said(person) for person, old in known if (person.email, person.name, person.hmac) != _had(old)]
    if other:
        again = update(subscriber).where(subscriber.c.address == bindparam("of_address"))
        connection.execute(again, [{"of_address": row["address"], **row} for row in other])
    return {person.address for person, old in known if (person.email, person.name) != (old.email, old.name)}


def _said(person: _Person) -> dict[str, Any]:
    return {"address": person.address, "email": person.email, "name": person.name, "email_hmac": person.hmac}


def _had(old: Record[Any]) -> tuple[str, str, str]:
    return old.email, old.name, old.email_hmac


def _counts(old: Record[Any]) -> bool:
    """Whether a file can end a subscription: not one that waits for its reader's word, or whose word is unwritten."""
    return old.removed_at is None and old.consent == Consent.ACTIVE and not _unwritten(old)


def _unwritten(old: Record[Any]) -> bool:
    """Whether its reader said something that stands in no file yet: until it does, their word counts."""
    return bool(old.said > old.noted)


def _decide(plan: _Plan, key: Key, old: Record[Any] | None, wish: tuple[int, date | None], *, renamed: bool) -> None:
    """Put a row of the files where it belongs in the plan, going by the subscription there is."""
    if old is None:
        plan.new[key] = wish
    elif old.consent == Consent.UNSUBSCRIBED:
        plan.kept_out[key[1]] += 1
    elif _unwritten(old):
        return
    elif old.removed_at is not None:
        plan.back[key] = wish
    elif renamed or old.consent != Consent.ACTIVE or wish != (old.preference, old.joined_on):
        plan.changed[key] = wish
    if old is not None and old.consent == Consent.PENDING:
        plan.confirmed.append(key)


def _write(connection: Connection, plan: _Plan, now: datetime) -> None:
    """Write the plan. An unsubscribe that came meanwhile wins over each of its lines."""
    if plan.new:
        fresh = insert(connection, subscription).on_conflict_do_nothing()
        active = {"consent": Consent.ACTIVE.value, "since": now}
        rows = [
            {"subscriber": key[0], "list": key[1], "preference": wish[0], "joined_on": wish[1], **active}
            for key, wish in plan.new.items()
        ]
        connection.execute(fresh, rows)
    values = [
        {**_of(key), "preference": wish[0], "joined_on": wish[1], "removed_at": None}
        for key, wish in (plan.back | plan.changed).items()
    ]
    _update(connection, values)
    _update(connection, [{**_of(key), "removed_at": now} for key in plan.gone])
    _update(connection, [{**_of(key), "consent": Consent.ACTIVE.value, "since": now} for key in plan.confirmed])
    said = [
        {"subscriber": who, "list": name, "event": "file", "at": now, "origin": f"{name}.csv"}
        for who, name in (*plan.new, *plan.confirmed)
    ]
    if said:
        connection.execute(insert(connection, consent), said)


def _of(key: Key) -> dict[str, int | str]:
    return {"of_subscriber": key[0], "of_list": key[1]}


def _update(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_RUNNING, rows)


_RUNNING: Update = update(subscription).where(
    and_(
        subscription.c.subscriber == bindparam("of_subscriber"),
        subscription.c.list == bindparam("of_list"),
        subscription.c.consent != Consent.UNSUBSCRIBED.value,
    )
)
