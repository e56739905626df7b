"""An issue's stories as the outline has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from digest.model.issue import Content, Edition, Item
from digest.model.news import SectionId
from digest.pipeline.offers import BELOW
from digest.web.desk.judging import Judged
from digest.web.desk.wording import hour


@dataclass(frozen=True, slots=True)
class Row:
    """One story."""

    item: Item
    leads: bool
    first: bool
    last: bool
    next: str
    """The anchor of the story behind it in the section; empty for the last one."""
    tags: tuple[str, ...]
    """What the checks say of it."""
    told_by: str
    """`Ilma Courier, 05:40, and 2 more`."""


@dataclass(frozen=True, slots=True)
class Block:
    """One section of the edition."""

    id: str
    title: str
    key: int
    """The number that moves a story here, from 1."""
    rows: tuple[Row, ...]


def outline(content: Content, edition: Edition, found: Judged | None, now: datetime) -> tuple[Block, ...]:
    """Return the edition's sections in its order, the empty ones too, then any that only the issue has."""
    there = {section.id: section for section in content.sections}
    titles = {s.id: s.title for s in edition.sections} | {s.id: s.title for s in content.sections}
    blocks = []
    for key, (name, title) in enumerate(titles.items(), start=1):
        items = there[name].items if name in there else ()
        rows = tuple(
            Row(
                item=item,
                leads=place == 0,
                first=place == 0,
                last=place == len(items) - 1,
                next=items[place + 1].anchor if place + 1 < len(items) else "",
                tags=tuple(found.tags(item.anchor)) if found else (),
                told_by=told_by(item, now, content.timezone),
            )
            for place, item in enumerate(items)
        )
        blocks.append(Block(name, title, key, rows))
    return tuple(blocks)


def told_by(item: Item, now: datetime, zone: str) -> str:
    """Return who tells a story, and when it was first told so."""
    if not item.credits:
        return "the desk"
    first, *others = item.credits
    more = f", and {len(others)} more" if others else ""
    return f"{first.name}, {hour(first.at, now, zone)}{more}"


def benched(content: Content, held: Iterable[tuple[SectionId, Item]]) -> Counter[SectionId]:
    """Return how many stories could stand in each section and do not: below its line, or held back by editors."""
    counts = Counter(section for section, _ in held)
    for reason, _ in groupby(content.left_out, key=lambda left: left.reason):
        if below := BELOW.match(reason):
            counts[below["section"]] += 1
    return counts
