"""A ranked story as it stands in an issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from digest.compose.claims import claimed_by, disputed
from digest.compose.headlines import headline as own_headline
from digest.compose.headlines import opening, short_sentence
from digest.compose.memory import Recollection
from digest.compose.pool import primary
from digest.compose.rank import Ranked
from digest.compose.summary import BRIEF, LEAD, NORMAL, Room, summarise
from digest.compose.telling import Telling
from digest.model.issue import Cited, Credit, Edition, Follows, Item
from digest.model.news import Article, ArticleId, Placement, SectionId, Source

NORMALLY: Final = 3
"""Rank to which a story has room for more than a brief."""


def item(
    each: Ranked,
    *,
    rank: int,
    headline: str,
    edition: Edition,
    sources: Mapping[str, Source],
    also_in: tuple[SectionId, ...],
) -> Item:
    """Return the item of a story that stands at `rank`, from 1, in its section."""
    story, tellings = each.story, each.told
    article = tellings[0].article
    return Item(
        anchor=f"{story.section}-{rank}",
        headline=headline,
        url=web_address(article),
        summary=summary(tellings, headline, room_at(rank)),
        credits=credited(tellings, sources),
        passages=tuple(_cited(placement) for telling in tellings for placement in telling.placements),
        score=story.score,
        reasons=story.reasons,
        language=article.language if primary(article.language) != primary(edition.language) else "",
        also_in=also_in,
        voices=each.voices,
        claimed_by=claimed_by(tellings),
        figures=disputed(tellings),
        follows=_follows(each.recalled),
    )


def _follows(recalled: Recollection | None) -> Follows | None:
    told = recalled.told if recalled else None
    return Follows(told.number, told.day, told.headline) if told else None


def headline_for(telling: Telling, titled: set[ArticleId]) -> str:
    """Return the telling's headline; `titled` are the articles whose title stands over another item.

    A later passage of such an article, without a sub-heading of its own, is called by a short sentence of its own.
    """
    passage = telling.told.passage
    if telling.article.id in titled and telling.order > 0 and not passage.heading:
        return short_sentence(passage) or opening(passage)
    return own_headline(telling.article, passage)


def web_address(article: Article) -> str:
    """Return where the article stands on the web; empty if it does not."""
    return article.url if urlsplit(article.url).scheme in ("http", "https") else ""


def room_at(rank: int) -> Room:
    """Return how much the summary of a story may hold that stands at `rank`, from 1, in its section."""
    return LEAD if rank == 1 else NORMAL if rank <= NORMALLY else BRIEF


def summary(tellings: Sequence[Telling], headline: str, room: Room) -> tuple[str, ...]:
    """Return the sentences of the first telling that has any to show."""
    for telling in tellings:
        for placement in telling.placements:
            found = summarise(placement.passage.paragraphs, headline, room)
            if found:
                return found
    return ()


def credited(tellings: Sequence[Telling], sources: Mapping[str, Source]) -> tuple[Credit, ...]:
    """Return the outlets, the one that is told first, then by time, each once."""
    first: dict[str, Article] = {}
    for telling in tellings:
        first.setdefault(telling.article.source, telling.article)
    lead, *others = first.values()
    ordered = [lead, *sorted(others, key=lambda article: (article.at, article.source))]
    return tuple(
        Credit(
            article.source,
            web_address(article),
            article.at,
            sources[article.source].side if article.source in sources else "",
        )
        for article in ordered
    )


def _cited(placement: Placement) -> Cited:
    passage = placement.passage
    return Cited(passage.article, passage.position, passage.heading, placement.score, placement.evidence)
