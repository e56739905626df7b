"""An editor's moves on an issue: made, taken back, made again; each is a revision, and each says what it did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from digest.edit import BringIn, Down, EditorsMove, Outcome, Up, dump, load, said
from digest.errors import MoveError
from digest.lifecycle import Move, require
from digest.model.editing import Did, Revision, Standing, standing
from digest.model.issue import Content, Edition, Issue, Item, State
from digest.model.learning import Correction
from digest.model.news import SectionId
from digest.parts import Parts
from digest.pipeline.asked import settled
from digest.pipeline.lessons import lessons, withdrawn
from digest.pipeline.replay import in_words, replayed
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
    opened = parts.store.edits.opened(issue_id)
    moves = standing(opened.history)
    outcome = _replayed(parts, opened, moves.moves)
    return _edited(opened, opened.issue, _content(opened), "", moves, outcome)


def edit(
    parts: Parts, issue_id: int | str, move: EditorsMove | Up | Down, *, by: str, now: datetime, revision: int
) -> Edited:
    """Make a move on the issue as it was seen at `revision`, and return it as it is then.

    An approval is taken back, and the sentence says so. Raises Stale where the issue has gone on, MoveError where its
    state forbids it or the move cannot be made or changes nothing; then nothing is changed.
    """
    opened = _seen(parts, issue_id, revision)
    before, edition = _content(opened), opened.unedited.edition
    moves = standing(opened.history)
    held = [item for _, item in _replayed(parts, opened, moves.moves).held] if isinstance(move, BringIn) else []
    asked = settled(parts, opened, move, held, now=now)
    words = said(asked, before, edition.sections)
    outcome = _replayed(parts, opened, (*moves.moves, dump(asked)))
    if outcome.lost and outcome.lost[-1].no == len(moves.done):
        raise MoveError(f"{words}: {outcome.lost[-1].why}")
    if outcome.content == before:
        raise MoveError(f"{words}: it is so already")
    learned = lessons(parts, asked, before, edition, by=by, now=now)
    return _kept(parts, opened, outcome, Did.MOVE, dump(asked), words, by, now, learned)


def undo(parts: Parts, issue_id: int | str, *, by: str, now: datetime, revision: int) -> Edited:
    """Take the last move back that stands, whoever made it. Raises Stale and MoveError as `edit`."""
    opened = _seen(parts, issue_id, revision)
    moves = standing(opened.history)
    if not moves.done:
        raise MoveError(f"No. {opened.issue.number} has no move that could be taken back")
    last = moves.done[-1]
    outcome = _replayed(parts, opened, moves.moves[:-1])
    learned = withdrawn(_lessons(parts, last, outcome.content, opened, by, now), now)
    return _kept(parts, opened, outcome, Did.UNDO, last.move, last.said, by, now, learned)


def redo(parts: Parts, issue_id: int | str, *, by: str, now: datetime, revision: int) -> Edited:
    """Make the move again that was taken back last. Raises Stale and MoveError as `edit`."""
    opened = _seen(parts, issue_id, revision)
    moves = standing(opened.history)
    if not moves.undone:
        raise MoveError(f"No. {opened.issue.number} has no move that could be made again")
    last = moves.undone[-1]
    outcome = _replayed(parts, opened, (*moves.moves, last.move))
    learned = _lessons(parts, last, _content(opened), opened, by, now)
    return _kept(parts, opened, outcome, Did.REDO, last.move, last.said, by, now, learned)


def _seen(parts: Parts, issue_id: int | str, revision: int) -> Opened:
    opened = parts.store.edits.opened(issue_id, seen=revision)
    issue = opened.issue
    require(Move.EDIT, issue.state, issue=issue.id, number=issue.number)
    return opened


def _content(opened: Opened) -> Content:
    assert opened.issue.content is not None, "what is opened has content"
    return opened.issue.content


def _replayed(parts: Parts, opened: Opened, moves: tuple[str, ...]) -> Outcome:
    edition = opened.unedited.edition
    return replayed(opened.unedited.content, moves, parts.look(edition), edition)


def _lessons(
    parts: Parts, done: Revision, before: Content, opened: Opened, by: str, now: datetime
) -> tuple[Correction, ...]:
    """Return what a move of the history teaches; nothing if another version of the program wrote it."""
    try:
        return lessons(parts, load(done.move), before, opened.unedited.edition, by=by, now=now)
    except ValueError:
        return ()


def _kept(
    parts: Parts,
    opened: Opened,
    outcome: Outcome,
    did: Did,
    move: str,
    words: str,
    by: str,
    now: datetime,
    learned: tuple[Correction, ...],
) -> Edited:
    """Keep what a move came to as the issue's next revision."""
    issue, content = opened.issue, outcome.content
    if not content.stories:
        raise MoveError(
            f"No. {issue.number} would have no story left; bring another one in first, or give the issue up: "
            f"digest skip {issue.id}"
        )
    after = parts.store.edits.add(
        issue.id, content, seen=issue.revision, did=did, move=move, said=words, by=by, now=now, learned=learned
    )
    done = Revision(after.revision, now, by, did, move, words)
    sentence = done.sentence
    if issue.state is State.APPROVED:
        sentence += f"; {issue.approved_by or 'somebody'} had approved the issue, which is in review again"
    return _edited(opened, after, content, sentence, standing((*opened.history, done)), outcome)


def _edited(opened: Opened, issue: Issue, content: Content, words: str, moves: Standing, outcome: Outcome) -> Edited:
    return Edited(
        issue=replace(issue, content=content),
        content=content,
        edition=opened.unedited.edition,
        said=words,
        undo=moves.done[-1].said if moves.done else "",
        redo=moves.undone[-1].said if moves.undone else "",
        lost=in_words(outcome.lost, moves.done),
        held=outcome.held,
    )
