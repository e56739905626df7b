"""The mark: the number of the last claim made from this folder, which outlives journals and shows a database's age.

Each worker notes its own claims in a file of its own, so that nobody waits for another who may be frozen; at its end
that goes into the one that stays. A file has two places that are written in turn, so that a write which a power cut
tears leaves the one before it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digest.deliver import lines
from digest.errors import JournalError
from digest.files import settle

NAME: Final = "mark"
OWN: Final = f"{NAME}-"
"""Begins the name of a worker's file; its id follows."""
WAIT: Final = 10.0
"""Seconds to wait for whoever has the file that stays."""
PAUSE: Final = 0.05
PLACE: Final = 64
"""Bytes of a place; a line fills the beginning of it, spaces the rest."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A claim, by its number and its issue."""

    number: int = 0
    issue: int = 0


def read_mark(folder: Path) -> Mark:
    """Return the last claim on any mark; number 0 where there is none, or nothing in it that can be read.

    Raises JournalError for one that this user may not read: it may know of a later claim.
    """
    noted = [_said(path) for path in folder.glob(f"{OWN}*")]  # before the one that they go into
    return max([*noted, _said(folder / NAME)])


def note(folder: Path, worker: str, mark: Mark) -> None:
    """Note a claim of the worker's, who alone writes here; it is on disk when this returns. Raises JournalError."""
    path = folder / f"{OWN}{worker}"
    with _told(path):
        fresh = not path.exists()
        with _opened(path) as descriptor:
            _write(descriptor, mark)
        if fresh:
            settle(folder)


def raise_mark(folder: Path, mark: Mark) -> None:
    """Note a claim in the file that stays, unless a later one is noted; it is on disk when this returns.

    Raises JournalError, also where somebody has the file and does not let go of it.
    """
    with _told(folder / NAME), _opened(folder / NAME) as descriptor:
        until = time.monotonic() + WAIT
        while not _locked(descriptor):
            if time.monotonic() >= until:
                raise OSError(0, "another sender has it and does not move")
            time.sleep(PAUSE)
        _write(descriptor, mark)


def fold(folder: Path, worker: str) -> None:
    """Put what a worker noted that sends no more into the file that stays, and take its own away.

    Where that cannot be done now, its file stays and counts.
    """
    path = folder / f"{OWN}{worker}"
    if not path.exists():
        return
    fresh = not (folder / NAME).exists()
    with suppress(OSError), _opened(folder / NAME) as descriptor:
        if _locked(descriptor):
            _write(descriptor, _said(path))
            if fresh:
                settle(folder)
            path.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise JournalError(f"{path} cannot be written ({reason}), so no message is begun") from error


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Take the file for us alone; say whether it was free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(descriptor: int, mark: Mark) -> None:
    """Write the mark into the older place, unless a later one is there, and have the file on disk."""
    places = _places(os.pread(descriptor, 2 * PLACE, 0))
    if mark > max(places):
        line = lines.sealed(f"mark {mark.number} {mark.issue}").ljust(PLACE)
        if os.pwrite(descriptor, line, places.index(min(places)) * PLACE) != len(line):
            raise OSError(0, "it did not go in whole")
    os.fsync(descriptor)


def _said(path: Path) -> Mark:
    """Return the later of the two places; number 0 where there is no file, or nothing in it that can be read."""
    try:
        return max(_places(path.read_bytes()))
    except FileNotFoundError:
        return Mark()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        cure = "it tells whether the database is older than what was sent; let this user read it"
        raise JournalError(f"{path} cannot be read ({reason}); {cure}") from error


def _places(data: bytes) -> list[Mark]:
    """Return what stands in the two places; nothing counts as the number 0."""
    return [_read(data[:PLACE]), _read(data[PLACE : 2 * PLACE])]


def _read(place: bytes) -> Mark:
    text = lines.opened(place.partition(b"\n")[0]) or ""
    words = text.split(" ")
    if len(words) != 3 or words[0] != "mark" or not (words[1].isdecimal() and words[2].isdecimal()):
        return Mark()
    return Mark(int(words[1]), int(words[2]))
