"""What stands in the file of a look where a mistake is."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

AROUND: Final = 3
"""Lines shown before and after the one with the mistake."""


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
