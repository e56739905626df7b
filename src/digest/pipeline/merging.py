"""Moves asked for on a page that may be old by now: made on the issue as it is, or left to their author to choose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, TypeAlias

from digest.edit import Down, EditorsMove, Up, dump, load
from digest.edit.merge import Both, Ground, Refused, merge
from digest.edit.moves import Correct, Preheader, Reword, Subject, Write
from digest.edit.words import Wording, about, plain, saying, standing_at, text_of
from digest.errors import MoveError, Stale, Unaware, UnknownError
from digest.lifecycle import Move, require, stood
from digest.model.editing import Choice, Did, Revision, standing
from digest.model.issue import Content, State
from digest.parts import Parts
from digest.pipeline.asked import worded
from digest.pipeline.editing import Desk, Edited, look_in, made
from digest.store.history import told

Asked: TypeAlias = EditorsMove | Up | Down
Reading: TypeAlias = Callable[[Content], Asked]
TRIES: Final = 8
"""Times that a move is merged anew because somebody else was quicker once more."""


@dataclass(frozen=True, slots=True)
class Met:
    """What became of a move, and what others did since its page was made."""

    now: Edited
    """`said` is empty where nothing was changed."""
    move: Asked | None = None
    """As it was made; None where nothing was."""
    since: tuple[str, ...] = ()
    """What others did meanwhile, in words."""
    waits: int = 0
    """Texts of this move over which its author has to choose."""
    made_before: bool = False
    """Whether its form came before, and nothing was made of it this time."""


@dataclass(frozen=True, slots=True)
class Question:
    """Two texts for one place, of which the author of the one has to choose."""

    id: int
    move: Wording | None
    """None where another version of the program kept it: then its text can only be read, and let go."""
    ground: str
    """What stood there when it was written."""
    mine: str
    theirs: str | None
    """What stands there now; None where the story is not in the issue."""
    headline: str
    """Of the story that it is about, as it stands or stood; empty for none."""
    since: tuple[str, ...]
    """What was done to the issue since it was written, in words."""

    @property
    def shown(self) -> str:
        """The hash of what there is to choose from, by which an answer names what was on the screen."""
        return _shown(dump(self.move) if self.move else self.mine, self.ground, self.theirs)


def meet(
    parts: Parts,
    issue_id: int,
    read: Reading,
    *,
    by: str,
    now: datetime,
    revision: int,
    approved: str = "",
    chosen: int = 0,
) -> Met:
    """Make the move that `read` finds in the issue as it was at `revision`; return what became of it.

    Where the issue has gone on, what still has its ground is made on the issue as it is, and a text over which somebody
    else wrote waits for its author's choice. It takes the place of the one that is `chosen`. Raises Stale where the
    move has to be looked at again, Unaware where it would take back an approval of a later revision than the one that
    was seen, unless how the issue stood with that is named as `approved`; UnknownError, MoveError as `edit`. Then
    nothing is changed and nothing waits.
    """
    for _ in range(TRIES):
        desk = Desk(parts, parts.store.edits.opened(issue_id))
        issue = desk.opened.issue
        require(Move.EDIT, issue.state, issue=issue.id, number=issue.number)
        try:
            if issue.revision == revision:
                assert issue.content is not None, "what is opened has content"
                move = read(issue.content)
                if _was_made(move, desk.opened.history):
                    return Met(look_in(parts, issue_id), made_before=True)
                return Met(made(desk, move, by=by, now=now, chosen=chosen), move)
            seen = parts.store.edits.content(issue_id, revision)
            if seen is None or revision > issue.revision:
                raise _stale(desk, revision)
            move = read(seen)
            move = move if isinstance(move, Up | Down) else worded(move)
            if _was_made(move, desk.opened.history):
                return Met(look_in(parts, issue_id), None, _since(desk, revision), made_before=True)
            return _merged(desk, move, seen, by=by, now=now, revision=revision, approved=approved, chosen=chosen)
        except Stale:  # somebody was quicker once more, or the move is refused for good
            if parts.store.issues.find(issue_id).revision == issue.revision:
                raise
    raise _stale(Desk(parts, parts.store.edits.opened(issue_id)), revision)


def questions(parts: Parts, issue_id: int, by: str) -> tuple[Question, ...]:
    """Return what somebody has still to choose in an issue, the oldest first."""
    waiting = parts.store.choices.of(issue_id, by)
    if not waiting:
        return ()
    opened = parts.store.edits.opened(issue_id)
    assert opened.issue.content is not None, "what is opened has content"
    return tuple(_question(each, opened.issue.content, opened.history) for each in waiting)


def answer(
    parts: Parts,
    issue_id: int,
    choice: int,
    text: str | None,
    *,
    by: str,
    now: datetime,
    revision: int,
    shown: str,
) -> Met:
    """Put a text where two were to choose from, `shown` at `revision`; None leaves what stood there then.

    Where somebody has written there once more since, that is a new choice. Raises as `meet`, Stale also where other
    texts were shown, UnknownError for what waits no more.
    """
    found = next((each for each in parts.store.choices.of(issue_id, by) if each.id == choice), None)
    if found is None:
        raise UnknownError("That was chosen already.")
    move, desk = _wording(found), Desk(parts, parts.store.edits.opened(issue_id))
    if move is None:
        if text is not None or shown != _question(found, None, ()).shown:
            raise _stale(desk, revision)
        parts.store.choices.keep(issue_id, (), choice)
        return Met(look_in(parts, issue_id))
    seen, present = parts.store.edits.content(issue_id, revision), desk.opened.issue.content
    assert present is not None, "what is opened has content"
    if seen is None or shown != _shown(dump(move), found.ground, standing_at(move, seen)):
        raise _stale(desk, revision)
    stands = standing_at(move, present)
    if text is not None and plain(text) != stands:
        wanted = saying(move, text)
        return meet(parts, issue_id, lambda _: wanted, by=by, now=now, revision=revision, chosen=choice)
    if text is None and standing_at(move, seen) != stands:
        raise _stale(desk, revision)
    parts.store.choices.keep(issue_id, (), choice)
    return Met(look_in(parts, issue_id))


def _merged(
    desk: Desk,
    asked: Asked,
    seen: Content,
    *,
    by: str,
    now: datetime,
    revision: int,
    approved: str,
    chosen: int,
) -> Met:
    parts, issue, present = desk.parts, desk.opened.issue, desk.opened.issue.content
    assert present is not None, "what is opened has content"
    history = desk.opened.history
    then = tuple(each for each in history if each.number <= revision)
    found = merge(asked, _ground(seen, then), _ground(present, history), _steps(desk, revision))
    if isinstance(found, Refused):
        raise _stale(desk, revision)
    if found.so and not isinstance(found.move, Up | Down | None) and dump(found.move) in desk.moves.moves:
        found = replace(found, move=None)  # kept before, and its answer was lost
    if found.move is not None and issue.state is State.APPROVED and stood(issue) != approved:
        raise _unaware(desk, revision)
    since = _since(desk, revision)
    waits = tuple(_choice(both, by, now, revision) for both in found.both)
    if found.move is not None:
        so_in = seen if found.so else None
        try:
            done = made(desk, found.move, by=by, now=now, waits=waits, chosen=chosen, so_in=so_in)
        except MoveError as error:
            if so_in is None or isinstance(error, Stale):
                raise
        else:
            return Met(done, found.move, since, len(waits))
    parts.store.choices.keep(issue.id, waits, chosen)
    return Met(look_in(parts, issue.id), None, since, len(waits))


def _steps(desk: Desk, revision: int) -> Sequence[tuple[Content, Content]] | None:
    """Return the issue before and after each standing move since a revision; None where nothing else went on."""
    since = [each for each in desk.opened.history if each.number > revision]
    if all(each.did is not Did.BUILD for each in since):
        return None
    stand = set(desk.moves.moves)
    moves = [each for each in since if each.did in (Did.MOVE, Did.REDO) and each.move in stand]
    of = desk.parts.store.edits.content
    pairs = ((of(desk.opened.issue.id, each.number - 1), of(desk.opened.issue.id, each.number)) for each in moves)
    return [(before, after) for before, after in pairs if before and after]


def _ground(content: Content, history: Sequence[Revision]) -> Ground:
    """Return an issue as a move is compared with it: with the subject and preview line that editors gave it."""
    own = {"subject": "", "preheader": ""}
    for text in standing(history).moves:
        move = _readable(text)
        if isinstance(move, Subject | Preheader):
            own[move.kind] = move.text
    return Ground(content, **own)


def _choice(both: Both, by: str, now: datetime, revision: int) -> Choice:
    return Choice(0, revision, by, now, dump(both.move), both.ground)


def _wording(choice: Choice) -> Wording | None:
    move = _readable(choice.move)
    return move if isinstance(move, Reword | Subject | Preheader | Correct) else None


def _question(choice: Choice, present: Content | None, history: Sequence[Revision]) -> Question:
    move = _wording(choice)
    return Question(
        id=choice.id,
        move=move,
        ground=choice.ground,
        mine=text_of(move) if move else _texts(choice.move),
        theirs=standing_at(move, present) if move and present else None,
        since=tuple(told(each) for each in history if each.number > choice.revision),
        headline=about(move, present) if move and present else "",
    )


def _texts(move: str) -> str:
    """Return what a move that cannot be read has of words; all of it where they cannot be told from the rest.

    >>> _texts('{"kind":"epigraph","text":"Quiet night","mark":{"of":[1,"Rain"]}}'), _texts("torn")
    ('Quiet night Rain', 'torn')
    """
    try:
        known = json.loads(move)
    except (ValueError, RecursionError):
        return move
    known = {name: each for name, each in known.items() if name != "kind"} if isinstance(known, dict) else known
    return " ".join(_strings(known)) or move


def _strings(known: object) -> Iterator[str]:
    match known:
        case str():
            yield known
        case list():
            for each in known:
                yield from _strings(each)
        case dict():
            for each in known.values():
                yield from _strings(each)


def _shown(*texts: str | None) -> str:
    return sha256(repr(texts).encode()).hexdigest()[:16]


def _stale(desk: Desk, revision: int) -> Stale:
    issue = desk.opened.issue
    return Stale(
        f"No. {issue.number} is at revision {issue.revision}, and you changed {revision}; look at it again",
        revision=issue.revision,
        since=_since(desk, revision),
    )


def _unaware(desk: Desk, revision: int) -> Unaware:
    issue = desk.opened.issue
    return Unaware(
        f"No. {issue.number} was approved by {issue.approved_by} since you looked; that would be taken back",
        revision=issue.revision,
        since=(*_since(desk, revision), f"Approved by {issue.approved_by}"),
        stood=stood(issue),
    )


def _since(desk: Desk, revision: int) -> tuple[str, ...]:
    return tuple(told(each) for each in desk.opened.history if each.number > revision)


def _was_made(asked: Asked, history: Sequence[Revision]) -> bool:
    """Return whether the form of a story by hand came before, with the same words; also where it was taken back."""
    if not isinstance(asked, Write) or not asked.once:
        return False
    mine = worded(asked)
    moves = (_readable(each.move) for each in history if each.did is Did.MOVE and asked.once in each.move)
    return any(isinstance(each, Write) and replace(each, anchor="", at=None) == mine for each in moves)


def _readable(text: str) -> EditorsMove | None:
    """Return a move of the history; None where another version of the program wrote it."""
    try:
        return load(text)
    except ValueError:
        return None
