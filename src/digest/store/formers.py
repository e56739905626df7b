"""Addresses that readers moved away from, known by their hashes: shut to files and imports, list by list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, delete, or_, select, update

from digest.model.people import Consent
from digest.store.engine import among, insert
from digest.store.schema import former, subscriber, subscription

_KEY: Final = ["email_hmac", "list"]


def shut(connection: Connection, email_hmac: str, who: int, lists: Iterable[str], now: datetime) -> None:
    """Keep an address, which was that subscriber's, off the lists until its mailbox says otherwise."""
    rows = [{"email_hmac": email_hmac, "list": name, "subscriber": who, "since": now} for name in lists]
    if rows:
        new = insert(connection, former)
        connection.execute(new.on_conflict_do_update(index_elements=_KEY, set_={"subscriber": who, "since": now}), rows)


def let_in(connection: Connection, email_hmac: str, lists: Sequence[str], who: int | None = None) -> None:
    """Open the lists to an address again, by its mailbox's word; those too that `who` left it for."""
    mine = former.c.list.in_(lists) if who is None else or_(former.c.list.in_(lists), former.c.subscriber == who)
    connection.execute(delete(former).where(and_(former.c.email_hmac == email_hmac, mine)))


def inherit(connection: Connection, old: int, new: int) -> None:
    """Let the addresses one subscriber had be another's, who is the same person."""
    connection.execute(update(former).where(former.c.subscriber == old).values(subscriber=new))


def is_shut(connection: Connection, email_hmac: str, lists: Sequence[str]) -> bool:
    """Return whether an address is one that a reader of any of the lists moved away from."""
    found = select(former.c.list).where(former.c.email_hmac == email_hmac, former.c.list.in_(lists))
    return connection.execute(found).first() is not None


def shut_ones(connection: Connection, hashes: Sequence[str] | None = None) -> dict[tuple[str, str], int]:
    """Return every (hash, list) that is shut with whose it was, of these hashes alone where some are given."""
    found = select(former.c.email_hmac, former.c.list, former.c.subscriber)
    if hashes is not None:
        found = found.where(among(connection, former.c.email_hmac, hashes))
    return {(row.email_hmac, row.list): row.subscriber for row in connection.execute(found)}


def hashes_of(connection: Connection, who: int) -> list[str]:
    """Return the hashes of the addresses that were a subscriber's, without any that somebody confirmed since."""
    again = select(subscriber.c.email_hmac).join(subscription)
    again = again.where(subscription.c.consent == Consent.ACTIVE.value, subscriber.c.id != who)
    had = select(former.c.email_hmac).where(former.c.subscriber == who, former.c.email_hmac.not_in(again))
    return list(connection.execute(had.distinct().order_by(former.c.email_hmac)).scalars())
