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

RANK = 2
"""As which it is told: with room for more than a brief, and less than a lead's."""


def single(
    placements: Sequence[Placement],
    articles: Sequence[Article],
    edition: Edition,
    *,
    section: SectionId,
    sources: Mapping[str, Source],
    now: datetime,
) -> Item:
    """Return the item that these passages make in `section`, whatever section they were placed in.

    Its anchor is not unique in an issue. Raises KeyError for a placement whose article is not given, IndexError
    without placements.
    """
    by_id = {article.id: article for article in articles}
    moved = [replace(placement, section=section) for placement in placements]
    (story,) = ranked([(tellings(moved, by_id), None)], section, sources, now, edition.ranking)
    headline = headline_for(story.told[0], set())
    return item(story, rank=RANK, headline=headline, edition=edition, sources=sources, also_in=())
