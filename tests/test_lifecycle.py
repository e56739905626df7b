"""An issue's states: every move that exists, and no other."""

import pytest

from digest.errors import MoveError, NotApproved
from digest.lifecycle import CURES, MOVES, PARTICIPLE, Move, after, require
from digest.model.issue import State

ALLOWED = {
    (Move.REBUILD, "draft", "draft"),
    (Move.REBUILD, "review", "review"),
    (Move.REBUILD, "held", "held"),
    (Move.REBUILD, "failed", "draft"),
    (Move.REBUILD, "skipped", "draft"),
    (Move.EDIT, "draft", "draft"),
    (Move.EDIT, "review", "review"),
    (Move.EDIT, "held", "held"),
    (Move.EDIT, "approved", "review"),
    (Move.SUBMIT, "draft", "review"),
    (Move.APPROVE, "review", "approved"),
    (Move.UNAPPROVE, "approved", "review"),
    (Move.HOLD, "draft", "held"),
    (Move.HOLD, "review", "held"),
    (Move.HOLD, "approved", "held"),
    (Move.RELEASE, "held", "review"),
    (Move.SKIP, "draft", "skipped"),
    (Move.SKIP, "review", "skipped"),
    (Move.SKIP, "approved", "skipped"),
    (Move.SKIP, "held", "skipped"),
    (Move.SKIP, "failed", "skipped"),
    (Move.START, "approved", "sending"),
    (Move.PAUSE, "sending", "paused"),
    (Move.RESUME, "paused", "sending"),
    (Move.STOP, "sending", "stopped"),
    (Move.STOP, "paused", "stopped"),
    (Move.FINISH, "sending", "sent"),
    (Move.FINISH, "paused", "sent"),
    (Move.REOPEN, "sent", "sending"),
    (Move.FAIL, "draft", "failed"),
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", State)
def test_a_move_leads_where_the_table_says_or_is_refused_with_a_cure(move, state):
    target = next((to for m, source, to in ALLOWED if m is move and source == state), None)

    found = after(move, state)

    assert found == target
    if target is None:
        with pytest.raises(MoveError, match=r"^No\. 7 is .*; .+") as refusal:
            require(move, state, issue=3, number=7)
        assert refusal.value.exit_code == 5


@pytest.mark.parametrize("state", ["draft", "review", "held"])
def test_starting_without_approval_is_told_apart(state):
    with pytest.raises(NotApproved, match="not approved"):
        require(Move.START, State(state), issue=3, number=7)


def test_every_state_has_a_cure_and_every_move_a_name():
    assert set(CURES) == set(State)
    assert set(PARTICIPLE) == set(MOVES) == set(Move)
