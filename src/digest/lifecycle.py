"""An issue's states and the one table of moves between them."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import Final

from digest.errors import MoveError, NotApproved
from digest.model.issue import Issue, State


class Move(StrEnum):
    """What can be done to an issue."""

    REBUILD = "rebuild"
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    UNAPPROVE = "unapprove"
    HOLD = "hold"
    RELEASE = "release"
    SKIP = "skip"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    FINISH = "finish"
    REOPEN = "reopen"
    FAIL = "fail"


SIDE_BY_SIDE: Final = 4
"""So many issues are sent at once; one that waits for its next try leaves its place to others."""
S = State
MOVES: Final[dict[Move, dict[State, State]]] = {
    Move.REBUILD: {S.DRAFT: S.DRAFT, S.REVIEW: S.REVIEW, S.HELD: S.HELD, S.FAILED: S.DRAFT, S.SKIPPED: S.DRAFT},
    Move.EDIT: {S.DRAFT: S.DRAFT, S.REVIEW: S.REVIEW, S.HELD: S.HELD, S.APPROVED: S.REVIEW},
    Move.SUBMIT: {S.DRAFT: S.REVIEW},
    Move.APPROVE: {S.REVIEW: S.APPROVED},
    Move.UNAPPROVE: {S.APPROVED: S.REVIEW},
    Move.HOLD: {S.DRAFT: S.HELD, S.REVIEW: S.HELD, S.APPROVED: S.HELD},
    Move.RELEASE: {S.HELD: S.REVIEW},
    Move.SKIP: {S.DRAFT: S.SKIPPED, S.REVIEW: S.SKIPPED, S.APPROVED: S.SKIPPED, S.HELD: S.SKIPPED, S.FAILED: S.SKIPPED},
    Move.START: {S.APPROVED: S.SENDING},
    Move.PAUSE: {S.SENDING: S.PAUSED},
    Move.RESUME: {S.PAUSED: S.SENDING},
    Move.STOP: {S.SENDING: S.STOPPED, S.PAUSED: S.STOPPED},
    Move.FINISH: {S.SENDING: S.SENT, S.PAUSED: S.SENT},
    Move.REOPEN: {S.SENT: S.SENDING},
    Move.FAIL: {S.DRAFT: S.FAILED},
}
"""Every move that exists; what is not here is refused. `missed` is born and moves nowhere."""

CURES: Final[dict[State, str]] = {
    S.DRAFT: "it is still being built",
    S.REVIEW: "ask an editor, or: digest approve {id}",
    S.APPROVED: "undo the approval first: digest hold {id}",
    S.SENDING: "see how far it is: digest status {id}",
    S.PAUSED: "digest resume {id} lets it go on, digest stop {id} ends it",
    S.SENT: "what is sent cannot be taken back; the next issue may carry a correction",
    S.HELD: "digest release {id}, or digest skip {id}",
    S.STOPPED: "what was stopped stays stopped",
    S.SKIPPED: "digest build brings its slot back while there is time",
    S.MISSED: "its hour is gone; the next issue takes its articles",
    S.FAILED: "digest build tries again",
}
"""For each state, what an editor may do instead, with `{id}` for the issue."""


def after(move: Move, state: State) -> State | None:
    """Return the state that `move` leads to from `state`; None where it is not allowed."""
    return MOVES[move].get(state)


def require(move: Move, state: State, *, issue: int, number: int) -> State:
    """Return the state that `move` leads to.

    Raises NotApproved for a start without approval, MoveError for any other move that is not in the table; both say
    the cure.
    """
    target = after(move, state)
    if target is not None:
        return target
    cure = CURES[state].format(id=issue)
    if move is Move.START and state in (S.DRAFT, S.REVIEW, S.HELD):
        raise NotApproved(f"No. {number} is {phrase(state)}, not approved; {cure}")
    raise MoveError(f"No. {number} is {phrase(state)}, so it cannot be {PARTICIPLE[move]}; {cure}")


def stood(issue: Issue) -> str:
    """Return what a form names that means an issue as it stood: held for this reason, approved then.

    Stories that moved meanwhile leave it the same: a hold is not to wait for them.
    """
    approved = issue.approved_at.isoformat() if issue.approved_at else ""
    known = (issue.state.value, issue.reason, issue.approved_by, approved)
    return sha256("\0".join(known).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def phrase(state: State) -> str:
    """Return the state as it stands in a sentence: `in review`, `a draft`, `sent`."""
    return {S.DRAFT: "a draft", S.REVIEW: "in review", S.SENDING: "being sent"}.get(state, state.value)


PARTICIPLE: Final[dict[Move, str]] = {
    Move.REBUILD: "built again", Move.SUBMIT: "put to review", Move.APPROVE: "approved", Move.UNAPPROVE: "taken back",
    Move.HOLD: "held", Move.RELEASE: "released", Move.SKIP: "skipped", Move.START: "sent", Move.PAUSE: "paused",
    Move.RESUME: "resumed", Move.STOP: "stopped", Move.FINISH: "finished", Move.REOPEN: "opened again",
    Move.FAIL: "failed", Move.EDIT: "edited",
}  # fmt: skip
