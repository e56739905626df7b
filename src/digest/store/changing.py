"""Another edition instead of the one that somebody reads: left and joined in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from digest.model.people import Consent, Preferences
from digest.store.engine import Database, alone
from digest.store.formers import let_in
from digest.store.leaving import Leaving, end
from digest.store.notices import barred
from digest.store.preferences import numbers
from digest.store.schema import subscriber
from digest.store.subscriptions import note, put, rows_of, runs

ORIGIN: Final = "preferences"
"""No goodbye is mailed to who only reads something else."""


def change(
    database: Database,
    leaving: Leaving,
    joins: str,
    wish: Preferences,
    *,
    wording: str,
    today: date,
    now: datetime,
) -> bool:
    """End one edition for a reader and put them on the list `joins` of another; False where they do not read the first.

    Their own word by a link in their mail, whose mailbox was confirmed once. Nobody who is suppressed changes.
    """
    who = leaving.subscriber
    with database.write() as connection:
        alone(connection, "subscribers")
        hmac = connection.execute(select(subscriber.c.email_hmac).where(subscriber.c.id == who)).scalar()
        running = [row for row in rows_of(connection, who, leaving.lists) if runs(row)]
        if hmac is None or not running or barred(connection, hmac):
            return False
        others = tuple(name for name in leaving.lists if name != joins)
        end(connection, Leaving(who, leaving.edition, others, leaving.origin), now)
        values: dict[str, Any] = {"consent": Consent.ACTIVE.value, "preference": numbers(connection, [wish])[wish]}
        values |= {"since": now, "joined_on": today, "removed_at": None, "paused_until": None}
        put(connection, who, joins, values, now=now, heard=True)
        let_in(connection, hmac, [joins])
        note(connection, who, [joins], "sign_up", now=now, origin=leaving.origin, wording=wording)
    return True


def leaving_for(who: int, edition: str, lists: Sequence[str]) -> Leaving:
    """Return the word that ends an edition for another one's sake."""
    return Leaving(who, edition, tuple(lists), ORIGIN)
