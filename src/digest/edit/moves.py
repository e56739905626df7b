"""An editor's moves, as values: what was asked of an issue, fit to be kept as JSON and done again after any build."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from digest.edit.refs import PassageRef, Ref
from digest.model.issue import Item
from digest.model.news import SectionId


@dataclass(frozen=True, slots=True)
class To:
    """A story goes to a place in its section."""

    story: Ref
    position: int
    """From 0; behind the last where there are fewer."""
    before: Ref | None = None
    """The story in front of which it goes, as long as that one is in the section; then `position` is not asked."""
    summary: tuple[str, ...] = ()
    """How it is told with the room of that place, from the moment the move is made; empty leaves it."""
    kind: Literal["to"] = "to"


@dataclass(frozen=True, slots=True)
class ToSection:
    """A story goes to another section."""

    story: Ref
    section: SectionId
    position: int | None = None
    """From 0; None puts it behind the others."""
    kind: Literal["section"] = "section"


@dataclass(frozen=True, slots=True)
class Lead:
    """A story leads its section; in the first one, the issue."""

    story: Ref
    summary: tuple[str, ...] = ()
    """How it is told with a lead's room, from the moment the move is made; empty leaves it."""
    kind: Literal["lead"] = "lead"


@dataclass(frozen=True, slots=True)
class HoldBack:
    """A story is not told in this issue."""

    story: Ref
    strange: bool = False
    """Whether it belongs in none of the sections: that is learned from, a story held back for want of room is not."""
    kind: Literal["hold"] = "hold"


@dataclass(frozen=True, slots=True)
class BringIn:
    """What was held back, fell below the line or was only collected is told."""

    story: Ref
    section: SectionId
    position: int | None = None
    """From 0; None puts it behind the others."""
    item: Item | None = None
    """As it is told, from the moment the move is made; None for what an editor held back, which comes as it was."""
    kind: Literal["bring"] = "bring"


@dataclass(frozen=True, slots=True)
class Merge:
    """Two stories are one: the other's outlets and passages go to the story, which keeps its words and its place."""

    story: Ref
    other: Ref
    kind: Literal["merge"] = "merge"


@dataclass(frozen=True, slots=True)
class Split:
    """Passages leave a story and stand behind it as one of their own."""

    story: Ref
    off: tuple[PassageRef, ...]
    item: Item | None = None
    """How they are told, from the moment the move is made."""
    outlets: tuple[str, ...] = ()
    """Which the story loses with them."""
    kind: Literal["split"] = "split"


@dataclass(frozen=True, slots=True)
class Reword:
    """A story is told in an editor's words."""

    story: Ref
    headline: str | None = None
    """None leaves it."""
    summary: tuple[str, ...] | None = None
    """Sentences; None leaves them, none at all takes them away."""
    kind: Literal["reword"] = "reword"


@dataclass(frozen=True, slots=True)
class Write:
    """A story that an editor wrote, and nobody reported."""

    headline: str
    section: SectionId
    summary: tuple[str, ...] = ()
    url: str = ""
    """Where the headline leads; may be empty."""
    outlet: str = ""
    """Who is named for it; empty names nobody."""
    position: int | None = None
    """From 0; None puts it behind the others."""
    anchor: str = ""
    """By which it is known; given when the move is made."""
    at: datetime | None = None
    """When it was written; given when the move is made."""
    once: str = ""
    """Of the form that it was written in, by which it is known when it is sent again; may be empty."""
    kind: Literal["write"] = "write"


@dataclass(frozen=True, slots=True)
class Correct:
    """What an earlier issue had wrong is put right; the same story corrected again takes the newer words."""

    number: int
    """Of the issue that was wrong."""
    text: str
    """Empty takes the correction out."""
    headline: str = ""
    """Of the story there; empty where it concerns no single one."""
    at: datetime | None = None
    """When it was written; given when the move is made."""
    kind: Literal["correct"] = "correct"


@dataclass(frozen=True, slots=True)
class Subject:
    """The issue has another subject; an empty one is the edition's own again."""

    text: str
    kind: Literal["subject"] = "subject"


@dataclass(frozen=True, slots=True)
class Preheader:
    """The issue has another line after its subject; an empty one is the program's own again."""

    text: str
    kind: Literal["preheader"] = "preheader"


OfStory: TypeAlias = To | ToSection | Lead | HoldBack | BringIn | Merge | Split | Reword
OfIssue: TypeAlias = Write | Correct | Subject | Preheader
EditorsMove: TypeAlias = OfStory | OfIssue


@dataclass(frozen=True, slots=True)
class Up:
    """A story goes up by one; made, it is a `To`."""

    story: Ref


@dataclass(frozen=True, slots=True)
class Down:
    """A story goes down by one; made, it is a `To`."""

    story: Ref


_MOVE: Final[TypeAdapter[EditorsMove]] = TypeAdapter(Annotated[EditorsMove, Field(discriminator="kind")])


def dump(move: EditorsMove) -> str:
    """Return the move as canonical JSON."""
    plain = _MOVE.dump_python(move, mode="json", exclude_defaults=True) | {"kind": move.kind}
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> EditorsMove:
    """Return the move that `dump` wrote; ValueError where it is none of this version's."""
    return _MOVE.validate_json(text)
