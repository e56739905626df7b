"""An issue on its way: how far it is, how fast it goes, when it will be through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.deliver import estimate
from digest.model.delivery import DeliveryState
from digest.model.issue import Issue, State
from digest.model.standing import Carried
from digest.parts import Parts


@dataclass(frozen=True, slots=True)
class Departing:
    """How a send stands."""

    counts: Mapping[str, int]
    """By what became of the messages, those that nothing became of left out."""
    out: int
    """Messages that are to go, or went."""
    pace: str
    """How fast it goes and how long it takes, as a sentence; empty where it does not go."""
    relays: tuple[str, ...] = ()
    """What became of the messages with each relay, a line each, where there are several."""


def departing(parts: Parts, issue: Issue, now: datetime) -> Departing:
    """Return how the issue's send stands."""
    found = parts.store.outbox.standing(issue.id, now=now)
    counts = {state.value: many for state, many in found.counts.items() if many}
    out = sum(counts.values()) - counts.get(DeliveryState.SUPPRESSED, 0)
    pace = ""
    if issue.state is State.SENDING and found.waiting:
        rate = found.rate(now)
        due = str(estimate(found.waiting, rate=rate, deferred=found.counts[DeliveryState.DEFERRED]))
        pace = f"{rate:.1f} a second; {due}." if due else "It begins."
    lines = tuple(_through(each) for each in found.relays if each.relay)
    return Departing(counts, out, pace, lines if len(lines) > 1 else ())


def _through(carried: Carried) -> str:
    """Return what became of messages with one relay.

    >>> _through(Carried("main", {DeliveryState.ACCEPTED: 1200, DeliveryState.IN_DOUBT: 1}))
    'main: 1,200 accepted, 1 in doubt'
    """
    told = [f"{many:,} {state.value.replace('_', ' ')}" for state, many in carried.counts.items() if many]
    return f"{carried.relay}: {', '.join(told)}"
