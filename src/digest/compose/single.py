"""A story that an editor made: told as the program tells its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.compose.items import headline_for, item
from digest.compose.rank import ranked
from digest.compose.telling import tellings
from digest.model.issue import Edition, Item
from digest.model.news import Article, Placement, SectionId, Source


def single(
    placements: Sequence[Placement],
    articles: Sequence[Article],
    edition: Edition,
    *,
    section: SectionId,
    sources: Mapping[str, Source],
    now: datetime,
    rank: int = 2,
) -> Item:
    """Return the item that these passages make in `section`, whatever section they were placed in.

    `rank`, from 1, says how much room it has: a lead's, an ordinary story's, from 4 on a brief's. Its anchor is not
    unique in an issue. Raises KeyError for a placement whose article is not given, ValueError without placements.
    """
    by_id = {article.id: article for article in articles}
    moved = [replace(placement, section=section) for placement in placements]
    (story,) = ranked([(tellings(moved, by_id), None)], section, sources, now, edition.ranking)
    headline = headline_for(story.told[0], set())
    return item(story, rank=rank, headline=headline, edition=edition, sources=sources, also_in=())
