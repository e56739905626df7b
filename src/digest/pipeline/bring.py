"""Another program's readers brought onto a list: who is gone stays gone, and nobody comes back by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.errors import ListError
from digest.parts import Parts
from digest.pipeline.people import agree, alone, require_only
from digest.store import Leaver, SyncReport
from digest.store.refusals import refused
from digest.subscribers import (
    LIST_NAME,
    SUPPRESSED,
    Import,
    Key,
    PlainSuppression,
    email_hmac,
    extend_list,
    extend_suppressed,
    identity,
    read_export,
    read_lists,
    rejected,
    require_whole,
    write_table,
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import found and did."""

    found: Import
    kept_out: int
    """Readers of the file who stay out: unsubscribed here, moved to another address, refusing mail, or suppressed."""
    rejects: Path | None
    """Where the rows stand that were not taken; None if there are none."""
    barred: int = 0
    """Addresses newly suppressed."""
    ended: int = 0
    """Subscriptions newly ended."""
    report: SyncReport | None = None
    """What became of the lists; None where nothing was written."""


def bring(
    parts: Parts,
    file: Path,
    name: str,
    *,
    program: str = "",
    gone: bool = False,
    now: datetime,
    dry_run: bool = False,
) -> Brought:
    """Bring a file's readers onto the list `name`; with `dry_run` only say what would become of them.

    With `gone` the file holds those who left the list.

    What bars or ends is written before what adds, so that a process killed between mails nobody too many, and the
    same import once more ends the same. Raises ListError for a file or a list that cannot be read, and what `sync`
    raises.
    """
    if not LIST_NAME.fullmatch(name):
        raise ListError(f"{name!r} cannot be a list's name; letters, digits, - and _ only")
    with alone(parts):
        return _bring(parts, file, name, program, now, gone=gone, dry_run=dry_run)


def _bring(parts: Parts, file: Path, name: str, program: str, now: datetime, *, gone: bool, dry_run: bool) -> Brought:
    settings, keyring = parts.settings, parts.keyring
    ids = [section.id for section in settings.sections]
    lists = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone, keyring=keyring)
    key = keyring.hashing
    require_only(key, parts)
    present = {identity(row.email) for row in lists.rows.get(name, ())}
    path = settings.subscribers / f"{name}.csv"
    if path.exists():
        require_whole(path)
    found = read_export(file, name, present, section_ids=ids, timezone=settings.timezone, program=program, gone=gone)
    rejects = settings.subscribers / f"{name}-{file.stem}.rejected.csv" if found.rejects else None
    kept_out = _keep_out(parts, found, name, {entry.email_hmac for entry in lists.suppressions}, key)
    if dry_run:
        return Brought(found, kept_out, rejects)

    barred = extend_suppressed(settings.subscribers / SUPPRESSED, keyring, _suppressions(found, now))
    ended = parts.store.subscribers.leave(name, _leavers(found, key), origin=f"import: {found.program}", now=now)
    if rejects is not None:
        header, *rows = rejected(found)
        write_table(rejects, header, rows)
    if found.rows:
        extend_list(path, found.rows.values())
    return Brought(found, kept_out, rejects, barred, ended, agree(parts, now=now).report)


def _keep_out(parts: Parts, found: Import, name: str, on_file: set[str], key: Key) -> int:
    """Take those out of the rows who may not be mailed; return how many."""
    hashes = {who: email_hmac(row.email, key.secret) for who, row in found.rows.items()}
    barred = on_file | parts.store.subscribers.suppressed(hashes.values())
    barred |= parts.store.subscribers.moved(name) | refused(parts.store.database, hashes.values())
    gone = parts.store.subscribers.gone(name)
    out = [who for who, row in found.rows.items() if hashes[who] in barred or row.email.lower() in gone]
    for who in out:
        del found.rows[who]
    return len(out)


def _suppressions(found: Import, now: datetime) -> list[PlainSuppression]:
    return [
        PlainSuppression(each.email, f"{each.standing}, {found.program}", each.since or now.date())
        for each in found.gone.values()
        if each.standing.barred
    ]


def _leavers(found: Import, key: Key) -> list[Leaver]:
    return [
        Leaver(each.email, email_hmac(each.email, key.secret), each.since)
        for each in found.gone.values()
        if not each.standing.barred
    ]
