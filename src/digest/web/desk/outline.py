"""An issue's stories as the outline has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.model.issue import Content, Edition, Item
from digest.web.desk.judging import Judged
from digest.web.desk.wording import hour


@dataclass(frozen=True, slots=True)
class Row:
    """One story."""

    item: Item
    leads: bool
    first: bool
    last: bool
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
