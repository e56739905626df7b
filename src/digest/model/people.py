"""Those who read: subscribers, their subscriptions, and addresses never to be mailed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from digest.model.news import SectionId

FREQUENCIES: Final = ("all", "daily", "weekdays", "sundays", "weekly", "alerts")
"""How often a reader may want an edition; see `slots.wanted_on`."""


class Consent(StrEnum):
    """Whether a subscription may be mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a subscriber wants a list's editions."""

    sections: tuple[SectionId, ...] = ()
    """Empty: all of the edition's."""
    frequency: str = "all"
    time: time | None = None
    """Their own hour; None: the edition's."""
    timezone: str = ""
    """IANA; empty: the edition's."""
    language: str = ""
    """BCP 47 of the labels; empty: the edition's."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list's CSV file."""

    list: str
    email: str
    """Normalised: the domain in lower case, IDNA kept readable."""
    name: str
    preferences: Preferences
    joined_on: date | None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address with consent."""

    id: int
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscriber's place on one list."""

    subscriber: Subscriber
    list: str
    consent: Consent
    preferences: Preferences
    joined_on: date | None = None
    since: datetime | None = None
    """When the consent last changed."""
    paused_until: date | None = None
    """They get no issue of an earlier day."""
    removed: bool = False
    """Whether their row has left the list's file."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved filter over a list's readers: who fits every condition that says something, by one of its values."""

    name: str
    sections: tuple[SectionId, ...] = ()
    """Whoever reads one of them; who reads all sections does."""
    zones: tuple[str, ...] = ()
    """IANA, or the beginning of such names with `*` behind it."""
    languages: tuple[str, ...] = ()
    frequencies: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Of their addresses, in lower case."""
    joined_since: date | None = None
    joined_until: date | None = None
    """That day included. Of whom no day of joining is known fits neither."""
    at_home: bool = False
    """Whether who named no zone fits `zones`: they read in the edition's."""
    by_default: bool = False
    """Whether who named no language fits `languages`."""

    def within(self, zone: str, language: str) -> Segment:
        """Return it as an edition of that zone and language takes it.

        >>> Segment("east", zones=("Europe/*",)).within("Europe/Kyiv", "uk").at_home
        True
        """
        home = any(zone.startswith(z[:-1]) if z.endswith("*") else zone == z for z in self.zones)
        return replace(self, at_home=home, by_default=language in self.languages)


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One word of or about a reader, as it was noted."""

    at: datetime
    list: str
    event: str
    """`file`, `sign_up`, `confirm`, `unsubscribe`, `back`, `prefer`, `pause`, `resume`, `address`, `erase`."""
    origin: str
    """Whence it came: a file, `form`, `page`, `one-click`, `mailto`, `complaint`, `import: PROGRAM`, `operator`."""
    wording: str = ""
    """What they agreed to, as it was put to them; empty where nothing was."""


@dataclass(frozen=True, slots=True)
class Census:
    """Who stands on an edition's lists, counted."""

    lists: tuple[tuple[str, int], ...]
    """How many of each list may be mailed, in the edition's order; who stands on several counts on each."""
    suppressed: int
    """People on the lists who are never to be mailed."""
    unconfirmed: int
    left: int
    """Who unsubscribed from one of them."""
    domains: Mapping[str, int]
    """Of the addresses that may be mailed, with how many people each."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address never to be mailed, known only by its keyed hash."""

    email_hmac: str
    """Hex HMAC-SHA-256 of the normalised address in lower case."""
    key: str
    """Which key made it."""
    reason: str
    since: date


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a form."""

    email: str
    """Normalised."""
    email_hmac: str
    name: str = ""


class NoticeKind(StrEnum):
    """What a mail to one reader answers."""

    CONFIRM = "confirm"
    """Somebody signed them up: they say whether it was they."""
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    LINK = "link"
    """They asked for the way to their settings."""
    ADDRESS = "address"
    """Somebody wants their mail at this address: whoever has the mailbox says yes."""
    MOVED = "moved"
    """To the old address: the mail goes to another from now on."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to one reader, queued with the change that it tells of."""

    id: int
    kind: NoticeKind
    subscriber: int
    edition: str
    request: int | None
    """What it asks to confirm."""
    email: str
    """Where it goes."""
    current: str
    """The subscriber's address by now."""
    wish: Preferences
    """As the sign-up it answers asks for, or as they read."""
    made_at: datetime
    attempts: int
    """Before this one."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a reader said of one list and its file does not say yet."""

    subscriber: int
    list: str
    said: int
    """Counts what they said, so that what comes meanwhile is not taken for written."""
    running: bool
    """Whether their row belongs into the file; else it goes."""
    row: Row
    formers: tuple[str, ...] = ()
    """The keyed hashes of addresses that they moved away from, under which the file may have them still."""
    joins: bool = True
    """Whether a row is made for them; else theirs is in the file, or somebody took it out."""
    writing: str | None = None
    """How the file was marked when it began to be written there; None: it was not begun."""
