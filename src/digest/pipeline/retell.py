"""Passages an editor points at, told as a story of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from digest.classify import classify
from digest.compose import single
from digest.edit import PassageRef
from digest.edit.refs import key
from digest.errors import MoveError
from digest.model.issue import Content, Edition, Item, LeftOut
from digest.model.news import BOILERPLATE, Article, Passage, Placement, SectionId
from digest.parts import Parts

NORMALLY: Final = 2
"""As which rank a story is told that an editor made: with more room than a brief, and less than a lead."""
WHOLE: Final = -1
"""The position of a ref that means all of an article."""


def retold(parts: Parts, refs: Sequence[PassageRef], section: SectionId, edition: Edition, now: datetime) -> Item:
    """Return the story that the passages make; raises MoveError where an article of them is not kept any more."""
    return _told(parts, placed(parts, refs, edition), section, edition, now)


def summary_at(
    parts: Parts, item: Item, section: SectionId, rank: int, edition: Edition, now: datetime
) -> tuple[str, ...]:
    """Return how a story is told with the room of `rank`, from 1; nothing for what stands on no article."""
    refs = [PassageRef(cited.article, cited.position, cited.heading) for cited in item.passages[:1]]
    try:
        return _told(parts, placed(parts, refs, edition), section, edition, now, rank).summary if refs else ()
    except MoveError:
        return ()


def brought(
    parts: Parts, refs: Sequence[PassageRef], section: SectionId, content: Content, edition: Edition, now: datetime
) -> Item:
    """Return the story that is brought in: passages that were left out, or articles that were only collected.

    Of a whole article those passages are told that fit the section, all of them where none does; never such as the
    issue tells already. Raises MoveError where nothing is left to tell.
    """
    wanted = set(map(key, refs))
    out = [left for left in content.left_out if left.text and left.position is not None and key(left) in wanted]
    if out:
        return _told(parts, [_as_placed(left, section) for left in out], section, edition, now)
    told = {(cited.article, cited.position) for s in content.sections for item in s.items for cited in item.passages}
    found = [
        placement
        for placement in placed(parts, refs, edition)
        if (placement.passage.article, placement.passage.position) not in told
    ]
    if not found:
        raise MoveError("all of that article is in the issue already; move its stories, or write one by hand")
    fitting = [placement for placement in found if placement.section == section]
    return _told(parts, fitting or found, section, edition, now)


def placed(parts: Parts, refs: Sequence[PassageRef], edition: Edition) -> list[Placement]:
    """Return the passages that the refs mean, as words alone place them.

    An article that was cut in another way since speaks with its first passage. Raises MoveError.
    """
    weights, found = parts.shelf.current(), []
    for article in kept(parts, (ref.article for ref in refs)):
        own = {key(ref) for ref in refs if ref.article == article.id}
        passages = [p for p in classify(article, edition.sections, weights) if p.section != BOILERPLATE]
        if (article.id, "", WHOLE) in own:
            found += passages
        else:
            found += [p for p in passages if key(p.passage) in own] or passages[:1]
    return found


def kept(parts: Parts, ids: Iterable[str]) -> list[Article]:
    """Return articles once each, in order; raises MoveError for one that is not kept."""
    wanted = list(dict.fromkeys(ids))
    found = parts.store.articles.kept(wanted)
    if any(name not in found for name in wanted):
        raise MoveError("an article of that story is not kept any more; write the story by hand")
    return [found[name] for name in wanted]


def _told(
    parts: Parts,
    placements: Sequence[Placement],
    section: SectionId,
    edition: Edition,
    now: datetime,
    rank: int = NORMALLY,
) -> Item:
    if not placements:
        raise MoveError("that article has no text of its own to tell; write the story by hand")
    articles = kept(parts, (placement.passage.article for placement in placements))
    sources = {source.name: source for source in parts.settings.sources}
    return single(placements, articles, edition, section=section, sources=sources, now=now, rank=rank)


def _as_placed(left: LeftOut, section: SectionId) -> Placement:
    passage = Passage(left.article, left.position or 0, left.heading, tuple(left.text.split("\n\n")))
    return Placement(passage, section, left.score)
