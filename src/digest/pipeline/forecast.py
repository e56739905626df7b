"""How long a send will take, from the relays' rates and from how earlier ones of the edition went."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from digest.deliver import Estimate, Tally, estimate, usual_pace
from digest.model.delivery import DeliveryState
from digest.model.issue import Issue
from digest.parts import Parts

JOB = "deliver"
"""The job under which runs of sending stand in the diary, with `edition`, `issue`, `sent` and `milliseconds`."""
LOOKED_AT = 100
"""So many runs of sending, of all editions, are looked at for the usual pace of one."""


def forecast(parts: Parts, issue: Issue, messages: int) -> Estimate:
    """Return how long it takes to send so many messages of the issue, as far as anybody knows."""
    mine = [run.about for run in parts.store.runs.recent(JOB, LOOKED_AT) if run.about.get("edition") == issue.edition]
    runs = [(int(about["sent"]), int(about["milliseconds"]) / 1000) for about in mine]
    return estimate(messages, usual=usual_pace(runs), allowed=allowed(parts))


def allowed(parts: Parts) -> float:
    """Return messages a second that the relays' settings allow together; infinite where one of them has no rate."""
    relays = parts.settings.relays
    if relays and relays[0].kind == "catcher":
        return relays[0].per_second or math.inf
    used = [relay for relay in relays if relay.kind != "catcher" and relay.weight] or relays
    return sum(relay.per_second or math.inf for relay in used) or math.inf


def remember(parts: Parts, issue: Issue, tally: Tally, *, now: datetime) -> None:
    """Write into the diary how a run of sending went, if it sent anything; later estimates rest on it."""
    given_back = tally.counts.get(DeliveryState.QUEUED, 0)
    sent = sum(tally.counts.values()) - given_back
    if sent and tally.lasted:
        took = tally.lasted // timedelta(milliseconds=1)
        about: dict[str, int | str] = {"edition": issue.edition, "issue": issue.id, "sent": sent, "milliseconds": took}
        run = parts.store.runs.start(JOB, now - tally.lasted, **about)
        parts.store.runs.finish(run, "ok", tally.closed, now)
