"""Moves of an issue, each made inside the transaction of whoever asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete

from digest import lifecycle
from digest.errors import Stale
from digest.lifecycle import Move, phrase, require
from digest.model.issue import State
from digest.store import brakes, choices
from digest.store.claims import STOPPED, sweep
from digest.store.history import require_seen
from digest.store.issue_rows import change, locked, read_issue
from digest.store.schema import choice, pool

UNAPPROVED: Final = (State.DRAFT, State.REVIEW, State.HELD)
ELSEWHERE: Final = {
    Move.REBUILD: "Issues.write builds an issue",
    Move.EDIT: "Edits.add edits an issue",
    Move.START: "Outbox.freeze starts an issue",
    Move.FINISH: "Outbox.finish ends an issue",
}
FREES_POOL: Final = (Move.SKIP, Move.FAIL)
ENDS: Final = (Move.SKIP, Move.STOP)
"""Moves after which nobody chooses between texts any more."""


def make(
    connection: Connection,
    issue_id: int,
    move: Move,
    *,
    now: datetime,
    by: str = "",
    reason: str = "",
    binding: str = "",
    revision: int | None = None,
    override: str = "",
    stood: str = "",
    itself: bool = False,
) -> None:
    """Make the move. See `Issues.move`."""
    if move in ELSEWHERE:
        raise ValueError(f"{move}: {ELSEWHERE[move]}")
    row = locked(connection, issue_id)
    if stood:
        _require_stood(row, stood)
    before = State(row.state)
    after = require(move, before, issue=issue_id, number=row.number)
    approval: dict[str, Any] = {}
    if move is Move.APPROVE:
        _require_current(connection, row, revision, binding)
        if not itself:
            choices.require_none(connection, issue_id, by, row.number)
        approval = {"approved_by": by, "approved_at": now, "binding": binding, "override": override}
    elif before in (*UNAPPROVED, State.APPROVED):
        approval = {"approved_by": "", "approved_at": None, "binding": "", "override": ""}
    if move in FREES_POOL:
        connection.execute(delete(pool).where(pool.c.issue == issue_id))
    if move is Move.RESUME:
        brakes.release(connection, issue_id)
    elif move is Move.STOP:
        sweep(connection, issue_id, now, why=STOPPED)
    if move in ENDS:
        choices.drop(connection, choice.c.issue == issue_id)
    change(connection, issue_id, now, state=after, reason=reason, **approval)


def _require_stood(row: Row[Any], stood: str) -> None:
    issue = read_issue(row, bare=True)
    if lifecycle.stood(issue) != stood:
        now = f"it is {phrase(issue.state)} now{f': {issue.reason}' if issue.reason else ''}"
        raise Stale(f"No. {issue.number}: {now}; look at it again", revision=issue.revision, since=(now,))


def _require_current(connection: Connection, row: Row[Any], revision: int | None, binding: str) -> None:
    if not binding:
        raise ValueError("an approval binds what was seen: give its hash")
    if revision is not None:
        require_seen(connection, row, revision, "approved")
