"""What a move teaches: each is kept as a correction, and withdrawn when the move is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from digest.edit import BringIn, EditorsMove, HoldBack, Lead, Merge, PassageRef, Split, To, ToSection, found
from digest.edit.refs import Ref
from digest.errors import MoveError
from digest.model.issue import Content, Edition, Item
from digest.model.learning import Correction, What
from digest.model.news import OTHER, SectionId
from digest.parts import Parts
from digest.pipeline.retell import kept, placed

MOST: Final = 6
"""Passages of a story that are learned from, the one that is told first."""


def lessons(
    parts: Parts, move: EditorsMove, before: Content, edition: Edition, *, by: str, now: datetime
) -> tuple[Correction, ...]:
    """Return what a move on the issue that stood `before` teaches; nothing where the articles are gone."""
    match move:
        case ToSection(story=story, section=section):
            item, was = _there(story, before)
            return _passages(parts, item, What.SECTION, was, section, edition, by, now) if item else ()
        case HoldBack(story=story, strange=strange):
            item, was = _there(story, before)
            if item is None:
                return ()
            if strange:
                return _passages(parts, item, What.DROP, was, OTHER, edition, by, now)
            return (Correction(What.DROP, by, now, was, was, " ".join(item.summary), title=item.headline),)
        case BringIn(item=Item() as item, section=section):
            placed_there = _passages(parts, item, What.SECTION, "", section, edition, by, now)
            return tuple(each for each in placed_there if each.was != section)
        case Merge(story=story, other=other):
            return _pair(What.MERGE, before, by, now, story, other)
        case Split(story=story, item=Item() as item):
            whole, _ = _there(story, before)
            name = whole.headline if whole else ""
            return (Correction(What.SPLIT, by, now, name, item.headline, " ".join(item.summary), title=item.headline),)
        case To(story=story, before=Ref() as ahead):
            return _pair(What.ORDER, before, by, now, ahead, story)
        case To(story=story) | Lead(story=story):
            item, section = _there(story, before)
            items = next((s.items for s in before.sections if s.id == section), ())
            place = move.position if isinstance(move, To) else 0
            there = items[min(place, len(items) - 1)].headline if items else ""
            return (_order(item, there, by, now),) if item else ()
    return ()


def withdrawn(corrections: Sequence[Correction], now: datetime) -> tuple[Correction, ...]:
    """Return what takes corrections back: the same words, that become nothing."""
    return tuple(replace(each, at=now, becomes="") for each in corrections)


def _there(story: Ref, content: Content) -> tuple[Item | None, SectionId]:
    for section in content.sections:
        if item := found(story, section.items):
            return item, section.id
    return None, ""


def _pair(what: What, content: Content, by: str, now: datetime, story: Ref, other: Ref) -> tuple[Correction, ...]:
    one, _ = _there(story, content)
    two, _ = _there(other, content)
    if one is None or two is None:
        return ()
    return (Correction(what, by, now, one.headline, two.headline, " ".join(two.summary), title=two.headline),)


def _order(item: Item, there: str, by: str, now: datetime) -> Correction:
    return Correction(What.ORDER, by, now, there, item.headline, " ".join(item.summary), title=item.headline)


def _passages(
    parts: Parts,
    item: Item,
    what: What,
    was: SectionId,
    becomes: SectionId,
    edition: Edition,
    by: str,
    now: datetime,
) -> tuple[Correction, ...]:
    """Return one correction a passage of the story, with the words that the sections are learned from.

    Where nobody says what its section `was`, that is where words alone place it.
    """
    refs = [PassageRef(cited.article, cited.position, cited.heading) for cited in item.passages[:MOST]]
    try:
        titles = {article.id: article.title for article in kept(parts, (ref.article for ref in refs))}
        return tuple(
            Correction(
                what,
                by,
                now,
                was or p.section,
                becomes,
                p.passage.text,
                heading=p.passage.heading,
                title=titles[p.passage.article],
            )
            for p in placed(parts, refs, edition)
        )
    except MoveError:
        return ()
