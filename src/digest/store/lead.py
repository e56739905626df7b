"""Which of several daemons on one database has the lead: a lock that ends with its holder, so that it proves death."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import StoreError
from digest.store.engine import Database

TAKE: Final = text("SELECT pg_try_advisory_lock(hashtext('digest'), hashtext('daemon'))")
TAKEN: Final = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 "
    "AND classid::bigint = hashtext('digest')::bigint & 4294967295 "
    "AND objid::bigint = hashtext('daemon')::bigint & 4294967295 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
"""A lock of two keys as it stands in pg_locks, where numbers have no sign."""


class Lead(Protocol):
    """The lead among the daemons. Each call may block, and may come from any one thread at a time."""

    @property
    def where(self) -> str:
        """What is locked, as a person would look for it."""

    def take(self) -> bool:
        """Take the lead; return whether this process has it now. Raises StoreError where nobody can."""

    def holds(self) -> bool:
        """Return whether it still is this process's."""

    def leave(self) -> None:
        """Let another one have it."""

    def taken(self) -> bool:
        """Return whether some process has it, this one or another."""


class FileLead:
    """Of an SQLite file: an exclusive flock beside it, which the kernel frees when its holder is dead, not sooner."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".daemon")
        self._descriptor = -1

    @property
    def where(self) -> str:
        """The locked file."""
        return str(self._path)

    def take(self) -> bool:
        """Take the lock, unless another process has it."""
        if self.holds():
            return True
        self.leave()
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise StoreError(f"{self._path}: cannot be made: {why}; the daemon needs to write there") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.leave()
            return False
        if not self.holds():  # it was taken away between the two; the next call makes another
            self.leave()
            return False
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)  # for a person who looks; nothing rests on it
        return True

    def holds(self) -> bool:
        """Return whether the locked file is the one that others would lock."""
        if self._descriptor < 0:
            return False
        with suppress(OSError):
            mine, there = os.fstat(self._descriptor), self._path.stat()
            return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
        return False

    def leave(self) -> None:
        """Free the lock; the file stays, since to delete it would let two have the lead."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def taken(self) -> bool:
        """Try the lock as another process would."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False


class SessionLead:
    """Of a PostgreSQL database: an advisory lock of one connection, which ends with it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    @property
    def where(self) -> str:
        """The database."""
        return self._database.where

    def take(self) -> bool:
        """Take the lock over a connection that is kept for it, unless another process has it."""
        if self.holds():
            return True
        self.leave()
        with suppress(SQLAlchemyError):
            # Outside of any transaction, or the server would keep old rows for as long as the daemon lives.
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(TAKE):
                self._connection = connection
                return True
            connection.close()
        return False

    def holds(self) -> bool:
        """Ask the server, over the connection that has the lock."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return not self._connection.invalidated

    def leave(self) -> None:
        """End the connection, and the lock with it: given back to the pool it would keep both."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
        self._connection = None

    def taken(self) -> bool:
        """Look among the server's locks."""
        with self._database.read() as connection:
            return bool(connection.scalar(TAKEN))


def lead_of(database: Database) -> Lead:
    """Return the lead among the daemons of a database, not taken yet."""
    return FileLead(Path(database.where)) if database.is_sqlite else SessionLead(database)
