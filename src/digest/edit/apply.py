"""An issue as composed and an editor's moves in, the issue as edited out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.edit import making
from digest.edit.board import Board, Gone
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
from digest.edit.refs import Ref, found, those
from digest.model.issue import Content, Correction, Item, Unedited
from digest.model.news import SectionId


@dataclass(frozen=True, slots=True)
class Lost:
    """A move that does not apply to the issue as it is; it is tried again at the next build."""

    no: int
    """Its place among the moves, from 0."""
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An issue with the moves made."""

    content: Content
    """Subject and preheader are empty unless an editor wrote them."""
    lost: tuple[Lost, ...] = ()
    held: tuple[tuple[SectionId, Item], ...] = ()
    """What editors held back, each with the section it stood in."""


def applied(unedited: Unedited, moves: Sequence[EditorsMove]) -> Outcome:
    """Return what was built with the moves made on it, in order.

    What no longer applies is left aside, and told. Every story that was built is told or held back afterwards, once,
    and so is every one that was fetched from below the line; nothing else is changed. A move that the program has made
    by itself since changes nothing.
    """
    if not moves:
        return Outcome(replace(unedited.content, subject="", preheader=""))
    board = Board(unedited)
    lost = []
    for no, move in enumerate(moves):
        try:
            _make(board, move)
        except Gone as e:
            lost.append(Lost(no, str(e)))
    return Outcome(board.content(), tuple(lost), tuple(board.held))


def _make(board: Board, move: EditorsMove) -> None:
    match move:
        case To():
            _to(board, move)
        case ToSection():
            _place(board, move.story, move.section, move.position)
        case Lead():
            items, item = board.story(move.story)
            items.remove(item)
            items.insert(0, making.fuller(item, move.story, move.summary))
        case HoldBack():
            items, item = board.story(move.story, itself=True)
            items.remove(item)
            board.held.append((board.section_of(items), item))
        case BringIn():
            _bring(board, move)
        case Merge():
            _merge(board, move)
        case Split():
            _split(board, move)
        case Reword():
            items, item = board.story(move.story, itself=True)
            board.swap(items, item, making.reworded(item, move.headline, move.summary))
        case Write():
            _put(board.section(move.section), making.written(move), move.position)
        case Correct():
            _correct(board, move)
        case Subject(text=text):
            board.subject = text
        case Preheader(text=text):
            board.preheader = text


def _to(board: Board, move: To) -> None:
    items, item = board.story(move.story)
    items.remove(item)
    before = found(move.before, items) if move.before else None
    item = making.fuller(item, move.story, move.summary)
    _put(items, item, items.index(before) if before else move.position)


def _place(board: Board, story: Ref, section: SectionId, position: int | None) -> None:
    """Move a story that is told to a section; one that stands there keeps its place where none is named."""
    target = board.section(section)
    items, item = board.story(story)
    if items is target and position is None:
        return
    items.remove(item)
    _put(target, item, position)


def _put(items: list[Item], item: Item, position: int | None) -> None:
    items.insert(len(items) if position is None else min(max(position, 0), len(items)), item)


def _bring(board: Board, move: BringIn) -> None:
    target = board.section(move.section)
    if found(move.story, board.items, exactly=True) or board.fetched(move.story):
        _place(board, move.story, move.section, move.position)
        return
    was = found(move.story, [item for _, item in board.held], exactly=True)
    if was:
        board.held = [(section, item) for section, item in board.held if item.anchor != was.anchor]
        _put(target, was, move.position)
    elif move.item:
        _put(target, making.alone(move.item, board.fresh(move.section), board.items), move.position)
    else:
        raise Gone("the story is not in the issue any more")


def _merge(board: Board, move: Merge) -> None:
    _, item = board.story(move.story, itself=True)
    others, other = board.story(move.other, itself=True)
    if item is not other:
        others.remove(other)
        items, item = board.story(move.story, itself=True)
        board.swap(items, item, making.merged(item, other))


def _split(board: Board, move: Split) -> None:
    """Part a story; passages that the program itself has put elsewhere since need no parting."""
    items, item = board.story(move.story)
    off = tuple(those(move.off, item.passages))
    if not off or len(off) == len(item.passages) or move.item is None:
        return
    if off[0] == item.passages[0]:
        raise Gone("the passage that was split off leads the story now")
    rest, part = making.parted(item, off, move.item, move.outlets, board.fresh(board.section_of(items)))
    place = items.index(item)
    items[place : place + 1] = [rest, part]


def _correct(board: Board, move: Correct) -> None:
    same = (move.number, move.headline)
    board.corrections = [each for each in board.corrections if (each.number, each.headline) != same]
    if move.text and move.at:
        board.corrections.insert(0, Correction(move.number, move.headline, move.text, move.at))
