"""A list's file to be written again: what is not changed stays byte for byte, as its people wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from digest.errors import ListError
from digest.files import replace
from digest.subscribers.csvfile import (
    BOM,
    Record,
    clean,
    delimiter_of,
    escaped,
    named_once,
    read_text,
    record_of,
    rows_of,
    target,
)

TRIES: Final = 5
"""How often a change begins again because somebody saved the file meanwhile."""


@dataclass(slots=True)
class Line:
    """One row: what it says, its cells as they stand there, and its text with whatever is behind it."""

    record: Record
    cells: list[str]
    text: str


@dataclass(slots=True)
class Sheet:
    """A file's rows in their order; blank lines belong to the row before them."""

    bom: str
    delimiter: str
    end: str
    """How its lines end."""
    before: str
    """What stands above the header: blank lines."""
    header: Line
    lines: list[Line]
    columns: tuple[str, ...] = field(init=False)
    """In lower case, by position."""

    def __post_init__(self) -> None:
        self.columns = tuple(name.strip().lower() for name in self.header.cells)

    def widen(self, columns: Sequence[str]) -> None:
        """Have these columns, new ones behind those there are."""
        new = [column for column in columns if column not in self.columns]
        if not new:
            return
        self.columns += tuple(new)
        self.header.cells += new
        for line in (self.header, *self.lines):
            if not line.record.trouble:
                line.cells += [""] * (len(self.columns) - len(line.cells))
                self._tell(line)

    def put(self, line: Line, values: Mapping[str, str]) -> bool:
        """Give a row other values, by column; return whether any is another than before."""
        other = {name: value for name, value in values.items() if value != line.record.cells.get(name, "")}
        for name, value in other.items():
            place = self.columns.index(name)
            line.cells += [""] * (place + 1 - len(line.cells))
            line.cells[place] = escaped(clean(value))
        if other:
            self._tell(line)
        return bool(other)

    def add(self, values: Mapping[str, str]) -> None:
        """Add a row behind the others."""
        cells = [escaped(clean(values.get(column, ""))) for column in self.columns]
        self.lines.append(Line(Record(0, dict(values)), cells, self.row(cells)))

    def _tell(self, line: Line) -> None:
        """Write a row's text anew, before the same line ends."""
        ends = line.text[len(line.text.rstrip("\r\n")) :]
        line.text = self.row(line.cells).removesuffix(self.end) + ends

    def row(self, cells: Sequence[str]) -> str:
        """Return a row's text."""
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.end).writerow(cells)
        return out.getvalue()

    def text(self) -> str:
        """Return the file's text."""
        parts = [self.before, *(line.text for line in (self.header, *self.lines))]
        # The last row of a file may lack its end, and stand in the middle now.
        ended = [part if not part or part.endswith(("\n", "\r")) else part + self.end for part in parts[:-1]]
        return self.bom + "".join((*ended, parts[-1]))


def read_sheet(path: Path) -> Sheet:
    """Return a file's rows, broken ones too; raises ListError for what is no text or no CSV, or is empty."""
    text = read_text(path)
    bom, body = (BOM, text[1:]) if text.startswith(BOM) else ("", text)
    delimiter, lines = delimiter_of(body), io.StringIO(body, newline="").readlines()
    rows = list(rows_of(path.name, lines, delimiter))
    if not rows:
        raise ListError(f"{path.name} is empty; its first row must name the columns")
    first, names, trouble = rows[0]
    if trouble:
        raise ListError(f"{path.name}, row {first}: {trouble}")
    columns = tuple(name.strip().lower() for name in names)
    until = [line for line, _, _ in rows[1:]] + [len(lines) + 1]
    found = [
        Line(record_of(row, columns), list(row[1]), "".join(lines[row[0] - 1 : end - 1]))
        for row, end in zip(rows, until, strict=True)
    ]
    end = "\r\n" if lines[first - 1].endswith("\r\n") else "\n"
    return Sheet(bom, delimiter, end, "".join(lines[: first - 1]), found[0], found[1:])


def require_whole(path: Path) -> Sheet:
    """Return a list's rows; ListError where one is so broken that nobody knows whose it is, or a column is doubled."""
    sheet = read_sheet(path)
    named_once(path.name, sheet.header.record.line, sheet.columns)
    broken = next((line.record for line in sheet.lines if line.record.trouble), None)
    if broken is not None:
        raise ListError(f"{path.name}, row {broken.line}: {broken.trouble}; mend it before anybody is added")
    return sheet


def rewrite(path: Path, read: Callable[[Path], Sheet], change: Callable[[Sheet], int]) -> int:
    """Read a file, change it and put it back at once or not at all; return what `change` did, and write if it did.

    Begins again with what stands there where somebody saved the file meanwhile. A link stays one: what it leads to is
    written. Who may read the file stays as it is. Raises ListError, also where it changes all the time.
    """
    try:
        real = target(path)
        for _ in range(TRIES):
            seen = mark(real)
            sheet = read(path)
            count = change(sheet)
            if not count or _put(real, sheet, seen):
                return count
    except OSError as e:
        raise ListError(f"{path.name} cannot be written: {e.strerror}") from e
    raise ListError(f"{path.name} is changed by others all the time; nothing of ours is in it")


def _put(path: Path, sheet: Sheet, seen: tuple[int, int, int]) -> bool:
    """Write a file that is as it was seen; return whether it was."""
    mode = path.stat().st_mode & 0o777
    return replace(path, sheet.text().encode(), mode=mode, only_if=lambda: mark(path) == seen)


def mark(path: Path) -> tuple[int, int, int]:
    """Return what is another once a file was written: its number, size and time of change."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
