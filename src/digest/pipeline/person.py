"""One reader: put on a list, taken off it, looked up, forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.errors import ListError, UnknownError
from digest.model.people import Consent, ConsentEvent, Subscription, Suppression
from digest.parts import Parts
from digest.pipeline.people import require_only, sync
from digest.subscribers import (
    LIST_NAME,
    SUPPRESSED,
    PlainSuppression,
    Reader,
    Record,
    drop_address,
    email_hmac,
    extend_list,
    extend_suppressed,
    identity,
    list_files,
    normalise,
    read_list,
    require_whole,
)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is kept of an address."""

    subscriptions: tuple[Subscription, ...]
    events: tuple[ConsentEvent, ...]
    suppression: Suppression | None


def look_up(parts: Parts, address: str) -> Known:
    """Return what is kept of an address; UnknownError where that is nothing, ListError for what is no address."""
    email = normalise(address)
    people = parts.store.subscribers
    found = Known(
        tuple(people.by_email(email)),
        tuple(people.events(email)),
        people.suppression(email_hmac(email, parts.keyring.hashing.secret)),
    )
    if not (found.subscriptions or found.events or found.suppression):
        raise UnknownError(f"nothing is kept of {email}")
    return found


def enlist(parts: Parts, name: str, cells: Mapping[str, str], *, now: datetime) -> bool:
    """Put a reader, given as a row's cells, on a list's file and take it over; False if they are on it already.

    Raises ListError for cells that no file could hold without a warning, and for someone who unsubscribed from the list
    or is suppressed: only they themselves come back.
    """
    if not LIST_NAME.fullmatch(name):
        raise ListError(f"{name!r} cannot be a list's name; letters, digits, - and _ only")
    settings, people = parts.settings, parts.store.subscribers
    ids = [section.id for section in settings.sections]
    reader = Reader(name, ids, settings.timezone)
    row = reader.row(Record(1, cells))
    if reader.warnings:
        raise ListError(reader.warnings[0])
    sync(parts, now=now)
    barred = people.suppression(email_hmac(row.email, parts.keyring.hashing.secret))
    if barred is not None:
        raise ListError(f"{row.email} is suppressed since {barred.since} ({barred.reason}) and never mailed")
    if identity(row.email) in people.gone(name):
        raise ListError(f"{row.email} unsubscribed from {name}; only they themselves can come back")
    path = settings.subscribers / f"{name}.csv"
    there = read_list(path, section_ids=ids, timezone=settings.timezone)[0] if path.exists() else ()
    if any(identity(each.email) == identity(row.email) for each in there):
        return False
    extend_list(path, [row])
    sync(parts, now=now)
    return True


def delist(parts: Parts, address: str, lists: list[str], *, asked: bool, now: datetime) -> list[str]:
    """Take an address off the files of `lists`, or of all where there is none; return those it stood in.

    With `asked`, because they wish it: noted as their word, and no file brings them back. UnknownError where they are
    on none.
    """
    email = normalise(address)
    there = [each.list for each in parts.store.subscribers.by_email(email) if not lists or each.list in lists]
    files = [path for path in list_files(parts.settings.subscribers) if not lists or path.stem in lists]
    for path in files:
        require_whole(path)
    if asked and there:
        number = parts.store.subscribers.by_email(email)[0].subscriber.id
        parts.store.subscribers.unsubscribe(number, there, now=now, origin="operator")
    gone = [path.stem for path in files if drop_address(path, email)]
    if not (gone or there):
        raise UnknownError(f"{email} is on no list" + (f" of {', '.join(lists)}" if lists else ""))
    sync(parts, now=now)
    return sorted({*gone, *there})


def forget(parts: Parts, address: str, *, now: datetime) -> list[str]:
    """Erase a person and keep their wish: never mailed again, known by a keyed hash alone; return their lists.

    In this order, so that at no moment the wish is lost: the hash, the files, the database.
    """
    email, keyring = normalise(address), parts.keyring
    require_only(keyring.hashing, parts)
    files = list_files(parts.settings.subscribers)
    for path in files:
        require_whole(path)
    wish = PlainSuppression(email, "erased", now.date())
    extend_suppressed(parts.settings.subscribers / SUPPRESSED, keyring, [wish])
    parts.store.subscribers.suppress([wish.hashed(keyring.hashing)])
    gone = [path.stem for path in files if drop_address(path, email)]
    running = [s.list for s in parts.store.subscribers.by_email(email) if s.consent is not Consent.UNSUBSCRIBED]
    parts.store.subscribers.erase(email, origin="operator", now=now)
    sync(parts, now=now)
    return sorted({*gone, *running})
