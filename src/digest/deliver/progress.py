"""How far a send is: counted from what a run has on record, and set right by the outbox now and then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from digest.deliver.estimate import Estimate, Speed, estimate
from digest.model.delivery import DeliveryState

S = DeliveryState
ANSWERED: Final = (S.ACCEPTED, S.DEFERRED, S.REFUSED, S.IN_DOUBT)
"""States that end an attempt, in the order in which they are told."""
FIRST: Final = 1.0
"""Seconds after which a rate says something."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an issue is, at one moment of a run."""

    counts: Mapping[DeliveryState, int]
    """Its deliveries by state, whoever sends them; `queued` counts those in hand, too. Set right every few seconds."""
    elapsed: timedelta
    """Since this run began."""
    rate: float = 0.0
    """Answers a second of late, of this run alone; 0 while it is not known."""
    relays: Mapping[str, int] = field(default_factory=dict)
    """How many connections stand with each relay, where there are several; empty else."""

    @property
    def total(self) -> int:
        """How many deliveries may go out: suppressed ones are none of them."""
        return sum(count for state, count in self.counts.items() if state is not S.SUPPRESSED)

    @property
    def waiting(self) -> int:
        """How many were not tried yet."""
        return self.counts.get(S.QUEUED, 0)

    @property
    def done(self) -> int:
        """How many have an answer, be it that they have to wait."""
        return self.total - self.waiting

    @property
    def estimate(self) -> Estimate:
        """How long what was not tried yet takes at this rate."""
        return estimate(self.waiting, rate=self.rate, deferred=self.counts.get(S.DEFERRED, 0))


class Meter:
    """Turns what a run tells into `Progress`. `at` is in seconds, on a clock of the caller's."""

    def __init__(self, counts: Mapping[str, int], *, at: float) -> None:
        """Begin with the issue's deliveries by state as the outbox has them."""
        self._base = dict(counts)
        self._told: Mapping[DeliveryState, int] = {}
        self._known: Mapping[DeliveryState, int] = {}
        self._began = self._at = at
        self._speed = Speed()

    def told(self, written: Mapping[DeliveryState, int], *, at: float) -> None:
        """Take what the run has on record so far, by state."""
        sent = _answers(written) - _answers(self._told)
        self._speed = self._speed.after(sent, at - self._at)
        self._told, self._at = written, at

    @property
    def written(self) -> Mapping[DeliveryState, int]:
        """What was told last: to be handed to `corrected` with counts that were taken after it."""
        return self._told

    def corrected(self, counts: Mapping[str, int], written: Mapping[DeliveryState, int]) -> None:
        """Take the outbox's counts, which hold what others did, too, and at least what was `written`."""
        self._base, self._known = dict(counts), written

    def look(self, at: float, relays: Mapping[str, int] | None = None) -> Progress:
        """Return how far it is."""
        since = {state: self._told.get(state, 0) - self._known.get(state, 0) for state in ANSWERED}
        counts = {state: self._base.get(state.value, 0) + since[state] for state in ANSWERED}
        waiting = self._base.get(S.QUEUED.value, 0) + self._base.get(S.CLAIMED.value, 0) - sum(since.values())
        counts |= {S.QUEUED: max(0, waiting), S.SUPPRESSED: self._base.get(S.SUPPRESSED.value, 0)}
        return Progress(counts, timedelta(seconds=at - self._began), self._rate(at), dict(relays or {}))

    def _rate(self, at: float) -> float:
        return self._speed.after(0, at - self._at).rate if at - self._began >= FIRST else 0.0


def _answers(counts: Mapping[DeliveryState, int]) -> int:
    return sum(counts.get(state, 0) for state in ANSWERED)
