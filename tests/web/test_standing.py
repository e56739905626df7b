"""Where an issue stands, what may be done to it, and what its clock says: every state, every right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.lifecycle import Move, after
from digest.model.editors import RANK, Right
from digest.model.issue import Edition, Issue, Schedule, State
from digest.web.desk.standing import ALARMED, ASKED, STEPS, approve_label, clock, open_moves, steps

SEND = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
DAILY = Schedule(frozenset(range(7)), SEND.time().replace(tzinfo=None))
EDITION = Edition("daily", "The Aldovar Brief", (), ("daily",), "Europe/Helsinki", "en", DAILY, DAILY)
ISSUE = Issue(
    id=1,
    edition="daily",
    number=412,
    local_date=date(2026, 11, 20),
    slot="07:00",
    state=State.REVIEW,
    revision=3,
    draft_at=SEND - timedelta(hours=1),
    send_at=SEND,
    expires_at=SEND + timedelta(hours=18),
)


def rights_of(right):
    return lambda asked: right.covers(Right(asked))


@pytest.mark.parametrize("state", State)
def test_every_state_stands_at_one_step_and_says_so_if_it_is_none_to_be_in(state):
    way = steps(state)

    here = [step for step in way if step.mark in ("now", "alarm")]
    assert len(way) == len(STEPS)
    assert len(here) == 1
    assert (here[0].mark == "alarm") is (state in ALARMED)
    assert [step.mark for step in way] == sorted((step.mark for step in way), key=["done", "now", "alarm", ""].index)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("right", RANK)
def test_what_is_offered_is_what_state_and_right_allow(state, right):
    offered = open_moves(state, rights_of(right))

    assert offered == {move for move in ASKED if after(move, state) and right.covers(ASKED[move])}


def test_nobody_without_a_right_is_offered_anything():
    assert open_moves(State.REVIEW, rights_of(Right.VIEWER)) == frozenset()
    assert Move.APPROVE not in open_moves(State.REVIEW, rights_of(Right.EDITOR))
    assert Move.APPROVE in open_moves(State.REVIEW, rights_of(Right.APPROVER))


@pytest.mark.parametrize(
    ("state", "seconds", "shown", "told"),
    [
        (State.REVIEW, -582, "9:42", "until 07:00 Helsinki"),
        (State.REVIEW, 0, "20:00", "late; its hour was 07:00 Helsinki"),
        (State.REVIEW, 1199.9, "0:00", "late; its hour was 07:00 Helsinki"),
        (State.REVIEW, 1200, "", "late; its hour was 07:00 Helsinki"),
        (State.APPROVED, -0.1, "0:00", "until 07:00 Helsinki"),
        (State.APPROVED, 1, "", "late; its hour was 07:00 Helsinki"),
        (State.HELD, -60, "1:00", "until 07:00 Helsinki"),
        (State.SENDING, 60, "", "07:00 Helsinki"),
        (State.SENT, 60, "", "07:00 Helsinki"),
    ],
)
def test_the_clock_runs_to_the_hour_and_then_to_the_end_of_its_grace(state, seconds, shown, told):
    found = clock(replace(ISSUE, state=state), EDITION, SEND + timedelta(seconds=seconds))

    assert (found.shown, found.told) == (shown, told)


@pytest.mark.parametrize(
    ("early", "label"),
    [
        (timedelta(minutes=10), "Approve for 07:00"),
        (timedelta(hours=20), "Approve for Fri 07:00"),
        (timedelta(0), "Approve, to leave now"),
    ],
)
def test_the_button_says_when_it_leaves(early, label):
    assert approve_label(ISSUE, EDITION, SEND - early) == label
