"""Which articles an issue may draw from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.compose.tongue import tongue
from digest.model.issue import Edition, LeftOut
from digest.model.news import Article
from digest.model.patterns import first_found


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one build, parted: each stands in exactly one of the two."""

    articles: tuple[Article, ...]
    """What the issue may draw from, in the order the candidates came."""
    left_out: tuple[LeftOut, ...]
    """The others, each with its reason and without a text."""


def pool(candidates: Sequence[Article], edition: Edition, *, now: datetime) -> Pool:
    """Part the articles that no issue of the edition has had yet.

    Left out for good is what was published more than `max_age` before `now`, or is in a language the edition does
    not take, or is muted by a word of its title or standfirst, or by its outlet; an article whose language nobody
    says is judged by its text, and passes where that leaves a doubt. A candidate given twice counts once.
    """
    articles, left_out = [], []
    for article in {article.id: article for article in candidates}.values():
        reason = _too_old(article, edition, now) or _foreign(article, edition) or _muted(article, edition)
        if reason:
            left_out.append(LeftOut(article.id, article.title, "", 0.0, reason))
        else:
            articles.append(article)
    return Pool(tuple(articles), tuple(left_out))


def _too_old(article: Article, edition: Edition, now: datetime) -> str:
    if now - article.at <= edition.max_age:
        return ""
    hours = edition.max_age // timedelta(hours=1)
    known = "published" if article.published_at else "first seen"
    return f"older than {hours} h: {known} {article.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _foreign(article: Article, edition: Edition) -> str:
    taken = {primary(language) for language in edition.languages}
    own = primary(tongue(article)) if taken else ""
    if not own or own in taken:
        return ""
    return f"in {own}, the edition takes {', '.join(sorted(taken))}"


def _muted(article: Article, edition: Edition) -> str:
    if outlet := first_found(edition.mute_outlets, article.source, article.outlet):
        return f'outlet muted: "{outlet}"'
    word = first_found(edition.mute_words, article.title, article.standfirst)
    return f'muted: "{word}"' if word else ""


def primary(language: str) -> str:
    """Return the language of a BCP 47 tag without script and region.

    >>> primary("pt-BR"), primary("EN_us"), primary("")
    ('pt', 'en', '')
    """
    return language.replace("_", "-").partition("-")[0].casefold()
