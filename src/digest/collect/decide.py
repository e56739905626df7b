"""New, changed or known: what becomes of each thing a source offers. Pure; what is known is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from digest.collect.feeds.entries import NEVER, Entry, Offer, when
from digest.collect.http.pace import share
from digest.collect.identity import article_id, fingerprint
from digest.collect.versions import UNFINISHED, holds
from digest.model.news import Article, ArticleId, Known

MOST_UPDATES: Final = 20
"""Of one source in one poll: beyond, known articles keep their words until the next."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that a source offers."""

    ids: tuple[ArticleId, ...]
    """Under which it may be known, the likeliest first."""
    offer: Offer | None = None
    """Of a feed, its entry still to be made."""
    entry: Entry | None = None
    """Of a feed, its article still to be made."""
    article: Article | None = None
    """Of the others, complete already."""
    said: tuple[str, ...] = ()
    """What tells its words from others; empty where nobody compares."""
    known: Known | None = None
    """The article that it is, collected before with other words; None for a new one."""


@dataclass(slots=True)
class Told:
    """The candidates of one source, told apart."""

    new: list[Candidate] = field(default_factory=list)
    changed: list[Candidate] = field(default_factory=list)
    known: int = 0
    moved: list[tuple[ArticleId, ArticleId]] = field(default_factory=list)
    """Addresses that known articles have moved to: (id of the address, id of the article)."""
    postponed: int = 0
    """Of the known, those that have changed, and are looked at in the next poll."""


def tell_apart(
    source: str, candidates: Sequence[Candidate], known: Mapping[ArticleId, Known], taken: set[ArticleId], now: datetime
) -> Told:
    """Tell new candidates of a source from changed and known ones, each whole and newest first.

    What another source tells in other words has not changed. `taken` holds the ids of the candidates of earlier
    sources, which count as known here, and is added to.
    """
    told = Told()
    articles = [_article(candidate, known) for candidate in candidates]
    found = [article.id for article in articles if article]
    if len(set(found)) < len(found):  # the newest of those that are one is the one to be compared
        candidates = newest_first(candidates)
        articles = [_article(candidate, known) for candidate in candidates]
    for candidate, article in zip(candidates, articles, strict=True):
        names = (*candidate.ids, article.id) if article else candidate.ids
        if article and candidate.ids[0] not in known:
            told.moved.append((candidate.ids[0], article.id))
        if not taken.isdisjoint(names):
            told.known += 1
        elif article is None:
            told.new.append(candidate)
        elif article.source != source or holds(article.version, *candidate.said):
            told.known += 1
        else:
            told.changed.append(replace(candidate, known=article))
        taken.update(names)
    told.new, told.changed = newest_first(told.new), _in_turn(newest_first(told.changed), now)
    told.postponed = len(told.changed[MOST_UPDATES:])
    told.known += told.postponed
    del told.changed[MOST_UPDATES:]
    return told


def _in_turn(changed: list[Candidate], now: datetime) -> list[Candidate]:
    """What has new words first; then those whose pages could not be had, in an order that is another at each poll.

    So a page that never answers takes no other its turn.
    """
    news: list[Candidate] = []
    rest: list[Candidate] = []
    for candidate in changed:
        unfinished = candidate.known is not None and candidate.known.version == UNFINISHED
        (rest if unfinished else news).append(candidate)
    return news + sorted(rest, key=lambda candidate: share(candidate.ids[0], now))


def newest_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates whole, those of a feed by their dates."""
    return sorted(map(whole, candidates), key=_when, reverse=True)


def whole(candidate: Candidate) -> Candidate:
    """Return a candidate with its entry made."""
    return replace(candidate, entry=candidate.offer.entry(), offer=None) if candidate.offer else candidate


def _article(candidate: Candidate, known: Mapping[ArticleId, Known]) -> Known | None:
    for name in candidate.ids:
        if name in known:
            return known[name]
    return None


def _when(candidate: Candidate) -> datetime:
    return when(candidate.entry) if candidate.entry else NEVER


def hint(source: str, entry: Entry) -> ArticleId | None:
    """Return the id by which an entry is known that has moved to another address; None where nothing tells.

    A guid alone says too little, since publishers change and repeat them: it counts where headline and date agree.
    """
    if entry.guid in ("", entry.link) or not entry.title or entry.published_at is None:
        return None
    words = fingerprint(entry.title, (), url="")
    return article_id(f"guid:{source}/{entry.guid}/{entry.published_at.isoformat()}/{words}")
