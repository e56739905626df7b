"""What editors corrected, in order; only ever added to."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from digest.model.learning import Correction, What
from digest.store.engine import Database
from digest.store.schema import example


class Examples:
    """Editors' corrections, the oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, corrections: Iterable[Correction]) -> int:
        """Keep them, all or none; return how many there were."""
        with self._database.write() as connection:
            return add(connection, corrections)

    def all(self) -> list[Correction]:
        """Return every correction, in the order they were made."""
        with self._database.read() as connection:
            rows = connection.execute(select(example).order_by(example.c.id)).all()
        return [
            Correction(
                What(row.what), row.editor, row.at, row.was, row.becomes, row.text, heading=row.heading, title=row.title
            )
            for row in rows
        ]


def add(connection: Connection, corrections: Iterable[Correction]) -> int:
    """Keep corrections inside the transaction of whoever made them; return how many there were."""
    rows = [
        {
            "at": one.at,
            "editor": one.editor,
            "what": one.what.value,
            "was": one.was,
            "becomes": one.becomes,
            "title": one.title,
            "heading": one.heading,
            "text": one.text,
        }
        for one in corrections
    ]
    if rows:
        connection.execute(insert(example), rows)
    return len(rows)
