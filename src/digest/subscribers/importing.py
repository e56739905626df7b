"""Another program's export, row by row: who reads on, who is gone, and what cannot be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from digest.errors import ListError
from digest.model.people import Row
from digest.subscribers.addresses import identity, normalise
from digest.subscribers.advice import advice
from digest.subscribers.csvfile import Record, stream_table
from digest.subscribers.exports import OWN, PLAIN, Program, Standing, canonical, first_day, recognise
from digest.subscribers.rows import COLUMNS, Reader


@dataclass(frozen=True, slots=True)
class Gone:
    """Someone who is not to be mailed any more."""

    email: str
    """Normalised."""
    standing: Standing
    since: date | None
    """None where the export does not say."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(slots=True)
class Import:
    """What a file holds for a list."""

    program: str
    columns: tuple[str, ...]
    """The file's, each under one name."""
    advice: str
    """What the program's file does not say and an operator has to know."""
    became: dict[str, str]
    """Which of them were taken over, and as what."""
    rows: dict[str, Row] = field(default_factory=dict)
    """Who reads, by the identity of their address, and is not yet on the list."""
    gone: dict[str, Gone] = field(default_factory=dict)
    """Who left or is barred, by the identity of their address; they stand in `rows` no more."""
    rejects: list[Reject] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    """What was passed over in rows that were taken, with how often."""
    known: int = 0
    """Readers who are on the list already, and stay as they are."""
    repeated: int = 0
    """Rows of an address that an earlier row has."""


def read_export(
    path: Path,
    name: str,
    present: Collection[str],
    *,
    section_ids: Sequence[str],
    timezone: str,
    program: str = "",
    gone: bool = False,
) -> Import:
    """Return what an export holds for the list `name`, whose addresses' identities are `present`.

    With `gone` all who read by its rows have left the list: a file of nobody else.

    The file is read as a stream. One word of leaving in it outweighs all of reading, whichever comes first. Raises
    ListError naming the file where it is no table, or no export that is known (see `recognise`).
    """
    columns, records = stream_table(path, canonical)
    try:
        export = recognise(columns, name=program)
    except ListError as e:
        raise ListError(f"{path.name}: {e}") from e
    own = (
        {column: column for column in columns if column in COLUMNS}
        if export in (PLAIN, OWN)
        else export.became(columns)
    )
    found = Import(export.name, tuple(column for column in columns if column), "" if gone else export.advice, own)
    reader = Reader(name, section_ids, timezone)
    for record in records:
        try:
            _take(record, export, reader, found, present, path.name.lower(), gone=gone)
        except ListError as e:
            cells = tuple(record.cells.get(column, "") for column in found.columns)
            found.rejects.append(Reject(record.line, str(e), cells))
        found.warnings.update(reader.warnings)
        reader.warnings.clear()
    return found


def _take(
    record: Record, export: Program, reader: Reader, found: Import, present: Collection[str], file: str, *, gone: bool
) -> None:
    """Put a row where it belongs; raises ListError with the reason where it cannot be taken."""
    if record.trouble:
        raise ListError(record.trouble)
    standing = export.standing(record.cells, file)
    if standing is Standing.UNCONFIRMED:
        raise ListError("never confirmed; whoever wants the mail may sign up")
    if gone and standing is Standing.READING:
        standing = Standing.UNSUBSCRIBED
    if standing is not Standing.READING:
        _leave(Gone(_address(record, export), standing, first_day(record.cells, export.left)), found)
        return
    cells = record.cells if export in (PLAIN, OWN) else export.cells(record.cells)
    row = reader.row(Record(record.line, cells))
    who = identity(row.email)
    if who in found.gone or who in found.rows:
        found.repeated += 1
    elif who in present:
        found.known += 1
    else:
        found.rows[who] = row
        found.warnings.update(advice(row.email)[0])


def _leave(gone: Gone, found: Import) -> None:
    """Note who is gone; what bars for good outweighs what ends one list."""
    who = identity(gone.email)
    found.repeated += who in found.gone or who in found.rows
    found.rows.pop(who, None)
    if who not in found.gone or (gone.standing.barred and not found.gone[who].standing.barred):
        found.gone[who] = gone


def _address(record: Record, export: Program) -> str:
    text = record.cells.get(export.email, "")
    if not text:
        raise ListError("no address")
    return normalise(text)


def rejected(found: Import) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a file of rejects, its header first."""
    yield ("row", "reason", *found.columns)
    for reject in found.rejects:
        yield (str(reject.line), reject.reason, *reject.cells)
