"""Passages an editor points at, told as a story of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from digest.classify import classify
from digest.compose import single
from digest.edit import PassageRef
from digest.errors import MoveError
from digest.model.issue import Content, Edition, Item, LeftOut
from digest.model.news import BOILERPLATE, Article, Passage, Placement, SectionId
from digest.parts import Parts

WHOLE = -1
"""The position of a ref that means all of an article."""


def retold(parts: Parts, refs: Sequence[PassageRef], section: SectionId, edition: Edition, now: datetime) -> Item:
    """Return the story that the passages make; raises MoveError where an article of them is not kept any more."""
    return _told(parts, placed(parts, refs, edition), section, edition, now)


def brought(
    parts: Parts, refs: Sequence[PassageRef], section: SectionId, content: Content, edition: Edition, now: datetime
) -> Item:
    """Return the story that is brought in: passages that were left out, or articles that were only collected.

    Of a whole article those passages are told that fit the section, all of them where none does; never such as the
    issue tells already. Raises MoveError where nothing is left to tell.
    """
    out = [left for left in content.left_out if left.text and any(_is(ref, left) for ref in refs)]
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
        own = [ref for ref in refs if ref.article == article.id]
        passages = [p for p in classify(article, edition.sections, weights) if p.section != BOILERPLATE]
        if any(ref.position == WHOLE for ref in own):
            found += passages
        else:
            found += [p for p in passages if any(_means(ref, p.passage) for ref in own)] or passages[:1]
    return found


def kept(parts: Parts, ids: Iterable[str]) -> list[Article]:
    """Return articles once each, in order; raises MoveError for one that is not kept."""
    wanted = list(dict.fromkeys(ids))
    found = parts.store.articles.kept(wanted)
    if any(name not in found for name in wanted):
        raise MoveError("an article of that story is not kept any more; write the story by hand")
    return [found[name] for name in wanted]


def _told(parts: Parts, placements: Sequence[Placement], section: SectionId, edition: Edition, now: datetime) -> Item:
    if not placements:
        raise MoveError("that article has no text of its own to tell; write the story by hand")
    articles = kept(parts, (placement.passage.article for placement in placements))
    sources = {source.name: source for source in parts.settings.sources}
    return single(placements, articles, edition, section=section, sources=sources, now=now)


def _is(ref: PassageRef, left: LeftOut) -> bool:
    return left.position is not None and _means(ref, Passage(left.article, left.position, left.heading, ()))


def _means(ref: PassageRef, passage: Passage) -> bool:
    return ref.means(PassageRef(passage.article, passage.position, passage.heading))


def _as_placed(left: LeftOut, section: SectionId) -> Placement:
    passage = Passage(left.article, left.position or 0, left.heading, tuple(left.text.split("\n\n")))
    return Placement(passage, section, left.score)
