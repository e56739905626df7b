"""An issue laid open: its sections as lists that moves change, put together again at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from digest.edit.refs import Ref, found
from digest.model.issue import Content, Correction, IssueSection, Item, LeftOut, Unedited
from digest.model.news import SectionId

HELD: Final = "held back by an editor"
"""The reason of what an editor held back, among what is left out."""


class Gone(Exception):
    """A move does not apply to the issue as it is; the text says why."""


class Board:
    """The stories of an issue by section, all of the edition's, those held back, and what is said beside them."""

    def __init__(self, unedited: Unedited) -> None:
        content = self._content = unedited.content
        self.titles: dict[SectionId, str] = {section.id: section.title for section in unedited.edition.sections}
        self.titles |= {section.id: section.title for section in content.sections}
        self.sections: dict[SectionId, list[Item]] = {name: [] for name in self.titles}
        for section in content.sections:
            self.sections[section.id] += section.items
        self._spare = {section.id: list(section.items) for section in unedited.spare}
        self.held: list[tuple[SectionId, Item]] = []
        self.corrections: list[Correction] = list(content.corrections)
        self.subject = self.preheader = ""
        self._anchors = {item.anchor for items in (self.items, *self._spare.values()) for item in items}

    @property
    def items(self) -> list[Item]:
        """Every story that is told, in order."""
        return [item for items in self.sections.values() for item in items]

    def story(self, ref: Ref, *, itself: bool = False) -> tuple[list[Item], Item]:
        """Return the section's list and the story in it; raises Gone; with `itself` also where too little is left.

        One that an editor has moved, and that has fallen below the line since, comes back for it.
        """
        item = (
            found(ref, self.items, exactly=True, itself=itself)
            or self.fetched(ref, itself=itself)
            or found(ref, self.items, itself=itself)
        )
        if item is None:
            if found(ref, self.items):
                raise Gone("the story is part of another one now")
            held = found(ref, [item for _, item in self.held])
            raise Gone("the story is held back" if held else "the story is not in the issue any more")
        return next(items for items in self.sections.values() if item in items), item

    def fetched(self, ref: Ref, *, itself: bool = False) -> Item | None:
        """Return a story from below the line, which stands last in its section from now on; None where it is not."""
        for name, items in self._spare.items():
            if item := found(ref, items, exactly=True, itself=itself):
                items.remove(item)
                self.sections[name].append(item)
                return item
        return None

    def section(self, name: SectionId) -> list[Item]:
        """Return a section's list; raises Gone."""
        if name not in self.sections:
            raise Gone(f"the edition has no section {name}")
        return self.sections[name]

    def section_of(self, items: list[Item]) -> SectionId:
        """Return which section a list is."""
        return next(name for name, each in self.sections.items() if each is items)

    def swap(self, items: list[Item], old: Item, new: Item) -> None:
        """Put `new` in the place of `old`."""
        items[items.index(old)] = new

    def fresh(self, section: SectionId) -> str:
        """Return an anchor that no story of the issue has or had."""
        n = next(n for n in range(1, len(self._anchors) + 2) if f"{section}-{n}" not in self._anchors)
        self._anchors.add(f"{section}-{n}")
        return f"{section}-{n}"

    def content(self) -> Content:
        """Return the issue as it stands now; subject and preheader are empty unless an editor wrote them."""
        sections = tuple(
            IssueSection(name, self.titles[name], tuple(items)) for name, items in self.sections.items() if items
        )
        return replace(
            self._content,
            subject=self.subject,
            preheader=self.preheader,
            sections=_told_elsewhere(sections),
            left_out=(*self._held_back(), *self._still_out(sections)),
            corrections=tuple(self.corrections),
        )

    def _held_back(self) -> list[LeftOut]:
        return [
            LeftOut(cited.article, cited.heading, " ".join(item.summary), cited.score, HELD, cited.position)
            for _, item in self.held
            for cited in item.passages
        ]

    def _still_out(self, sections: Sequence[IssueSection]) -> list[LeftOut]:
        """Return what was left out and is neither told now nor was brought in and held back."""
        shown = [item for section in sections for item in section.items]
        told = {(cited.article, cited.position) for item in shown for cited in item.passages}
        told |= {(cited.article, cited.position) for _, item in self.held for cited in item.passages}
        whole = {article for article, _ in told}
        return [
            left
            for left in self._content.left_out
            if ((left.article, left.position) not in told if left.position is not None else left.article not in whole)
        ]


def _told_elsewhere(sections: Sequence[IssueSection]) -> tuple[IssueSection, ...]:
    """Return the sections with each story naming the others in which passages of its article stand."""
    stands_in: dict[str, dict[SectionId, None]] = {}
    for section in sections:
        for item in section.items:
            for cited in item.passages:
                stands_in.setdefault(cited.article, {})[section.id] = None

    def placed(item: Item, section: SectionId) -> Item:
        there = stands_in.get(item.passages[0].article, {}) if item.passages else {}
        return replace(item, also_in=tuple(other for other in there if other != section))

    return tuple(replace(s, items=tuple(placed(item, s.id) for item in s.items)) for s in sections)
