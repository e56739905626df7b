"""Whom an issue goes to, alike in what: every cohort of subscribers with its variant and hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from digest.model.delivery import Plan, Recipient, Variant
from digest.model.issue import Content, Edition, Issue
from digest.model.people import Consent, Preferences
from digest.parts import Parts
from digest.render import variants
from digest.slots import reader_at, wanted_on


@dataclass(frozen=True, slots=True)
class Audience:
    """An issue's cohorts: subscribers who chose alike."""

    variants: dict[Preferences, Variant | None]
    """None: the issue has nothing in the sections they chose."""
    whole: Variant
    """All of the issue's sections in its own language; there even if nobody chose it."""

    @property
    def distinct(self) -> tuple[Variant, ...]:
        """Each variant that occurs, once, in a fixed order."""
        return tuple(sorted({self.whole, *(v for v in self.variants.values() if v)}))


def audience(parts: Parts, content: Content, edition: Edition) -> Audience:
    """Return the cohorts among the active subscribers of the edition's lists, each with its variant."""
    chosen = {p: (p.sections, p.language) for p in parts.store.subscribers.cohorts(edition.lists, edition.segments)}
    known = variants(content, {((), ""), *chosen.values()}, edition)
    whole = known[((), "")]
    assert whole is not None, "an issue without stories is never rendered"
    return Audience({p: known[choice] for p, choice in chosen.items()}, whole)


def cohorts(
    crowd: Audience, edition: Edition, issue: Issue, *, now: datetime, scheduled: bool
) -> dict[Preferences, Plan]:
    """Return what each cohort gets and when; no variant where this issue has nothing for them, comes too late, or on
    a day that they do not want.

    Sent by the clock, subscribers' own hours count; sent by hand, everybody's hour is `now`.
    """
    found: dict[Preferences, Plan] = {}
    for preferences, variant in crowd.variants.items():
        at, late = reader_at(preferences, edition, issue.its_slot, now) if scheduled else (now, "")
        if not wanted_on(preferences, edition, issue.local_date):
            found[preferences] = Plan(None, at or now, "not a day they chose")
        elif variant is None:
            found[preferences] = Plan(None, at or now, "nothing in the sections they chose")
        elif at is None:
            found[preferences] = Plan(None, now, late)
        else:
            found[preferences] = Plan(variant.id, at)
    return found


def expected(parts: Parts, issue: Issue, content: Content, edition: Edition) -> Iterator[tuple[Recipient, str]]:
    """Yield whom the issue goes to, each with the id of their variant: as frozen, or as it would be frozen now."""
    if parts.store.issues.skeletons(issue.id):
        for delivery, recipient in parts.store.outbox.deliveries(issue.id):
            if delivery.variant:
                yield recipient, delivery.variant
        return
    choices: dict[tuple[tuple[str, ...], str], Variant | None] = {}
    for recipient in parts.store.subscribers.audience(edition.lists, issue.local_date, edition.segments):
        choice = (recipient.sections, recipient.language)
        if choice not in choices:
            choices |= variants(content, [choice], edition)
        if variant := choices[choice]:
            yield recipient, variant.id


def addressed(parts: Parts, issue: Issue, address: str, edition: Edition) -> Recipient:
    """Return whom the issue goes to at this address: as frozen with it, else as they would be frozen now."""
    return parts.store.outbox.recipient(issue.id, address) or recipient_of(parts, address, edition)


def recipient_of(parts: Parts, address: str, edition: Edition) -> Recipient:
    """Return the subscriber of the edition's lists with this address; a stranger where it is on none of them."""
    running = {s.list: s for s in parts.store.subscribers.by_email(address) if s.consent is Consent.ACTIVE}
    for name in edition.lists:
        if found := running.get(name):
            wish, person = found.preferences, found.subscriber
            return Recipient(
                subscriber=person.id,
                email=person.email,
                name=person.name,
                list=name,
                sections=wish.sections,
                timezone=wish.timezone,
                language=wish.language,
                at=wish.time,
            )
    return Recipient(subscriber=0, email=address, name="", list="", sections=(), timezone="", language="")
