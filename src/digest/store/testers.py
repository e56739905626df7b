"""To whom an edition's test sends went last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Select, delete, select

from digest.store.engine import Database, insert
from digest.store.schema import tester

MOST: Final = 20
"""Addresses that are kept of an edition."""


class Testers:
    """Addresses of test sends, by edition; they need be no subscribers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, edition: str, emails: Sequence[str], *, now: datetime) -> None:
        """Keep the addresses as the last ones; the oldest beyond twenty are forgotten."""
        with self._database.write() as connection:
            for email in emails:
                row = {"edition": edition, "address": email.lower(), "email": email, "at": now}
                new = insert(connection, tester).values(row)
                again = new.on_conflict_do_update(
                    index_elements=["edition", "address"], set_={"email": email, "at": now}
                )
                connection.execute(again)
            kept = [row.address for row in connection.execute(_last(edition))]
            old = tester.c.address.not_in(kept)
            connection.execute(delete(tester).where(tester.c.edition == edition, old))

    def recent(self, edition: str) -> list[str]:
        """Return the addresses, those of the last test first."""
        with self._database.read() as connection:
            return [row.email for row in connection.execute(_last(edition))]


def forget(connection: Connection, email: str) -> None:
    """Forget an address that somebody wants erased."""
    connection.execute(delete(tester).where(tester.c.address == email.lower()))


def _last(edition: str) -> Select[tuple[str, str]]:
    mine = select(tester.c.address, tester.c.email).where(tester.c.edition == edition)
    return mine.order_by(tester.c.at.desc(), tester.c.address).limit(MOST)
