"""A move made on an issue as it was seen, for the issue as it is: made there, left to a choice, or refused.

What a move changes and what it was decided on are its ground. Where that is still as it was seen the move is made; two
texts for one place are for their author to choose from; everything else is shown anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from digest.edit.moves import (
    BringIn,
    Correct,
    Down,
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
    Up,
    Write,
)
from digest.edit.places import Places
from digest.edit.refs import Key, Ref, key, ref_of
from digest.edit.words import Wording, apart, plain, standing_at, text_of
from digest.model.issue import Content

Asked: TypeAlias = EditorsMove | Up | Down


@dataclass(frozen=True, slots=True)
class Ground:
    """An issue at one revision."""

    content: Content
    subject: str = ""
    """An editor's; empty where the subject is the edition's own."""
    preheader: str = ""
    """The same of the line after it."""


@dataclass(frozen=True, slots=True)
class Both:
    """A text that somebody wrote over one that somebody else has changed meanwhile."""

    move: Wording
    """With this text alone."""
    ground: str
    """What stood there when it was written."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a move comes to on the issue as it is."""

    move: Asked | None
    """To be made; None where it is so already."""
    both: tuple[Both, ...] = ()
    """To be chosen from."""
    so: bool = False
    """Whether the move is so already, by no move that stands: it is to be kept, since the next build may differ."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The move is to be looked at again."""


Steps: TypeAlias = Sequence[tuple[Content, Content]] | None
"""The issue before and after each standing move since it was seen; None where nothing but moves went on."""


def merge(move: Asked, seen: Ground, now: Ground, steps: Steps = None) -> Merged | Refused:
    """Return what becomes of a move that was asked for of the issue as it was `seen`.

    The same move made twice is made once. No text that changed meanwhile is written over, and no story is placed, held
    back, merged or parted that stands or reads otherwise than where the move was decided on.
    """
    if isinstance(move, Reword | Subject | Preheader | Correct):
        return _words(move, seen, now, steps)
    old, new = Places(seen.content), Places(now.content)
    plan = _Plan(move, old, new)
    if plan.is_so(new) and not plan.is_so(old):
        by_a_move = _came(lambda content: plan.is_so(Places(content)), steps)
        return Merged(None) if by_a_move else Merged(plan.kept(), so=True)
    if plan.ground(old, new) != plan.ground(new, old):
        return Refused()
    return Merged(plan.rebased())


# ------------------------------------------------------------------------------------------------------------ words


def _came(is_so: Callable[[Content], bool], steps: Steps) -> bool:
    """Return whether a move made it so."""
    return steps is None or any(is_so(after) and not is_so(before) for before, after in steps)


def _words(move: Wording, seen: Ground, now: Ground, steps: Steps) -> Merged:
    new = Places(now.content)
    story = Places(seen.content).name(move.story) if isinstance(move, Reword) else None
    keep: list[Wording] = []
    so: list[bool] = []
    both = []
    for each in apart(move):
        here = _rebound(each, story, new) if isinstance(each, Reword) else each
        mine, was, stands = text_of(each), standing_at(each, seen.content) or "", _stands(here, story, new)
        if mine == was or (mine == _own(each, now, stands) and _came(_saying(each), steps)):
            continue
        if mine == _own(each, now, stands):
            keep.append(here)
            so.append(True)
        elif stands is None or _own(each, seen, was) != _own(each, now, stands):
            both.append(Both(here, was))
        else:
            keep.append(here)
            so.append(False)
    return Merged(_joined(keep), tuple(both), so=bool(so) and all(so))


def _saying(move: Wording) -> Callable[[Content], bool]:
    return lambda content: standing_at(move, content) == text_of(move)


def _rebound(move: Reword, story: Key | None, new: Places) -> Reword:
    return replace(move, story=ref_of(new.items[story])) if story in new.items else move


def _stands(move: Wording, story: Key | None, new: Places) -> str | None:
    if isinstance(move, Reword) and story not in new.items:
        return None
    return standing_at(move, new.content)


def _own(move: Wording, ground: Ground, stands: str | None) -> str | None:
    """Return what editors put there: a subject that only follows its lead was changed by nobody."""
    match move:
        case Subject():
            return plain(ground.subject)
        case Preheader():
            return plain(ground.preheader)
    return stands


def _joined(moves: list[Wording]) -> Wording | None:
    match moves:
        case [Reword() as headline, Reword() as summary]:
            return replace(headline, summary=summary.summary)
        case [one]:
            return one
    return None


# ----------------------------------------------------------------------------------------------------------- places


