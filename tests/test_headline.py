"""The sentence that says how things stand."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest

from digest.headline import foremost, headline, waiting
from digest.model.issue import Approval, Edition, Issue, Schedule, Slot, State
from digest.schedule import by_haste

SEVEN = datetime(2026, 11, 20, 5, tzinfo=UTC)
"""A Friday, 07:00 in the edition's zone."""
EDITION = Edition(
    id="weekday",
    title="The Aldovar Brief",
    sections=(),
    lists=("weekday",),
    timezone="Europe/Helsinki",
    language="en",
    draft=Schedule(frozenset(range(5)), time(6)),
    send=Schedule(frozenset(range(5)), time(7)),
)
ISSUE = Issue(
    id=3,
    edition="weekday",
    number=412,
    local_date=date(2026, 11, 20),
    slot="07:00",
    state=State.REVIEW,
    revision=1,
    draft_at=SEVEN - timedelta(hours=1),
    send_at=SEVEN,
    expires_at=SEVEN + timedelta(hours=18),
)
COUNTS = {"accepted": 8120, "queued": 4300, "deferred": 57, "refused": 3, "in_doubt": 0, "suppressed": 9, "claimed": 0}
BEFORE, AFTER, LATE = SEVEN - timedelta(minutes=10), SEVEN + timedelta(minutes=10), SEVEN + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("state", "now", "said"),
    [
        (State.DRAFT, BEFORE, "No. 412 is being built, to leave 07:00."),
        (State.DRAFT, AFTER, "No. 412 is late: its hour was 07:00, and it is still being built."),
        (State.REVIEW, BEFORE, "On course for 07:00, once No. 412 is approved."),
        (State.REVIEW, AFTER, "No. 412 is late: it should have left at 07:00; approve it by 07:20, or it is held."),
        (State.REVIEW, LATE, "No. 412 was not approved by 07:20, and will be held."),
        (State.APPROVED, BEFORE, "On course for 07:00: No. 412 is approved."),
        (State.APPROVED, AFTER, "No. 412 is approved, its hour was 07:00, and it should be leaving."),
        (State.SENDING, AFTER, "No. 412 is on its way: 8,120 of 12,480 taken, 57 to be tried again, 3 refused."),
        (State.PAUSED, AFTER, "No. 412 is paused, 8,120 of 12,480 taken: said so."),
        (State.SENT, AFTER, "No. 412 has reached 8,120 of 12,480, 57 to be tried again, 3 refused."),
        (State.HELD, AFTER, "No. 412 is held: said so."),
        (State.STOPPED, AFTER, "No. 412 was stopped, 8,120 of 12,480 taken: said so."),
        (State.SKIPPED, AFTER, "No. 412 is skipped: said so."),
        (State.MISSED, AFTER, "The issue of weekday for 07:00 was missed: said so."),
        (State.FAILED, AFTER, "No. 412 could not be made: said so."),
    ],
)
def test_each_state_has_its_sentence(state, now, said):
    assert headline(replace(ISSUE, state=state, reason="said so."), now, edition=EDITION, counts=COUNTS) == said


@pytest.mark.parametrize(
    ("approval", "before", "after"),
    [
        (
            Approval.AUTO,
            "On course for 07:00: No. 412 leaves by itself.",
            "No. 412 should be leaving: its hour was 07:00.",
        ),
        (
            Approval.AUTO_IF_GREEN,
            "On course for 07:00, if nothing in No. 412 is red.",
            "No. 412 should be leaving, if nothing in it is red: its hour was 07:00.",
        ),
    ],
)
def test_an_issue_that_nobody_must_approve_says_so(approval, before, after):
    edition = replace(EDITION, approval=approval)

    assert [headline(ISSUE, now, edition=edition) for now in (BEFORE, AFTER)] == [before, after]


