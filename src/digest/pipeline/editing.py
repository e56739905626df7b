"""An editor's moves on an issue: made, taken back, made again; each is a revision, and each says what it did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from digest.edit import Down, EditorsMove, Outcome, Up, dump, load, said
from digest.errors import MoveError
from digest.lifecycle import Move, require
from digest.model.editing import Choice, Did, Revision, Standing, standing
from digest.model.issue import Content, Edition, Issue, Item, State
from digest.model.learning import Correction
from digest.model.news import SectionId
from digest.parts import Parts
from digest.pipeline.asked import settled
from digest.pipeline.lessons import lessons, withdrawn
from digest.pipeline.replay import in_words, replayed
from digest.render import Look
from digest.store.edits import Opened


@dataclass(frozen=True, slots=True)
class Edited:
    """An issue as its editors left it."""

    issue: Issue
    content: Content
    edition: Edition
    """As it was configured when the issue was built: its sections, those too that have no story."""
    said: str
    """What was just done, in words; empty where somebody only looks."""
    undo: str
    """What undoing would take back, in words; empty where there is nothing."""
    redo: str
    """What would be done again, in words; empty where there is nothing."""
    lost: tuple[str, ...] = ()
    """Moves that do not apply to the issue as it was built last, each with the reason; a later build may bring them
    back."""
    held: tuple[tuple[SectionId, Item], ...] = ()
    """What editors held back, each with the section it stood in."""


def look_in(parts: Parts, issue_id: int | str) -> Edited:
    """Return the issue with what can be undone and done again. Raises UnknownError, MoveError, LookError."""
    desk = Desk(parts, parts.store.edits.opened(issue_id))
    outcome, content = desk.after(desk.moves.moves), desk.opened.issue.content
    assert content is not None, "what is opened has content"
    return edited(desk, desk.opened.issue, content, "", desk.moves, outcome)


def edit(
    parts: Parts, issue_id: int | str, move: EditorsMove | Up | Down, *, by: str, now: datetime, revision: int
) -> Edited:
    """Make a move on the issue as it was seen at `revision`, and return it as it is then.

    An approval is taken back, and the sentence says so. Raises Stale where the issue has gone on, MoveError where its
    state forbids it or the move cannot be made or changes nothing; then nothing is changed.
    """
    return made(seen_at(parts, issue_id, revision), move, by=by, now=now)


def made(
    desk: Desk,
    move: EditorsMove | Up | Down,
    *,
    by: str,
    now: datetime,
    waits: Iterable[Choice] = (),
    chosen: int = 0,
    so_in: Content | None = None,
) -> Edited:
    """Make a move on the issue that is laid open; with it are kept the texts that wait, less the one it has `chosen`.

    What is so already is kept all the same where a build made it so since the issue that was seen, `so_in`: the next
    one may not. Raises as `edit`.
    """
    parts, before = desk.parts, desk.after(desk.moves.moves)
    asked = settled(parts, desk.opened, before, move, now=now)
    words = said(asked, so_in or before.content, desk.opened.unedited)
    outcome = desk.after((*desk.moves.moves, dump(asked)))
    if so_in is None and outcome.lost and outcome.lost[-1].no == len(desk.moves.done):
        raise MoveError(f"{words}: {outcome.lost[-1].why}")
    if so_in is None and outcome.content == before.content:
        raise MoveError(f"{words}: it is so already")
    learned = lessons(parts, asked, before.content, desk.edition, by=by, now=now)
    return _kept(desk, outcome, Did.MOVE, dump(asked), words, by, now, learned, waits, chosen)


def undo(parts: Parts, issue_id: int | str, *, by: str, now: datetime, revision: int) -> Edited:
    """Take the last move back that stands, whoever made it. Raises Stale and MoveError as `edit`."""
    desk = seen_at(parts, issue_id, revision)
    if not desk.moves.done:
        raise MoveError(f"No. {desk.opened.issue.number} has no move that could be taken back")
    last = desk.moves.done[-1]
    outcome = desk.after(desk.moves.moves[:-1])
    learned = withdrawn(_lessons(desk, last, outcome.content, by, now), now)
    return _kept(desk, outcome, Did.UNDO, last.move, last.said, by, now, learned)


def redo(parts: Parts, issue_id: int | str, *, by: str, now: datetime, revision: int) -> Edited:
    """Make the move again that was taken back last. Raises Stale and MoveError as `edit`."""
    desk = seen_at(parts, issue_id, revision)
    if not desk.moves.undone:
        raise MoveError(f"No. {desk.opened.issue.number} has no move that could be made again")
    last = desk.moves.undone[-1]
    learned = _lessons(desk, last, desk.after(desk.moves.moves).content, by, now)
    outcome = desk.after((*desk.moves.moves, last.move))
    return _kept(desk, outcome, Did.REDO, last.move, last.said, by, now, learned)


@dataclass(frozen=True)
class Desk:
    """An issue laid open, and what is needed to make moves on it."""

    parts: Parts
    opened: Opened

    @cached_property
    def moves(self) -> Standing:
        return standing(self.opened.history)

    @property
    def edition(self) -> Edition:
        return self.opened.unedited.edition

    @cached_property
    def look(self) -> Look:
        return self.parts.look(self.edition)

    def after(self, moves: Sequence[str]) -> Outcome:
        """Return what these moves make of the issue as it was built."""
        return replayed(self.opened.unedited, moves, self.look)


def seen_at(parts: Parts, issue_id: int | str, revision: int) -> Desk:
    """Lay the issue open as it was seen. Raises Stale, MoveError."""
    opened = parts.store.edits.opened(issue_id, seen=revision)
    require(Move.EDIT, opened.issue.state, issue=opened.issue.id, number=opened.issue.number)
    return Desk(parts, opened)


def _lessons(desk: Desk, done: Revision, before: Content, by: str, now: datetime) -> tuple[Correction, ...]:
    """Return what a move of the history teaches; nothing if another version of the program wrote it."""
    try:
        return lessons(desk.parts, load(done.move), before, desk.edition, by=by, now=now)
    except ValueError:
        return ()


def _kept(
    desk: Desk,
    outcome: Outcome,
    did: Did,
    move: str,
    words: str,
    by: str,
    now: datetime,
    learned: tuple[Correction, ...],
    waits: Iterable[Choice] = (),
    chosen: int = 0,
) -> Edited:
    """Keep what a move came to as the issue's next revision."""
    issue, content = desk.opened.issue, outcome.content
    if not content.stories:
        raise MoveError(
            f"No. {issue.number} would have no story left; bring another one in first, or give the issue up: "
            f"digest skip {issue.id}"
        )
    after = desk.parts.store.edits.add(
        issue.id,
        content,
        seen=issue.revision,
        did=did,
        move=move,
        said=words,
        by=by,
        now=now,
        learned=learned,
        waits=waits,
        chosen=chosen,
    )
    done = Revision(after.revision, now, by, did, move, words)
    sentence = done.sentence
    if issue.state is State.APPROVED:
        sentence += f"; {issue.approved_by or 'somebody'} had approved the issue, which is in review again"
    return edited(desk, after, content, sentence, standing((*desk.opened.history, done)), outcome)


def edited(desk: Desk, issue: Issue, content: Content, words: str, moves: Standing, outcome: Outcome) -> Edited:
    return Edited(
        issue=issue,
        content=content,
        edition=desk.edition,
        said=words,
        undo=moves.done[-1].said if moves.done else "",
        redo=moves.undone[-1].said if moves.undone else "",
        lost=in_words(outcome.lost, moves.done),
        held=outcome.held,
    )
