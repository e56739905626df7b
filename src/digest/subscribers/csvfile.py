"""CSV files (RFC 4180) as people and spreadsheets write them: bytes in, numbered records out, and back.

A cell that a spreadsheet would run as a formula (it begins with `=`, `+`, `-` or `@`) is written with an apostrophe
before it, and that apostrophe is taken off when it is read: a spreadsheet shows the text, and nothing is lost.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from digest.errors import ListError
from digest.files import replace

FORMULA: Final = re.compile(r"'*[=+\-@＝＋－＠]")
ESCAPED: Final = re.compile(r"'+[=+\-@＝＋－＠]")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
"""What would break a line or a header, and half characters that no encoding holds."""


BOM: Final = "\ufeff"
"""What some spreadsheets write before a file's first character."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file."""

    line: int
    """Where it begins, as an editor counts: the header is 1."""
    cells: Mapping[str, str]
    """By column in lower case, stripped; an absent cell is empty."""
    trouble: str = ""
    """Why it cannot be taken; empty if it can."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns and rows."""

    columns: tuple[str, ...]
    records: tuple[Record, ...]


def read_table(path: Path) -> Table:
    """Return the file's rows, blank ones skipped: UTF-8 with or without BOM, `;` or `,` between cells.

    Raises ListError, naming the file, for what is no text or no CSV, is empty, or names a column twice.
    """
    text = read_text(path).removeprefix(BOM)
    rows = rows_of(path.name, io.StringIO(text, newline=""), delimiter_of(text))
    line, names = _header(path.name, rows)
    columns = tuple(name.strip().lower() for name in names)
    named_once(path.name, line, columns)
    return Table(columns, tuple(record_of(row, columns) for row in rows))


def stream_table(
    path: Path, called: Callable[[Sequence[str]], tuple[str, ...]]
) -> tuple[tuple[str, ...], Iterator[Record]]:
    """Return a file's columns, as `called` names them, and its rows, read as they are asked for.

    Raises ListError as `read_table` does; for what stands further down the file, where the rows reach it.
    """
    lines, head = _lines(path), list[str]()
    for line in lines:
        head.append(line)
        if line.strip():
            break
    rows = rows_of(path.name, chain(head, lines), delimiter_of("".join(head)))
    columns = called(_header(path.name, rows)[1])
    return columns, (record_of(row, columns) for row in rows)


def _header(name: str, rows: Iterator[tuple[int, list[str], str]]) -> tuple[int, list[str]]:
    """Return the first row's line and cells."""
    first = next(rows, None)
    if first is None:
        raise ListError(f"{name} is empty; its first row must name the columns")
    line, names, trouble = first
    if trouble:
        raise ListError(f"{name}, row {line}: {trouble}")
    return line, names


def _lines(path: Path) -> Iterator[str]:
    """Yield the file's lines, their ends kept."""
    at = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in file:
                at += 1
                if "\0" in line:
                    raise ListError(f"{path.name}, row {at}: no text; save it as CSV in UTF-8")
                yield line
    except OSError as e:
        raise ListError(f"{path.name} cannot be read: {e.strerror}") from e
    except UnicodeDecodeError as e:
        raise ListError(f"{path.name}, near row {at + 1}: not UTF-8; save it as CSV in UTF-8") from e


def named_once(name: str, line: int, columns: Sequence[str]) -> None:
    """Refuse a header that names a column twice: nobody could say which of the two counts."""
    twice = next((column for column in columns if column and columns.count(column) > 1), "")
    if twice:
        raise ListError(f"{name}, row {line}: two columns are called {twice}")


def read_text(path: Path) -> str:
    """Return the file's text, with the mark in front if it has one."""
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise ListError(f"{path.name} cannot be read: {e.strerror}") from e
    if b"\0" in raw:
        raise ListError(f"{path.name} is no text; save it as CSV in UTF-8")
    try:
        return raw.decode()
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise ListError(f"{path.name}, row {line}: not UTF-8; save it as CSV in UTF-8") from e


def delimiter_of(text: str) -> str:
    """Return what stands between the names of the header."""
    header = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    bare = re.sub(r'"[^"]*"', "", header)
    return ";" if bare.count(";") > bare.count(",") else ","


def rows_of(name: str, lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield each row's line, cells and trouble; raises ListError where a quote is never closed."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as e:
            if "field larger" in str(e):
                raise ListError(f"{name}, row {line}: a cell of more than {csv.field_size_limit():,} characters") from e
            if reader.line_num > line or "expected after" not in str(e):
                raise ListError(f"{name}, row {line}: a quote is opened here and not closed") from e
            yield line, [], "a cell goes on behind its closing quote; quotes inside a cell are doubled"
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells, ""


def record_of(row: tuple[int, list[str], str], columns: Sequence[str]) -> Record:
    """Return the row under its columns."""
    line, cells, trouble = row
    surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
    if surplus:
        trouble = f"{len(cells)} cells for {len(columns)} columns; put quotes around a cell that holds the separator"
    named = dict.fromkeys(columns, "") | {
        column: clean(unescaped(cell)) for column, cell in zip(columns, cells, strict=False)
    }
    return Record(line, named, trouble)


def clean(cell: str) -> str:
    """Return the cell as one line: control characters and line ends become a space, blanks around it go.

    >>> clean(" Mira\\r\\nBcc: all ")
    'Mira Bcc: all'
    """
    return CONTROL.sub(" ", cell).strip()


def unescaped(cell: str) -> str:
    """Return the cell without the apostrophe that `escaped` put there.

    >>> unescaped("'=1+1"), unescaped("'t Hooft")
    ('=1+1', "'t Hooft")
    """
    return cell[1:] if ESCAPED.match(cell) else cell


def escaped(cell: str) -> str:
    """Return the cell as no spreadsheet runs it.

    >>> escaped("=1+1"), escaped("'=1"), escaped("Mira")
    ("'=1+1", "''=1", 'Mira')
    """
    return "'" + cell if FORMULA.match(cell) else cell


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a file's text: comma, a line a row, each cell cleaned and escaped."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([escaped(clean(cell)) for cell in row] for row in (columns, *rows))
    return out.getvalue()


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a file whole or not at all, in UTF-8, as `as_csv` says. Raises ListError.

    Who may read a file that is there stays as it is; a new one is its owner's alone. A link stays one.
    """
    text = as_csv(columns, rows)
    try:
        real = target(path)
        mode = real.stat().st_mode & 0o777 if real.exists() else 0o600
        replace(real, text.encode(), mode=mode)
    except OSError as e:
        raise ListError(f"{path.name} cannot be written: {e.strerror}") from e


def target(path: Path) -> Path:
    """Return what a file's name leads to: people keep lists elsewhere and link them here."""
    return path.resolve() if path.is_symlink() else path
