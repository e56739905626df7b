"""A worker's journal: the file that says, after its death, which messages it had begun and how they ended."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from digest.deliver import lines
from digest.errors import JournalError
from digest.files import settle
from digest.model.delivery import Claim, Key, Outcome

OPEN: Final = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
BLOCK: Final = 1 << 20
CLOSED: Final = -1
"""No descriptor: the number of one that was closed may be another file's by now."""


class Journal:
    """An append-only file, locked as long as it is open: the lock is the proof that its worker lives.

    The lock is flock's, which the kernel keeps through SIGSTOP and drops at the process's death; not POSIX's (lockf),
    which falls when any second descriptor of the file is closed.

    What the operating system has taken outlives the process, so nothing is flushed; what a power cut takes is told
    by the boot id in the first line. May be used from several threads.
    """

    def __init__(self, path: Path, worker: str, boot: str) -> None:
        """Make the file, lock it and write its first line. Raises JournalError."""
        self.path = path
        self._writing = threading.Lock()
        self._broken = ""
        try:
            self._descriptor = os.open(path, OPEN | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise JournalError(_why(path, error)) from error
        self._size = 0
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.write(lines.header(worker, boot))
            settle(path.parent)
        except BaseException as error:
            self.drop()
            if isinstance(error, OSError) and not isinstance(error, JournalError):
                raise JournalError(_why(path, error)) from error
            raise

    @property
    def there(self) -> bool:
        """Whether the file is open and has its name; without it nobody can see that the worker lives."""
        return self._descriptor != CLOSED and os.fstat(self._descriptor).st_nlink > 0

    def claim(self, number: int, issue: int) -> None:
        """Write that a claim is on record. Raises JournalError."""
        self.write(lines.claim(number, issue))

    def begin(self, key: Claim | Key, relay: str = "") -> None:
        """Write that the message is begun: the line outlives us. Raises JournalError, and then nothing may be begun."""
        self.write(lines.begin(key, relay))

    def outcome(self, key: Claim | Key, what: Outcome, not_before: datetime | None) -> None:
        """Write what became of a message. Raises JournalError."""
        self.write(lines.outcome(key, what, not_before))

    def write(self, text: str) -> None:
        """Append one line by one call, or leave no trace of it. Raises JournalError, from then on always."""
        line = lines.sealed(text)
        with self._writing:
            if self._broken:
                raise JournalError(self._broken)
            try:
                written = os.write(self._descriptor, line)
                if written == len(line):
                    self._size += written
                    return
                raise OSError(0, "a line did not go in whole")
            except OSError as error:
                self._broken = _why(self.path, error)
                self._cut_back()
                raise JournalError(self._broken) from error

    def read(self, keys: Collection[Key] | None) -> lines.Reading:
        """Return what it says of the keys; None: of every one."""
        return _read(self._descriptor, keys)

    def close(self) -> None:
        """Let go of the lock; the file stays. Whoever goes on writing is refused."""
        with self._writing:
            descriptor, self._descriptor = self._descriptor, CLOSED
            os.close(descriptor)

    def drop(self) -> None:
        """Take the file away, then let go of the lock."""
        self.path.unlink(missing_ok=True)
        self.close()

    def _cut_back(self) -> None:
        """Take away what a line left that did not go in whole, so that the file ends with a whole one."""
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            return  # a last line without its end is read as what it is


@dataclass(frozen=True, slots=True)
class Left:
    """The journal of a worker that is dead: its lock is ours."""

    path: Path
    descriptor: int

    def read(self, keys: Collection[Key] | None) -> lines.Reading:
        """Return what it says of the keys; None: of every one."""
        return _read(self.descriptor, keys)

    def drop(self) -> None:
        """Take the file away, which nobody needs any more."""
        self.path.unlink(missing_ok=True)

    def set_aside(self, folder: Path) -> None:
        """Keep the file where no worker looks for it."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.path.replace(folder / self.path.name)

    def close(self) -> None:
        """Let go of the lock."""
        os.close(self.descriptor)


def take_over(path: Path) -> Left | None:
    """Return the journal at `path`, its lock won: its worker is dead. None: it lives, or nothing is proven.

    Raises FileNotFoundError where there is no file, which proves nothing either, or its worker, which ended in good
    order, took it away meanwhile.
    """
    try:
        descriptor = os.open(path, OPEN)
    except FileNotFoundError:
        raise
    except OSError:
        return None  # nothing is proven about a file that cannot be opened
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    if not os.fstat(descriptor).st_nlink:
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return Left(path, descriptor)


def _read(descriptor: int, keys: Collection[Key] | None) -> lines.Reading:
    return lines.read(_blocks(descriptor), keys)


def _blocks(descriptor: int) -> Iterator[bytes]:
    at = 0
    while block := os.pread(descriptor, BLOCK, at):
        at += len(block)
        yield block


def _why(path: Path, error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"{path}: the journal cannot be written ({reason}), so no message is begun; make room there and send again"
