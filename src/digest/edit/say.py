"""A move in words, as history, undo and announcements have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from digest.edit.moves import (
    BringIn,
    Correct,
    EditorsMove,
    HoldBack,
    Lead,
    Merge,
    Preheader,
    Reword,
    Split,
    Subject,
    To,
    ToSection,
    Write,
)
from digest.edit.refs import Ref, found
from digest.model.issue import Content, Item, Unedited

LONGEST: Final = 80
"""Characters of a headline in a sentence."""
UNKNOWN: Final = "a story"


def said(move: EditorsMove, before: Content, unedited: Unedited) -> str:
    """Return what the move does to the issue that stood `before`, in words."""
    titles = {s.id: s.title for s in unedited.edition.sections} | {s.id: s.title for s in before.sections}
    names = _Names([item for section in (*before.sections, *unedited.spare) for item in section.items])
    match move:
        case To(story=story):
            return f"Moved {names.of(story)} {_way(move, before)}"
        case ToSection(story=story, section=section):
            return f"Moved {names.of(story)} to {titles.get(section, section)}"
        case Lead(story=story):
            return f"Made {names.of(story)} the lead of {titles.get(_section(story, before), 'its section')}"
        case HoldBack(story=story):
            return f"Held back {names.of(story)}"
        case BringIn(story=story, section=section, item=item):
            name = quoted(item.headline) if item else names.of(story)
            return f"Brought {name} into {titles.get(section, section)}"
        case Merge(story=story, other=other):
            return f"Merged {names.of(other)} into {names.of(story)}"
        case Split(story=story, item=item):
            return f"Split {quoted(item.headline) if item else 'a part'} off {names.of(story)}"
        case Reword():
            return f"Edited the {_words(move)} of {names.of(move.story)}"
        case Write(headline=headline, section=section):
            return f"Wrote {quoted(headline)} into {titles.get(section, section)}"
        case Correct(number=number, text=text):
            of = f"No. {number}{f', {quoted(move.headline)}' if move.headline else ''}"
            return f"Corrected {of}" if text else f"Took out the correction of {of}"
        case Subject(text=text):
            return f"Changed the subject to {quoted(text)}" if text else "Took the edition’s own subject"
        case Preheader(text=text):
            return "Changed the preview line" if text else "Took the program’s own preview line"


def quoted(text: str) -> str:
    """Return a headline as it stands in a sentence."""
    return f"“{text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + '…'}”"


@dataclass(frozen=True, slots=True)
class _Names:
    """What stories are called, those below the line too."""

    items: list[Item]

    def of(self, story: Ref) -> str:
        item = found(story, self.items)
        return quoted(item.headline) if item else UNKNOWN


def _section(story: Ref, content: Content) -> str:
    return next((section.id for section in content.sections if found(story, section.items)), "")


def _way(move: To, content: Content) -> str:
    items = next((s.items for s in content.sections if found(move.story, s.items)), ())
    item = found(move.story, items)
    if item is None:
        return f"to place {move.position + 1}"
    others = [other for other in items if other is not item]
    before = found(move.before, others) if move.before else None
    was, to = items.index(item), others.index(before) if before else min(move.position, len(others))
    if abs(to - was) == 1:
        return "up" if to < was else "down"
    return f"{'up' if to < was else 'down'} to place {to + 1}"


def _words(move: Reword) -> str:
    if move.headline is None:
        return "summary"
    return "headline" if move.summary is None else "headline and summary"
