"""What is remembered of each source between two polls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from digest.model.news import SourceState
from digest.store.chunks import chunks
from digest.store.engine import Database, insert
from digest.store.schema import source

_COLUMNS: Final = tuple(column.name for column in source.c)
"""Named like the fields of a state, each for each."""


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

    def states(self, names: Iterable[str]) -> dict[str, SourceState]:
        """Return what is known of the sources, by name; an empty state where nothing is."""
        found = {name: SourceState(name) for name in names}
        with self._database.read() as connection:
            for some in chunks(found):
                rows = connection.execute(select(source).where(source.c.name.in_(some))).all()
                found.update((row.name, _state(row)) for row in rows)
        return found

    def remember(self, states: Iterable[SourceState], now: datetime) -> None:
        """Keep the states as they are; one that names no try was tried `now`."""
        if some := list(states):
            with self._database.write() as connection:
                remember(connection, some, now)


def remember(connection: Connection, states: Iterable[SourceState], now: datetime) -> None:
    """Write the states inside a transaction, in one statement."""
    rows = [
        {name: getattr(state, name) for name in _COLUMNS} | {"last_try_at": state.last_try_at or now}
        for state in sorted(states, key=lambda state: state.name)
    ]
    if rows:
        new = insert(connection, source)
        kept = {name: new.excluded[name] for name in _COLUMNS if name != "name"}
        connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=kept), rows)


def _state(row: Row[Any]) -> SourceState:
    return SourceState(**{name: getattr(row, name) for name in _COLUMNS})
