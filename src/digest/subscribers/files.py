"""The files under subscribers/: every list read whole, broken rows named and left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from digest.errors import ListError
from digest.model.people import Row, Suppression
from digest.subscribers import suppression
from digest.subscribers.addresses import identity, normalise
from digest.subscribers.advice import advice
from digest.subscribers.csvfile import Record, Table, read_table, write_table
from digest.subscribers.keys import Keyring
from digest.subscribers.rows import COLUMNS, Reader, cells
from digest.subscribers.settings import ListSettings, hint, read_settings, title_of

NAME: Final = re.compile(r"\w[\w-]*")
"""A list's name, which editions and headers repeat."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What the folder holds."""

    rows: Mapping[str, tuple[Row, ...]]
    """By list; each address at most once a list."""
    problems: tuple[str, ...]
    """What was left out or passed over: `weekday.csv, row 7: reason`. Rows are counted as an editor counts lines."""
    settings: Mapping[str, ListSettings]
    """Of every list that has a file or stands in lists.toml."""
    suppressions: tuple[Suppression, ...]
    plain: tuple[suppression.PlainSuppression, ...]
    """Suppressed addresses not yet hashed; see `rewrite_suppressed`."""
    hints: tuple[str, ...] = ()
    """What to look at in rows that are taken as they are, as `problems` says it."""


def read_lists(folder: Path, *, section_ids: Sequence[str], timezone: str, keyring: Keyring | None = None) -> Lists:
    """Return the lists of a folder: every `*.csv` but suppressed.csv and `*.rejected.csv`, and lists.toml.

    `timezone` is what a reader whose zone nobody knows gets; `keyring` holds the key that made the suppressions' hashes
    (none is made for that; without a ring, that is not checked). Raises ListError, naming the file, for one that cannot
    be read as a list at all, so that half a folder is never taken for the whole; SuppressionError for suppressed.csv.
    """
    if not folder.is_dir():
        raise ListError(f"{folder} is no folder; it should hold one CSV file a list")
    named, problems = read_settings(folder / "lists.toml", section_ids)
    hashed, plain = suppression.read_suppressed(folder / suppression.NAME, keyring)
    rows, hints = {}, list[str]()
    for path in list_files(folder):
        rows[path.stem], odd = read_list(path, section_ids=section_ids, timezone=timezone, hints=hints)
        problems += odd
    settings = {name: ListSettings(title_of(name)) for name in rows} | named
    return Lists(rows, problems, settings, hashed, plain, tuple(hints))


def list_files(folder: Path) -> list[Path]:
    """Return the lists' files by name; raises ListError for one whose name cannot be a list's."""
    found = sorted(
        path
        for path in folder.glob("*.csv")
        if path.name != suppression.NAME and not path.name.startswith(".") and not path.name.endswith(".rejected.csv")
    )
    for path in found:
        if not NAME.fullmatch(path.stem):
            raise ListError(f"{path.name}: a list's name has letters, digits, - and _ only; rename the file")
    return found


