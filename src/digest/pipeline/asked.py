"""A move as an editor asks for it becomes one that can be kept: words cleaned, steps made places, stories told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from digest.collect.text import line
from digest.compose.items import room_at
from digest.compose.sentences import sentences
from digest.edit import (
    BringIn,
    Correct,
    Down,
    EditorsMove,
    Lead,
    Outcome,
    Preheader,
    Reword,
    Split,
    Subject,
    To,
    Up,
    Write,
    found,
    ref_of,
    stepped,
)
from digest.edit.refs import key
from digest.errors import MoveError
from digest.model.issue import Content, Edition
from digest.parts import Parts
from digest.pipeline.retell import brought, retold, summary_at
from digest.render.clean import link
from digest.render.titles import PREHEADER, SUBJECT
from digest.store.edits import Opened

HEADLINE: Final = 300
SENTENCE: Final = 600
SENTENCES: Final = 8
CORRECTION: Final = 600
OUTLET: Final = 80
"""Characters, and sentences of a summary, that an editor may write."""
URL: Final = 2_000


def settled(
    parts: Parts, opened: Opened, before: Outcome, move: EditorsMove | Up | Down, *, now: datetime
) -> EditorsMove:
    """Return the move as it is kept, asked for of the issue as it stood `before`.

    Raises MoveError for words that cannot stand in a mail, and where there is no such story.
    """
    content, edition = before.content, opened.unedited.edition
    match move:
        case Up() | Down():
            step = stepped(move, content)
            if step is None:
                end = "first" if isinstance(move, Up) else "last"
                raise MoveError(f"the story stands {end} in its section already")
            return _roomier(parts, content, edition, step, now)
        case To() | Lead():
            return _roomier(parts, content, edition, move, now)
        case BringIn(story=story, section=section):
            if not story.passages or found(story, [item for _, item in before.held], exactly=True):
                return replace(move, item=None)
            spare = [item for each in opened.unedited.spare for item in each.items]
            item = found(story, spare, exactly=True) or brought(parts, story.passages, section, content, edition, now)
            return replace(move, story=ref_of(item), item=item)
        case Split():
            return _split(parts, content, edition, move, now)
        case Write():
            return replace(_written(move), anchor=f"written-{opened.issue.revision + 1}", at=now)
        case Correct():
            return replace(_corrected(move), at=now)
    return worded(move)


def worded(move: EditorsMove) -> EditorsMove:
    """Return the move with what a person typed made fit for a mail. Raises MoveError for what cannot stand in one."""
    match move:
        case Reword():
            return _reworded(move)
        case Write():
            return _written(move)
        case Correct():
            return _corrected(move)
        case Subject():
            return replace(move, text=_short(move.text, SUBJECT, "the subject"))
        case Preheader():
            return replace(move, text=_short(move.text, PREHEADER, "the preview line"))
    return move


def _roomier(parts: Parts, content: Content, edition: Edition, move: To | Lead, now: datetime) -> To | Lead:
    """Return the move with a fuller summary where the story goes up to a place that has more room for it."""
    place = move.position if isinstance(move, To) else 0
    for section in content.sections:
        item = found(move.story, section.items)
        if item and room_at(section.items.index(item) + 1).sentences < room_at(place + 1).sentences:
            return replace(move, summary=summary_at(parts, item, section.id, place + 1, edition, now))
    return move


def _split(parts: Parts, content: Content, edition: Edition, move: Split, now: datetime) -> Split:
    """Return the split with what is split off told; where that is the passage told first, the others go instead."""
    for section in content.sections:
        if item := found(move.story, section.items):
            break
    else:
        raise MoveError("the story is not in the issue any more")
    every = ref_of(item).passages
    wanted = set(map(key, move.off))
    off = tuple(passage for passage in every if key(passage) in wanted)
    if not off or len(off) == len(every):
        raise MoveError("a story is split by taking some of its passages off, not none and not all")
    if off[0] == every[0]:
        off = tuple(passage for passage in every if passage not in off)
    told = retold(parts, off, section.id, edition, now)
    rest = retold(parts, tuple(passage for passage in every if passage not in off), section.id, edition, now)
    stay = {credit.name for credit in rest.credits}
    leave = tuple(credit.name for credit in told.credits if credit.name not in stay)
    return Split(ref_of(item), off, told, leave)


def _reworded(move: Reword) -> Reword:
    if move.headline is None and move.summary is None:
        raise MoveError("nothing to edit: give a headline or a summary")
    return replace(
        move,
        headline=None if move.headline is None else _headline(move.headline),
        summary=None if move.summary is None else _summary(move.summary),
    )


def _written(move: Write) -> Write:
    return replace(
        move,
        headline=_headline(move.headline),
        summary=_summary(move.summary),
        url=_url(move.url),
        outlet=_short(move.outlet, OUTLET, "the outlet's name"),
    )


def _corrected(move: Correct) -> Correct:
    if move.number < 1:
        raise MoveError("a correction names the number of the issue that was wrong")
    text = _short(move.text, CORRECTION, "the correction")
    return replace(move, text=text, headline=_short(move.headline, HEADLINE, "the headline"))


def _headline(text: str) -> str:
    made = _short(text, HEADLINE, "the headline")
    if not made:
        raise MoveError("a story needs a headline; to take it out, hold it back")
    return made


def _summary(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the sentences of a summary, however they were parted."""
    if sum(map(len, texts)) > 2 * SENTENCE * SENTENCES:
        raise MoveError(f"the summary has more than {SENTENCES} sentences of {SENTENCE} characters; make it shorter")
    made = tuple(_short(each, SENTENCE, "a sentence") for text in texts for each in sentences(line(text)))
    if len(made) > SENTENCES:
        raise MoveError(f"the summary has {len(made)} sentences, and room for {SENTENCES}; make it shorter")
    return made


def _short(text: str, most: int, what: str) -> str:
    made = line(text[: 20 * most])
    if len(made) > most:
        raise MoveError(f"{what} has {len(made)} characters, and room for {most}; make it shorter")
    return made


def _url(text: str) -> str:
    asked = line(text[:URL])
    made = link(asked)
    if asked and not made:
        raise MoveError("that link cannot be followed; it must begin with http:// or https:// and name a host")
    return made
