"""How everything stands: one sentence, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.headline import PUT_BACK, RECENT, foremost, headline, waiting
from digest.model.issue import Issue, Slot
from digest.parts import Parts
from digest.slots import upcoming


@dataclass(frozen=True, slots=True)
class Outlook:
    """How everything stands."""

    sentence: str
    issue: Issue | None
    """The one that the sentence speaks of, without its content."""
    counts: Mapping[str, int]
    """Its deliveries by state."""
    upcoming: Slot | None
    """The next slot of all whose hour is to come; None where no edition has any."""


def outlook(parts: Parts, *, now: datetime) -> Outlook:
    """Return how everything stands at an instant."""
    editions, store = parts.settings.editions, parts.store
    issues = store.issues.bare(now - RECENT)
    issue = foremost(issues, now)
    coming = [slot for edition in editions.values() for slot in [next(upcoming(edition, now), None)] if slot]
    first = min(coming, key=lambda slot: slot.draft_at, default=None)
    counts = store.outbox.counts(issue.id) if issue else {}
    about = issue.edition if issue else first.edition if first else ""
    sentence = headline(
        issue, now, edition=editions.get(about), upcoming=first, counts=counts, several=len(editions) > 1
    )
    sentence = " ".join(filter(None, (sentence, waiting(issues, now, editions))))
    if store.outbox.put_back():
        sentence = PUT_BACK
    return Outlook(sentence, issue, counts, first)


def unready(parts: Parts) -> str:
    """Return why mail would not go out by itself just now, in a phrase; empty where it would.

    The database answers and a daemon has the lead; no mail server is asked. Raises StoreError.
    """
    if parts.store.outbox.put_back():
        return "the database was put back"
    return "" if parts.store.lead().taken() else "no daemon runs"
