"""Addresses at which somebody said: it was not me, never again. Known by their hashes, lifted from there alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from digest.store.chunks import chunks
from digest.store.engine import Database, alone, insert
from digest.store.leaving import SIGN_UP
from digest.store.notices import void
from digest.store.schema import notice, refusal, request, subscriber


def refuse(database: Database, email_hmac: str, key: str, now: datetime) -> bool:
    """Let no form write to an address, and no file make a reader of it; False where that is so already.

    What was asked for in its name, or to move there, is void. `key` is the mark of the one that made the hash.
    """
    with database.write() as connection:
        alone(connection, "subscribers")
        row = {"email_hmac": email_hmac, "key": key, "since": now}
        new = insert(connection, refusal).on_conflict_do_nothing().returning(refusal.c.since)
        fresh = connection.execute(new, row).first() is not None
        theirs = select(subscriber.c.id).where(subscriber.c.email_hmac == email_hmac)
        there = select(notice.c.request).where(notice.c.email_hmac == email_hmac, notice.c.request.is_not(None))
        # A reader's own asking to move elsewhere is not a form's writing to them: only what leads to this mailbox ends.
        asked = or_(request.c.subscriber.in_(theirs) & (request.c.kind == SIGN_UP), request.c.id.in_(there))
        ended = update(request).where(asked, request.c.done_at.is_(None)).values(done_at=now, email="")
        void(connection, connection.execute(ended.returning(request.c.id)).scalars().all(), now)
    return fresh


def lift(database: Database, email_hmac: str) -> None:
    """Let forms write to an address again."""
    with database.write() as connection:
        connection.execute(delete(refusal).where(refusal.c.email_hmac == email_hmac))


def refused_since(database: Database, email_hmac: str) -> datetime | None:
    """Return since when no form writes to an address; None where forms may."""
    with database.read() as connection:
        found = connection.execute(select(refusal.c.since).where(refusal.c.email_hmac == email_hmac)).scalar()
    return found if isinstance(found, datetime) else None


def refused(database: Database, hmacs: Iterable[str]) -> set[str]:
    """Return those of the keyed hashes whose addresses no form writes to."""
    found: set[str] = set()
    with database.read() as connection:
        for some in chunks(hmacs):
            theirs = select(refusal.c.email_hmac).where(refusal.c.email_hmac.in_(some))
            found.update(connection.execute(theirs).scalars())
    return found
