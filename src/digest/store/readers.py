"""What readers say themselves, on pages and by links: each word noted in the transaction that obeys it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, exists, func, select, update
from sqlalchemy import Row as Record

from digest.consent import DAY, MOVES, PUT_BACK, Standing, may_come_back, on_sign_up
from digest.model.people import Consent, NoticeKind, Person, Preferences, Subscription
from digest.store.engine import Database, alone, insert
from digest.store.formers import inherit, is_shut, let_in, shut
from digest.store.leaving import SIGN_UP, Leaving, close, end
from digest.store.notices import barred, is_refused, queue, void
from digest.store.preferences import COLUMNS, numbers
from digest.store.schema import (
    audience,
    consent,
    delivery,
    earlier,
    former,
    issue,
    notice,
    preference,
    refusal,
    request,
    subscriber,
    subscription,
)
from digest.store.subscriptions import note, put, read_subscription, rows_of, runs, subscriptions

ADDRESS: Final = "address"
"""The other kind of request."""

INNER: Final = ("preference", "email_hmac", "worker", "relay", "given_back", "joins", "writing")
"""Columns that say nothing to a reader."""
_CALLED: Final = {Consent.ACTIVE: 0, Consent.PENDING: 1, Consent.UNSUBSCRIBED: 2}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for and has, or had, to confirm."""

    id: int
    kind: str
    subscriber: int
    edition: str
    list: str
    email: str
    """The new address; empty for a sign-up."""
    done: bool


