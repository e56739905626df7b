"""Where an issue's stories stand, compared with where they stood when somebody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from digest.edit.refs import Key, Ref, found, key
from digest.model.issue import Content, Item
from digest.model.news import SectionId


def name_of(item: Item) -> Key:
    """Return what a story is known by from one revision to the next: the passage it tells, else its anchor."""
    return key(item.passages[0]) if item.passages else ("", item.anchor, 0)


@dataclass(frozen=True)
class Places:
    """The stories of one revision, by name."""

    content: Content

    @cached_property
    def rows(self) -> dict[SectionId, list[Key]]:
        """The stories of each section in order."""
        return {section.id: [name_of(item) for item in section.items] for section in self.content.sections}

    @cached_property
    def items(self) -> dict[Key, Item]:
        """Every story."""
        return {name_of(item): item for section in self.content.sections for item in section.items}

    @cached_property
    def _where(self) -> dict[Key, SectionId]:
        return {name: section for section, row in self.rows.items() for name in row}

    def name(self, ref: Ref | None) -> Key | None:
        """Return the name of the story that a move means; None for none of them."""
        item = found(ref, list(self.items.values())) if ref else None
        return name_of(item) if item else None

    def section(self, name: Key | None) -> SectionId | None:
        """Return where a story stands."""
        return self._where.get(name) if name else None

    def row(self, name: Key | None) -> Sequence[Key]:
        """Return the section that a story stands in."""
        return self.rows.get(self.section(name) or "", ())

    def beside(self, name: Key | None, by: int) -> Key | None:
        """Return the story so many places behind (or, negative, in front of) another; None beyond the ends."""
        row = self.row(name)
        place = row.index(name) + by if name in row else -1
        return row[place] if 0 <= place < len(row) else None

    def ahead(self, name: Key | None, other: Places, *, but: Key | None = None) -> frozenset[Key]:
        """Return the stories in front of one, of those that stand in that section in both issues, `but` for one."""
        row = self.row(name)
        before = row[: row.index(name)] if name in row else ()
        return frozenset(before) & frozenset(other.rows.get(self.section(name) or "", ())) - {but}

    def made_of(self, name: Key | None) -> frozenset[Key]:
        """Return the passages of a story."""
        return frozenset(map(key, self.items[name].passages)) if name in self.items else frozenset()

    def words(self, name: Key | None) -> tuple[str, ...]:
        """Return what a story says; nothing where there is none."""
        item = self.items.get(name) if name else None
        return (item.headline, *item.summary) if item else ()
