"""One reader: put on a list, taken off it, looked up, forgotten."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from digest.errors import ListError, SuppressionError, UnknownError
from digest.model.people import Consent, ConsentEvent, Row, Subscription, Suppression
from digest.parts import Parts
from digest.pipeline.people import agree, alone, require_only
from digest.store import Leaver
from digest.store.refusals import refused_since
from digest.subscribers import (
    LIST_NAME,
    SUPPRESSED,
    PlainSuppression,
    Reader,
    Record,
    drop_address,
    drop_rows,
    drop_text,
    email_hmac,
    extend_list,
    extend_suppressed,
    identity,
    list_files,
    normalise,
    read_list,
    require_whole,
)

log = logging.getLogger(__name__)

NUMBER: Final = re.compile("[0-9]{1,9}")
HELD: Final = "a file may still name somebody who was erased"


@dataclass(frozen=True, slots=True)
class Known:
    """All that is kept of an address."""

    subscriptions: tuple[Subscription, ...]
    events: tuple[ConsentEvent, ...]
    suppression: Suppression | None
    refused_since: datetime | None = None
    """Since when no form writes there, by the word of whoever has the mailbox; None where forms may."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a person's erasure."""

    lists: tuple[str, ...]
    """Where they were."""
    held: tuple[str, ...]
    """Files that could not be read or written, each with the reason: they may name the person still."""


def look_up(parts: Parts, address: str) -> Known:
    """Return what is kept of an address, or of a subscriber's by the number that a sync names.

    UnknownError where that is nothing, ListError for what is neither.
    """
    numbered = parts.store.readers.by_id(int(address)) if NUMBER.fullmatch(address) else []
    email = normalise(numbered[0].subscriber.email if numbered else address)
    people, hashed = parts.store.subscribers, email_hmac(email, parts.keyring.hashing.secret)
    found = Known(
        tuple(people.by_email(email)),
        tuple(people.events(email)),
        people.suppression(hashed),
        refused_since(parts.store.database, hashed),
    )
    if not (found.subscriptions or found.events or found.suppression or found.refused_since):
        raise UnknownError(f"nothing is kept of {email}")
    return found


def enlist(parts: Parts, name: str, cells: Mapping[str, str], *, now: datetime) -> bool:
    """Put a reader, given as a row's cells, on a list's file and take it over; False if they are on it already.

    Raises ListError for cells that no file could hold without a warning, and for someone who unsubscribed from the list
    or is suppressed: only they themselves come back.
    """
    if not LIST_NAME.fullmatch(name):
        raise ListError(f"{name!r} cannot be a list's name; letters, digits, - and _ only")
    settings = parts.settings
    ids = [section.id for section in settings.sections]
    reader = Reader(name, ids, settings.timezone)
    row = reader.row(Record(1, cells))
    if reader.warnings:
        raise ListError(reader.warnings[0])
    with alone(parts):
        agree(parts, now=now)
        return _enlist(parts, row, now=now)


def _enlist(parts: Parts, row: Row, *, now: datetime) -> bool:
    settings, people, name = parts.settings, parts.store.subscribers, row.list
    hashed = email_hmac(row.email, parts.keyring.hashing.secret)
    barred = people.suppression(hashed)
    if barred is not None:
        raise ListError(f"{row.email} is suppressed since {barred.since} ({barred.reason}) and never mailed")
    if identity(row.email) in people.gone(name):
        raise ListError(f"{row.email} unsubscribed from {name}; only they themselves can come back")
    on = any(each.list == name and each.consent is Consent.ACTIVE for each in people.by_email(row.email))
    if not on and refused_since(parts.store.database, hashed):
        raise ListError(f"{row.email} wants no mail that they did not ask for; only they themselves can lift that")
    if hashed in people.moved(name):
        raise ListError(
            f"the reader of {name} at {row.email} moved to another address; only they themselves can come back"
        )
    path = settings.subscribers / f"{name}.csv"
    ids = [section.id for section in settings.sections]
    there = read_list(path, section_ids=ids, timezone=settings.timezone)[0] if path.exists() else ()
    if any(identity(each.email) == identity(row.email) for each in there):
        return False
    extend_list(path, [row])
    agree(parts, now=now)
    return True


def delist(parts: Parts, address: str, lists: list[str], *, asked: bool, now: datetime) -> list[str]:
    """Take an address off the files of `lists`, or of all where there is none; return those it stood in.

    With `asked`, because they wish it: noted as their word for each of these lists, wherever their row is, and no file
    brings them back. UnknownError where they are on none and none is named.
    """
    email = normalise(address)
    with alone(parts):
        agree(parts, now=now)
        people = parts.store.subscribers
        files = [path for path in list_files(parts.settings.subscribers) if not lists or path.stem in lists]
        for path in files:
            require_whole(path)
        there = [name for name in people.lists_of(email) if not lists or name in lists]
        if asked:
            leaver = Leaver(email, email_hmac(email, parts.keyring.hashing.secret), None)
            for name in lists or there:
                people.leave(name, [leaver], origin="operator", now=now)
        people.take_off(email, there, now=now)
        gone = [path.stem for path in files if drop_address(path, email)]
        if not (gone or there or (asked and lists)):
            raise UnknownError(f"{email} is on no list" + (f" of {', '.join(lists)}" if lists else ""))
        agree(parts, now=now)
    return sorted({*gone, *(lists if asked and lists else there)})


def forget(parts: Parts, address: str, *, origin: str = "operator", now: datetime) -> Forgotten:
    """Erase a person and keep their wish: never mailed again, known by a keyed hash alone.

    Barred with them is every address that they moved away from. In this order, so that no moment loses the wish: the
    hashes, the database, the files (those of rejected rows too). A file that cannot be read or written keeps nobody
    from being forgotten; the answer and the log name it, and the same once more ends what it left.
    """
    email, keyring, folder = normalise(address), parts.keyring, parts.settings.subscribers
    people, key = parts.store.subscribers, keyring.hashing
    require_only(key, parts)
    wish = PlainSuppression(email, "erased", now.date())
    held: list[str] = []
    gone: list[str] = []

    def heed(file: Path, of_file: Callable[[Path], int]) -> int:
        """Change a file; of one that does not let itself be changed, keep why."""
        try:
            return of_file(file)
        except (ListError, SuppressionError) as error:
            log.warning(HELD, extra={"file": file.name, "reason": str(error)})
            held.append(str(error))
            return 0

    with alone(parts):
        before = (Suppression(each, key.mark, wish.reason, wish.since) for each in people.formers(email))
        wishes = [wish.hashed(key), *before]
        hashes = {each.email_hmac for each in wishes}

        def theirs(address: str) -> bool:
            return address == identity(email) or (len(hashes) > 1 and email_hmac(address, key.secret) in hashes)

        people.suppress(wishes)
        heed(folder / SUPPRESSED, lambda file: extend_suppressed(file, keyring, wishes))
        running = [s.list for s in people.by_email(email) if s.consent is not Consent.UNSUBSCRIBED]
        people.erase(email, origin=origin, now=now)
        for path in sorted(folder.glob("*.csv")):
            if path.name.endswith(".rejected.csv"):
                heed(path, lambda file: drop_text(file, email))
            elif path.name != SUPPRESSED and heed(path, lambda file: drop_rows(file, theirs)):
                gone.append(path.stem)
        if not held:
            agree(parts, now=now)
    return Forgotten(tuple(sorted({*gone, *running})), tuple(held))
