"""Mails that answer one reader: queued with the change they tell of, sent soon after, forgotten once they are done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from digest.consent import A_MINUTE, MONTH, STRANGERS, may_write
from digest.model.delivery import DeliveryState, Outcome
from digest.model.people import Notice, NoticeKind, Preferences
from digest.store.engine import Database, insert
from digest.store.preferences import COLUMNS, read_preferences
from digest.store.schema import notice, preference, refusal, request, subscriber, subscription, suppression

MINUTE: Final = timedelta(minutes=1)
LEASE: Final = timedelta(minutes=5)
"""How long a mail that was taken waits for its outcome before another process takes it. Nobody knows then whether it
went out, and it goes again: one confirmation too many costs less than a reader who waits for one in vain."""
PATIENCE: Final = timedelta(days=2)
"""After that nobody waits for it any more."""
_ENDED: Final = {"state": DeliveryState.SUPPRESSED.value, "not_before": None, "email": ""}


def queue(
    connection: Connection,
    kind: NoticeKind,
    *,
    to: tuple[int, str],
    edition: str,
    now: datetime,
    request: int | None = None,
    email: str = "",
) -> bool:
    """Queue a mail to `to`, a subscriber's id and the keyed hash of the address it goes to; False where none may go.

    None goes to who is suppressed, none that a stranger can cause to who refused those, and none more than `may_write`
    allows. `email` is where it goes if that is not the
    subscriber's own address.
    """
    who, hashed = to
    if barred(connection, hashed) or (kind in STRANGERS and is_refused(connection, hashed)):
        return False
    sent = select(notice.c.kind, notice.c.made_at).where(
        notice.c.email_hmac == hashed, notice.c.made_at > now - MONTH, notice.c.state != DeliveryState.SUPPRESSED.value
    )
    before = [(NoticeKind(row.kind), row.made_at) for row in connection.execute(sent)]
    if not may_write(kind, before, now):
        return False
    row = {
        "kind": kind.value,
        "subscriber": who,
        "edition": edition,
        "request": request,
        "email": email,
        "email_hmac": hashed,
        "made_at": now,
        "state": DeliveryState.QUEUED.value,
        "not_before": now,
        "attempts": 0,
        "code": 0,
        "text": "",
    }
    connection.execute(insert(connection, notice), row)
    return True


def barred(connection: Connection, email_hmac: str) -> bool:
    """Return whether an address is suppressed, by its keyed hash."""
    found = connection.execute(select(suppression.c.key).where(suppression.c.email_hmac == email_hmac))
    return found.first() is not None


def is_refused(connection: Connection, email_hmac: str) -> bool:
    """Return whether whoever has an address lets no form write to it, by its keyed hash."""
    found = connection.execute(select(refusal.c.key).where(refusal.c.email_hmac == email_hmac))
    return found.first() is not None


def cancel(connection: Connection, who: int, reason: str, now: datetime) -> None:
    """Let nothing go out to a subscriber that waits, and forget other addresses of theirs."""
    _end(connection, notice.c.subscriber == who, reason, now)


def void(connection: Connection, requests: Sequence[int], now: datetime) -> None:
    """Let no mail go out that asks for what nobody can confirm any more."""
    _end(connection, notice.c.request.in_(requests), "asked for something else", now)


def _end(connection: Connection, mine: ColumnElement[bool], reason: str, now: datetime) -> None:
    ended = {"state": DeliveryState.SUPPRESSED.value, "not_before": None, "text": reason, "at": now}
    connection.execute(update(notice).where(mine, notice.c.not_before.is_not(None)).values(**ended))
    connection.execute(update(notice).where(mine).values(email=""))


class Notices:
    """The queue of mails to single readers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, limit: int, *, now: datetime) -> list[Notice]:
        """Take at most `limit` that are due, for as long as a lease lasts.

        What readers caused themselves goes first, the oldest before all; of what strangers can cause, no more than
        `A_MINUTE` go out in a minute, and the others wait. What would go to somebody who is suppressed by
        now ends, and so does what they refused.
        """
        with self._database.write() as connection:
            strange = notice.c.kind.in_([kind.value for kind in STRANGERS])
            refused = and_(strange, notice.c.email_hmac.in_(select(refusal.c.email_hmac)))
            out = or_(notice.c.email_hmac.in_(select(suppression.c.email_hmac)), refused)
            waits = and_(notice.c.not_before.is_not(None), out)
            connection.execute(update(notice).where(waits).values(text="suppressed", at=now, **_ENDED))
            strange = notice.c.kind.in_([kind.value for kind in STRANGERS])
            taken = self._take(connection, ~strange, limit, now)
            free = min(limit - len(taken), self._free(connection, now))
            taken += self._take(connection, strange, free, now) if free else []
            held = {"state": DeliveryState.CLAIMED.value, "not_before": now + LEASE, "at": now}
            mine = notice.c.id.in_([row.id for row in taken])
            connection.execute(update(notice).where(mine).values(attempts=notice.c.attempts + 1, **held))
            return [_notice(connection, row) for row in taken]

    def give_up(self, *, now: datetime) -> list[int]:
        """End what waited for as long as anybody waits for it; return the numbers of those."""
        late = and_(notice.c.not_before.is_not(None), notice.c.made_at <= now - PATIENCE)
        with self._database.write() as connection:
            ended = update(notice).where(late).values(text="nobody waits for it any more", at=now, **_ENDED)
            return sorted(connection.execute(ended.returning(notice.c.id)).scalars())

    def record(self, outcomes: Sequence[tuple[Notice, Outcome, datetime | None]], *, now: datetime) -> None:
        """Write what became of mails; with an instant, one is tried again then. Of those done no address stays.

        One that stays queued reached no server, and its attempt does not count.
        """
        with self._database.write() as connection:
            for each, outcome, again in outcomes:
                values: dict[str, Any] = {"code": outcome.code, "text": outcome.text, "at": now, "not_before": again}
                values["state"] = DeliveryState.QUEUED.value if again else outcome.state.value
                values |= {} if again else {"email": ""}
                values |= {"attempts": each.attempts} if outcome.state is DeliveryState.QUEUED else {}
                still = and_(notice.c.id == each.id, notice.c.attempts == each.attempts + 1)
                held = notice.c.state == DeliveryState.CLAIMED.value
                connection.execute(update(notice).where(still, held).values(values))

    def waiting(self) -> int:
        """Return how many are not done with."""
        with self._database.read() as connection:
            open_ones = select(func.count()).select_from(notice).where(notice.c.not_before.is_not(None))
            return int(connection.execute(open_ones).scalar_one())

    def _take(self, connection: Connection, of: ColumnElement[bool], limit: int, now: datetime) -> list[Any]:
        due = _due().where(of, notice.c.not_before <= now, notice.c.made_at > now - PATIENCE)
        first = due.order_by(notice.c.id).limit(limit).with_for_update(of=notice, skip_locked=True)
        return list(connection.execute(first))

    def _free(self, connection: Connection, now: datetime) -> int:
        """Return how many of those that strangers can cause may go out now."""
        strange = notice.c.kind.in_([kind.value for kind in STRANGERS])
        lately = and_(notice.c.attempts > 0, notice.c.at > now - MINUTE)
        count = connection.execute(select(func.count()).select_from(notice).where(strange, lately)).scalar_one()
        return max(0, A_MINUTE - int(count))


