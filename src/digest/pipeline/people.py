"""The lists' files in, subscriptions kept."""

from __future__ import annotations

import fcntl
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import IO, Final

from digest.errors import Busy, ListError, SuppressionError
from digest.model.people import Preferences, Row, Word
from digest.parts import Parts
from digest.settings import Settings
from digest.slots import wanted_on
from digest.store import SyncReport
from digest.store.words import again, begin, by_list, noted, unwritten, words
from digest.subscribers import (
    SUPPRESSED,
    Key,
    Lists,
    email_hmac,
    follow,
    identity,
    mark,
    read_lists,
    rewrite_suppressed,
)

log = logging.getLogger(__name__)

OLDER: Final = "a list's file was older than its readers' own words, which are written into it again"
NAMED: Final = 10
"""Subscribers whom a message names at most."""
PATIENCE: Final = timedelta(seconds=30)
"""How long one waits for another who has the lists' files; a hundred thousand rows take a few seconds."""
LOOK: Final = 0.02
"""Seconds between two looks whether they are free."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What the files held and what they changed."""

    lists: Lists
    report: SyncReport


@contextmanager
def alone(parts: Parts, *, patience: timedelta = PATIENCE) -> Iterator[None]:
    """Keep other processes and threads from the lists' files: what is read, changed and put back loses nobody.

    Raises Busy where another one has them for longer than `patience`.
    """
    parts.settings.data.mkdir(parents=True, exist_ok=True)
    path = parts.settings.data / "subscribers.lock"
    with path.open("a") as file:
        until = time.monotonic() + patience.total_seconds()
        while not _locked(file):
            if time.monotonic() >= until:
                raise Busy(
                    f"{path}: another process has had the lists' files for {patience}; nothing was changed; "
                    "try again when it is done, or end it if it hangs"
                )
            time.sleep(LOOK)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sync(parts: Parts, *, now: datetime) -> Synced:
    """Make the store agree with the files under subscribers/; waits for whoever changes them, or raises Busy.

    Broken rows are left out and stand in `lists.problems`; a file that cannot be read at all raises ListError and
    changes nothing. Nobody who unsubscribed or is suppressed comes back: a hash that was made with a key that is not
    ours, in the file or in the database, raises SuppressionError, and nobody may be mailed.
    """
    with alone(parts):
        return agree(parts, now=now)


def agree(parts: Parts, *, now: datetime) -> Synced:
    """Do what `sync` does, for whoever is `alone` already.

    What readers said themselves since the last time is written into the files first; after that the files count again,
    but for rows that say again what they said before a reader's word of late: those are written again.
    """
    settings, keyring = parts.settings, parts.keyring
    waiting = write_words(parts)
    ids = [section.id for section in settings.sections]
    lists = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone, keyring=keyring)
    key = keyring.hashing
    require_only(key, parts)
    if lists.plain:
        rewrite_suppressed(settings.subscribers / SUPPRESSED, keyring)
    barred = (*lists.suppressions, *(plain.hashed(key) for plain in lists.plain))
    parts.store.subscribers.suppress(barred)
    report = parts.store.subscribers.sync(lists.rows, hmac=lambda address: email_hmac(address, key.secret), now=now)
    if report.older:
        again(parts.store.database, report.older)
        waiting = tuple(dict.fromkeys((*waiting, *write_words(parts))))
    older = by_list(report.older)
    for name, people in older.items():
        log.warning(OLDER, extra={"list": name, "readers": len(people)})
    problems = (*lists.problems, *waiting, *_older(older), *_overruled(report))
    return Synced(replace(lists, problems=problems), report)


def _overruled(report: SyncReport) -> Iterator[str]:
    """Yield, list by list, what a file took back that its readers said themselves."""
    for name, people in report.overruled.items():
        yield (
            f"{name}.csv: of {len(people)} who said it themselves in the last fortnight (subscriber {_named(people)}) "
            "the row is gone, or asks for something else; the file counts. If somebody saved a list that they opened "
            "before, put these rows back from the version before it; one whose row is gone comes back by: "
            f"digest subscribers add ADDRESS --list {name}"
        )