def read_list(
    path: Path, *, section_ids: Sequence[str], timezone: str, hints: list[str] | None = None
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Return a file's good rows in order, and what is wrong with the others. Raises ListError as `read_lists`.

    What to look at in good ones is added to `hints`.
    """
    table = read_table(path)
    if "email" not in table.columns:
        raise ListError(f"{path.name}: no column email; its first row must name the columns: {','.join(COLUMNS)}")
    problems = [f"{path.name}: unknown column {column}{hint(column, COLUMNS)}" for column in _strangers(table.columns)]
    reader, rows, seen = Reader(path.stem, section_ids, timezone), [], dict[str, int]()
    for record in table.records:
        try:
            row = reader.row(record)
            _once(row, record, seen)
            rows.append(row)
            if hints is not None:
                hints += [f"{path.name}, row {record.line}: {hint}" for hint in advice(row.email)[0]]
        except ListError as e:
            reader.warnings.append(str(e))
        problems += [f"{path.name}, row {record.line}: {warning}" for warning in reader.warnings]
        reader.warnings.clear()
    return tuple(rows), tuple(problems)


def _strangers(columns: Sequence[str]) -> list[str]:
    return [column for column in columns if column and column not in COLUMNS]


def _once(row: Row, record: Record, seen: dict[str, int]) -> None:
    """Refuse an address that an earlier row has."""
    first = seen.setdefault(identity(row.email), record.line)
    if first != record.line:
        raise ListError(f"same address as row {first}")


def extend_list(path: Path, rows: Iterable[Row]) -> None:
    """Add rows behind those of a list's file, which keep every cell they have; a file that is not there is made.

    Raises ListError as `require_whole` does.
    """
    if not path.exists():
        write_rows(path, rows)
        return
    table = require_whole(path)
    columns = (*table.columns, *(column for column in COLUMNS if column not in table.columns))
    new = (dict(zip(COLUMNS, cells(row), strict=True)) for row in rows)
    every = chain((record.cells for record in table.records), new)
    write_table(path, columns, ([row.get(column, "") for column in columns] for row in every))


def follow(path: Path, rows: Iterable[Row], gone: Iterable[str]) -> int:
    """Make a list's file say what its readers said: their rows as given, those of the addresses `gone` taken out.

    Every other row, and every cell of a column that is not ours, stays; returns how many rows are other than before,
    and writes nothing where that is none. A file that is not there is made. Raises ListError as `require_whole` does.
    """
    wanted = {identity(row.email): dict(zip(COLUMNS, cells(row), strict=True)) for row in rows}
    out = {identity(address) for address in gone} - set(wanted)
    table = require_whole(path) if path.exists() else Table(COLUMNS, ())
    columns = (*table.columns, *(column for column in COLUMNS if column not in table.columns))
    kept, changed = list[dict[str, str]](), 0
    for record in table.records:
        who = _identity(record.cells.get("email", ""))
        said = wanted.pop(who, None)
        # What a reader cannot say on a page, the name among it, stays as the file has it where they left it empty.
        new = dict(record.cells) | {c: v for c, v in (said or {}).items() if v or c not in ("name", "joined")}
        changed += who in out or any(new[column] != record.cells.get(column, "") for column in new)
        if who not in out:
            kept.append(new)
    changed += len(wanted)
    if changed:
        write_table(path, columns, ([row.get(column, "") for column in columns] for row in (*kept, *wanted.values())))
    return changed


def rename(path: Path, old: str, new: str) -> int:
    """Put a reader's new address into their row of a list's file; where the new one has a row, the old one goes.

    Returns how many rows are other than before. Raises ListError as `require_whole` does.
    """
    table, who = require_whole(path), identity(old)
    there = {_identity(record.cells.get("email", "")) for record in table.records}
    if who not in there:
        return 0
    if identity(new) in there:
        return drop_address(path, old)
    rows = [
        {**record.cells, "email": new} if _identity(record.cells.get("email", "")) == who else record.cells
        for record in table.records
    ]
    write_table(path, table.columns, ([row[column] for column in table.columns] for row in rows))
    return 1


def drop_address(path: Path, email: str) -> int:
    """Take an address's rows out of a list's file, the others keeping every cell; return how many there were.

    Raises ListError as `require_whole` does.
    """
    table = require_whole(path)
    who = identity(email)
    kept = [record.cells for record in table.records if _identity(record.cells.get("email", "")) != who]
    if len(kept) < len(table.records):
        write_table(path, table.columns, ([row[column] for column in table.columns] for row in kept))
    return len(table.records) - len(kept)


def drop_text(path: Path, text: str) -> None:
    """Take the rows out of a file of rejects in which a text stands, such as an address written anyhow."""
    table, sought = read_table(path), text.lower()
    kept = [row.cells for row in table.records if not any(sought in cell.lower() for cell in row.cells.values())]
    if len(kept) < len(table.records):
        write_table(path, table.columns, ([row[column] for column in table.columns] for row in kept))


def _identity(text: str) -> str:
    """Return whose address a cell is, however it is written; empty where it is none."""
    try:
        return identity(normalise(text))
    except ListError:
        return ""


def require_whole(path: Path) -> Table:
    """Return a list's rows; ListError where one is so broken that writing the file again would lose some of it."""
    table = read_table(path)
    broken = next((record for record in table.records if record.trouble), None)
    if broken is not None:
        raise ListError(f"{path.name}, row {broken.line}: {broken.trouble}; mend it before anybody is added")
    return table


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write a list's file whole or not at all; `read_lists` gives the same rows back. Raises ListError.

    Names lose control characters and line ends; cells a spreadsheet would run are escaped as `csvfile` says.
    """
    write_table(path, COLUMNS, map(cells, rows))
