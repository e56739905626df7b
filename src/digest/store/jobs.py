"""Which of the daemon's jobs rest because somebody said so."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from digest.store.columns import EPOCH, MICROSECOND
from digest.store.engine import Database, insert
from digest.store.schema import meta

PAUSED: Final = "paused job "


class Jobs:
    """The jobs that rest, by name; every daemon on the database heeds it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def paused(self) -> dict[str, datetime]:
        """Return the jobs that rest, each with since when."""
        chosen = select(meta.c.name, meta.c.number).where(meta.c.name.startswith(PAUSED))
        with self._database.read() as connection:
            return {
                row.name.removeprefix(PAUSED): EPOCH + row.number * MICROSECOND for row in connection.execute(chosen)
            }

    def pause(self, job: str, now: datetime) -> bool:
        """Let a job rest; return whether it did not before."""
        row = {"name": PAUSED + job, "number": (now - EPOCH) // MICROSECOND}
        with self._database.write() as connection:
            new = insert(connection, meta).values(row).on_conflict_do_nothing(index_elements=["name"])
            return connection.execute(new.returning(meta.c.name)).scalar_one_or_none() is not None

    def resume(self, job: str) -> bool:
        """Let a job go on; return whether it rested."""
        with self._database.write() as connection:
            return bool(connection.execute(delete(meta).where(meta.c.name == PAUSED + job)).rowcount)
