"""What a reader does themselves: signs up, confirms, chooses, pauses, moves, leaves, comes back, is forgotten.

Every function takes `now`, may be repeated, and returns None for a token that opens nothing here: forged, altered, made
for something else, or of a reader who was forgotten. What a form causes looks the same whoever's address was typed
into it. The mails that follow are queued with the change; `transactional.send_notices` sends them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from digest.consent import may_come_back
from digest.errors import ListError, UnknownError
from digest.model.issue import Edition
from digest.model.people import Consent, Person, Preferences, Subscription
from digest.parts import Parts
from digest.pipeline.person import forget as erase
from digest.slots import local_date
from digest.store import Leaving
from digest.subscribers import (
    Purpose,
    Token,
    advice,
    email_hmac,
    normalise,
    read_settings,
    zones,
)

SETTINGS: Final = (Purpose.PREFERENCES,)
WAY_OUT: Final = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)
"""Who may leave may read less as well: one token stands beside the other in every mail."""


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody typed into the sign-up form, each field parsed."""

    address: str
    edition: str
    wish: Preferences
    wording: str
    """The sentence they agreed to, as the form had it."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What a form is told: a function of what was typed, and of nothing that is kept."""

    email: str
    """Normalised."""
    hints: tuple[str, ...]
    """What may be wrong with the address, in English, for a log or an operator."""
    meant: str
    """The address that may have been meant; empty where none is near."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """How a reader stands once a sign-up or a new address is confirmed."""

    fresh: bool
    """Whether it was this time; else it was before, or came to nothing since."""
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Left:
    """What leaving did."""

    ended: int
    """Subscriptions that ended now; 0 if they had left before."""
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a reader stands with an edition, as their pages show it."""

    subscriber: int
    email: str
    """In full; a page masks it."""
    name: str
    edition: str
    """Its id, as the token has it; the settings may know it no more."""
    consent: Consent
    preferences: Preferences
    paused_until: date | None
    left_at: datetime | None
    """When they left; None if they have not."""
    may_come_back: bool
    """Whether "Put me back" works."""
    unsubscribe_token: str
    preferences_token: str


# -------------------------------------------------------------------------------------------------- without a token


def sign_up(parts: Parts, form: Form, *, now: datetime) -> SignedUp:
    """Take a sign-up. The same answer for known, unknown, suppressed and pending addresses.

    Joins the first list of the edition that `lists.toml` opens to readers. Raises ListError for what is no address
    or where the edition has none of the wished sections, UnknownError for an edition that nobody can join.
    """
    email = normalise(form.address)
    edition = parts.settings.edition(form.edition)
    joins, double = open_list(parts, edition)
    sections = told_of(form.wish.sections, edition)
    zone = form.wish.timezone if form.wish.timezone in zones() else ""
    wish = Preferences(sections, form.wish.frequency, form.wish.time, zone, form.wish.language)
    hints, meant = advice(email)
    parts.store.readers.sign_up(
        Person(email, hashed(parts, email), form.name),
        edition.id,
        edition.lists,
        joins,
        wish,
        wording=form.wording,
        double_opt_in=double,
        today=local_date(now, edition.timezone),
        now=now,
    )
    return SignedUp(email, hints, meant)


def mail_link(parts: Parts, address: str, edition: str, *, now: datetime) -> None:
    """Mail somebody the way to their settings, if they read the edition or left it lately; the same answer always.

    Raises ListError for what is no address, UnknownError for an edition that nobody knows.
    """
    email = normalise(address)
    its = parts.settings.edition(edition)
    parts.store.readers.mail_link(email, its.id, its.lists, now=now)


# ------------------------------------------------------------------------------------------------------ with a token


def confirm(parts: Parts, token: str, *, now: datetime) -> Confirmed | None:
    """Make a sign-up count. Harmless twice; one that its reader left since, or that is suppressed, stays void."""
    said = opened(parts, token, (Purpose.CONFIRM,))
    asked = parts.store.readers.asked(said.subscriber) if said else None
    if said is None or asked is None or asked.edition != said.edition:
        return None
    edition = parts.settings.editions.get(said.edition)
    today = local_date(now, edition.timezone if edition else parts.settings.timezone)
    fresh = parts.store.readers.confirm(asked.id, today=today, now=now)
    found = _wishes(parts, asked.subscriber, asked.edition, now)
    return Confirmed(fresh, found) if found else None