class Readers:
    """Each method is one transaction, and may be repeated: what is so already stays, and is not noted again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sign_up(
        self,
        person: Person,
        edition: str,
        lists: Sequence[str],
        joins: str,
        wish: Preferences,
        *,
        wording: str,
        double_opt_in: bool,
        today: date,
        now: datetime,
    ) -> None:
        """Take what was typed into a form: of `lists`, which are the edition's, the list `joins` is asked for.

        Returns nothing, since nobody at a form is to learn whether an address is known.
        """
        with self._database.write() as connection:
            alone(connection, "subscribers")
            if is_refused(connection, person.email_hmac):
                return
            standing = _standing(connection, person, lists)
            step = on_sign_up(standing, double_opt_in=double_opt_in)
            if step.notice is None:
                return
            who = _keep(connection, person, now)
            if step.notice is NoticeKind.LINK:
                queue(connection, step.notice, to=(who, person.email_hmac), edition=edition, now=now)
                return
            way = numbers(connection, [wish])[wish]
            if step.consent is not None:
                active = step.consent is Consent.ACTIVE
                values: dict[str, Any] = {"consent": step.consent.value, "since": now}
                values |= {"preference": way, "removed_at": None}
                if standing.consent is not step.consent:
                    values |= {"joined_on": today} if active else {}
                    put(connection, who, joins, values, now=now, heard=active)
                    note(connection, who, [joins], "sign_up", now=now, origin="form", wording=wording)
            asked = None
            if step.notice is NoticeKind.CONFIRM:
                asked = _ask(connection, SIGN_UP, who, edition, joins, way, "", wording, now)
            queue(connection, step.notice, to=(who, person.email_hmac), edition=edition, request=asked, now=now)

    def asked(self, request_id: int) -> Asked | None:
        """Return a request; None where there is none, or its reader was forgotten."""
        with self._database.read() as connection:
            row = connection.execute(select(request).where(request.c.id == request_id)).first()
        return _asked(row) if row else None

    def confirm(self, request_id: int, *, today: date, now: datetime) -> bool:
        """Make active what was asked for by that sign-up; False where it was confirmed before, or is void."""
        with self._database.write() as connection:
            alone(connection, "subscribers")
            row = _open(connection, request_id, SIGN_UP)
            if row is None:
                return False
            person = connection.execute(select(subscriber).where(subscriber.c.id == row.subscriber)).one()
            if barred(connection, person.email_hmac):
                return False
            values: dict[str, Any] = {"consent": Consent.ACTIVE.value, "since": now, "preference": row.preference}
            put(
                connection,
                row.subscriber,
                row.list,
                values | {"joined_on": today, "removed_at": None},
                now=now,
                heard=True,
            )
            note(connection, row.subscriber, [row.list], "confirm", now=now, origin="page", wording=row.wording)
            let_in(connection, person.email_hmac, [row.list])
            close(connection, row.subscriber, [row.list], now)
            to = (row.subscriber, person.email_hmac)
            queue(connection, NoticeKind.WELCOME, to=to, edition=row.edition, now=now)
        return True

    def leave(self, leaving: Leaving, *, now: datetime) -> int | None:
        """End what it names; return how many subscriptions were running, None for a subscriber that there is not.

        Lists they were not on are noted too, so that no file of the edition brings them back; what they asked for and
        did not confirm is void.
        """
        with self._database.write() as connection:
            return end(connection, leaving, now)

    def put_back(self, who: int, edition: str, lists: Sequence[str], *, now: datetime) -> list[str]:
        """Undo a leaving of the last fortnight, by the reader's own word; return the lists they are on again.

        A list whose file had lost their row before they left stays as its file has it.
        """
        with self._database.write() as connection:
            alone(connection, "subscribers")
            person = connection.execute(select(subscriber).where(subscriber.c.id == who)).first()
            if person is None or barred(connection, person.email_hmac):
                return []
            rows = [row for row in rows_of(connection, who, lists) if row.consent == Consent.UNSUBSCRIBED.value]
            rows = [row for row in rows if may_come_back(row.since, now)]
            on = [row for row in rows if _was_on(connection, row)]
            were = [row.list for row in on if row.removed_at is None]
            for name in were:
                put(connection, who, name, {"consent": Consent.ACTIVE.value, "since": now}, now=now, heard=True)
            let_in(connection, person.email_hmac, were)
            if were:
                never = subscription.c.list.in_([row.list for row in rows if row not in on])
                connection.execute(delete(subscription).where(subscription.c.subscriber == who, never))
                note(connection, who, were, "back", now=now, origin="page")
        return were

    def prefer(self, who: int, lists: Sequence[str], wish: Preferences, *, now: datetime) -> bool:
        """Let a reader's active subscriptions to the lists be as they wish; False where there is none."""
        with self._database.write() as connection:
            alone(connection, "subscribers")
            running = [row for row in rows_of(connection, who, lists) if runs(row)]
            way = numbers(connection, [wish])[wish]
            other = [row.list for row in running if row.preference != way]
            for name in other:
                put(connection, who, name, {"preference": way}, now=now, heard=True)
            note(connection, who, other, "prefer", now=now, origin="page")
        return bool(running)

    def pause(self, who: int, lists: Sequence[str], until: date | None, *, now: datetime) -> bool:
        """Send a reader no issue of a day before `until`; None: all again. False where nothing of theirs is active."""
        with self._database.write() as connection:
            running = [row for row in rows_of(connection, who, lists) if runs(row)]
            other = [row.list for row in running if row.paused_until != until]
            for name in other:
                put(connection, who, name, {"paused_until": until}, now=now)
            note(connection, who, other, "pause" if until else "resume", now=now, origin="page")
        return bool(running)

    def mail_link(self, address: str, edition: str, lists: Sequence[str], *, now: datetime) -> None:
        """Mail the way to their settings to whoever reads the lists, or left them lately, at that address."""
        with self._database.write() as connection:
            row = connection.execute(select(subscriber).where(subscriber.c.address == address.lower())).first()
            if row is None:
                return
            there = [each for each in rows_of(connection, row.id, lists) if runs(each) or _gone_lately(each, now)]
            if there:
                queue(connection, NoticeKind.LINK, to=(row.id, row.email_hmac), edition=edition, now=now)

    def ask_move(self, who: int, edition: str, lists: Sequence[str], new: Person, *, now: datetime) -> bool:
        """Ask at a new address whether a reader's mail may go there; False where that may not be asked.

        Nothing of theirs is active, or they asked at as many addresses today as they may. Every asking is a request of
        its own and voids the one before, with the mail that waits for it: an address is confirmed from its own mailbox.
        """
        with self._database.write() as connection:
            alone(connection, "subscribers")
            running = [row for row in rows_of(connection, who, lists) if runs(row)]
            if not running:
                return False
            if (known := _pending_move(connection, who, new.email)) is None:
                mine = and_(request.c.subscriber == who, request.c.kind == ADDRESS)
                today = select(func.count()).select_from(request).where(mine, request.c.at > now - DAY)
                if connection.execute(today).scalar_one() >= MOVES:
                    return False
                before = update(request).where(mine, request.c.done_at.is_(None)).values(done_at=now, email="")
                void(connection, connection.execute(before.returning(request.c.id)).scalars().all(), now)
                known = _ask(connection, ADDRESS, who, edition, running[0].list, None, new.email, "", now)
            to = (who, new.email_hmac)
            queue(connection, NoticeKind.ADDRESS, to=to, edition=edition, request=known, email=new.email, now=now)
        return True

    def move(self, request_id: int, new: Person, old: Person, *, now: datetime) -> bool:
        """Give a reader the new address that they confirmed; False where that was done, or may not be.

        Where the new address is somebody's already, that is the same person: what was active goes over to it. The old
        one's hash is kept, so that no older file makes a reader of it again on the lists they were on, or had left, and
        the file's row is found that is to have the new one.
        """
        with self._database.write() as connection:
            alone(connection, "subscribers")
            row = _open(connection, request_id, ADDRESS)
            if row is None or barred(connection, new.email_hmac):
                return False
            other = connection.execute(select(subscriber).where(subscriber.c.address == new.email.lower())).first()
            had = rows_of(connection, row.subscriber)
            names = [each.list for each in had if runs(each)]
            who = row.subscriber
            if other is not None and other.id != who:
                _merge(connection, who, other.id, names, now)
                inherit(connection, who, other.id)
                who = other.id
            else:
                address = new.email.lower()
                values = {"address": address, "email": new.email, "email_hmac": new.email_hmac}
                values["domain"] = address.rpartition("@")[2]
                connection.execute(update(subscriber).where(subscriber.c.id == row.subscriber).values(**values))
                for name in names:
                    put(connection, who, name, {"removed_at": None}, now=now, heard=True)
                note(connection, who, names, "address", now=now, origin="page")
            shut(connection, old.email_hmac, who, [each.list for each in had], now)
            let_in(connection, new.email_hmac, names, who)  # last: the new address may be the old one, spelt otherwise
            mine = and_(request.c.subscriber == row.subscriber, request.c.kind == ADDRESS)
            connection.execute(update(request).where(mine).values(done_at=now, email=""))
            to = (who, old.email_hmac)
            queue(connection, NoticeKind.MOVED, to=to, edition=row.edition, email=old.email, now=now)
        return True

    # ------------------------------------------------------------------------------------------------ reading

    def by_id(self, who: int) -> list[Subscription]:
        """Return a subscriber's subscriptions, ended and removed ones too; none where there is no such subscriber."""
        mine = subscriptions().where(subscription.c.subscriber == who).order_by(subscription.c.list)
        with self._database.read() as connection:
            return [read_subscription(row) for row in connection.execute(mine)]

    def all_of(self, who: int) -> dict[str, Any]:
        """Return all that is kept under a subscriber's number, in plain values, instants and days as ISO 8601."""
        tables = {
            "reader": select(subscriber.c.id, subscriber.c.email, subscriber.c.name, subscriber.c.since).where(
                subscriber.c.id == who
            ),
            "subscriptions": subscriptions().where(subscription.c.subscriber == who).order_by(subscription.c.list),
            "events": select(consent).where(consent.c.subscriber == who).order_by(consent.c.id),
            "earlier_preferences": select(earlier.c.list, earlier.c.at, *COLUMNS)
            .join(preference, preference.c.id == earlier.c.preference)
            .where(earlier.c.subscriber == who)
            .order_by(earlier.c.at, earlier.c.list),
            "requests": select(request).where(request.c.subscriber == who).order_by(request.c.id),
            "earlier_addresses": select(former)
            .where(former.c.subscriber == who)
            .order_by(former.c.since, former.c.list),
            "refused_since": select(refusal.c.since)
            .join(subscriber, subscriber.c.email_hmac == refusal.c.email_hmac)
            .where(subscriber.c.id == who),
            "mails_to_you": select(notice).where(notice.c.subscriber == who).order_by(notice.c.id),
            "issues_to_you": select(delivery).where(delivery.c.subscriber == who).order_by(delivery.c.issue),
        }
        with self._database.read() as connection:
            return {name: [_plain(row) for row in connection.execute(rows)] for name, rows in tables.items()}

    def lists_of(self, edition: str) -> tuple[str, ...]:
        """Return the lists that issues of an edition ever went to: for one that the settings know no more."""
        names = select(audience.c.list).join(issue, issue.c.id == audience.c.issue).where(issue.c.edition == edition)
        with self._database.read() as connection:
            return tuple(connection.execute(names.distinct().order_by(audience.c.list)).scalars())


