"""What one article tells in one section: the unit that stories are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from digest.compose.copies import Sketch, sketch
from digest.compose.headlines import flaws, headline
from digest.compose.sentences import sentences
from digest.model.news import BOILERPLATE, OTHER, Article, ArticleId, Placement, SectionId

OPENING: Final = 3
"""Sentences of a passage that say what happened."""
BLOCKS: Final = 8
BEGINNING: Final = 1_000
"""Blocks of an article, and characters of those, that tell whose it is."""
LOOKED_AT: Final = 1500
"""Characters of a paragraph in which they are sought."""


@dataclass(frozen=True)
class Telling:
    """An article's passages in one section, the one that tells best first; what is asked of it often is kept."""

    article: Article
    section: SectionId
    placements: tuple[Placement, ...]
    """The first is told, the others are cited with it, in reading order."""
    order: int
    """How many other passages of the article stand before the told one."""

    @property
    def told(self) -> Placement:
        """The passage that is told."""
        return self.placements[0]

    @cached_property
    def headline(self) -> str:
        """The outlet's own."""
        return headline(self.article, self.told.passage)

    @property
    def is_headless(self) -> bool:
        """Whether the told passage neither opens its article nor has a heading."""
        return self.order > 0 and not self.told.passage.heading

    @cached_property
    def flaws(self) -> tuple[str, ...]:
        """What speaks against its headline, the gravest first."""
        return flaws(self.article, self.told.passage)

    @cached_property
    def opening(self) -> str:
        """The first sentences of the told passage."""
        said: list[str] = []
        for paragraph in self.told.passage.paragraphs[:OPENING]:
            said += sentences(paragraph[:LOOKED_AT])
            if len(said) >= OPENING:
                break
        return " ".join(said[:OPENING])

    @cached_property
    def said(self) -> str:
        """Its headline and its first sentences, which say what happened."""
        return f"{self.headline[:LOOKED_AT]}. {self.opening}"

    @cached_property
    def sketch(self) -> Sketch:
        """By which copies of its text are known."""
        return sketch(self.told.passage.text)

    @cached_property
    def whole(self) -> Sketch:
        """By which copies of the article are known, whatever of it is told."""
        return sketch("\n".join(block.text for block in self.article.blocks[:BLOCKS])[:BEGINNING])

    @property
    def key(self) -> tuple[ArticleId, SectionId]:
        """Unique in an issue, and the same whatever order things came in."""
        return self.article.id, self.section


def tellings(placements: Sequence[Placement], articles: Mapping[ArticleId, Article]) -> list[Telling]:
    """Return one telling for each article and section that its passages stand in, in a fixed order."""
    by_article: dict[ArticleId, list[Placement]] = {}
    for placement in placements:
        if placement.section not in (OTHER, BOILERPLATE):
            by_article.setdefault(placement.passage.article, []).append(placement)
    return [
        telling
        for article in sorted(by_article)
        for telling in _of_article(articles[article], sorted(by_article[article], key=_position))
    ]


def _of_article(article: Article, placements: Sequence[Placement]) -> list[Telling]:
    order = {_position(placement): place for place, placement in enumerate(placements)}
    found = []
    for section in sorted({placement.section for placement in placements}):
        own = [placement for placement in placements if placement.section == section]
        # The passage under the article's title speaks for it before any under a sub-heading.
        told = own[0] if order[_position(own[0])] == 0 else max(own, key=lambda p: (p.score, -_position(p)))
        rest = (placement for placement in own if placement is not told)
        found.append(Telling(article, section, (told, *rest), order[_position(told)]))
    return found


def _position(placement: Placement) -> int:
    return placement.passage.position
