"""What somebody is woken for, and in what words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.model.alert import Alert, Incident, Trouble
from digest.model.issue import Issue, Slot, State
from digest.model.news import SourceState
from digest.operate.alerts import Scene, body, payload, standing, subject

SEVEN = datetime(2026, 11, 20, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ISSUE = Issue(
    id=3,
    edition="weekday",
    number=412,
    local_date=date(2026, 11, 20),
    slot="07:00",
    state=State.REVIEW,
    revision=1,
    draft_at=SEVEN - 60 * MINUTE,
    send_at=SEVEN,
    expires_at=SEVEN + timedelta(hours=18),
)


def scene(now=SEVEN, issues=(), counts=None, owed=(), sources=(), put_back=False):
    return Scene(now, issues, counts or {}, owed, sources, put_back)


@pytest.mark.parametrize(
    ("state", "minutes", "reason", "counts", "found"),
    [
        (State.REVIEW, 1, "", {}, None),
        (State.REVIEW, 2, "", {}, (Trouble.LATE, "weekday No. 412 is not out, and its hour was 2026-11-20 05:00 UTC")),
        (State.DRAFT, 2, "", {}, (Trouble.LATE, "it is draft")),
        (State.APPROVED, -5, "", {}, None),
        (State.APPROVED, 3, "", {}, (Trouble.LATE, "it is approved")),
        (State.SENDING, 9, "", {"queued": 7}, None),
        (State.SENDING, 10, "", {"queued": 7}, (Trouble.LATE, "nothing of it was taken yet")),
        (State.SENDING, 99, "", {"queued": 7, "accepted": 1}, None),
        (State.SENDING, 99, "", {"queued": 7, "refused": 1}, None),
        (State.SENDING, 99, "", {"deferred": 7}, None),
        (State.HELD, -30, "one more look", {}, (Trouble.HELD, "weekday No. 412 is held: one more look")),
        (State.PAUSED, 5, "lunch", {"queued": 7}, None),
        (State.PAUSED, 5, "the brake: 9 of 50 refused", {}, (Trouble.BRAKE, "is paused, the brake: 9 of 50 refused")),
        (State.SENT, 99, "", {"accepted": 7}, None),
        (
            State.SENT,
            99,
            "",
            {"accepted": 7, "in_doubt": 1},
            (Trouble.DOUBT, "1 message is in doubt; see digest settle 3"),
        ),
        (State.SENT, 99, "", {"in_doubt": 1200}, (Trouble.DOUBT, "1,200 messages are in doubt")),
        (State.FAILED, 99, "it expired", {}, (Trouble.LATE, "weekday No. 412 is failed: it expired")),
        (State.SKIPPED, 99, "nothing new", {}, None),
        (State.STOPPED, 99, "an error in it", {}, None),
    ],
)
def test_an_issue_wakes_somebody_only_where_somebody_is_needed(state, minutes, reason, counts, found):
    issue = replace(ISSUE, state=state, reason=reason)

    alerts = standing(scene(SEVEN + minutes * MINUTE, [issue], {3: counts}))

    assert [(alert.trouble, alert.about) for alert in alerts] == ([(found[0], "3")] if found else [])
    assert all(found[1] in alert.text for alert in alerts)


def test_a_missed_slot_is_called_by_its_edition_and_its_hour():
    missed = replace(ISSUE, state=State.MISSED, number=0, reason="its hour was gone when the daemon came")

    (alert,) = standing(scene(SEVEN + timedelta(hours=9), [missed]))

    assert alert.text == (
        "the issue of weekday for 2026-11-20 05:00 UTC is missed: its hour was gone when the daemon came"
    )


def test_a_slot_without_any_issue_wakes_somebody_too():
    slot = Slot("weekday", date(2026, 11, 20), "07:00", SEVEN - 60 * MINUTE, SEVEN)

    assert standing(scene(SEVEN + MINUTE, owed=[slot])) == []
    (alert,) = standing(scene(SEVEN + 2 * MINUTE, owed=[slot]))

    assert (alert.trouble, alert.about) == (Trouble.LATE, "weekday 2026-11-20 07:00")


def test_a_source_wakes_somebody_when_it_has_failed_for_a_day():
    down = SourceState("Karsk Wire", failing_since=SEVEN - timedelta(days=1), reason="no answer in 0:00:10")
    short = SourceState("Ilma Courier", failing_since=SEVEN - timedelta(hours=23), reason="no answer")

    (alert,) = standing(scene(SEVEN, sources=[down, short, SourceState("Tarn Radio")]))

    assert (alert.trouble, alert.about) == (Trouble.SOURCE, "Karsk Wire")
    assert alert.text == "Karsk Wire fails since 2026-11-19 05:00 UTC: no answer in 0:00:10"


def test_a_database_that_was_put_back_wakes_somebody():
    (alert,) = standing(scene(put_back=True))

    assert alert.trouble is Trouble.PUT_BACK


HELD = Incident(7, Alert(Trouble.HELD, "3", "weekday No. 412 is held: one more look"), SEVEN, None)
OVER = Incident(6, Alert(Trouble.SOURCE, "Karsk Wire", "Karsk Wire fails"), SEVEN - 60 * MINUTE, SEVEN)


def test_the_mail_says_first_what_still_is_wrong():
    assert subject("The Brief", [HELD]) == "[The Brief] weekday No. 412 is held: one more look"
    assert subject("The Brief", [OVER]) == "[The Brief] over: Karsk Wire fails"
    assert subject("The Brief", [OVER, HELD]) == "[The Brief] Karsk Wire fails (and 1 more)"
    assert body([OVER, HELD]) == (
        "weekday No. 412 is held: one more look.\n  since 2026-11-20 05:00 UTC\n\n"
        "Over: Karsk Wire fails.\n  since 2026-11-20 04:00 UTC, until 2026-11-20 05:00 UTC\n"
    )


def test_a_webhook_is_told_the_same_as_fields():
    told = payload("The Brief", [HELD, OVER])

    assert told["text"] == f"The Brief\n{body([HELD, OVER])}"
    assert [(each["kind"], each["about"], each["ended_at"]) for each in told["alerts"]] == [
        ("held", "3", None),
        ("source", "Karsk Wire", "2026-11-20T05:00:00+00:00"),
    ]