# -------------------------------------------------------------------------------------------------- inside transactions


def _plain(row: Record[Any]) -> dict[str, Any]:
    """Return a row as JSON takes it, without what only the program understands."""
    values = {name: value for name, value in row._mapping.items() if name not in INNER}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _standing(connection: Connection, person: Person, lists: Sequence[str]) -> Standing:
    """Return how an address stands with an edition's lists."""
    if barred(connection, person.email_hmac):
        return Standing(None, barred=True)
    mine = select(subscriber.c.id).where(subscriber.c.address == person.email.lower())
    who = connection.execute(mine).scalar()
    rows = rows_of(connection, who, lists) if who is not None else []
    # A row that was taken out of its file says nothing; that somebody left says so whatever became of their row.
    there = [Consent(r.consent) for r in rows if r.removed_at is None or r.consent == Consent.UNSUBSCRIBED.value]
    known = bool(rows) or is_shut(connection, person.email_hmac, lists)
    return Standing(min(there, key=_CALLED.__getitem__, default=None), barred=False, known=known)


def _keep(connection: Connection, person: Person, now: datetime) -> int:
    """Return the subscriber's id, whose row is made where there is none."""
    address = person.email.lower()
    row = {"address": address, "email": person.email, "name": person.name, "email_hmac": person.email_hmac}
    row |= {"domain": address.rpartition("@")[2]}
    connection.execute(insert(connection, subscriber).on_conflict_do_nothing(), {**row, "since": now})
    return int(connection.execute(select(subscriber.c.id).where(subscriber.c.address == address)).scalar_one())


