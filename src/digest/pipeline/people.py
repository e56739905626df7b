"""The lists' files in, subscriptions kept."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from digest.errors import ListError, SuppressionError
from digest.model.people import Preferences, Row
from digest.parts import Parts
from digest.settings import Settings
from digest.slots import wanted_on
from digest.store import Moved, SyncReport
from digest.subscribers import (
    SUPPRESSED,
    Key,
    Lists,
    drop_address,
    email_hmac,
    follow,
    read_lists,
    rename,
    rewrite_suppressed,
)


@dataclass(frozen=True, slots=True)
class Synced:
    """What the files held and what they changed."""

    lists: Lists
    report: SyncReport


@contextmanager
def alone(parts: Parts) -> Iterator[None]:
    """Keep other processes and threads from the lists' files: what is read, changed and put back loses nobody."""
    parts.settings.data.mkdir(parents=True, exist_ok=True)
    with (parts.settings.data / "subscribers.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sync(parts: Parts, *, now: datetime) -> Synced:
    """Make the store agree with the files under subscribers/, all or nothing; waits for whoever changes them.

    Broken rows are left out and stand in `lists.problems`; a file that cannot be read at all raises ListError and
    changes nothing. Nobody who unsubscribed or is suppressed comes back: a hash that was made with a key that is not
    ours, in the file or in the database, raises SuppressionError, and nobody may be mailed.
    """
    with alone(parts):
        return agree(parts, now=now)


def agree(parts: Parts, *, now: datetime) -> Synced:
    """Do what `sync` does, for whoever is `alone` already.

    What readers said themselves since the last time is written into the files first; after that the files count again.
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
    waiting += move_rows(parts, report.moved)
    return Synced(replace(lists, problems=(*lists.problems, *waiting)), report)


def move_rows(parts: Parts, rows: Iterable[Moved]) -> tuple[str, ...]:
    """Write into the files where readers moved to, every cell of theirs kept; return which could not take it, and why.

    Until they can, the row of the old address counts for its reader at the new one.
    """
    problems: list[str] = []
    for row in rows:
        try:
            path = parts.settings.subscribers / f"{row.list}.csv"
            _ = rename(path, row.old, row.new) if row.new else drop_address(path, row.old)
        except ListError as e:
            problems.append(f"{e}; that one of its readers moved to another address is not in it yet")
    return tuple(problems)


def write_words(parts: Parts) -> tuple[str, ...]:
    """Write what readers said into the lists' files; return which files could not take it, and why.

    A word that no file holds yet counts all the same: `Subscribers.sync` leaves its subscription alone. One that was
    written and not noted, because the process died in between, is written again, which changes nothing.
    """
    problems: list[str] = []
    for name, said in groupby(parts.store.readers.words(), key=lambda word: word.list):
        words = list(said)
        path = parts.settings.subscribers / f"{name}.csv"
        gone = [word.row.email for word in words if not word.running]
        try:
            if path.exists() or len(gone) < len(words):
                follow(path, [word.row for word in words if word.running], gone)
        except ListError as e:
            problems.append(f"{e}; what {len(words)} of its readers said themselves is not in it yet")
            continue
        parts.store.readers.noted(words)
    return tuple(problems)


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
    """Tells, each time it is asked, whether the lists' files or their readers' words are others than the last time."""

    def __init__(self) -> None:
        self._seen: tuple[object, ...] = ()

    def any(self, parts: Parts) -> bool:
        """Return whether there is something to sync, by the times and sizes of the files; true the first time."""
        folder = parts.settings.subscribers
        found = [(path.name, path.stat()) for path in sorted((*folder.glob("*.csv"), *folder.glob("*.toml")))]
        now = (parts.store.readers.unwritten(), *((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))
        was, self._seen = self._seen, now
        return was != now
