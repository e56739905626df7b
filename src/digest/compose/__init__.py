"""Placements in, an issue's content out: copies merged, stories ranked and capped, summaries drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from digest.compose.items import headline_for, item
from digest.compose.pool import Pool, pool
from digest.compose.rank import ranked
from digest.compose.stories import gathered, settle
from digest.compose.telling import Telling, tellings
from digest.model.issue import Content, Dropped, Edition, IssueSection, Item, LeftOut, Section, Slot
from digest.model.news import BOILERPLATE, OTHER, Article, ArticleId, Placement, SectionId, Source, Story

__all__ = ["Pool", "compose", "pool"]

Ranked = list[tuple[Story, list[Telling]]]


def compose(
    placements: Sequence[Placement],
    articles: Sequence[Article],
    edition: Edition,
    *,
    sources: Sequence[Source],
    number: int,
    slot: Slot,
    now: datetime,
    left_out: Sequence[LeftOut] = (),
) -> Content:
    """Return what the issue says; `subject` and `preheader` are left to render.

    Every placement ends in exactly one place: cited by an item, in `left_out` with its reason (behind what the pool
    left out, which is passed in), or in `boilerplate`. The order of `placements` and `articles` changes nothing.
    Raises KeyError for a placement whose article is not given, ValueError for a section the edition does not have.
    """
    by_id = {article.id: article for article in articles}
    named = {source.name: source for source in sources}
    in_order = sorted(placements, key=lambda p: (p.passage.article, p.passage.position))
    order = [section.id for section in edition.sections]
    _require_known(in_order, order)
    settled = settle(gathered(tellings(in_order, by_id)), order)
    shown, below = _capped(settled, edition, named, now)
    return Content(
        edition=edition.id,
        title=edition.title,
        number=number,
        local_date=slot.local_date,
        timezone=edition.timezone,
        language=edition.language,
        built_at=now,
        subject="",
        preheader="",
        sections=tuple(_sections(shown, edition, named)),
        sources_read=len({article.source for article in articles}),
        left_out=(*sorted(left_out, key=_left_out_order), *below, *_fits_none(in_order)),
        boilerplate=tuple(_dropped(in_order)),
    )


def _require_known(placements: Iterable[Placement], order: Sequence[SectionId]) -> None:
    unknown = {placement.section for placement in placements} - {*order, OTHER, BOILERPLATE}
    if unknown:
        raise ValueError(f"no section {', '.join(sorted(unknown))} in the edition; it has {', '.join(order)}")


def _left_out_order(left: LeftOut) -> tuple[ArticleId, str, str]:
    return left.article, left.heading, left.text


def _capped(
    settled: Mapping[SectionId, list[list[Telling]]], edition: Edition, sources: Mapping[str, Source], now: datetime
) -> tuple[dict[SectionId, Ranked], list[LeftOut]]:
    """Part each section's stories into those above its line and those below."""
    shown: dict[SectionId, Ranked] = {}
    below: list[LeftOut] = []
    for section in edition.sections:
        order = ranked(settled[section.id], section.id, sources, now)
        shown[section.id] = order[: section.max_stories]
        for rank, (_, told) in enumerate(order[section.max_stories :], section.max_stories + 1):
            below += _below(section, rank, told)
    return shown, below


def _below(section: Section, rank: int, told: Sequence[Telling]) -> Iterator[LeftOut]:
    reason = f"below the line in {section.id}: rank {rank}, the section holds {section.max_stories}"
    for telling in told:
        for placement in telling.placements:
            yield _left_out(placement, reason)


def _fits_none(placements: Iterable[Placement]) -> Iterator[LeftOut]:
    for placement in placements:
        if placement.section == OTHER:
            yield _left_out(placement, "; ".join(("fits no section", *placement.evidence)))


def _left_out(placement: Placement, reason: str) -> LeftOut:
    passage = placement.passage
    return LeftOut(passage.article, passage.heading, passage.text, placement.score, reason)


def _dropped(placements: Iterable[Placement]) -> Iterator[Dropped]:
    for placement in placements:
        if placement.section == BOILERPLATE:
            yield Dropped(placement.passage.article, placement.passage.text, "; ".join(placement.evidence))


def _sections(
    shown: Mapping[SectionId, Ranked], edition: Edition, sources: Mapping[str, Source]
) -> Iterator[IssueSection]:
    """Yield the sections that have items, each article's other sections named beside it."""
    stands_in: dict[ArticleId, list[SectionId]] = {}
    for shown_in, order in shown.items():
        for telling in (telling for _, told in order for telling in told):
            stands_in.setdefault(telling.article.id, []).append(shown_in)
    opened = (told[0] for order in shown.values() for _, told in order if told[0].order == 0)
    titled = {telling.article.id for telling in opened}
    for section in edition.sections:
        items: list[Item] = []
        for rank, (story, told) in enumerate(shown[section.id], 1):
            headline = headline_for(told[0], titled)
            elsewhere = tuple(other for other in stands_in[told[0].article.id] if other != section.id)
            items.append(
                item(story, told, rank=rank, headline=headline, edition=edition, sources=sources, also_in=elsewhere)
            )
        if items:
            yield IssueSection(section.id, section.title, tuple(items))
