"""JSON lines in: passages and headlines with the labels that people gave them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from digest.errors import LinesError

LARGEST: Final = 256 << 20
"""Bytes of a file."""
NUMBER: Final = re.compile(r"\d{1,12}")


@dataclass(frozen=True, slots=True)
class Line:
    """A passage or a headline."""

    id: str
    title: str = ""
    heading: str = ""
    text: str = ""
    """Empty for a headline."""
    kind: str = ""
    path: str = ""
    """Passages of one path are one article's."""
    key: str = ""
    """Its place in the article, by the first number in it."""
    source: str = ""
    date: str = ""
    label: str = ""
    also: tuple[str, ...] = ()
    """Other labels that are right too."""
    cluster: str = ""
    """The story it belongs to."""

    @property
    def place(self) -> int:
        """Its place among the lines of its path."""
        found = NUMBER.search(self.key)
        return int(found.group()) if found else 0


def read_lines(path: Path) -> list[Line]:
    """Return the lines of a file, or the entries of a JSON list, such as `learn --review --json` prints.

    Raises LinesError, with the line's number, for what is no JSON object of strings.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise LinesError(f"{path}: more than {LARGEST >> 20} MB")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeError) as e:
        reason = e.strerror if isinstance(e, OSError) else "not UTF-8"
        raise LinesError(f"{path}: cannot read it: {reason}") from e
    return list(_lines(path, text))


def _lines(path: Path, text: str) -> Iterator[Line]:
    seen: set[str] = set()
    for no, told in _told(path, text):
        try:
            line = _line(told, str(no))
        except (ValueError, TypeError) as e:
            raise LinesError(f"{path}:{no}: {e}") from e
        if line.id in seen:
            raise LinesError(f"{path}:{no}: the id {line.id!r} was there before")
        seen.add(line.id)
        yield line


def _told(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """Yield what each line says with its number; a file that is one JSON list is taken entry by entry."""
    parts = [text] if text.lstrip().startswith("[") else text.split("\n")
    for no, part in enumerate(parts, 1):
        if part.strip():
            try:
                told = json.loads(part)
            except (ValueError, RecursionError) as e:
                raise LinesError(f"{path}:{no}: {e}") from e
            yield from enumerate(told, 1) if isinstance(told, list) else [(no, told)]


def _line(told: Any, no: str) -> Line:
    if not isinstance(told, dict):
        raise TypeError("not a JSON object")
    alt = told.get("alt") or ()
    also = (alt,) if isinstance(alt, str) else tuple(alt)
    names = ("title", "heading", "text", "kind", "path", "key", "source", "date", "label", "cluster")
    values = {name: _text(told.get(name), name) for name in names}
    if not (values["title"] + values["heading"] + values["text"]).strip():
        raise ValueError("neither title nor text")
    return Line(id=_text(told.get("id"), "id") or no, also=tuple(_text(one, "alt") for one in also), **values)


def _text(value: object, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | str) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{name} is no text")
