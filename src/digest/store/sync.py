"""The lists' files into the database: what is new, changed or gone, and who stays out whatever a file says."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, Select, Update, and_, bindparam, delete, select, update
from sqlalchemy import Row as Record

from digest.model.people import Consent, Preferences, Row
from digest.store.chunks import chunks
from digest.store.engine import Database, alone, among, insert
from digest.store.formers import shut_ones
from digest.store.preferences import known_numbers, numbers
from digest.store.schema import consent, earlier, refusal, subscriber, subscription, suppression
from digest.store.words import lately, lately_said

T = TypeVar("T")
Key: TypeAlias = tuple[str, str]
"""An address, lower-cased, and a list's name."""
Wish: TypeAlias = tuple[Preferences, date | None]
"""What a row of a file says besides."""

PORTION: Final = 500
"""People, or subscriptions that end, of one transaction: others that write wait a tenth of a second at most."""
RESPITE: Final = 1.0
"""Seconds that others get between two portions at most: a portion that was frozen, or waited itself, took its time."""


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
    """By list: rows of people who unsubscribed, moved away, refused to be written to or are suppressed: they get
    nothing."""
    overruled: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By list: subscribers who lately said themselves what the file now takes back."""
    older: tuple[tuple[int, str], ...] = ()
    """By subscriber and list: of whom the file says again what it said before their own word of late, which stands: it
    is to be written again."""


@dataclass(frozen=True, slots=True)
class _Person:
    """An address with all that the files say of it."""

    address: str
    email: str
    name: str
    hmac: str
    rows: tuple[Row, ...]
    """One a list, the first where a list has several."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of some people, or of all."""

    barred: set[str]
    """Keyed hashes."""
    refused: set[str]
    """Hashes of those who let nobody but themselves make a reader of them."""
    shut: dict[tuple[str, str], int]
    """(hash, list) of addresses that a reader of the list moved away from, and whose they were."""
    people: dict[str, Record[Any]]
    """By address."""
    ways: dict[Preferences, int]
    there: dict[Key, Record[Any]]
    """Their subscriptions."""
    earlier: set[tuple[int, str, int]]
    """What files said before words of late, by subscriber, list and way of reading."""

    def wish(self, way: int) -> Preferences:
        """Return a way of reading by its number."""
        return next(wish for wish, number in self.ways.items() if number == way)


@dataclass(slots=True)
class _Plan:
    """What is to be written."""

    strangers: list[_Person] = field(default_factory=list)
    other: list[_Person] = field(default_factory=list)
    """Whose name, spelling or hash is another than before."""
    new: dict[Key, Wish] = field(default_factory=dict)
    back: dict[Key, Wish] = field(default_factory=dict)
    changed: dict[Key, Wish] = field(default_factory=dict)
    older: set[tuple[int, str]] = field(default_factory=set)
    """By subscriber and list: those whose row says again what it said before their word."""
    overtaken: list[tuple[int, str]] = field(default_factory=list)
    """By subscriber and list: those of whom a person wrote something newer than their own word."""
    confirmed: list[Key] = field(default_factory=list)
    """Pending ones that a file now vouches for."""
    kept_out: Counter[str] = field(default_factory=Counter)

    @property
    def addresses(self) -> set[str]:
        """Of whom something is to be written."""
        people = {person.address for person in (*self.strangers, *self.other)}
        return people | {address for address, _ in (*self.new, *self.back, *self.changed, *self.confirmed)}


def sync(
    database: Database, rows: Mapping[str, Sequence[Row]], hmac: Callable[[str], str], now: datetime
) -> SyncReport:
    """Make the subscriptions what `rows` say. See `Subscribers.sync`.

    All are compared in a transaction that only reads; what differs is looked at again, and written, in short ones, so
    that a reader who leaves meanwhile neither waits for all of it nor is overruled.
    """
    people = _people(rows, hmac)
    with database.read() as connection:
        known = _known(connection, now)
    plan = _planned(people, known)
    gone = _gone(people, known, plan)
    turned = [known.there[key] for key, wish in plan.changed.items() if _turned(known, key, wish)]
    overruled = lately_said(database, [*gone, *((old.subscriber, old.list) for old in turned)], now)
    added = changed = 0
    differ = plan.addresses
    for some in portions(person for person in people if person.address in differ):
        with database.write() as connection:
            alone(connection, "subscribers")
            wanted = _planned(some, _known(connection, now, some))
            _write(connection, wanted, now)
        added += len(wanted.new) + len(wanted.back)
        changed += len(wanted.changed)
    for ending in portions(gone):
        with database.write() as connection:
            alone(connection, "subscribers")
            connection.execute(_ENDING, [{**_of(*key), "removed_at": now} for key in ending])
    return SyncReport(
        added=added,
        changed=changed,
        removed=len(gone),
        kept_out=dict(sorted(plan.kept_out.items())),
        overruled=overruled,
        older=tuple(sorted(plan.older)),
    )