def leave(parts: Parts, token: str, *, origin: str, now: datetime) -> Left | None:
    """End a reader's subscription to every list of the token's edition; `origin`: page, mailto.

    One-clicks, of which many come at once, are written in groups (`pipeline.one_clicks`).
    """
    said = opened(parts, token, WAY_OUT)
    if said is None:
        return None
    leaving = Leaving(said.subscriber, said.edition, lists_of(parts, said.edition), origin)
    return _left(parts, said, parts.store.readers.leave(leaving, now=now), now)


def put_back(parts: Parts, token: str, *, now: datetime) -> Wishes | None:
    """Undo a leaving of the last fortnight; the answer says how they stand now."""
    said = opened(parts, token, WAY_OUT)
    if said is None:
        return None
    parts.store.readers.put_back(said.subscriber, said.edition, lists_of(parts, said.edition), now=now)
    return _wishes(parts, said.subscriber, said.edition, now)


def wishes(parts: Parts, token: str, *, now: datetime) -> Wishes | None:
    """Return how a reader stands; changes nothing."""
    said = opened(parts, token, WAY_OUT)
    return _wishes(parts, said.subscriber, said.edition, now) if said else None


def asked_for(parts: Parts, token: str, *, now: datetime) -> Wishes | None:
    """Return how somebody stands who is about to confirm a sign-up or an address; changes nothing."""
    said = opened(parts, token, (Purpose.CONFIRM, Purpose.ADDRESS))
    asked = parts.store.readers.asked(said.subscriber) if said else None
    return _wishes(parts, asked.subscriber, asked.edition, now) if asked else None


def prefer(parts: Parts, token: str, wish: Preferences, *, now: datetime) -> Wishes | None:
    """Let a reader have the edition as they wish; one who is not active stays as they are, which the answer says.

    Raises ListError for a section or a zone that there is not.
    """
    said = opened(parts, token, WAY_OUT)
    if said is None:
        return None
    edition = parts.settings.editions.get(said.edition)
    ids = [section.id for section in edition.sections] if edition else list(wish.sections)
    unknown = [section for section in wish.sections if section not in ids]
    if unknown:
        raise ListError(f"no section is called {unknown[0]}; there are {', '.join(ids)}")
    if wish.timezone and wish.timezone not in zones():
        raise ListError(f"unknown time zone {wish.timezone[:60]!r}")
    sections = tuple(section for section in ids if section in wish.sections)
    wish = Preferences(
        () if len(sections) == len(ids) else sections, wish.frequency, wish.time, wish.timezone, wish.language
    )
    parts.store.readers.prefer(said.subscriber, lists_of(parts, said.edition), wish, now=now)
    return _wishes(parts, said.subscriber, said.edition, now)


def pause(parts: Parts, token: str, until: date | None, *, now: datetime) -> Wishes | None:
    """Send a reader no issue of a day before `until`; None: every issue again."""
    said = opened(parts, token, SETTINGS)
    if said is None:
        return None
    parts.store.readers.pause(said.subscriber, lists_of(parts, said.edition), until, now=now)
    return _wishes(parts, said.subscriber, said.edition, now)


def move_address(parts: Parts, token: str, address: str, *, now: datetime) -> SignedUp | None:
    """Ask at a new address whether a reader's mail may go there; nothing changes before that is confirmed.

    The same answer whoever has the new address; None also for a reader who asked at several today. Raises ListError
    for what is no address.
    """
    said = opened(parts, token, SETTINGS)
    if said is None:
        return None
    email = normalise(address)
    new = Person(email, hashed(parts, email))
    if not parts.store.readers.ask_move(said.subscriber, said.edition, lists_of(parts, said.edition), new, now=now):
        return None
    hints, meant = advice(email)
    return SignedUp(email, hints, meant)


def confirm_address(parts: Parts, token: str, *, now: datetime) -> Confirmed | None:
    """Let a reader's mail go to the address that this token was mailed to; the old one is told. Harmless twice.

    As with every word of a reader's, the database has it at once, and the lists' files at the next sync; until then
    the rows there are those of an address that was moved away from, which make nobody a reader.
    """
    said = opened(parts, token, (Purpose.ADDRESS,))
    asked = parts.store.readers.asked(said.subscriber) if said else None
    if said is None or asked is None or asked.edition != said.edition:
        return None
    rows = parts.store.readers.by_id(asked.subscriber)
    if asked.done or not rows:
        found = _wishes(parts, asked.subscriber, asked.edition, now)
        return Confirmed(False, found) if found else None
    old, new = rows[0].subscriber.email, asked.email
    persons = Person(new, hashed(parts, new)), Person(old, hashed(parts, old))
    fresh = parts.store.readers.move(asked.id, *persons, now=now)
    who = next((s.subscriber.id for s in parts.store.subscribers.by_email(new)), asked.subscriber)
    found = _wishes(parts, who, asked.edition, now)
    return Confirmed(fresh, found) if found else None