def test_between_two_issues_it_tells_when_the_next_one_is_drafted():
    slot = Slot("weekday", date(2026, 11, 23), "07:00", SEVEN + timedelta(days=3, hours=-1), SEVEN + timedelta(days=3))

    assert headline(None, AFTER, edition=EDITION, upcoming=slot) == (
        "All is quiet: the next issue is drafted Mon 06:00."
    )
    assert headline(None, AFTER) == "Nothing is planned."


def test_where_there_are_several_editions_the_issue_is_called_by_its_own():
    assert headline(ISSUE, BEFORE, edition=EDITION, several=True) == (
        "On course for 07:00, once weekday No. 412 is approved."
    )
    approved = replace(ISSUE, state=State.HELD, reason="one more look")
    assert headline(approved, BEFORE, edition=EDITION, several=True) == "Weekday No. 412 is held: one more look."


def test_an_issue_without_readers_says_so():
    assert headline(replace(ISSUE, state=State.SENT), AFTER, edition=EDITION, counts={"suppressed": 2}) == (
        "No. 412 is sent; there was nobody to send it to."
    )


@pytest.mark.parametrize(("state", "edition"), list(product(State, (None, EDITION))))
def test_whatever_the_state_it_is_one_sentence(state, edition):
    for now in (BEFORE, AFTER, LATE, LATE + timedelta(days=9)):
        said = headline(replace(ISSUE, state=state), now, edition=edition, counts={})

        assert said[0].isupper()
        assert said.endswith(".")
        assert "\n" not in said
        assert "None" not in said


def issue(number, state, hours):
    at = SEVEN + timedelta(hours=hours)
    return replace(ISSUE, id=number, number=number, state=state, send_at=at, expires_at=at + timedelta(hours=18))


@pytest.mark.parametrize(
    ("issues", "spoken_of"),
    [
        ([], None),
        ([issue(1, State.SENT, -1), issue(2, State.REVIEW, 23)], 2),
        ([issue(1, State.SENDING, -1), issue(2, State.REVIEW, -2)], 1),
        ([issue(1, State.SENDING, -1), issue(2, State.HELD, 0)], 2),
        ([issue(1, State.HELD, -30), issue(2, State.APPROVED, 1), issue(3, State.REVIEW, 2)], 2),
        ([issue(1, State.SENT, -30), issue(2, State.SENT, -6), issue(3, State.SKIPPED, -7)], 2),
        ([issue(1, State.SENT, -30)], None),
    ],
)
def test_what_needs_somebody_is_spoken_of_first_then_what_is_under_way_then_what_is_over(issues, spoken_of):
    found = foremost(issues, SEVEN)

    assert (found and found.id) == spoken_of


@pytest.mark.parametrize(
    ("on_their_way", "now", "said"),
    [
        (4, AFTER, "At most 4 issues are sent at once; for a place waits: weekday No. 412."),
        (4, SEVEN, ""),
        (3, AFTER, ""),
        (4, ISSUE.expires_at, ""),
    ],
)
def test_it_is_said_that_an_issue_waits_for_a_place(on_their_way, now, said):
    issues = [replace(ISSUE, state=State.APPROVED)]
    issues += [replace(ISSUE, id=10 + n, state=State.SENDING) for n in range(on_their_way)]

    assert waiting(issues, now, {}) == said


@pytest.mark.parametrize(("approval", "waits"), [(Approval.AUTO, True), (Approval.REQUIRED, False)])
def test_an_issue_that_needs_no_approval_waits_for_a_place_too(approval, waits):
    issues = [replace(ISSUE, state=State.REVIEW)]
    issues += [replace(ISSUE, id=10 + n, state=State.SENDING) for n in range(4)]

    assert bool(waiting(issues, AFTER, {ISSUE.edition: replace(EDITION, approval=approval)})) == waits


def test_the_issue_that_expires_first_is_the_first_to_have_a_place():
    older = replace(ISSUE, id=4, send_at=SEVEN - timedelta(hours=2))
    hasty = replace(ISSUE, id=5, send_at=SEVEN + timedelta(hours=1), expires_at=SEVEN + timedelta(hours=2))

    assert by_haste([ISSUE, older, hasty]) == [hasty, older, ISSUE]
