"""What the sections are learned from: passages whose place somebody has told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from digest.model.news import OTHER, SectionId


@dataclass(frozen=True, slots=True)
class Example:
    """A passage or a headline, and where it belongs."""

    label: SectionId
    """A section, `OTHER` or `BOILERPLATE`."""
    text: str
    heading: str = ""
    title: str = ""
    """Of the article; for an article without text, all there is."""
    kind: str = "passage"
    """`passage`, `headline`, `line` (boilerplate) or `closing` (a last paragraph that sums up)."""


class What(StrEnum):
    """What an editor changed."""

    SECTION = "section"
    SPLIT = "split"
    MERGE = "merge"
    DROP = "drop"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Correction:
    """An editor's word on where a passage belongs, or on what else the program had wrong."""

    what: What
    editor: str
    at: datetime
    was: str
    """The section before; for a story's parts and order, what stood there."""
    becomes: str
    """The section after; `OTHER` for a passage that belongs in none. Empty takes back the last word on that text."""
    text: str
    heading: str = ""
    title: str = ""

    @property
    def example(self) -> Example | None:
        """What the sections learn from it; None for moves that say nothing of sections, and for what is taken back.

        A story that was dropped but kept its section had no room that day: of sections that says nothing.
        """
        says = self.what is What.SECTION or (self.what is What.DROP and self.becomes == OTHER)
        return Example(self.becomes, self.text, self.heading, self.title) if says and self.becomes else None

    @property
    def is_of_sections(self) -> bool:
        """Whether it says where a text belongs, or takes that back."""
        return self.what in (What.SECTION, What.DROP)
