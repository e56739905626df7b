"""What was done to an issue, revision by revision, and which of the editors' moves stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Did(StrEnum):
    """What made a revision."""

    BUILD = "build"
    MOVE = "move"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an issue, without what it says."""

    number: int
    at: datetime
    by: str
    """Who made it; for a build, the program."""
    did: Did
    move: str = ""
    """The move as JSON (`digest.edit`): of an undo, the one that is taken back; empty for a build."""
    said: str = ""
    """The move in words: `Moved “Fire at the Olde Mill” down`."""

    @property
    def sentence(self) -> str:
        """What was done, in words: who did it goes before or behind."""
        if self.did is Did.BUILD:
            return "Built" if self.number == 1 else "Built again"
        said = f"{self.said[:1].lower()}{self.said[1:]}"
        return {Did.UNDO: f"Took back: {said}", Did.REDO: f"Did again: {said}"}.get(self.did, self.said)


@dataclass(frozen=True, slots=True)
class Choice:
    """A text that its author wrote over one which somebody else has changed meanwhile."""

    id: int
    """0 before it is kept."""
    revision: int
    """Of the issue, on which it was written."""
    by: str
    """Whose it is; once it is kept, what that name is known by."""
    at: datetime
    move: str
    """The move that would put it there, as JSON (`digest.edit`)."""
    ground: str
    """What stood there when it was written."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The moves of an issue's history."""

    done: tuple[Revision, ...] = ()
    """Those that stand, in order; each as the revision that made it first."""
    undone: tuple[Revision, ...] = ()
    """Those that may be done again, the next one last; none once a new move is made."""

    @property
    def moves(self) -> tuple[str, ...]:
        """The moves that stand, as JSON."""
        return tuple(each.move for each in self.done)


def standing(history: Iterable[Revision]) -> Standing:
    """Return which moves stand after a history, given from the first revision on.

    An undo takes back the last move that stands, whoever made it; a build changes nothing of it.
    """
    done: list[Revision] = []
    undone: list[Revision] = []
    for revision in history:
        match revision.did:
            case Did.MOVE:
                done.append(revision)
                undone.clear()
            case Did.UNDO if done:
                undone.append(done.pop())
            case Did.REDO if undone:
                done.append(undone.pop())
    return Standing(tuple(done), tuple(undone))
