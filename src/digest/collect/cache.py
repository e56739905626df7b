"""What was worked out once and need not be again: a file that may be deleted at any time.

Nothing in it is missed: what is not there, or cannot be read, is simply made anew.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

MOST_ENTRIES: Final = 50_000
_PATIENCE_SECONDS: Final = 2.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, until INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_entry_until ON entry (until);
"""
log = logging.getLogger(__name__)


class Cache:
    """Values by key, each until its time; used from several threads and processes at once.

    Without a path it is kept in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._turn = threading.Lock()
        self._connection = _opened(path)

    def get(self, key: str, *, now: datetime) -> bytes | None:
        """Return the value; None where there is none, or its time is over."""
        with self._statement() as connection:
            row = connection.execute(
                "SELECT value FROM entry WHERE key = ? AND until > ?", (key, _seconds(now))
            ).fetchone()
            return row[0] if row else None
        return None

    def put(self, key: str, value: bytes, *, until: datetime) -> None:
        """Keep a value until then."""
        with self._statement() as connection:
            connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", (key, _seconds(until), value))

    def prune(self, *, now: datetime) -> int:
        """Let go what is over, and the oldest of what is too many; return how many."""
        gone = 0
        with self._statement() as connection:
            gone += connection.execute("DELETE FROM entry WHERE until <= ?", (_seconds(now),)).rowcount
            gone += connection.execute(
                "DELETE FROM entry WHERE key IN (SELECT key FROM entry ORDER BY until DESC LIMIT -1 OFFSET ?)",
                (MOST_ENTRIES,),
            ).rowcount
        return gone

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _statement(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                yield self._connection
            except sqlite3.Error as e:
                # A cache that is full, locked or damaged costs time, never news.
                log.warning("cache cannot be used", extra={"reason": str(e)})


def _opened(path: Path | None) -> sqlite3.Connection:
    """Open the file; what is no cache of ours is made anew, and where none can be made memory has to do."""
    if path is not None:
        for fresh in (False, True):
            try:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                if fresh:
                    path.unlink(missing_ok=True)
                return _prepared(str(path))
            except (sqlite3.Error, OSError) as e:
                log.warning("cache cannot be opened", extra={"path": str(path), "reason": str(e)})
    return _prepared(":memory:")


def _prepared(where: str) -> sqlite3.Connection:
    connection = sqlite3.connect(where, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # what a power cut takes is made anew
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _seconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp())
