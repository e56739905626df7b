"""What is wrong, since when, and whom it was told: so that each alert is told once, and its end, whoever restarts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Exists, exists, select, update

from digest.model.alert import Alert, Incident, Trouble
from digest.store.engine import Database, insert
from digest.store.schema import alert, alerted

BEGIN, END = "begin", "end"
OLD: Final = timedelta(days=1)
"""What began and ended longer ago than that without being told is told to nobody any more."""


class Alerts:
    """Alerts, open until what they tell is no longer so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def agree(self, standing: Iterable[Alert], now: datetime) -> None:
        """Begin the alerts that were not open yet, and end those that are no longer standing."""
        wanted = {(each.trouble.value, each.about): each for each in standing}
        with self._database.read() as connection:
            if set(_open(connection)) == set(wanted):
                return
        with self._database.write() as connection:
            there = _open(connection)
            for key in there.keys() - wanted.keys():
                connection.execute(update(alert).where(alert.c.id == there[key]).values(ended_at=now))
            for key, each in wanted.items():
                if key not in there:
                    row = {"trouble": key[0], "about": key[1], "text": each.text, "begun_at": now}
                    connection.execute(insert(connection, alert).values(row).on_conflict_do_nothing())

    def untold(self, channel: str, now: datetime) -> list[Incident]:
        """Return what was not told over the channel yet, the oldest first: beginnings, ends, or both in one.

        `KIND:NAME` is a channel of a kind; what was told over the whole kind was told over it.
        """
        begun, ended = _was_told(channel, BEGIN), _was_told(channel, END)
        fresh = alert.c.ended_at.is_(None) | (alert.c.ended_at > now - OLD)
        owed = (~begun & fresh) | (begun & alert.c.ended_at.is_not(None) & ~ended)
        with self._database.read() as connection:
            rows = connection.execute(select(alert).where(owed).order_by(alert.c.id)).all()
        return [
            Incident(row.id, Alert(Trouble(row.trouble), row.about, row.text), row.begun_at, row.ended_at)
            for row in rows
        ]

    def told(self, channel: str, incidents: Sequence[Incident], now: datetime) -> None:
        """Note that these were told over the channel as they stand here."""
        rows = [
            {"alert": each.id, "channel": channel, "phase": phase, "at": now}
            for each in incidents
            for phase in ((BEGIN, END) if each.ended_at else (BEGIN,))
        ]
        with self._database.write() as connection:
            for row in rows:
                connection.execute(insert(connection, alerted).values(row).on_conflict_do_nothing())

    def open(self) -> list[Incident]:
        """Return what is wrong now, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(alert).where(alert.c.ended_at.is_(None)).order_by(alert.c.id)).all()
        return [Incident(row.id, Alert(Trouble(row.trouble), row.about, row.text), row.begun_at, None) for row in rows]


def _open(connection: Connection) -> dict[tuple[str, str], int]:
    rows = connection.execute(select(alert.c.trouble, alert.c.about, alert.c.id).where(alert.c.ended_at.is_(None)))
    return {(row.trouble, row.about): row.id for row in rows}


def _was_told(channel: str, phase: str) -> Exists:
    mine = (
        alerted.c.alert == alert.c.id,
        alerted.c.channel.in_({channel, channel.partition(":")[0]}),
        alerted.c.phase == phase,
    )
    return exists().where(*mine)
