"""New, changed or known: what becomes of each thing a source offers. Pure; what is known is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from digest.collect.feeds.feed import Entry
from digest.collect.identity import article_id, fingerprint
from digest.collect.versions import holds
from digest.model.news import Article, ArticleId, Known

MOST_UPDATES: Final = 20
"""Of one source in one poll: beyond, known articles keep their words until the next."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Something that a source offers."""

    ids: tuple[ArticleId, ...]
    """Under which it may be known, the likeliest first."""
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
    """The leads of one source, told apart."""

    new: list[Lead] = field(default_factory=list)
    changed: list[Lead] = field(default_factory=list)
    known: int = 0


def tell_apart(leads: Iterable[Lead], known: Mapping[ArticleId, Known], taken: set[ArticleId]) -> Told:
    """Tell new leads from changed and known ones.

    `taken` holds the ids of the leads of earlier sources, which count as known here, and is added to.
    """
    told = Told()
    for lead in leads:
        article = next((known[name] for name in lead.ids if name in known), None)
        names = (*lead.ids, article.id) if article else lead.ids
        if not taken.isdisjoint(names):
            told.known += 1
        elif article is None:
            told.new.append(lead)
        elif holds(article.version, *lead.said) or len(told.changed) == MOST_UPDATES:
            told.known += 1
        else:
            told.changed.append(replace(lead, known=article))
        taken.update(names)
    return told


def hint(source: str, entry: Entry) -> ArticleId | None:
    """Return the id by which an entry is known that has moved to another address; None where nothing tells.

    A guid alone says too little, since publishers change and repeat them: it counts where headline and date agree.
    """
    if entry.guid in ("", entry.link) or not entry.title or entry.published_at is None:
        return None
    words = fingerprint(entry.title, (), url="")
    return article_id(f"guid:{source}/{entry.guid}/{entry.published_at.isoformat()}/{words}")