def _turned(known: _Known, key: Key, wish: Wish) -> bool:
    """Whether a file has another way of reading than an active subscription."""
    old = known.there[key]
    return bool(old.consent == Consent.ACTIVE and known.ways.get(wish[0]) != old.preference)


def portions(
    values: Iterable[T], clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[T]]:
    """Yield a portion at a time; after each, whoever waits to write gets half as long as it took, `RESPITE` at most."""
    for some in chunks(values, PORTION):
        began = clock()
        yield some
        sleep(min((clock() - began) / 2, RESPITE))


def _known(connection: Connection, now: datetime, people: Sequence[_Person] | None = None) -> _Known:
    """Return what there is of these people; None: of all."""
    barred, refusing = select(suppression.c.email_hmac), select(refusal.c.email_hmac)
    known: Select[Any] = select(
        subscriber.c.id, subscriber.c.address, subscriber.c.email, subscriber.c.name, subscriber.c.email_hmac
    )
    there: Select[Any] = select(*_DECIDING)
    before = select(earlier.c.subscriber, earlier.c.list, earlier.c.preference).where(lately(earlier.c.at, now))
    hashes = None if people is None else [person.hmac for person in people]
    if people is not None and hashes is not None:
        mine = among(connection, subscriber.c.address, [person.address for person in people])
        barred = barred.where(among(connection, suppression.c.email_hmac, hashes))
        refusing = refusing.where(among(connection, refusal.c.email_hmac, hashes))
        known = known.where(mine)
        them = select(subscriber.c.id).where(mine)
        there = there.where(subscription.c.subscriber.in_(them))
        before = before.where(earlier.c.subscriber.in_(them))
    found = {row.address: row for row in connection.execute(known)}
    names = {row.id: row.address for row in found.values()}
    return _Known(
        barred=set(connection.execute(barred).scalars()),
        refused=set(connection.execute(refusing).scalars()),
        shut=shut_ones(connection, hashes),
        people=found,
        ways=known_numbers(connection),
        there={
            (names[row.subscriber], row.list): row
            for row in connection.execute(there)
            if row.subscriber in names  # else they have signed up since: of them no file says anything
        },
        earlier={(row.subscriber, row.list, row.preference) for row in connection.execute(before)},
    )


def _planned(people: Iterable[_Person], known: _Known) -> _Plan:
    """Return what these people's rows ask for."""
    plan = _Plan()
    for person in people:
        barred = person.hmac in known.barred
        rows = [row for row in person.rows if not barred and (person.hmac, row.list) not in known.shut]
        if person.hmac in known.refused:
            rows = [row for row in rows if _is_on(known.there.get((person.address, row.list)))]
        plan.kept_out.update(row.list for row in person.rows if row not in rows)
        if not rows:
            continue
        old = known.people.get(person.address)
        renamed = old is not None and (person.email, person.name) != (old.email, old.name)
        if old is None:
            plan.strangers.append(person)
        elif renamed or person.hmac != old.email_hmac:
            plan.other.append(person)
        for row in rows:
            key = (person.address, row.list)
            _decide(plan, key, row, known, renamed=renamed)
    return plan


def _gone(people: Sequence[_Person], known: _Known, plan: _Plan) -> list[tuple[int, str]]:
    """Return the subscriptions whose rows are in no file any more, by subscriber and list.

    Those whose file has the address that they moved away from go to `plan.older` instead: it is an older copy's row.
    """
    pairs = [(person, row.list) for person in people for row in person.rows]
    listed = {(person.address, name) for person, name in pairs}
    shut = known.shut
    mine = ((person, name) for person, name in pairs if shut and person.hmac not in known.barred)
    moved = ((shut.get((person.hmac, name)), name) for person, name in mine)
    spared = {(who, name) for who, name in moved if who is not None}
    gone: list[tuple[int, str]] = []
    for key, old in known.there.items():
        if key in listed:
            continue
        it = (old.subscriber, old.list)
        if it not in spared:
            if _counts(old):
                gone.append(it)
        elif _written(old) and (old.removed_at is None or old.consent == Consent.UNSUBSCRIBED):
            plan.older.add(it)
    return gone


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


def _said(person: _Person) -> dict[str, Any]:
    return {"address": person.address, "email": person.email, "name": person.name, "email_hmac": person.hmac}


def _counts(old: Record[Any]) -> bool:
    """Whether a file can end a subscription: not one that waits for its reader's word, or whose word is unwritten."""
    return _is_on(old) and not _unwritten(old)


def _is_on(old: Record[Any] | None) -> bool:
    """Whether somebody has the list already."""
    return old is not None and old.removed_at is None and old.consent == Consent.ACTIVE


def _unwritten(old: Record[Any]) -> bool:
    """Whether its reader said something that stands in no file yet: until it does, their word counts."""
    return bool(old.said > old.noted)


