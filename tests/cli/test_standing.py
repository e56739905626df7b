"""How an issue on its way stands, as `status` words it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from digest.brake import Brake
from digest.cli import standing
from digest.cli.output import Voice
from digest.deliver import estimate
from digest.model.delivery import DeliveryState
from digest.model.issue import Issue, State
from digest.model.standing import Carried, Standing

FIRST = datetime(2026, 11, 20, 7, tzinfo=UTC)
ISSUE = Issue(
    4, "weekday", 412, date(2026, 11, 20), "07:00", State.SENDING, 1, FIRST, FIRST, FIRST + timedelta(hours=18)
)


def test_a_watch_prints_a_line_for_each_change_until_ctrl_c(capsys):
    looks = iter(["two wait", "two wait", "one waits"])
    pauses = []

    def look():
        text = next(looks, None)
        if text is None:
            raise KeyboardInterrupt
        return {"said": text}, text

    standing.watched(Voice(json=True), look, sleep=pauses.append)

    said = [json.loads(line)["said"] for line in capsys.readouterr().out.splitlines()]
    assert said == ["two wait", "one waits"]
    assert min(pauses) >= 10


def looked(state, waiting, *, lately=0, brake=None, after=timedelta(seconds=20), reason=""):
    """An issue a while after its first answer."""
    counts = dict.fromkeys(DeliveryState, 0) | {DeliveryState.QUEUED: waiting, DeliveryState.DEFERRED: 3}
    found = Standing(counts, first_at=FIRST, last_at=FIRST, lately=lately)
    issue = replace(ISSUE, state=state, reason=reason)
    return standing.Look(issue, found, {}, brake, estimate(waiting, usual=50.0), FIRST + after)


def test_the_rate_of_a_young_send_counts_from_its_first_answer():
    assert looked(State.SENDING, 9, lately=600).rate == 30
    assert looked(State.SENDING, 9, lately=600, after=timedelta(minutes=20)).rate == 10
    assert looked(State.SENDING, 9).rate == 0


def test_how_long_it_takes_is_told_as_it_goes_or_as_it_usually_does():
    going = "\n".join(standing.standing(looked(State.SENDING, 9_000, lately=600)))
    silent = "\n".join(standing.standing(looked(State.SENDING, 9_000)))
    over = standing.as_json(looked(State.SENT, 0))

    assert "30/s in the last minute, about 5 minutes at the present pace, 3 deferred apart" in going
    assert "  about 3 minutes at the usual pace, 3 deferred apart" in silent
    assert over["takes"] is None


def test_a_canary_that_is_out_is_told_and_what_a_paused_issue_waits_for():
    brake = Brake(canary=50, percent=5, taken=11, refused=1)

    out = "\n".join(standing.standing(looked(State.SENDING, 100, brake=brake)))
    held = "\n".join(standing.standing(looked(State.PAUSED, 100, reason="the brake: 9 of 50 refused")))

    assert "canary: 12 of the first 50 answered, 1 refused; the rest waits" in out
    assert "is paused: the brake: 9 of 50 refused" in held
    assert "digest resume 4   or   digest stop 4" in held
    assert standing.as_json(looked(State.SENDING, 1, brake=brake))["brake"] == {
        "canary": 50,
        "pulled": False,
        "answers": 12,
        "refused": 1,
        "percent": 5,
    }


def test_what_each_relay_did_is_told_where_it_is_known():
    states = (DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.REFUSED, DeliveryState.IN_DOUBT)
    look = looked(State.SENDING, 9_000, lately=600)
    relays = (
        Carried("main", dict(zip(states, (12_000, 0, 3, 1), strict=True)), lately=600),
        Carried("", dict(zip(states, (0, 0, 2, 0), strict=True))),
    )
    known = replace(look, found=replace(look.found, relays=relays))
    unknown = replace(look, found=replace(look.found, relays=relays[1:]))

    lines = standing.standing(known)

    assert "  through main: 12,000 accepted, 3 refused, 1 in doubt, 30/s in the last minute" in lines
    assert "  through no relay that is known: 2 refused" in lines
    assert not any("through" in line and "relay" in line for line in standing.standing(unknown))
    assert standing.as_json(known)["relays"] == [
        {"relay": "main", "accepted": 12_000, "deferred": 0, "refused": 3, "in_doubt": 1, "rate": 30.0},
        {"relay": None, "accepted": 0, "deferred": 0, "refused": 2, "in_doubt": 0, "rate": 0.0},
    ]