def _older(older: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Yield, list by list, whose rows said again what they said before their readers' own words."""
    for name, people in older.items():
        yield (
            f"{name}.csv: the rows of {len(people)} (subscriber {_named(people)}) said again what they said before "
            "their readers' own words of the last fortnight, as in a list that somebody opened before and saved over "
            "it; those words stand, and are written again. Who means it all the same: once the fortnight is over, the "
            "file counts"
        )


def _named(people: Sequence[int]) -> str:
    return ", ".join(map(str, people[:NAMED])) + (", …" if len(people) > NAMED else "")


def write_words(parts: Parts) -> tuple[str, ...]:
    """Write what readers said into the lists' files; return which files could not take it, and why.

    A word that no file holds yet counts all the same: `Subscribers.sync` leaves its subscription alone.
    """
    problems: list[str] = []
    database = parts.store.database
    for name, said in groupby(words(database), key=lambda word: word.list):
        path = parts.settings.subscribers / f"{name}.csv"
        state = str(mark(path)) if path.exists() else ""
        new = _yet(parts, list(said), state)
        running = [word.row for word in new if word.running]
        gone = [word.row.email for word in new if not word.running]
        there = [word.row.email for word in new if not word.joins]
        begin(database, new, state)
        try:
            if path.exists() or running:
                follow(path, running, gone, _was(new, parts.keyring.hashing), there)
        except ListError as e:
            begin(database, new, None)
            problems.append(f"{e}; what {len(new)} of its readers said themselves is not in it yet")
            continue
        noted(database, new)
    return tuple(problems)


def _yet(parts: Parts, new: Sequence[Word], state: str) -> list[Word]:
    """Return the words that are still to be written.

    Others were begun by a process that died before it could note them. Where the file is another by now, they were
    written, and whoever changed it since had them before their eyes; where it is the same, nothing was written.
    """
    done = [word for word in new if word.writing not in (None, state)]
    noted(parts.store.database, done)
    return [word for word in new if word not in done]


def _was(new: Sequence[Word], key: Key) -> Callable[[str], str | None] | None:
    """Return what tells whose former address one is, as `follow` asks it; None where nobody moved."""
    now = {former: identity(word.row.email) for word in new for former in word.formers}
    return (lambda address: now.get(email_hmac(address, key.secret))) if now else None


def require_only(key: Key, parts: Parts) -> None:
    """Refuse a database that bars addresses by another key's hashes, which nobody's address would match."""
    foreign = parts.store.subscribers.suppression_keys() - {key.mark}
    if foreign:
        raise SuppressionError(
            f"the database bars addresses by hashes of {', '.join(sorted(foreign))}, but {parts.keyring.folder} holds "
            f"{key.mark}; nobody is mailed against their wish: put k1.key back from a backup"
        )


def never(settings: Settings, rows: Mapping[str, Sequence[Row]]) -> tuple[str, ...]:
    """Return which frequencies of lists' readers no edition of the list ever has an issue for, in words."""
    found = []
    for name, of_list in rows.items():
        editions = [edition for edition in settings.editions.values() if name in edition.lists]
        for word, readers in Counter(row.preferences.frequency for row in of_list).items():
            wish, weeks = Preferences(frequency=word), (date(2026, 3, 2) + timedelta(days=n) for n in range(7))
            days = [day for day in weeks if any(e.send.on(day) and wanted_on(wish, e, day) for e in editions)]
            if editions and not days and not any(e.send.dates or e.send.months for e in editions):
                found.append(f"{name}.csv: {readers} wish for {word}, and no issue of the list comes on such a day")
    return tuple(found)


class Changes:
    """Tells whether the lists' files, their readers' words or the settings are others than those last taken over."""

    def __init__(self) -> None:
        self._seen: tuple[object, ...] = ()
        self._taken: tuple[object, ...] = ()

    def any(self, parts: Parts) -> bool:
        """Return whether there is something to sync, by what the files' folder says; true until something was taken."""
        folder = parts.settings.subscribers
        found = [(path.name, path.stat()) for path in sorted((*folder.glob("*.csv"), *folder.glob("*.toml")))]
        files = ((name, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size) for name, stat in found)
        self._seen = (parts.settings, unwritten(parts.store.database), *files)
        return self._seen != self._taken

    def take(self) -> None:
        """Remember what `any` saw last: it was taken over. Without that, it is told again."""
        self._taken = self._seen
