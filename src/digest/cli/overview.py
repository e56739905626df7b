"""`status` without an issue: how everything stands, one sentence first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from digest.cli import show
from digest.cli.output import table

if TYPE_CHECKING:
    from digest.parts import Parts

NAMES: Final = ("edition", "No.", "slot", "state", "")


def overview(parts: Parts, *, now: datetime) -> tuple[dict[str, Any], str]:
    """Return how everything stands, for programs and in words: the sentence, what is wrong, each edition's newest."""
    from digest.pipeline import outlook

    view, store = outlook(parts, now=now), parts.store
    newest = [issue for name in parts.settings.editions if (issue := store.issues.last(name))]
    found = {issue.id: store.outbox.standing(issue.id, now=now) for issue in newest}
    counts = {name: {state.value: count for state, count in each.counts.items()} for name, each in found.items()}
    wrong, works, resting = store.alerts.open(), store.lead().taken(), store.jobs.paused()
    rows = [
        (i.edition, i.number or "", f"{i.local_date} {i.slot}", i.state.value, _counted(counts[i.id]) or i.reason)
        for i in newest
    ]
    lines = [view.sentence]
    lines += [f"! {each.alert.text} (since {show.moment(each.begun_at)})" for each in wrong]
    lines += [
        f"  {name} rests since {show.moment(since)}: digest jobs resume {name}" for name, since in resting.items()
    ]
    lines += ["", table(rows, NAMES)] if rows else []
    if not works:
        lines.append("No daemon runs on this database. Next:  digest daemon")
    if not newest:
        lines.append("No issue yet. Next:  digest build")
    data = {
        "sentence": view.sentence,
        "daemon": works,
        "put_back": store.outbox.put_back(),
        "next": view.upcoming and {"edition": view.upcoming.edition, "send_at": view.upcoming.send_at.isoformat()},
        "alerts": [
            {"kind": a.alert.trouble.value, "text": a.alert.text, "since": show.told(a.begun_at)} for a in wrong
        ],
        "paused": {name: show.told(since) for name, since in resting.items()},
        "issues": [
            {
                **show.issue_json(i, counts[i.id]),
                "assumed": found[i.id].assumed,
                "holders": store.outbox.holders(i.id),
            }
            for i in newest
        ],
    }
    return data, "\n".join(lines)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {state.replace('_', ' ')}" for state, n in counts.items() if n)