def _due() -> Select[Any]:
    return select(notice, subscriber.c.email.label("own")).join(subscriber, subscriber.c.id == notice.c.subscriber)


def _notice(connection: Connection, row: Any) -> Notice:
    """Return the notice of a row as it was before it was taken."""
    return Notice(
        id=row.id,
        kind=NoticeKind(row.kind),
        subscriber=row.subscriber,
        edition=row.edition,
        request=row.request,
        email=row.email or row.own,
        current=row.own,
        wish=_wish(connection, row),
        made_at=row.made_at,
        attempts=row.attempts,
    )


def _wish(connection: Connection, row: Any) -> Preferences:
    """Return what the mail's request asks for, or how the reader reads by the subscription that changed last."""
    asked: Select[Any] = select(*COLUMNS).join(request, request.c.preference == preference.c.id)
    found = connection.execute(asked.where(request.c.id == row.request)).first() if row.request else None
    if found is None:
        mine = subscription.c.subscriber == row.subscriber
        theirs: Select[Any] = select(*COLUMNS).join(subscription, subscription.c.preference == preference.c.id)
        last = theirs.where(mine).order_by(subscription.c.said.desc(), subscription.c.since.desc()).limit(1)
        found = connection.execute(last).first()
    return read_preferences(found) if found else Preferences()
