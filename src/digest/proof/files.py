"""What the files of a look say of themselves: whether they have changed, and what stands where a mistake is."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

AROUND: Final = 3
"""Lines shown before and after the one with the mistake."""


def stamp(folder: Path) -> str:
    """Return a hash over the names, sizes and times of change of all files in a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            state = path.stat()
        except OSError:  # gone between two looks, as editors save by renaming
            continue
        found.append((str(path), state.st_size, state.st_mtime_ns))
    return sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def excerpt(where: str) -> list[tuple[int, str, bool]]:
    """Return the lines around `file:line` as (number, text, whether it is the one); none where no line is named."""
    name, _, number = where.rpartition(":")
    if not number.isdecimal():
        return []
    line = int(number)
    first = max(line - AROUND, 1)
    try:
        with Path(name).open(encoding="utf-8", errors="replace") as file:
            lines = list(islice(file, first - 1, line + AROUND))
    except OSError:
        return []
    return [(at, text.rstrip("\n"), at == line) for at, text in enumerate(lines, start=first)]
