"""Which line of a TOML file says what.

The standard parser gives values without their places. This one gives places without values: it walks over a text
that `tomllib` has already found to be sound, so it only has to know where keys, strings and brackets end (TOML 1.0).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import Final, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value: names of tables and keys, positions in arrays from 0."""

_BLANK: Final = re.compile(r"(?:[ \t]|#[^\n]*|\r?\n)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE: Final = re.compile(r"[^,\]}#\r\n]*")
_QUOTED: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'")
_LONG: Final = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|' r"'''(?:[^']|'(?!''))*'{3,5}", re.DOTALL)


def line_map(text: str) -> dict[KeyPath, int]:
    """Return the line, from 1, on which each table, key and array element begins.

    >>> found = line_map('[a]\\nb = [\\n  1,\\n  2]\\n[[c]]\\n[[c]]\\nd.e = 3\\n')
    >>> found["a", "b", 1], found["c", 1], found["c", 1, "d", "e"]
    (4, 6, 7)
    """
    walk = _Walk(text)
    walk.document()
    return walk.lines


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of what is nearest to `path`: itself, or the innermost table that would hold it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


@dataclass(slots=True)
class _Walk:
    text: str
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=dict)
    arrays: dict[KeyPath, int] = field(default_factory=dict)
    """How many elements each array of tables has so far."""
    counted: tuple[int, int] = (0, 1)
    """A place and its line, so that no stretch is counted twice."""

    def document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> KeyPath:
        here, brackets = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *outer, name = self._key()
        self._skip(_SPACE)
        self.at += brackets
        table: KeyPath = ()
        for part in outer:
            self._note((*table, part), here)
            table = self._last((*table, part))
        table = (*table, name)
        if brackets > 1:
            self.arrays[table] = self.arrays.get(table, 0) + 1
            self._note(table, here)
            table = self._last(table)
        self._note(table, here)
        return table

    def _last(self, table: KeyPath) -> KeyPath:
        count = self.arrays.get(table)
        return (*table, count - 1) if count else table

    def _pair(self, table: KeyPath) -> None:
        here = self.at
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, here)
        self._skip(_SPACE)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            quoted = _QUOTED.match(self.text, self.at)
            found = quoted or _BARE_KEY.match(self.text, self.at)
            if found is None:
                raise ValueError(f"no key at character {self.at}")
            parts.append(next(iter(tomllib.loads(f"{found.group()} = 0"))))
            self.at = found.end()
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            found = (
                _LONG.match(self.text, self.at)
                or _QUOTED.match(self.text, self.at)
                or _BARE_VALUE.match(self.text, self.at)
            )
            self.at = found.end() if found else len(self.text)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        self._skip(_BLANK)
        position = 0
        while not self.text.startswith("]", self.at):
            self._note((*path, position), self.at)
            self._value((*path, position))
            self._comma()
            position += 1
        self.at += 1

    def _inline(self, path: KeyPath) -> None:
        self.at += 1
        self._skip(_BLANK)
        while not self.text.startswith("}", self.at):
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)
        elif self.at >= len(self.text):
            raise ValueError("the text ends inside a bracket")

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _note(self, path: KeyPath, at: int) -> None:
        place, line = self.counted
        line += self.text.count("\n", place, at) if at >= place else -self.text.count("\n", at, place)
        self.counted = (at, line)
        self.lines.setdefault(path, line)
