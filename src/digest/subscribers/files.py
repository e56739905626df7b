"""The files under subscribers/: every list read whole, broken rows named and left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digest.errors import ListError
from digest.model.people import Row, Suppression
from digest.subscribers import suppression
from digest.subscribers.addresses import identity, normalise
from digest.subscribers.advice import advice
from digest.subscribers.csvfile import Record, named_once, read_table, write_table
from digest.subscribers.keys import Keyring
from digest.subscribers.rows import COLUMNS, Reader, cells
from digest.subscribers.settings import ListSettings, hint, read_settings, title_of
from digest.subscribers.sheet import Sheet, read_sheet, require_whole, rewrite

NAME: Final = re.compile(r"\w[\w-]*")
"""A list's name, which editions and headers repeat."""
KEPT: Final = ("name", "joined")
"""Columns that a reader's word does not empty; a name that stands there it does not change either."""


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
    """Add rows behind those of a list's file, which stay as they are; a file that is not there is made.

    Raises ListError as `require_whole` does.
    """
    new = list(rows)
    if not path.exists():
        write_rows(path, new)
        return

    def extend(sheet: Sheet) -> int:
        sheet.widen(COLUMNS)
        for row in new:
            sheet.add(_named(row))
        return len(new)

    rewrite(path, require_whole, extend)


def follow(
    path: Path,
    rows: Iterable[Row],
    gone: Iterable[str],
    was: Callable[[str], str | None] | None = None,
    there: Iterable[str] = (),
) -> int:
    """Make a list's file say what its readers said: their rows as given, those of the addresses `gone` taken out.

    `was` says of an address, as `identity` has it, whose former one it is: their row is put where that one stands, and
    it goes where they have a row, or none is given; None: it is nobody's former one. For the addresses `there` no row
    is made where none stands: somebody took it out. Every other row, and every cell of a column that is not ours,
    stays; returns how many rows are other than before, and writes nothing where that is none. A file that is not there
    is made. Raises ListError as `require_whole` does.
    """
    wanted = {identity(row.email): row for row in rows}
    out = {identity(address) for address in gone} - set(wanted)
    known = {identity(address) for address in there}
    if not path.exists():
        new = [row for who, row in wanted.items() if who not in known]
        if new:
            write_rows(path, new)
        return len(new)

    def say(sheet: Sheet) -> int:
        left = {who: _named(row) for who, row in wanted.items()}
        people = [(line, _who(line.record)) for line in sheet.lines]
        stand, dead, place = {who for _, who in people}, set(out), dict[str, str]()
        for _, who in people if was else ():
            new = was(who) if was and who not in wanted else None
            if new in wanted and new not in stand:
                place[who] = new
                stand.add(new)
                dead.discard(who)
            elif new is not None and who not in place:
                dead.add(who)
        kept = [(line, who) for line, who in people if who not in dead]
        sheet.lines = [line for line, _ in kept]
        count = len(people) - len(kept)
        left = {who: said for who, said in left.items() if who in stand or who not in known}
        if left:
            sheet.widen(COLUMNS)
        for line, who in kept:
            said = left.pop(place.get(who, who), {})
            # What a reader cannot say on a page stays as the file has it.
            count += sheet.put(line, {name: value for name, value in said.items() if _says(name, value, line.record)})
        for said in left.values():
            sheet.add(said)
        return count + len(left)

    return rewrite(path, require_whole, say)


def _says(name: str, value: str, record: Record) -> bool:
    """Whether a reader's word fills a cell of theirs: no page asks for a name, and few for a day of joining."""
    return name not in KEPT or bool(value and not (name == "name" and record.cells.get("name")))


def drop_address(path: Path, email: str) -> int:
    """Take an address's rows out of a list's file, as `drop_rows`; return how many there were."""
    who = identity(email)
    return drop_rows(path, lambda address: address == who)


def drop_rows(path: Path, sought: Callable[[str], bool]) -> int:
    """Take the rows out of a list's file whose address, as `identity` has it, is sought; return how many there were.

    Broken rows stay. Raises ListError for what is no table, and where nobody knows which of two columns counts.
    """

    def read(path: Path) -> Sheet:
        sheet = read_sheet(path)
        named_once(path.name, sheet.header.record.line, sheet.columns)
        return sheet

    return rewrite(path, read, lambda sheet: _drop(sheet, lambda record: sought(_who(record))))


def drop_text(path: Path, address: str) -> int:
    """Take the rows out of any file in which an address stands, however written; return how many there were.

    Raises ListError for what is no table.
    """
    at = re.compile(rf"(?<![\w.+-]){re.escape(identity(address))}(?![\w-]|\.\w)")

    def drop(sheet: Sheet) -> int:
        kept = [line for line in sheet.lines if not at.search(identity(line.text))]
        count = len(sheet.lines) - len(kept)
        sheet.lines = kept
        return count

    return rewrite(path, read_sheet, drop)


def _drop(sheet: Sheet, sought: Callable[[Record], bool]) -> int:
    kept = [line for line in sheet.lines if not sought(line.record)]
    count = len(sheet.lines) - len(kept)
    sheet.lines = kept
    return count


def _named(row: Row) -> dict[str, str]:
    return dict(zip(COLUMNS, cells(row), strict=True))


def _who(record: Record) -> str:
    """Return whose row it is, however the address is written; empty where it is nobody's."""
    try:
        return identity(normalise(record.cells.get("email", "")))
    except ListError:
        return ""


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write a list's file whole or not at all; `read_lists` gives the same rows back. Raises ListError.

    Names lose control characters and line ends; cells a spreadsheet would run are escaped as `csvfile` says.
    """
    write_table(path, COLUMNS, map(cells, rows))
