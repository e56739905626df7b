"""Addresses that readers moved away from, by keyed hash: a list's file that still has one means its reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from digest.store.engine import insert
from digest.store.schema import moved, subscriber


@dataclass(frozen=True, slots=True)
class Now:
    """Whose address it was."""

    subscriber: int
    email: str
    """Where their mail goes now."""
    erased: bool


def remember(connection: Connection, email_hmac: str, who: int, now: datetime) -> None:
    """Let an address stand for the subscriber who moved away from it."""
    values = {"subscriber": who, "at": now}
    row = insert(connection, moved).values(email_hmac=email_hmac, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["email_hmac"], set_=values))


def hand_over(connection: Connection, old: int, new: int) -> None:
    """Let the addresses of one subscriber stand for another, who is the same person."""
    connection.execute(update(moved).where(moved.c.subscriber == old).values(subscriber=new))


def own(connection: Connection, email_hmac: str) -> None:
    """Let an address stand for itself: whoever has its mailbox said so."""
    connection.execute(delete(moved).where(moved.c.email_hmac == email_hmac))


def elsewhere(connection: Connection) -> dict[str, Now]:
    """Return who moved, by the keyed hash of each address they had before."""
    whose = select(moved.c.email_hmac, subscriber.c.id, subscriber.c.email, subscriber.c.domain)
    rows = connection.execute(whose.join(subscriber, subscriber.c.id == moved.c.subscriber))
    return {row.email_hmac: Now(row.id, row.email, row.domain == "") for row in rows}
