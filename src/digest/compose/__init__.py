"""Placements in, an issue's content out: copies merged, stories ranked and capped, summaries drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.compose.counting import counted
from digest.compose.items import headline_for, item
from digest.compose.line import arranged
from digest.compose.memory import Memory, Recollection
from digest.compose.names import names
from digest.compose.pool import Pool, pool
from digest.compose.rank import Ranked, ranked
from digest.compose.single import single
from digest.compose.stories import gathered, settle
from digest.compose.telling import Telling, tellings
from digest.compose.vectors import NO_ARCHIVE
from digest.model.issue import Archive, Content, Dropped, Edition, IssueSection, Item, LeftOut, Section, Slot, Told
from digest.model.news import BOILERPLATE, OTHER, Article, ArticleId, Placement, SectionId, Source

__all__ = ["BELOW_THE_LINE", "Composed", "Pool", "compose", "counted", "pool", "single"]

BELOW_THE_LINE: Final = "below the line in"
"""How the reason begins of a story for which its section, which is named next, has no room."""
SPARE: Final = 12
"""Stories below a section's line that are made ready to be told, should an editor have asked for one."""
JUST_BELOW: Final = 5
"""Stories below a section's line of which all is said that is said of those above."""


@dataclass(frozen=True, slots=True)
class Composed:
    """An issue, and what stands just below it."""

    content: Content
    spare: tuple[IssueSection, ...]
    """The first stories below each section's line, as they would be told; in the order of the sections."""


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
    archive: Archive = NO_ARCHIVE,
    told: Sequence[Told] = (),
) -> Composed:
    """Return what the issue says; `subject` and `preheader` are left to render.

    Every placement ends in exactly one place: cited by an item, in `left_out` with its reason (behind what the pool
    left out, which is passed in), or in `boilerplate`. The order of `placements` and `articles` changes nothing.
    `archive` says how common words are, `told` what earlier issues told: that comes back only with something new.
    Raises KeyError for a placement whose article is not given, ValueError for a section the edition does not have.
    """
    by_id = {article.id: article for article in articles}
    named = {source.name: source for source in sources}
    in_order = sorted(placements, key=lambda p: (p.passage.article, p.passage.position))
    order = [section.id for section in edition.sections]
    _require_known(in_order, order)
    settled = settle(gathered(tellings(in_order, by_id), edition.names, archive), order)
    memory = Memory(told, names(edition.names), archive)
    stories, repeated = _recalled(settled, memory, edition, named, now)
    shown, under = _capped(stories, edition, archive)
    told_once, spare = _sections(shown, under, edition, named)
    content = Content(
        edition=edition.id,
        title=edition.title,
        number=number,
        local_date=slot.local_date,
        timezone=edition.timezone,
        language=edition.language,
        built_at=now,
        subject="",
        preheader="",
        sections=told_once,
        sources_read=len({article.source for article in articles}),
        left_out=(*sorted(left_out, key=_left_out_order), *_under(under, edition), *repeated, *_fits_none(in_order)),
        boilerplate=tuple(_dropped(in_order)),
    )
    return Composed(content, spare)


def _require_known(placements: Iterable[Placement], order: Sequence[SectionId]) -> None:
    unknown = {placement.section for placement in placements} - {*order, OTHER, BOILERPLATE}
    if unknown:
        raise ValueError(f"no section {', '.join(sorted(unknown))} in the edition; it has {', '.join(order)}")


def _left_out_order(left: LeftOut) -> tuple[ArticleId, str, str]:
    return left.article, left.heading, left.text


def _recalled(
    settled: Mapping[SectionId, list[list[Telling]]],
    memory: Memory,
    edition: Edition,
    sources: Mapping[str, Source],
    now: datetime,
) -> tuple[dict[SectionId, list[Ranked]], list[LeftOut]]:
    """Part the stories into each section's, the highest first, and those that only repeat what was sent."""
    stories: dict[SectionId, list[Ranked]] = {}
    repeated: list[LeftOut] = []
    for section, groups in settled.items():
        new: list[tuple[list[Telling], Recollection | None]] = []
        for group, recalled in zip(groups, memory.recall(groups), strict=True):
            repeats = recalled.repeats if recalled else frozenset()
            fresh = [telling for i, telling in enumerate(group) if i not in repeats]
            repeated += _repeated([telling for i, telling in enumerate(group) if i in repeats], recalled)
            if fresh:
                new.append((fresh, recalled))
        stories[section] = ranked(new, section, sources, now, edition.ranking)
    return stories, repeated


