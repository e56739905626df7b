"""suppressed.csv: addresses never to be mailed, known by their keyed hashes alone.

People may write a plain address into it; `rewrite_suppressed` takes it out again. A row that cannot be read is an error
of the whole file, not a row left out: behind it stands someone who asked not to be mailed. So is one that was hashed
with another key than ours: it would match nobody, and nobody would notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from digest.errors import ListError, SuppressionError
from digest.model.people import Suppression
from digest.subscribers.addresses import email_hmac, normalise, shown
from digest.subscribers.csvfile import Record, Table, read_table, write_table
from digest.subscribers.keys import Key, Keyring
from digest.subscribers.rows import day

NAME: Final = "suppressed.csv"
COLUMNS: Final = ("email_hmac", "key", "reason", "since")
HASH: Final = re.compile(r"[0-9a-f]{64}")
MARK: Final = re.compile(r"k[1-9][0-9]{0,3}-[0-9a-f]{6}")
"""Which key made a hash; see `Key.mark`."""


@dataclass(frozen=True, slots=True)
class PlainSuppression:
    """An address never to be mailed that still stands there in plain."""

    email: str
    """Normalised."""
    reason: str
    since: date

    def hashed(self, key: Key) -> Suppression:
        """Return it as it is kept."""
        return Suppression(email_hmac(self.email, key.secret), key.mark, self.reason, self.since)


def read_suppressed(
    path: Path, keyring: Keyring | None = None
) -> tuple[tuple[Suppression, ...], tuple[PlainSuppression, ...]]:
    """Return the hashed and the plain ones, none where there is no file. Raises SuppressionError naming the row.

    With `keyring` a hash that its hashing key did not make is refused; no key is made for that. A row without a date is
    dated by the file's last change, in UTC.
    """
    if not path.exists():
        return (), ()
    table = _table(path)
    changed_on = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    entries = [(record.line, _entry(path, record, changed_on)) for record in table.records]
    hashed = [(line, entry) for line, entry in entries if isinstance(entry, Suppression)]
    if keyring is not None:
        _check_keys(path, hashed, keyring)
    return (
        tuple(entry for _, entry in hashed),
        tuple(entry for _, entry in entries if isinstance(entry, PlainSuppression)),
    )


def rewrite_suppressed(path: Path, keyring: Keyring) -> int:
    """Replace the file's plain addresses by keyed hashes, at once or not at all; return how many there were.

    Rows keep their order, hashed ones first; what stands there twice is written once. Raises ListError.
    """
    hashed, plain = read_suppressed(path, keyring)
    if plain:
        _write(path, keyring, hashed, plain)
    return len(plain)


def extend_suppressed(path: Path, keyring: Keyring, more: Iterable[PlainSuppression | Suppression]) -> int:
    """Add addresses to the file, hashed, at once or not at all; return how many it did not have. Raises ListError.

    Of an address that is there already, the first reason stays.
    """
    hashed, plain = read_suppressed(path, keyring)
    had = {entry.email_hmac for entry in (*hashed, *(each.hashed(keyring.hashing) for each in plain))}
    made = (each if isinstance(each, Suppression) else each.hashed(keyring.hashing) for each in more)
    new = {each.email_hmac: each for each in made}
    fresh = [entry for key, entry in new.items() if key not in had]
    if fresh:
        _write(path, keyring, (*hashed, *fresh), plain)
    return len(fresh)


def _write(path: Path, keyring: Keyring, hashed: Sequence[Suppression], plain: Sequence[PlainSuppression]) -> None:
    """Write the file with nothing but hashes, the hashed ones first."""
    every = {(s.email_hmac, s.key): s for s in reversed((*hashed, *(entry.hashed(keyring.hashing) for entry in plain)))}
    rows = [(s.email_hmac, s.key, s.reason, s.since.isoformat()) for s in reversed(every.values())]
    write_table(path, COLUMNS, rows)


def _table(path: Path) -> Table:
    """Return the file's rows; SuppressionError for what is no CSV, or whose header says neither whom nor how."""
    try:
        table = read_table(path)
    except ListError as e:
        raise SuppressionError(str(e)) from e
    if not {"email_hmac", "email"} & set(table.columns):
        raise SuppressionError(f"{path.name}: no column email_hmac (or email); its first row must name the columns")
    return table


def _check_keys(path: Path, rows: Sequence[tuple[int, Suppression]], keyring: Keyring) -> None:
    """Refuse a hash that the ring's hashing key did not make; the rows come with their lines."""
    ours = "no key" if not rows or keyring.empty else keyring.hashing.mark
    for line, row in rows:
        if row.key != ours:
            raise SuppressionError(
                f"{path.name}, row {line}: {row.key} made this hash, but {keyring.folder} holds {ours}; nobody is "
                "mailed against their wish: put k1.key back from a backup, or write the address itself into the row"
            )


def _entry(path: Path, record: Record, changed_on: date) -> Suppression | PlainSuppression:
    """Return what a row says."""
    cell = record.cells.get
    whom = cell("email_hmac") or cell("email", "")
    try:
        if record.trouble:
            raise ListError(record.trouble)
        reason, since = cell("reason", ""), day(cell("since", "")) or changed_on
        if "@" in whom:
            return PlainSuppression(normalise(whom), reason, since)
        if not HASH.fullmatch(whom.lower()):
            raise ListError(f"{shown(whom)} is neither an address nor 64 hex digits")
        if not MARK.fullmatch(cell("key", "")):
            raise ListError(
                f"{shown(cell('key', ''))} names no key; it says which made the hash, for example k1-3f9a2c"
            )
    except ListError as e:
        raise SuppressionError(
            f"{path.name}, row {record.line}: {e}; nobody is mailed against their wish: repair it"
        ) from e
    return Suppression(whom.lower(), cell("key", ""), reason, since)
