"""What editors looked at and left as it is, of what a check found in an issue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from digest.model.editors import Acknowledged
from digest.store.engine import Database, insert
from digest.store.schema import acknowledged


class Looked:
    """Marks of findings, by issue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, issue_id: int, marks: Iterable[str], *, revision: int, by: str, now: datetime) -> None:
        """Note that somebody looked at these; who was first stays."""
        rows = [{"issue": issue_id, "mark": mark, "revision": revision, "by": by, "at": now} for mark in marks]
        if rows:
            with self._database.write() as connection:
                connection.execute(insert(connection, acknowledged).on_conflict_do_nothing(), rows)

    def of(self, issue_id: int) -> dict[str, Acknowledged]:
        """Return what was looked at in an issue, by mark."""
        with self._database.read() as connection:
            rows = connection.execute(select(acknowledged).where(acknowledged.c.issue == issue_id)).all()
        return {row.mark: Acknowledged(row.mark, row.revision, row.by, row.at) for row in rows}
