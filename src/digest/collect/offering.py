"""What a source offers at a poll: candidates for articles, and how its document is known again. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from digest.collect.articles import address
from digest.collect.decide import Candidate, hint, newest_first, whole
from digest.collect.feeds.entries import Offer
from digest.collect.feeds.feed import MOST_ENTRIES, Offers
from digest.collect.http.fetch import Answer
from digest.collect.identity import article_id
from digest.collect.phrases import count
from digest.collect.text import title
from digest.model.news import ArticleId, Source, SourceState
from digest.model.patterns import first_found


@dataclass(slots=True)
class Offering:
    """What a source offers."""

    candidates: list[Candidate] = field(default_factory=list)
    known: int = 0
    """Of a folder, files that were not read again."""
    unchanged: bool = False
    notes: list[str] = field(default_factory=list)
    """What could not be had, in phrases for the operator."""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""

    def forget(self) -> None:
        """Let the next poll see the document anew, since not all of it could be had."""
        self.etag = self.last_modified = self.body_hash = ""


def with_hints(source: Source, candidates: Iterable[Candidate], known: Container[ArticleId]) -> list[Candidate]:
    """Return the candidates; those not known by their address with the id by which they are if they have moved."""
    found = []
    for candidate in candidates:
        if candidate.ids[0] not in known:
            candidate = whole(candidate)
            name = hint(source.name, candidate.entry) if candidate.entry else None
            candidate = replace(candidate, ids=(*candidate.ids, name)) if name else candidate
        found.append(candidate)
    return found


def offered_by(source: Source, answer: Answer) -> Offering:
    """Return an offering that nothing was taken into yet, and how its document is known again."""
    body_hash = sha256(answer.body).hexdigest()[:48] + mark_of(source)
    return Offering(etag=answer.etag, last_modified=answer.last_modified, body_hash=body_hash)


def mark_of(source: Source) -> str:
    """Return 16 hex digits of the settings that decide what is made of a source's documents."""
    settings = (source.kind, source.follow, source.timezone, source.select, source.remove, source.keep, source.drop)
    return sha256(repr(settings).encode()).hexdigest()[:16]


def unchanged(state: SourceState) -> Offering:
    """Return what a source offers that says nothing has changed."""
    return Offering(unchanged=True, etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash)


def take(source: Source, offering: Offering, found: Offers) -> None:
    """Put a feed's items into the offering, each address once, as far as the source's patterns let them."""
    offering.notes += _remarks(found)
    candidates: dict[ArticleId, Candidate] = {}
    unwanted = 0
    for offer in found.offers:
        if not wanted(source, offer):
            unwanted += 1
        elif url := address(offer.link):
            own = article_id(url)
            candidate = Candidate((own,), offer=offer, said=offer.said)
            candidates[own] = newest_first((candidates[own], candidate))[0] if own in candidates else candidate
    if unwanted:
        offering.notes.append(f"{count(unwanted, 'entry', 'entries')} left out by its `keep` and `drop`")
    offering.candidates = list(candidates.values())


def wanted(source: Source, offer: Offer) -> bool:
    """Return whether a source's patterns let an item in."""
    if not source.keep and not source.drop:
        return True
    said = title(offer.said[0]), offer.link
    return not (source.keep and not first_found(source.keep, *said)) and not first_found(source.drop, *said)


def _remarks(found: Offers) -> list[str]:
    notes = []
    if not found.offers:
        notes.append("the feed has no entries")
    if found.broken:
        notes.append(f"{found.broken}; what could be read of it was taken")
    if found.without_link:
        notes.append(f"{count(found.without_link, 'entry', 'entries')} without a web address left out")
    if found.surplus:
        notes.append(f"{count(found.surplus, 'entry', 'entries')} beyond the newest {MOST_ENTRIES} left out")
    return notes
