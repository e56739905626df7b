"""How things stand, in one sentence: the first line of the desk, of `digest status` and of what the system is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from digest.lifecycle import SIDE_BY_SIDE
from digest.model.issue import Approval, Edition, Issue, Slot, State

PUT_BACK: Final = (
    "Nothing is sent: the database is older than what was sent; digest settle shows what is open, and "
    "digest settle --put-back lets mail go again."
)
"""Where nothing leaves whatever becomes of the issues."""
TROUBLE: Final = (State.PAUSED, State.HELD, State.FAILED)
UNDERWAY: Final = (State.SENDING, State.REVIEW, State.APPROVED, State.DRAFT)
BEGINS: Final = timedelta(minutes=1)
"""By then an issue whose hour has come has begun to leave, where there is a place."""
RECENT: Final = timedelta(hours=12)
"""How long after its hour an issue that is over is still what one wants to hear of."""


def foremost(issues: Iterable[Issue], now: datetime) -> Issue | None:
    """Return the issue that the sentence should speak of; None where nothing is in hand and nothing is recent.

    What needs somebody comes first (paused, held, failed, while it could still reach its readers), then what is under
    way, the nearest hour first, then what ended in the last twelve hours, the newest first.
    """
    there = list(issues)
    wanting = [i for i in there if i.state in TROUBLE and now < i.expires_at]
    underway = [i for i in there if i.state in UNDERWAY]
    for found in (wanting, [i for i in underway if i.state is State.SENDING], underway):
        if found:
            return min(found, key=lambda i: (i.send_at, i.id))
    over = [i for i in there if now - i.send_at < RECENT]
    return max(over, key=lambda i: (i.send_at, i.id), default=None)


def headline(
    issue: Issue | None,
    now: datetime,
    *,
    edition: Edition | None = None,
    upcoming: Slot | None = None,
    counts: Mapping[str, int] | None = None,
    several: bool = False,
) -> str:
    """Return one sentence on an issue, or on what comes next where there is none.

    `edition` is the issue's (that of `upcoming` where there is none) as configured now: its zone is the one in which
    hours are told, UTC without it. `upcoming` is the next slot of all; `counts` are deliveries by state, needed from
    sending on. Where there are `several` editions, each issue is called by its edition as well.
    """
    zone = edition.timezone if edition else "UTC"
    if issue is None:
        if upcoming is None:
            return "Nothing is planned."
        return f"All is quiet: the next issue is drafted {_when(upcoming.draft_at, now, zone)}."
    called = f"{issue.edition} No. {issue.number}" if several else f"No. {issue.number}"
    sentence = _before(issue, called, now, edition, zone) or _after(issue, called, now, zone, counts or {})
    return _capital(sentence)


def waiting(issues: Iterable[Issue], now: datetime, editions: Mapping[str, Edition]) -> str:
    """Return a sentence on issues that are free to go, and whose hour has passed, while no more may be on their way.

    Empty where there are none, and for the first minute, in which one may still begin. `editions` are those configured.
    """
    there = list(issues)
    many = sum(each.state is State.SENDING for each in there) >= SIDE_BY_SIDE
    themselves = {name for name, edition in editions.items() if edition.approval is not Approval.REQUIRED}
    free = (i for i in there if i.state is State.APPROVED or (i.state is State.REVIEW and i.edition in themselves))
    late = [i for i in free if i.send_at + BEGINS <= now < i.expires_at]
    if not (many and late):
        return ""
    names = ", ".join(f"{each.edition} No. {each.number}" for each in late)
    return f"At most {SIDE_BY_SIDE} issues are sent at once; for a place waits: {names}."


def _before(issue: Issue, called: str, now: datetime, edition: Edition | None, zone: str) -> str:
    """Return the sentence on an issue that has not begun to leave; empty for any other."""
    hour = _when(issue.send_at, now, zone)
    late = now >= issue.send_at
    match issue.state:
        case State.DRAFT:
            return (
                f"{called} is late: its hour was {hour}, and it is still being built."
                if late
                else (f"{called} is being built, to leave {hour}.")
            )
        case State.REVIEW:
            if edition is None:
                return f"{called} waits for nobody: digest.toml has no edition {issue.edition!r} any more."
            return _review(issue, called, now, edition, hour)
        case State.APPROVED:
            return (
                f"{called} is approved, its hour was {hour}, and it should be leaving."
                if late
                else (f"On course for {hour}: {called} is approved.")
            )
    return ""


def _review(issue: Issue, called: str, now: datetime, edition: Edition, hour: str) -> str:
    late = now >= issue.send_at
    if edition.approval is Approval.AUTO:
        return (
            f"{called} should be leaving: its hour was {hour}."
            if late
            else (f"On course for {hour}: {called} leaves by itself.")
        )
    if edition.approval is Approval.AUTO_IF_GREEN:
        return (
            f"{called} should be leaving, if nothing in it is red: its hour was {hour}."
            if late
            else (f"On course for {hour}, if nothing in {called} is red.")
        )
    if not late:
        return f"On course for {hour}, once {called} is approved."
    deadline = issue.send_at + edition.deadline_grace
    until = _when(deadline, now, edition.timezone)
    if now < deadline:
        return f"{called} is late: it should have left at {hour}; approve it by {until}, or it is held."
    return f"{called} was not approved by {until}, and will be held."


def _after(issue: Issue, called: str, now: datetime, zone: str, counts: Mapping[str, int]) -> str:
    """Return the sentence on an issue that is leaving, has left, or will not."""
    why = " ".join(issue.reason.split()).rstrip(".")
    reason = f": {why}" if why else ""
    taken, out = counts.get("accepted", 0), _going_out(counts)
    match issue.state:
        case State.SENDING:
            return f"{called} is on its way: {taken:,} of {out:,} taken{_rest(counts)}."
        case State.PAUSED:
            return f"{called} is paused, {taken:,} of {out:,} taken{reason}."
        case State.SENT:
            return (
                f"{called} has reached {taken:,} of {out:,}{_rest(counts)}."
                if out
                else (f"{called} is sent; there was nobody to send it to.")
            )
        case State.STOPPED:
            return f"{called} was stopped, {taken:,} of {out:,} taken{reason}."
        case State.MISSED:
            return f"The issue of {issue.edition} for {_when(issue.send_at, now, zone)} was missed{reason}."
        case State.FAILED:
            return f"{called} could not be made{reason}."
        case _:
            return f"{called} is {issue.state.value}{reason}."


def _going_out(counts: Mapping[str, int]) -> int:
    """Return how many messages an issue has, those aside that it never was to have."""
    return sum(n for state, n in counts.items() if state != "suppressed")


def _rest(counts: Mapping[str, int]) -> str:
    told = (
        (counts.get("deferred", 0), "to be tried again"),
        (counts.get("refused", 0), "refused"),
        (counts.get("in_doubt", 0), "in doubt"),
    )
    return "".join(f", {n:,} {what}" for n, what in told if n)


def _when(at: datetime, now: datetime, zone: str) -> str:
    """Return an instant as one says it at `now`: the hour, with `tomorrow` or the day where it is not today's.

    >>> now = datetime.fromisoformat("2026-11-20T04:00Z")
    >>> [_when(now + timedelta(hours=n), now, "Europe/Kyiv") for n in (1, 25, -23, 73, 24 * 9)]
    ['07:00', 'tomorrow 07:00', 'yesterday 07:00', 'Mon 07:00', 'Sun 29 Nov 06:00']
    """
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (local.date() - today).days
    near = {0: "", 1: "tomorrow ", -1: "yesterday "}.get(days)
    if near is not None:
        return f"{near}{local:%H:%M}"
    return f"{local:%a %H:%M}" if 0 < days < 7 else f"{local:%a} {local.day} {local:%b %H:%M}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
