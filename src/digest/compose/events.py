"""Whole articles by event: what stories are made by, for those who want to measure it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from digest.compose.stories import gathered
from digest.compose.telling import tellings
from digest.compose.vectors import NO_ARCHIVE
from digest.model.issue import Archive, OwnName
from digest.model.news import Article, ArticleId, BlockKind, Passage, Placement, SectionId

WHOLE: Final[SectionId] = "whole"
"""The section of an article that is not parted."""


def events(
    articles: Sequence[Article], own_names: tuple[OwnName, ...] = (), archive: Archive = NO_ARCHIVE
) -> list[list[ArticleId]]:
    """Return the articles' ids grouped by event, the paragraphs of each article taken as one passage."""
    by_id = {article.id: article for article in articles}
    placements = [Placement(_passage(article), WHOLE, 1.0) for article in articles]
    groups = gathered(tellings(placements, by_id), own_names, archive)
    return [[telling.article.id for telling in group] for group in groups]


def _passage(article: Article) -> Passage:
    return Passage(article.id, 0, "", tuple(b.text for b in article.blocks if b.kind is BlockKind.PARAGRAPH))
