"""What is remembered of each source between two polls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from digest.model.news import SourceState
from digest.store.engine import Database, insert
from digest.store.schema import source


class Sources:
    """The states of sources, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self, name: str) -> SourceState:
        """Return what is known of the source; an empty state where nothing is."""
        with self._database.read() as connection:
            row = connection.execute(select(source).where(source.c.name == name)).one_or_none()
        return SourceState(name) if row is None else _state(row)

    def all(self) -> list[SourceState]:
        """Return every state, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(source).order_by(source.c.name)).all()
        return [_state(row) for row in rows]

    def remember(self, states: Iterable[SourceState], now: datetime) -> None:
        """Keep the states as they are; one that names no try was tried `now`."""
        rows = [
            {
                "name": state.name,
                "etag": state.etag,
                "last_modified": state.last_modified,
                "last_try_at": state.last_try_at or now,
                "last_success_at": state.last_success_at,
                "failures": state.failures,
                "reason": state.reason,
                "url": state.url,
                "next_at": state.next_at,
                "asked_until": state.asked_until,
                "moved_to": state.moved_to,
                "moves": state.moves,
                "retired": state.retired,
                "body_hash": state.body_hash,
                "failing_since": state.failing_since,
            }
            for state in sorted(states, key=lambda state: state.name)
        ]
        if not rows:
            return
        with self._database.write() as connection:
            new = insert(connection, source)
            kept = {column.name: new.excluded[column.name] for column in source.c if column.name != "name"}
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=kept), rows)


def _state(row: Row[Any]) -> SourceState:
    return SourceState(
        name=row.name,
        etag=row.etag,
        last_modified=row.last_modified,
        last_try_at=row.last_try_at,
        last_success_at=row.last_success_at,
        failures=row.failures,
        reason=row.reason,
        url=row.url,
        next_at=row.next_at,
        asked_until=row.asked_until,
        moved_to=row.moved_to,
        moves=row.moves,
        retired=row.retired,
        body_hash=row.body_hash,
        failing_since=row.failing_since,
    )