def _ask(
    connection: Connection,
    kind: str,
    who: int,
    edition: str,
    joins: str,
    way: int | None,
    email: str,
    wording: str,
    now: datetime,
) -> int:
    """Return the id of the request: a sign-up that is open already takes what was asked for last."""
    mine = and_(request.c.subscriber == who, request.c.edition == edition, request.c.kind == kind)
    values = {"list": joins, "preference": way, "email": email, "wording": wording, "at": now}
    if kind == SIGN_UP:
        again = update(request).where(mine, request.c.done_at.is_(None)).values(**values).returning(request.c.id)
        if (known := connection.execute(again).scalar()) is not None:
            return int(known)
    row = {"kind": kind, "subscriber": who, "edition": edition, **values}
    return int(connection.execute(insert(connection, request).values(row).returning(request.c.id)).scalar_one())


def _open(connection: Connection, request_id: int, kind: str) -> Record[Any] | None:
    """Return a request that waits to be confirmed."""
    mine = and_(request.c.id == request_id, request.c.kind == kind, request.c.done_at.is_(None))
    return connection.execute(select(request).where(mine)).first()


def _asked(row: Record[Any]) -> Asked:
    return Asked(row.id, row.kind, row.subscriber, row.edition, row.list, row.email, row.done_at is not None)


def _pending_move(connection: Connection, who: int, email: str) -> int | None:
    """Return the id of an open request for that very address."""
    mine = and_(request.c.subscriber == who, request.c.kind == ADDRESS, request.c.email == email)
    return connection.execute(select(request.c.id).where(mine, request.c.done_at.is_(None))).scalar()


def _gone_lately(row: Record[Any], now: datetime) -> bool:
    return bool(row.consent == Consent.UNSUBSCRIBED.value and now < row.since + PUT_BACK)


def _was_on(connection: Connection, row: Record[Any]) -> bool:
    """Whether somebody was on a list before they left it, and is not only kept off it."""
    said = and_(consent.c.subscriber == row.subscriber, consent.c.list == row.list, consent.c.event != "unsubscribe")
    return bool(connection.execute(select(exists().where(said))).scalar())


def _merge(connection: Connection, old: int, new: int, names: Sequence[str], now: datetime) -> None:
    """Let what is active at one subscriber's number go on under another's, who is the same person."""
    had = {row.list: row for row in rows_of(connection, old, names)}
    for name in names:
        row = had[name]
        values = {"consent": Consent.ACTIVE.value, "since": now, "removed_at": None, "preference": row.preference}
        values |= {"joined_on": row.joined_on, "paused_until": row.paused_until, "joins": row.joins}
        put(connection, new, name, values, now=now, heard=True)
        put(connection, old, name, {"consent": Consent.UNSUBSCRIBED.value, "since": now}, now=now, heard=True)
    note(connection, new, names, "address", now=now, origin="page")
    note(connection, old, names, "address", now=now, origin="page")
