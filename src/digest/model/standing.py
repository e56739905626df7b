"""How an issue's deliveries stand, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.delivery import DeliveryState


@dataclass(frozen=True, slots=True)
class Reply:
    """What mail servers said to several messages alike."""

    state: DeliveryState
    """deferred or refused."""
    code: int
    """Of the SMTP reply; 0 where none came."""
    enhanced: str
    """RFC 3463; empty where the server gave none."""
    count: int


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of messages that were tried with one relay."""

    relay: str
    """Its name in digest.toml; empty for those of which nobody knows, or that no relay was asked to take."""
    counts: Mapping[DeliveryState, int]
    """How many are accepted, deferred, refused, in doubt, each of which is a key."""
    lately: int = 0
    """Answers within the last minute."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an issue's deliveries stand. Names nobody, and quotes no server."""

    counts: Mapping[DeliveryState, int]
    """Every state is a key."""
    assumed: int = 0
    """How many of the accepted are so only because somebody said it."""
    replies: tuple[Reply, ...] = ()
    """What keeps messages from being accepted, the most frequent first."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why messages are suppressed, each with how many, the most frequent first."""
    relays: tuple[Carried, ...] = ()
    """The same relay by relay, by what is known of the outcomes that stand."""
    domains: Mapping[str, int] = field(default_factory=dict)
    """Of recipients whose messages are deferred, refused or in doubt, each with how many, the most frequent first."""
    first_at: datetime | None = None
    """When the first of the answers that stand was written; None: there is none."""
    last_at: datetime | None = None
    lately: int = 0
    """Answers within the last minute."""
    next_try_at: datetime | None = None
    """When the first of the deferred may be tried again."""
    folded_at: datetime | None = None
    """When its single deliveries were given up for these counts; None: they are kept."""

    @property
    def waiting(self) -> int:
        """How many were not tried yet, or are in hand."""
        return self.counts[DeliveryState.QUEUED] + self.counts[DeliveryState.CLAIMED]

    @property
    def answered(self) -> int:
        """How many have an answer that stands, deferred ones too."""
        return sum(self.counts.values()) - self.waiting - self.counts[DeliveryState.SUPPRESSED]

    def rate(self, now: datetime) -> float:
        """Return the answers a second within the last minute, or since the first answer."""
        return self._a_second(self.lately, now)

    def pace(self, relay: Carried, now: datetime) -> float:
        """Return the same of one of its relays."""
        return self._a_second(relay.lately, now)

    def _a_second(self, lately: int, now: datetime) -> float:
        if not (lately and self.first_at):
            return 0.0
        return lately / min(60.0, max(1.0, (now - self.first_at).total_seconds()))
