"""Moves that put words into one place: what they say, what stands there, and the same move with other words."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from digest.edit.moves import Correct, Preheader, Reword, Subject
from digest.edit.places import Places
from digest.edit.refs import found
from digest.model.issue import Content

Wording: TypeAlias = Reword | Subject | Preheader | Correct
"""What a person typed over what stood there."""


def apart(move: Wording) -> list[Wording]:
    """Return the move as moves of one place each."""
    if not isinstance(move, Reword):
        return [move]
    headline = [] if move.headline is None else [replace(move, summary=None)]
    return [*headline, *([] if move.summary is None else [replace(move, headline=None)])]


def text_of(move: Wording) -> str:
    """Return what a move of one place says there."""
    if isinstance(move, Reword):
        return plain(" ".join(move.summary or ()) if move.headline is None else move.headline)
    return plain(move.text)


def saying(move: Wording, text: str) -> Wording:
    """Return the move of one place with another text."""
    if not isinstance(move, Reword):
        return replace(move, text=text)
    return replace(move, summary=(text,)) if move.headline is None else replace(move, headline=text)


def standing_at(move: Wording, content: Content) -> str | None:
    """Return what stands where the move puts its words; None where the story is not there."""
    match move:
        case Subject():
            return plain(content.subject)
        case Preheader():
            return plain(content.preheader)
        case Correct(number=number, headline=headline):
            same = (each.text for each in content.corrections if (each.number, each.headline) == (number, headline))
            return plain(next(same, ""))
    places = Places(content)
    name = places.name(move.story)
    if name is None:
        return None
    item = places.items[name]
    return plain(" ".join(item.summary) if move.headline is None else item.headline)


def stands_in(text: str, content: Content) -> bool:
    """Return whether a text stands in one of the places that moves put words into."""
    told = [each for s in content.sections for i in s.items for each in (i.headline, " ".join(i.summary))]
    put_right = [each.text for each in content.corrections]
    return plain(text) in map(plain, (content.subject, content.preheader, *told, *put_right))


def about(move: Wording, content: Content) -> str:
    """Return the headline of the story that a move is about, as it stands; empty for none."""
    if isinstance(move, Correct):
        return move.headline
    item = found(move.story, [i for s in content.sections for i in s.items]) if isinstance(move, Reword) else None
    return item.headline if item else ""


def plain(text: str) -> str:
    """Return a text as it is compared: each run of white space is one space."""
    return " ".join(text.split())
