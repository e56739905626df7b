"""Messages on their way: variants, skeletons, recipients, deliveries and their outcomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self

from digest.model.news import SectionId

ENHANCED: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
"""A status code of RFC 3463 at the beginning of a reply's text, whatever a server writes behind it."""


@dataclass(frozen=True, slots=True, order=True)
class Variant:
    """What a group of subscribers gets alike: a set of sections in a language."""

    sections: tuple[SectionId, ...]
    """In the edition's order, only such as the issue has; never empty."""
    language: str

    @property
    def id(self) -> str:
        """`en:military+diplomacy`: unique in an issue, and fit for a file's name but for the colon."""
        return f"{self.language}:{'+'.join(self.sections)}"

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the variant of that id.

        >>> Variant.named("en:military+diplomacy")
        Variant(sections=('military', 'diplomacy'), language='en')
        """
        language, _, sections = name.partition(":")
        return cls(tuple(sections.split("+")), language)


class Place(StrEnum):
    """Where in a message a personal field stands, which decides how it is encoded."""

    HEADER = "header"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Hole:
    """A slot of a skeleton."""

    field: str
    """`unsubscribe_url`, `unsubscribe_mailto`, `preferences_url`, `web_url`, `to`, `message_id`, `date`, `settings`."""
    place: Place


@dataclass(frozen=True, slots=True)
class Cut:
    """What a mail leaves to the issue's web page, so that it arrives whole."""

    shortened: tuple[str, ...] = ()
    """Anchors of stories whose summaries lost sentences."""
    folded: tuple[str, ...] = ()
    """Anchors of stories that are told there alone."""
    bare: tuple[str, ...] = ()
    """Anchors of stories whose outlets are linked, or all of them named, there alone."""


WHOLE: Final = Cut()
"""What a mail that tells everything leaves out."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The bytes of one variant's message, with holes where the personal fields go."""

    variant: str
    parts: tuple[bytes | Hole, ...]
    """Literal bytes, CRLF line ends, already transfer-encoded, and holes between them."""
    html: str
    """The decoded HTML with its slots still in it, for previews."""
    text: str
    cut: Cut = WHOLE


@dataclass(frozen=True, slots=True)
class Plan:
    """What an issue has for the subscribers who read alike."""

    variant: str | None
    """The id of their variant; None: nothing goes out to them."""
    due_at: datetime
    reason: str = ""
    """Why nothing goes out to them, which is then kept with their deliveries."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a delivery goes to, with what a message needs of them."""

    subscriber: int
    email: str
    name: str
    list: str
    sections: tuple[SectionId, ...]
    """As they chose; empty: all."""
    timezone: str
    language: str
    at: time | None = None
    """Their own hour, on the clock of `timezone`; None: the edition's."""


class DeliveryState(StrEnum):
    """What has become of a message."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    IN_DOUBT = "in_doubt"


class Key(NamedTuple):
    """What names a claim: the delivery and its attempt."""

    issue: int
    seq: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that a worker holds, with its recipient."""

    issue: int
    seq: int
    attempt: int
    """Names the claim: counted up by it, from 1."""
    variant: str
    due_at: datetime
    recipient: Recipient
    given_back: int = 0
    """So many claims before this one were given back before anything was begun."""

    @property
    def tries(self) -> int:
        """Which try of the message it is, counted from 1."""
        return self.attempt - self.given_back

    @property
    def key(self) -> Key:
        """What names it."""
        return Key(self.issue, self.seq, self.attempt)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said to one message, or that nobody knows."""

    state: DeliveryState
    """accepted, deferred, refused, in_doubt; or queued: nothing was begun, given back."""
    code: int = 0
    """The SMTP reply's three digits (RFC 5321); 0 without a reply."""
    text: str = ""
    """The reply's text with its enhanced code (RFC 3463), one line, printable."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox."""

    issue: int
    seq: int
    subscriber: int
    state: DeliveryState
    variant: str
    """Empty for one that was suppressed from the start: the issue had nothing for them."""
    due_at: datetime
    attempts: int
    not_before: datetime | None
    worker: str
    code: int
    text: str
    at: datetime | None
    relay: str = ""
    """The name of the one that gave the last outcome; empty where none did, or nobody knows which."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a worker got when it asked for rows."""

    claims: tuple[Claim, ...] = ()
    closed: str = ""
    """Why nothing may be begun: `paused`, `brake` (too many were refused), `expired`, `dead` (this worker was declared
    so), `over`, `put back` (the database is older than what was sent); empty if it may."""
    next_at: datetime | None = None
    """When the next row falls due or may be tried again; None if none waits."""
    number: int = 0
    """The claim's own number among all of the database's, from 1; 0 where there are no rows."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claim, to be written down."""

    claim: Claim | Key
    outcome: Outcome
    not_before: datetime | None = None
    """For a deferred one: when it may be tried again."""
    relay: str = ""
    """The name of the relay that it was tried with; empty where that is not known, or it was tried with none."""


CLAIM_AGE: Final = timedelta(seconds=60)
"""How long after it was asked for a claim may be begun; later it is given back."""
NEVER_BEGUN: Final = Outcome(DeliveryState.QUEUED)
UNTOLD: Final = Outcome(DeliveryState.IN_DOUBT, 0, "its worker died holding it; nobody knows whether it was sent")


@dataclass(frozen=True, slots=True)
class Account:
    """What a worker's journal tells of its claims."""

    results: Mapping[Key, Result]
    """What became of those that were begun or have an outcome; `in_doubt`: begun, and no more is known."""
    whole: bool = False
    """Whether what is not among the results was never begun; if not, nobody knows that either."""

    def verdict(self, key: Key, state: DeliveryState) -> Result | None:
        """Return what to write of a row in that state that names the worker; None: it stays as it is.

        >>> Account({}, whole=True).verdict(Key(1, 2, 1), DeliveryState.CLAIMED).outcome.state.value
        'queued'
        >>> Account({}, whole=True).verdict(Key(1, 2, 1), DeliveryState.IN_DOUBT) is None
        True
        """
        told = self.results.get(key)
        doubted = state is DeliveryState.IN_DOUBT
        if told is not None:
            return None if doubted and told.outcome.state is DeliveryState.IN_DOUBT else told
        if doubted:
            return None
        return Result(key, NEVER_BEGUN if self.whole else UNTOLD)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a decision on messages in doubt did."""

    count: int = 0
    """How many were decided."""
    later: int = 0
    """How many have to wait, since their worker may still live and begin them."""
    wait_until: datetime | None = None
    """When the last of those may be decided."""