def _written(old: Record[Any]) -> bool:
    """Whether its reader said something, and all of it was written into the file."""
    return bool(old.said and old.said <= old.noted)


def _decide(plan: _Plan, key: Key, row: Row, known: _Known, *, renamed: bool) -> None:
    """Put a row of the files where it belongs in the plan, going by the subscription there is."""
    wish, old = (row.preferences, row.joined_on), known.there.get(key)
    if old is None:
        plan.new[key] = wish
        return
    way = known.ways.get(row.preferences)
    copied = _written(old) and (old.subscriber, old.list, way) in known.earlier and old.consent != Consent.PENDING
    copied = copied and (way != old.preference or old.consent == Consent.UNSUBSCRIBED)
    if copied:
        plan.older.add((old.subscriber, old.list))
    if old.consent == Consent.UNSUBSCRIBED:
        plan.kept_out[key[1]] += 1
    elif _unwritten(old):
        return
    elif old.removed_at is not None:
        plan.back[key] = (known.wish(old.preference), old.joined_on) if copied else wish
    elif not copied and (renamed or not _is_on(old) or (way, wish[1]) != (old.preference, old.joined_on)):
        plan.changed[key] = wish
    if key in plan.back or key in plan.changed:
        overtaken = not copied and way != old.preference
        plan.overtaken.extend([(old.subscriber, old.list)] if overtaken and known.earlier else [])
    if old.consent == Consent.PENDING:
        plan.confirmed.append(key)


def _write(connection: Connection, plan: _Plan, now: datetime) -> None:
    """Write the plan. An unsubscribe that came meanwhile wins over each of its lines."""
    ids = _keep_people(connection, plan, now)
    wishes = plan.new | plan.back | plan.changed
    ways = numbers(connection, (preferences for preferences, _ in wishes.values()))
    if plan.new:
        fresh = insert(connection, subscription).on_conflict_do_nothing()
        active = {"consent": Consent.ACTIVE.value, "since": now}
        rows = [
            {"subscriber": ids[who], "list": name, "preference": ways[wish[0]], "joined_on": wish[1], **active}
            for (who, name), wish in plan.new.items()
        ]
        connection.execute(fresh, rows)
    values = [
        {**_of(ids[who], name), "preference": ways[wish[0]], "joined_on": wish[1], "removed_at": None}
        for (who, name), wish in (plan.back | plan.changed).items()
    ]
    _update(connection, values)
    if plan.overtaken:
        connection.execute(_OVERTAKEN, [_of(who, name) for who, name in plan.overtaken])
    active = {"consent": Consent.ACTIVE.value, "since": now}
    _update(connection, [{**_of(ids[who], name), **active} for who, name in plan.confirmed])
    said = [
        {"subscriber": ids[who], "list": name, "event": "file", "at": now, "origin": f"{name}.csv"}
        for who, name in (*plan.new, *plan.confirmed)
    ]
    if said:
        connection.execute(insert(connection, consent), said)


def _keep_people(connection: Connection, plan: _Plan, now: datetime) -> dict[str, int]:
    """Write subscribers' rows; return the numbers of those whom the plan names, by address."""
    if plan.strangers:
        since = [
            {**_said(person), "domain": person.address.rpartition("@")[2], "since": now} for person in plan.strangers
        ]
        connection.execute(insert(connection, subscriber), since)
    if plan.other:
        again = update(subscriber).where(subscriber.c.address == bindparam("of_address"))
        connection.execute(again, [{"of_address": person.address, **_said(person)} for person in plan.other])
    mine = among(connection, subscriber.c.address, sorted(plan.addresses))
    found = connection.execute(select(subscriber.c.address, subscriber.c.id).where(mine))
    return {row.address: row.id for row in found}


def _of(who: int, name: str) -> dict[str, int | str]:
    return {"of_subscriber": who, "of_list": name}


def _update(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_RUNNING, rows)


_DECIDING: Final = (
    subscription.c.subscriber,
    subscription.c.list,
    subscription.c.consent,
    subscription.c.preference,
    subscription.c.joined_on,
    subscription.c.removed_at,
    subscription.c.said,
    subscription.c.noted,
)
"""What decides over a row of a file: reading less of a hundred thousand is worth it."""
_OVERTAKEN: Final = delete(earlier).where(
    earlier.c.subscriber == bindparam("of_subscriber"), earlier.c.list == bindparam("of_list")
)
"""Once a person's newer word counts, no row is an older copy by what was said before it."""
_RUNNING: Final[Update] = update(subscription).where(
    and_(
        subscription.c.subscriber == bindparam("of_subscriber"),
        subscription.c.list == bindparam("of_list"),
        subscription.c.consent != Consent.UNSUBSCRIBED.value,
        subscription.c.said <= subscription.c.noted,  # its reader's word, which may be new, counts until it is written
    )
)
_ENDING: Final[Update] = _RUNNING.where(
    and_(subscription.c.consent == Consent.ACTIVE.value, subscription.c.removed_at.is_(None))
)
