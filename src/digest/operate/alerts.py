"""What somebody should be woken for, and in what words: pure, from how everything stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from digest.brake import BRAKE
from digest.model.alert import Alert, Incident, Trouble
from digest.model.issue import Issue, Slot, State
from digest.model.news import SourceState

LEEWAY: Final = timedelta(minutes=2)
"""After its hour: the daemon looks every ten seconds, and the first messages take a moment."""
NOTHING_TAKEN: Final = timedelta(minutes=10)
"""How long an issue may be on its way without one message taken: then the mail server is the trouble."""
SILENCE: Final = timedelta(days=1)
"""How long a source may fail before somebody is told; most outlets' troubles are over by then."""
WAITING: Final = (State.DRAFT, State.REVIEW, State.APPROVED)
GIVEN_UP: Final = (State.MISSED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is looked at."""

    now: datetime
    issues: Sequence[Issue]
    """Those that may yet reach their readers, and the newest of each edition whose hour has come."""
    counts: Mapping[int, Mapping[str, int]]
    """Deliveries by state, of those of the issues that began to leave."""
    owed: Sequence[Slot]
    """Slots whose draft hour has come and that have no issue at all."""
    sources: Sequence[SourceState]
    """Of the sources in digest.toml."""
    put_back: bool


def standing(scene: Scene) -> list[Alert]:
    """Return what is wrong now, each once."""
    found = [alert for issue in scene.issues for alert in _issue(issue, scene)]
    found += [alert for slot in scene.owed for alert in _owed(slot, scene.now)]
    found += [alert for state in scene.sources for alert in _source(state, scene.now)]
    if scene.put_back:
        text = "the database is older than what was sent, so nothing leaves; see digest settle"
        found.append(Alert(Trouble.PUT_BACK, "database", text))
    return list({(alert.trouble, alert.about): alert for alert in found}.values())


def _issue(issue: Issue, scene: Scene) -> Iterator[Alert]:
    called, counts = f"{issue.edition} No. {issue.number}", scene.counts.get(issue.id, {})
    about, hour, why = str(issue.id), f"{issue.send_at:%Y-%m-%d %H:%M} UTC", f": {issue.reason}" if issue.reason else ""
    over = scene.now - issue.send_at
    if issue.state is State.HELD:
        yield Alert(Trouble.HELD, about, f"{called} is held{why}")
    elif issue.state in (State.PAUSED, State.SENT) and issue.reason.startswith(BRAKE):
        yield Alert(Trouble.BRAKE, about, f"{called} is {issue.state.value}, {issue.reason}")
    elif issue.state in WAITING and over >= LEEWAY:
        yield Alert(
            Trouble.LATE, about, f"{called} is not out, and its hour was {hour}; it is {issue.state.value}{why}"
        )
    elif issue.state is State.SENDING and over >= NOTHING_TAKEN and counts.get("queued") and not _answered(counts):
        yield Alert(Trouble.LATE, about, f"{called} should be leaving since {hour}, and nothing of it was taken yet")
    elif issue.state in GIVEN_UP:
        name = called if issue.number else f"the issue of {issue.edition} for {hour}"
        yield Alert(Trouble.LATE, about, f"{name} is {issue.state.value}{why}")
    if doubt := counts.get("in_doubt", 0):
        noun = "1 message is" if doubt == 1 else f"{doubt:,} messages are"
        yield Alert(Trouble.DOUBT, about, f"{called}: {noun} in doubt; see digest settle {issue.id}")


def _owed(slot: Slot, now: datetime) -> Iterator[Alert]:
    if now - slot.send_at >= LEEWAY:
        text = f"there is no issue of {slot.edition} for {slot.send_at:%Y-%m-%d %H:%M} UTC; see digest jobs history"
        yield Alert(Trouble.LATE, f"{slot.edition} {slot.local_date} {slot.slot}", text)


def _answered(counts: Mapping[str, int]) -> bool:
    return any(counts.get(state, 0) for state in ("accepted", "refused", "in_doubt"))


def _source(state: SourceState, now: datetime) -> Iterator[Alert]:
    since = state.failing_since
    if since is not None and now - since >= SILENCE:
        text = f"{state.name} fails since {since:%Y-%m-%d %H:%M} UTC: {state.reason}"
        yield Alert(Trouble.SOURCE, state.name, text)


def subject(title: str, incidents: Sequence[Incident]) -> str:
    """Return the subject of a mail that tells the incidents: the first, how many more, and whether all is over."""
    first = incidents[0]
    more = f" (and {len(incidents) - 1} more)" if len(incidents) > 1 else ""
    over = "over: " if all(incident.ended_at for incident in incidents) else ""
    text = first.alert.text
    return f"[{title}] {over}{text[:120]}{'…' if len(text) > 120 else ''}{more}"


def body(incidents: Sequence[Incident]) -> str:
    """Return the incidents as plain text, what still is so first."""
    return "\n\n".join(_told(incident) for incident in sorted(incidents, key=lambda n: n.ended_at is not None)) + "\n"


def _told(incident: Incident) -> str:
    since = f"since {incident.begun_at:%Y-%m-%d %H:%M} UTC"
    if incident.ended_at is None:
        return f"{incident.alert.text}.\n  {since}"
    return f"Over: {incident.alert.text}.\n  {since}, until {incident.ended_at:%Y-%m-%d %H:%M} UTC"


def payload(title: str, incidents: Sequence[Incident]) -> dict[str, Any]:
    """Return the incidents as a webhook is told them; `text` is what chat services show."""
    return {
        "text": f"{title}\n{body(incidents)}",
        "alerts": [
            {
                "id": incident.id,
                "kind": incident.alert.trouble.value,
                "about": incident.alert.about,
                "text": incident.alert.text,
                "begun_at": incident.begun_at.isoformat(),
                "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
            }
            for incident in incidents
        ],
    }
