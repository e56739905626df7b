"""Those who read: loaded from files, ended by their own word, barred by suppressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, delete, func, literal, or_, select, true, union, update

from digest.errors import UnknownError
from digest.model.delivery import Recipient
from digest.model.people import (
    Census,
    Consent,
    ConsentEvent,
    Preferences,
    Row,
    Segment,
    Subscription,
    Suppression,
)
from digest.store.audience import chosen
from digest.store.census import census
from digest.store.chunks import chunks
from digest.store.columns import Instant
from digest.store.engine import Database, alone, insert
from digest.store.formers import hashes_of
from digest.store.leaving import Leaver, Leaving, end, leave
from digest.store.notices import cancel
from digest.store.preferences import COLUMNS, read_preferences
from digest.store.recipients import read_recipient
from digest.store.schema import (
    consent,
    earlier,
    former,
    meta,
    preference,
    refusal,
    request,
    subscriber,
    subscription,
    suppression,
)
from digest.store.subscriptions import read_subscription, subscriptions
from digest.store.sync import SyncReport, sync
from digest.store.testers import forget

PAGE: Final = 500
KEYS: Final = "keys"
"""The row of `meta` that tells how many keys for tokens were made."""
_LISTED: Final = subscription.c.removed_at.is_(None)
_LEFT: Final = and_(subscription.c.consent == Consent.UNSUBSCRIBED.value, subscriber.c.domain != "")


class Subscribers:
    """Subscribers, their subscriptions, and the suppressions that stand above both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, rows: Mapping[str, Sequence[Row]], *, hmac: Callable[[str], str], now: datetime) -> SyncReport:
        """Make the lists what the files say: `rows` by list, all lists there are; one that is missing is empty.

        `hmac` gives an address, lower-cased, its keyed hash as suppressions have it. Nobody who unsubscribed or is
        suppressed comes back, also where they say so in between. What differs is written in short transactions: a call
        that is cut off is finished by the next one. A second call with the same rows writes nothing.
        """
        return sync(self._database, rows, hmac, now)

    def unsubscribe(self, subscriber_id: int, lists: Sequence[str], *, now: datetime, origin: str) -> int:
        """End the subscriber's subscriptions to all of an edition's lists; return how many were running.

        Lists they were not on are noted too, so that no file of the edition brings them back. `origin` says whose word
        it is: `link`, `mailto`, an operator's name. UnknownError where there is no such subscriber.
        """
        leaving = Leaving(subscriber_id, "", tuple(lists), origin)
        with self._database.write() as connection:
            running = end(connection, leaving, now)
        if running is None:
            raise UnknownError(f"no subscriber {subscriber_id}")
        return running

    def leave(self, name: str, leavers: Sequence[Leaver], *, origin: str, now: datetime) -> int:
        """End what people ended elsewhere, so that no file brings them back to the list; return how many are new.

        `origin` says whence the word comes, such as `import: mailchimp`. Who joined here after that stays.
        """
        with self._database.write() as connection:
            alone(connection, "subscribers")
            return leave(connection, name, leavers, origin, now)

    def take_off(self, email: str, lists: Sequence[str], *, now: datetime) -> None:
        """End what runs of an address on the lists without its reader's word: a file may bring it back.

        Their own word, should one wait to be written, is overtaken by that.
        """
        theirs = select(subscriber.c.id).where(subscriber.c.address == email.lower())
        mine = and_(subscription.c.subscriber.in_(theirs), subscription.c.list.in_(lists), _LISTED)
        running = update(subscription).where(mine, subscription.c.consent == Consent.ACTIVE.value)
        with self._database.write() as connection:
            alone(connection, "subscribers")
            connection.execute(running.values(removed_at=now, noted=subscription.c.said, joins=False))

    def lists_of(self, email: str) -> list[str]:
        """Return every list on which an address ever was, those too whose files hold it no more."""
        names = select(subscription.c.list).join(subscriber, subscriber.c.id == subscription.c.subscriber)
        with self._database.read() as connection:
            found = connection.execute(names.where(subscriber.c.address == email.lower()).order_by(subscription.c.list))
            return list(found.scalars())

    def gone(self, name: str) -> set[str]:
        """Return the addresses, lower-cased, of those who unsubscribed from a list."""
        ended = and_(subscription.c.list == name, subscription.c.consent == Consent.UNSUBSCRIBED.value)
        people = select(subscriber.c.address).join(subscription, subscription.c.subscriber == subscriber.c.id)
        with self._database.read() as connection:
            return set(connection.execute(people.where(ended)).scalars())

    def moved(self, name: str) -> set[str]:
        """Return the keyed hashes of the addresses that a list's readers moved away from."""
        with self._database.read() as connection:
            return set(connection.execute(select(former.c.email_hmac).where(former.c.list == name)).scalars())

    def formers(self, email: str) -> list[str]:
        """Return the keyed hashes of the addresses that whoever has this one moved away from."""
        with self._database.read() as connection:
            mine = select(subscriber.c.id).where(subscriber.c.address == email.lower())
            who = connection.execute(mine).scalar()
            return hashes_of(connection, who) if who is not None else []

    def suppress(self, suppressions: Iterable[Suppression]) -> int:
        """Bar addresses for good; return how many were not barred before, whose first reason stays."""
        with self._database.write() as connection:
            new = insert(connection, suppression).on_conflict_do_nothing().returning(suppression.c.email_hmac)
            rows = [
                {"email_hmac": s.email_hmac, "key": s.key, "reason": s.reason, "since": s.since} for s in suppressions
            ]
            rows.sort(key=lambda row: str(row["email_hmac"]))  # two that bar the same ones wait for each other in order
            return sum(connection.execute(new, row).first() is not None for row in rows)

    def suppressed(self, hmacs: Iterable[str]) -> set[str]:
        """Return those of the keyed hashes that are barred."""
        found: set[str] = set()
        with self._database.read() as connection:
            for some in chunks(hmacs):
                barred = select(suppression.c.email_hmac).where(suppression.c.email_hmac.in_(some))
                found.update(connection.execute(barred).scalars())
        return found

    def suppression_keys(self) -> set[str]:
        """Return the marks of the keys that made the hashes of addresses that are barred, or that no form writes to."""
        with self._database.read() as connection:
            return set(connection.execute(union(select(suppression.c.key), select(refusal.c.key))).scalars())

    def keys_made(self) -> int:
        """Return the highest number of a key that was noted; 0 for none."""
        with self._database.read() as connection:
            return int(connection.execute(select(meta.c.number).where(meta.c.name == KEYS)).scalar() or 0)

    def note_key(self, number: int) -> None:
        """Note that the key of that number was made, so that its loss is seen."""
        with self._database.write() as connection:
            new = insert(connection, meta).values(name=KEYS, number=number)
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"number": number}))

    def erase(self, email: str, *, origin: str, now: datetime) -> bool:
        """Forget a person: address and name go, their subscriptions end; False where no subscriber has the address.

        What was sent to them stays counted under their number, and the keyed hash stays, so that what is still in the
        outbox is found to be suppressed. What an address they moved away from still says of them goes as well.
        """
        with self._database.write() as connection:
            alone(connection, "subscribers")
            forget(connection, email)
            who = connection.execute(select(subscriber.c.id).where(subscriber.c.address == email.lower())).scalar()
            if who is None:
                return False
            before = select(subscriber.c.id).where(subscriber.c.email_hmac.in_(hashes_of(connection, who)))
            for each in {who, *connection.execute(before).scalars()}:
                _erase(connection, each, origin, now)
        return True

    # ------------------------------------------------------------------------------------------------ reading

    def suppression(self, email_hmac: str) -> Suppression | None:
        """Return why and since when a keyed hash is barred; None if it is not."""
        with self._database.read() as connection:
            row = connection.execute(select(suppression).where(suppression.c.email_hmac == email_hmac)).first()
        return Suppression(row.email_hmac, row.key, row.reason, row.since) if row else None

    def events(self, email: str) -> list[ConsentEvent]:
        """Return what an address's reader said, or was said of them, the oldest first."""
        said = (
            select(consent)
            .join(subscriber, subscriber.c.id == consent.c.subscriber)
            .where(subscriber.c.address == email.lower())
            .order_by(consent.c.id)
        )
        with self._database.read() as connection:
            return [
                ConsentEvent(row.at, row.list, row.event, row.origin, row.wording) for row in connection.execute(said)
            ]

    def all(self, of_list: str | None = None, *, gone: bool = False) -> list[Subscription]:
        """Return the subscriptions whose rows are in the files, of one list or of all, by list and address.

        With `gone` those as well who unsubscribed, wherever their rows are, but nobody who was erased.
        """
        there = subscriptions().where(_LISTED | _LEFT if gone else _LISTED)
        if of_list is not None:
            there = there.where(subscription.c.list == of_list)
        with self._database.read() as connection:
            rows = connection.execute(there.order_by(subscription.c.list, subscriber.c.address)).all()
        return [read_subscription(row) for row in rows]

    def by_email(self, email: str) -> list[Subscription]:
        """Return the subscriptions of an address, however it is written, by list; ended ones too, not removed ones."""
        there = and_(subscriber.c.address == email.lower(), _LISTED)
        mine = subscriptions().where(there).order_by(subscription.c.list)
        with self._database.read() as connection:
            rows = connection.execute(mine).all()
        return [read_subscription(row) for row in rows]

    def cohorts(self, lists: Sequence[str], segments: Sequence[Segment] = ()) -> dict[Preferences, int]:
        """Return the ways of reading among those an issue to `lists` would go to, with how many read so.

        Each subscriber counts once, as the first of their lists in this order says.
        """
        people = chosen(lists, segments)
        counted = (
            select(*COLUMNS, func.count().label("readers"))
            .join(people, people.c.preference == preference.c.id)
            .group_by(preference.c.id, *COLUMNS)
            .order_by(preference.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(counted).all()
        return {read_preferences(row): row.readers for row in rows}

    def census(self, lists: Sequence[str], segments: Sequence[Segment] = ()) -> Census:
        """Return who stands on the lists, counted: who may be mailed, and who may not."""
        with self._database.read() as connection:
            return census(connection, lists, segments)

    def audience(
        self, lists: Sequence[str], day: date | None = None, segments: Sequence[Segment] = ()
    ) -> Iterator[Recipient]:
        """Yield those an issue to `lists` would go to, by subscriber, read page by page.

        With the issue's `day`, without those who paused beyond it.
        """
        people = chosen(lists, segments)
        there = or_(people.c.paused_until.is_(None), people.c.paused_until <= day) if day else true()
        page: Select[Any] = (
            select(people.c.subscriber, people.c.list, subscriber.c.email, subscriber.c.name, *COLUMNS)
            .join(subscriber, subscriber.c.id == people.c.subscriber)
            .join(preference, preference.c.id == people.c.preference)
            .where(there)
            .order_by(people.c.subscriber)
            .limit(PAGE)
        )
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(page.where(people.c.subscriber > last)).all()
            if not rows:
                return
            yield from (read_recipient(row) for row in rows)
            last = rows[-1].subscriber


def _erase(connection: Connection, who: int, origin: str, now: datetime) -> None:
    """Forget one subscriber, all that runs and waits of theirs with them."""
    mine = subscription.c.subscriber == who
    running = select(subscription.c.list).where(and_(mine, subscription.c.consent != Consent.UNSUBSCRIBED.value))
    names = connection.execute(running).scalars().all()
    ended = {"consent": Consent.UNSUBSCRIBED.value, "since": now, "removed_at": now, "paused_until": None}
    connection.execute(update(subscription).where(mine).values(noted=subscription.c.said, **ended))
    theirs = request.c.subscriber == who
    connection.execute(
        update(request)
        .where(theirs)
        .values(email="", done_at=func.coalesce(request.c.done_at, literal(now, Instant())))
    )
    connection.execute(delete(earlier).where(earlier.c.subscriber == who))
    cancel(connection, who, "erased", now)
    said = {"subscriber": who, "event": "erase", "at": now, "origin": origin}
    if names:
        connection.execute(insert(connection, consent), [{"list": name, **said} for name in names])
    nobody = {"address": f"erased:{who}", "email": f"erased:{who}", "name": "", "domain": ""}
    connection.execute(update(subscriber).where(subscriber.c.id == who).values(**nobody))
