"""The mark: the number of the last claim made from this folder, which outlives journals and shows a database's age.

A file of two places that are written in turn, so that a write which a power cut tears leaves the one before it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digest.deliver import lines
from digest.errors import JournalError

NAME: Final = "mark"
PLACE: Final = 64
"""Bytes of a place; a line fills the beginning of it, spaces the rest."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A claim, by its number and its issue."""

    number: int = 0
    issue: int = 0


def read_mark(folder: Path) -> Mark:
    """Return the last claim on the mark; number 0 where there is none, or no longer a readable one."""
    try:
        data = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return Mark()
    return max(_places(data), default=Mark())


def raise_mark(folder: Path, mark: Mark) -> None:
    """Note a claim, unless a later one is noted; it is on disk when this returns. Raises JournalError."""
    try:
        with _held(folder / NAME) as descriptor:
            places = _places(os.pread(descriptor, 2 * PLACE, 0))
            if mark > max(places):
                place = places.index(min(places))
                line = lines.sealed(f"mark {mark.number} {mark.issue}").ljust(PLACE)
                if os.pwrite(descriptor, line, place * PLACE) != len(line):
                    raise OSError(0, "it did not go in whole")
            os.fsync(descriptor)  # also what another worker may have noted a moment ago
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise JournalError(f"{folder / NAME} cannot be written ({reason}), so no message is begun") from error


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """Give the file to one process at a time."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _places(data: bytes) -> list[Mark]:
    """Return what stands in the two places; nothing counts as the number 0."""
    return [_read(data[:PLACE]), _read(data[PLACE : 2 * PLACE])]


def _read(place: bytes) -> Mark:
    text = lines.opened(place.partition(b"\n")[0]) or ""
    words = text.split(" ")
    if len(words) != 3 or words[0] != "mark" or not (words[1].isdecimal() and words[2].isdecimal()):
        return Mark()
    return Mark(int(words[1]), int(words[2]))