def take_out(parts: Parts, token: str) -> dict[str, Any] | None:
    """Return all that is kept of a reader, as JSON has it."""
    said = opened(parts, token, SETTINGS)
    return parts.store.readers.all_of(said.subscriber) if said else None


def forget(parts: Parts, token: str, *, now: datetime) -> bool:
    """Erase a reader at their own word and keep their wish, as `person.forget` does; False for no such token."""
    said = opened(parts, token, SETTINGS)
    rows = parts.store.readers.by_id(said.subscriber) if said else []
    if not rows or _erased(rows[0]):
        return False
    erase(parts, rows[0].subscriber.email, origin="page", now=now)
    return True


def is_forgotten(parts: Parts, token: Token) -> bool:
    """Return whether a reader's own token is of somebody who was erased."""
    rows = parts.store.readers.by_id(token.subscriber) if token.purpose in WAY_OUT else []
    return bool(rows) and _erased(rows[0])


# ------------------------------------------------------------------------------------------------------------ inside


def opened(parts: Parts, token: str, purposes: Sequence[Purpose]) -> Token | None:
    """Return what a token says if it is for one of the purposes."""
    said = parts.tokens.read(token)
    return said if said and said.purpose in purposes else None


def open_list(parts: Parts, edition: Edition) -> tuple[str, bool]:
    """Return the list that readers of an edition join, and whether they have to confirm; raises UnknownError."""
    ids = [section.id for section in parts.settings.sections]
    known, _ = read_settings(parts.settings.subscribers / "lists.toml", ids)
    for name in edition.lists:
        if name in known and known[name].public:
            return name, known[name].double_opt_in
    raise UnknownError(f"[edition.{edition.id}] has no list that readers may join; lists.toml says public = true")


def told_of(wished: Sequence[str], edition: Edition) -> tuple[str, ...]:
    """Return the sections of a wish that an edition has, none for all of them as in a wish.

    Raises ListError where it has none of those wished: that is no wish for all.
    """
    ids = [section.id for section in edition.sections]
    kept = tuple(section for section in ids if section in wished)
    if wished and not kept:
        raise ListError(f"edition {edition.id} has none of these sections: {', '.join(wished)}")
    return () if len(kept) == len(ids) else kept


def lists_of(parts: Parts, edition: str) -> tuple[str, ...]:
    """Return the lists of an edition; of one that the settings know no more, those that its issues went to."""
    found = parts.settings.editions.get(edition)
    return found.lists if found else parts.store.readers.lists_of(edition)


def hashed(parts: Parts, email: str) -> str:
    """Return the keyed hash by which an address is known to suppressions."""
    return email_hmac(email, parts.keyring.hashing.secret)


def _left(parts: Parts, token: Token, ended: int | None, now: datetime) -> Left | None:
    found = _wishes(parts, token.subscriber, token.edition, now) if ended is not None else None
    return Left(ended or 0, found) if found else None


def _erased(row: Subscription) -> bool:
    return row.subscriber.email.startswith("erased:")


def _wishes(parts: Parts, who: int, edition: str, now: datetime) -> Wishes | None:
    """Return how a subscriber stands with an edition; None where nothing is known of that."""
    lists = lists_of(parts, edition)
    rows = [row for row in parts.store.readers.by_id(who) if row.list in lists and not _erased(row)]
    if not rows:
        return None
    rows.sort(key=lambda row: (row.removed, list(Consent).index(row.consent) != 1, lists.index(row.list)))
    first = rows[0]
    left_at = first.since if first.consent is Consent.UNSUBSCRIBED else None
    return Wishes(
        subscriber=who,
        email=first.subscriber.email,
        name=first.subscriber.name,
        edition=edition,
        consent=first.consent,
        preferences=first.preferences,
        paused_until=first.paused_until,
        left_at=left_at,
        may_come_back=left_at is not None and not first.removed and may_come_back(left_at, now),
        unsubscribe_token=parts.tokens.make(Purpose.UNSUBSCRIBE, who, edition),
        preferences_token=parts.tokens.make(Purpose.PREFERENCES, who, edition),
    )