def _repeated(tellings: Sequence[Telling], recalled: Recollection | None) -> Iterator[LeftOut]:
    if recalled:
        told = recalled.told
        reason = f"told in No. {told.number} of {told.day:%d %b} (“{told.headline}”), nothing new since"
        for telling in tellings:
            for placement in telling.placements:
                yield _left_out(placement, reason)


def _capped(
    stories: Mapping[SectionId, Sequence[Ranked]], edition: Edition, archive: Archive
) -> tuple[dict[SectionId, list[Ranked]], dict[SectionId, list[Ranked]]]:
    """Part each section's stories into those above its line and those below."""
    shown: dict[SectionId, list[Ranked]] = {}
    below: dict[SectionId, list[Ranked]] = {}
    for section in edition.sections:
        order = arranged(
            stories[section.id],
            edition.ranking,
            room=section.max_stories,
            names=names(edition.names),
            archive=archive,
        )
        shown[section.id] = order[: section.max_stories]
        below[section.id] = order[section.max_stories :]
    return shown, below


def _under(below: Mapping[SectionId, Sequence[Ranked]], edition: Edition) -> Iterator[LeftOut]:
    for section in edition.sections:
        for rank, each in enumerate(below[section.id], section.max_stories + 1):
            yield from _below(section, rank, each)


def _below(section: Section, rank: int, each: Ranked) -> Iterator[LeftOut]:
    reason = f"{BELOW_THE_LINE} {section.id}: rank {rank}, the section holds {section.max_stories}"
    if rank <= section.max_stories + JUST_BELOW:
        reason = "; ".join((reason, f"score {each.story.score:.2f}", *each.story.reasons))
    for telling in each.told:
        for placement in telling.placements:
            yield _left_out(placement, reason)


def _fits_none(placements: Iterable[Placement]) -> Iterator[LeftOut]:
    for placement in placements:
        if placement.section == OTHER:
            yield _left_out(placement, "; ".join(("fits no section", *placement.evidence)))


def _left_out(placement: Placement, reason: str) -> LeftOut:
    passage = placement.passage
    return LeftOut(passage.article, passage.heading, passage.text, placement.score, reason, passage.position)


def _dropped(placements: Iterable[Placement]) -> Iterator[Dropped]:
    for placement in placements:
        if placement.section == BOILERPLATE:
            yield Dropped(placement.passage.article, placement.passage.text, "; ".join(placement.evidence))


def _sections(
    shown: Mapping[SectionId, Sequence[Ranked]],
    below: Mapping[SectionId, Sequence[Ranked]],
    edition: Edition,
    sources: Mapping[str, Source],
) -> tuple[tuple[IssueSection, ...], tuple[IssueSection, ...]]:
    """Return the sections that have items, each article's other sections named beside it, and what is spare of each."""
    stands_in: dict[ArticleId, list[SectionId]] = {}
    for shown_in, order in shown.items():
        for telling in (telling for each in order for telling in each.told):
            stands_in.setdefault(telling.article.id, []).append(shown_in)
    opened = (each.told[0] for order in shown.values() for each in order if each.told[0].order == 0)
    titled = {telling.article.id for telling in opened}

    def items(section: Section, stories: Sequence[Ranked], first: int) -> Iterator[Item]:
        for rank, each in enumerate(stories, first):
            lead = each.told[0]
            headline = headline_for(lead, titled)
            elsewhere = tuple(other for other in stands_in.get(lead.article.id, ()) if other != section.id)
            yield item(each, rank=rank, headline=headline, edition=edition, sources=sources, also_in=elsewhere)

    def every(chosen: Mapping[SectionId, Sequence[Ranked]]) -> tuple[IssueSection, ...]:
        first = {section.id: 1 if chosen is shown else section.max_stories + 1 for section in edition.sections}
        made = ((s, tuple(items(s, chosen[s.id], first[s.id]))) for s in edition.sections)
        return tuple(IssueSection(section.id, section.title, told) for section, told in made if told)

    return every(shown), every({name: stories[:SPARE] for name, stories in below.items()})
