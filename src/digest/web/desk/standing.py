"""Where an issue stands, and what may be done to it now by whoever looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from digest.lifecycle import Move, after
from digest.model.editors import Right
from digest.model.issue import Edition, Issue, State
from digest.web.desk.wording import city, left

S = State
STEPS: Final = ("Draft", "In review", "Approved", "Sending", "Sent")
PLACE: Final = {
    S.DRAFT: (0, "Draft"), S.FAILED: (0, "Failed"), S.MISSED: (0, "Missed"), S.REVIEW: (1, "In review"),
    S.HELD: (1, "Held"), S.SKIPPED: (1, "Skipped"), S.APPROVED: (2, "Approved"), S.SENDING: (3, "Sending"),
    S.PAUSED: (3, "Paused"), S.STOPPED: (3, "Stopped"), S.SENT: (4, "Sent"),
}  # fmt: skip
"""Of each state the step it stands at, and what that step is called then."""
ALARMED: Final = frozenset({S.HELD, S.PAUSED, S.STOPPED, S.FAILED, S.MISSED, S.SKIPPED})
WAITING: Final = frozenset({S.DRAFT, S.REVIEW, S.HELD, S.APPROVED})
"""States in which the hour is still to come, or should be."""
GOING: Final = frozenset({S.SENDING, S.PAUSED, S.SENT, S.STOPPED})
"""States in which there are deliveries."""
ASKED: Final[dict[Move, Right]] = {
    Move.EDIT: Right.EDITOR,
    Move.APPROVE: Right.APPROVER,
    Move.UNAPPROVE: Right.APPROVER,
    Move.HOLD: Right.EDITOR,
    Move.RELEASE: Right.EDITOR,
    Move.SKIP: Right.APPROVER,
    Move.PAUSE: Right.OPERATOR,
    Move.RESUME: Right.OPERATOR,
    Move.STOP: Right.OPERATOR,
}
"""The right that each move of an editor takes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an issue's way."""

    label: str
    mark: str
    """`done`, `now`, `alarm` (now, and not as it should be), or empty."""


def steps(state: State) -> list[Step]:
    """Return the way of an issue, with where it is.

    >>> [(step.label, step.mark) for step in steps(State.HELD)][:3]
    [('Draft', 'done'), ('Held', 'alarm'), ('Approved', '')]
    """
    at, called = PLACE[state]
    now = "alarm" if state in ALARMED else "now"
    return [
        Step(called, now) if place == at else Step(label, "done" if place < at else "")
        for place, label in enumerate(STEPS)
    ]


def open_moves(state: State, may: Callable[[str], bool]) -> frozenset[Move]:
    """Return what may be done to an issue in this state by somebody with these rights."""
    return frozenset(move for move, right in ASKED.items() if after(move, state) is not None and may(right))


@dataclass(frozen=True, slots=True)
class Clock:
    """How long it is until an issue's hour."""

    shown: str
    """`9:42`; empty where there is nothing to count."""
    told: str
    """`until 07:00 Helsinki`."""
    until: datetime


def clock(issue: Issue, edition: Edition, now: datetime) -> Clock:
    """Return the clock of an issue, which runs down to its hour and then to the end of its grace."""
    hour = at_hour(issue, edition, now)
    place = f"{hour} {city(edition.timezone)}"
    if issue.state not in WAITING:
        return Clock("", place, issue.send_at)
    if now < issue.send_at:
        return Clock(left(issue.send_at - now), f"until {place}", issue.send_at)
    until = issue.send_at + (edition.deadline_grace if issue.state is S.REVIEW else timedelta())
    return Clock(left(until - now) if now < until else "", f"late; its hour was {place}", until)


def at_hour(issue: Issue, edition: Edition, now: datetime) -> str:
    """Return the issue's hour in its edition's zone, with the weekday where it is not today's."""
    zone = ZoneInfo(edition.timezone)
    local = issue.send_at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local:%a %H:%M}"


def approve_label(issue: Issue, edition: Edition, now: datetime) -> str:
    """Return what the button says that approves."""
    return f"Approve for {at_hour(issue, edition, now)}" if now < issue.send_at else "Approve, to leave now"
