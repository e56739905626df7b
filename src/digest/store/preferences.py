"""Ways of reading, each kept once under a number."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select

from digest.model.people import Preferences
from digest.store.codec import canonical, restore
from digest.store.engine import insert
from digest.store.schema import preference

COLUMNS = (
    preference.c.sections,
    preference.c.frequency,
    preference.c.time,
    preference.c.timezone,
    preference.c.language,
)


def numbers(connection: Connection, wanted: Iterable[Preferences]) -> dict[Preferences, int]:
    """Return the number of each, dealing new ones where needed."""
    known = known_numbers(connection)
    new = [wish for wish in dict.fromkeys(wanted) if wish not in known]
    if new:
        connection.execute(insert(connection, preference).on_conflict_do_nothing(), [_row(wish) for wish in new])
        known = known_numbers(connection)
    return known


def known_numbers(connection: Connection) -> dict[Preferences, int]:
    """Return every way of reading with its number."""
    rows = connection.execute(select(preference)).all()
    return {read_preferences(row): row.id for row in rows}


def read_preferences(row: Row[Any]) -> Preferences:
    """Return the preferences in a row that has `COLUMNS`."""
    return preferences(row.sections, row.frequency, row.time, row.timezone, row.language)


@lru_cache(maxsize=1024)  # few of them occur, and each with very many readers
def preferences(sections: str, frequency: str, at: str, timezone: str, language: str) -> Preferences:
    """Return the preferences of these values of `COLUMNS`."""
    return Preferences(
        sections=restore(sections.encode(), tuple[str, ...]),
        frequency=frequency,
        time=time.fromisoformat(at) if at else None,
        timezone=timezone,
        language=language,
    )


def _row(wish: Preferences) -> dict[str, str]:
    return {
        "sections": canonical(wish.sections, tuple[str, ...]).decode(),
        "frequency": wish.frequency,
        "time": wish.time.isoformat() if wish.time is not None else "",
        "timezone": wish.timezone,
        "language": wish.language,
    }