@dataclass(frozen=True)
class _Plan:
    """A move of stories, as it was meant in the issue as it was seen."""

    move: Asked
    old: Places
    new: Places

    @property
    def story(self) -> Key | None:
        """The story it moves; None for one that is not told."""
        ref = getattr(self.move, "story", None)
        return self.old.name(ref) if isinstance(ref, Ref) and not isinstance(self.move, BringIn) else None

    @property
    def other(self) -> Key | None:
        """The story that it is put in front of or merged with."""
        match self.move:
            case Merge(other=other):
                return self.old.name(other)
            case Up():
                return self.old.beside(self.story, -1)
            case Down():
                return self.old.beside(self.story, 1)
            case To(position=position, before=before):
                row = [each for each in self.old.row(self.story) if each != self.story]
                named = self.old.name(before)
                return named if named in row else row[position] if 0 <= position < len(row) else None
            case ToSection(section=section, position=int(position)):
                row = [each for each in self.old.rows.get(section, ()) if each != self.story]
                return row[position] if 0 <= position < len(row) else None
        return None

    def ground(self, here: Places, there: Places) -> object:
        """Return all that the move was decided on, as one of the two issues has it."""
        story, other = self.story, self.other
        at = (here.section(story), here.ahead(story, there))
        match self.move:
            case Up():
                return here.section(story), here.beside(story, -1)
            case Down():
                return here.section(story), here.beside(story, 1)
            case To() | ToSection():
                whole = isinstance(self.move, ToSection) and here.made_of(story)
                return at, here.section(other), here.ahead(other, there, but=story), whole
            case Lead():
                return at, next(iter(here.row(story)), None)
            case HoldBack():
                return at, here.words(story), here.made_of(story)
            case Merge():
                both = here.made_of(story), here.made_of(other)
                theirs = here.section(other), here.ahead(other, there), here.words(other)
                return story in here.items, both, theirs
            case Split():
                return story in here.items, here.made_of(story)
            case BringIn(story=ref):
                return here.section(_told(ref))
        return None

    def is_so(self, here: Places) -> bool:
        """Return whether an issue is as the move would have it."""
        story, other = self.story, self.other
        match self.move:
            case Up():
                return other is not None and here.beside(story, 1) == other
            case Down():
                return other is not None and here.beside(story, -1) == other
            case To():
                return story in here.items and here.beside(story, 1) == other
            case ToSection(section=section, position=position):
                there = here.section(story) == section
                return there and (position is None or here.beside(story, 1) == other)
            case Lead():
                return here.row(story)[:1] == [story]
            case HoldBack():
                return not any(self.old.made_of(story) & here.made_of(each) for each in here.items) and (
                    story not in here.items
                )
            case Merge():
                return other not in here.items and self.old.made_of(other) <= here.made_of(story)
            case Split(off=off):
                part = frozenset(map(key, off)) & self.old.made_of(story)
                made = {here.made_of(each) for each in here.items}
                return {part, self.old.made_of(story) - part} <= made
            case BringIn(story=ref, section=section):
                return here.section(_told(ref)) == section
            case Write(headline=headline, summary=summary, section=section):
                names = (name for name in here.rows.get(section, ()) if not here.items[name].passages)
                return (headline, *summary) in map(here.words, names)
        return False

    def rebased(self) -> Asked:
        """Return the move with the stories as they are made now."""
        move = self.move
        match move:
            case To():
                before = self._ref(self.other)
                return replace(move, story=self._story, before=before, position=len(self.new.row(self.story)))
            case ToSection(section=section, position=int()):
                row = [each for each in self.new.rows.get(section, ()) if each != self.story]
                place = row.index(self.other) if self.other in row else len(row)
                return replace(move, story=self._story, position=place)
            case Merge():
                return replace(move, story=self._story, other=self._ref(self.other) or move.other)
            case Up() | Down() | ToSection() | Lead() | HoldBack() | Split():
                return replace(move, story=self._story)
        return move

    def kept(self) -> Asked:
        """Return the move as it is kept where the issue is so already: as it was asked for, but for steps."""
        if not isinstance(self.move, Up | Down):
            return self.move
        row, behind = self.new.row(self.story), self.new.beside(self.story, 1)
        place = next((place for place, each in enumerate(row) if each == self.story), len(row))
        return To(self._story, place, self._ref(behind))

    @property
    def _story(self) -> Ref:
        assert not isinstance(self.move, Write | Subject | Preheader | Correct), "these name no story"
        return self._ref(self.story) or self.move.story

    def _ref(self, name: Key | None) -> Ref | None:
        return ref_of(self.new.items[name]) if name in self.new.items else None


def _told(ref: Ref) -> Key:
    """Return the name of a story that need not be told: of its first passage, or an editor's own."""
    return key(ref.passages[0]) if ref.passages else ("", ref.anchor, 0)
