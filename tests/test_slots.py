"""Which issues an edition owes, and when."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.issue import Edition, Schedule
from digest.model.people import Preferences
from digest.slots import candidates, clock_note, due, instant, planned, reader_at, slot_on, upcoming, wanted_on

WEEKDAYS = frozenset(range(5))
BRIEF = Edition(
    id="weekday",
    title="The Aldovar Brief",
    sections=(),
    lists=("weekday",),
    timezone="Europe/Helsinki",
    language="en",
    draft=Schedule(WEEKDAYS, time(6)),
    send=Schedule(WEEKDAYS, time(7)),
)
MONDAY = date(2026, 11, 23)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_draft_is_owed_from_its_hour_on():
    assert due([BRIEF], {"weekday": date(2026, 11, 20)}, utc("2026-11-23T03:59:59")) == []

    owed = due([BRIEF], {"weekday": date(2026, 11, 20)}, utc("2026-11-23T04:00:00"))

    assert [(d.slot.local_date, d.slot.slot, d.missed) for d in owed] == [(MONDAY, "07:00", False)]


def test_a_slot_that_has_its_issue_is_not_owed_again():
    assert due([BRIEF], {"weekday": MONDAY}, utc("2026-11-23T05:30:00")) == []


def test_slots_of_days_the_daemon_was_away_are_missed_and_todays_is_still_built():
    owed = due([BRIEF], {"weekday": date(2026, 11, 18)}, utc("2026-11-23T10:59:00"))

    assert [(d.slot.local_date.day, d.missed) for d in owed] == [(19, True), (20, True), (23, False)]


def test_an_hour_longer_gone_than_catch_up_is_missed():
    owed = due([BRIEF], {"weekday": date(2026, 11, 20)}, utc("2026-11-23T11:00:00"))

    assert [d.missed for d in owed] == [True]


def test_a_new_edition_owes_nothing_from_before_it_was_there():
    assert due([BRIEF], {}, utc("2026-11-23T20:00:00")) == []
    assert len(due([BRIEF], {}, utc("2026-11-23T05:00:00"))) == 1


def test_a_draft_hour_later_than_the_sending_hour_is_the_evening_before():
    late = replace(BRIEF, draft=Schedule(WEEKDAYS, time(22)))

    slot = slot_on(late, MONDAY)

    assert slot.draft_at == utc("2026-11-22T20:00:00")
    assert [d.slot.local_date for d in due([late], {"weekday": date(2026, 11, 20)}, slot.draft_at)] == [MONDAY]


@given(
    st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"]),
    st.dates(date(2026, 1, 1), date(2027, 12, 1)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None)),
)
def test_each_local_day_has_one_instant_for_an_hour_and_days_keep_their_order(zone, day, at):
    found = instant(day, at, zone)

    shown = found.astimezone(ZoneInfo(zone))
    assert shown.date() in (day, day + timedelta(days=1))
    assert shown.time() >= at or shown.date() > day
    assert instant(day + timedelta(days=1), at, zone) > found


@given(st.integers(0, 40 * 24 * 60), st.lists(st.integers(1, 5 * 24 * 60), min_size=1, max_size=40))
def test_whenever_the_daemon_looks_each_slot_is_owed_once(start, pauses):
    now = utc("2026-03-01T00:00:00") + timedelta(minutes=start)
    begin, seen, last = now, [], {"weekday": date(2026, 2, 28)}

    for pause in pauses:
        for owed in due([BRIEF], last, now):
            seen.append(owed.slot.local_date)
            last = {"weekday": owed.slot.local_date}
        now += timedelta(minutes=pause)

    assert seen == sorted(set(seen))
    over = [s.local_date for s in planned(BRIEF, date(2026, 3, 1), seen[-1] if seen else begin.date() - timedelta(2))]
    assert seen == over


def test_a_schedule_by_the_calendar_has_its_next_slot_however_far_away():
    leap = replace(BRIEF, send=Schedule(frozenset(range(7)), time(7), dates=(29,), months=(2,)))

    slots = [slot.local_date for slot in candidates(leap, utc("2026-11-23T05:00:00"))]

    assert slots == [date(2028, 2, 29)]
    assert next(upcoming(leap, utc("2096-03-01T00:00:00"))).local_date == date(2104, 2, 29)


def test_a_day_that_has_an_issue_made_ahead_of_its_hour_owes_none_whatever_its_hour_is_now():
    now, last = utc("2026-11-23T04:30:00"), {"weekday": date(2026, 11, 20)}

    assert [d.slot.local_date for d in due([BRIEF], last, now)] == [MONDAY]
    assert due([BRIEF], last, now, {"weekday": {MONDAY}}) == []


@pytest.mark.parametrize(
    ("day", "at", "zone", "note"),
    [
        (date(2026, 3, 28), time(7), "Europe/Berlin", ""),
        (date(2026, 3, 29), time(7), "Europe/Berlin", "the clock goes forward, the night is 1 h shorter"),
        (date(2026, 10, 25), time(7), "Europe/Berlin", "the clock goes back, the night is 1 h longer"),
        (date(2026, 4, 5), time(7), "Australia/Lord_Howe", "the clock goes back, the night is 0.5 h longer"),
        (
            date(2026, 3, 29),
            time(2, 30),
            "Europe/Berlin",
            "the clock goes forward, the night is 1 h shorter; 02:30 is skipped, so 03:30",
        ),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "02:30 comes twice, and the first counts"),
    ],
)
def test_what_a_change_of_the_clock_does_to_a_slot_is_told(day, at, zone, note):
    edition = replace(BRIEF, timezone=zone, send=Schedule(frozenset(range(7)), at))

    assert clock_note(edition, slot_on(edition, day)) == note


def test_built_by_hand_todays_slot_counts_until_it_cannot_be_caught_up():
    def first(moment):
        return next(candidates(BRIEF, utc(moment))).local_date

    assert first("2026-11-23T10:59:00") == MONDAY
    assert first("2026-11-23T11:00:00") == date(2026, 11, 24)
    assert first("2026-11-21T12:00:00") == MONDAY


MORNING, NIGHT = "2026-11-23T05:00:00", "2026-11-23T20:30:00"


@pytest.mark.parametrize(
    ("preferences", "now", "wanted"),
    [
        (Preferences(), MORNING, MORNING),
        (Preferences(), "2026-11-23T04:10:00", MORNING),
        (Preferences(), "2026-11-23T08:00:00", "2026-11-23T08:00:00"),
        (Preferences(), "2026-11-23T09:30:00", "after 11:00 on their clock"),
        (Preferences(), NIGHT, "its hour was too long gone"),
        (Preferences(time=time(9), timezone="Europe/Kyiv"), MORNING, "2026-11-23T07:00:00"),
        (Preferences(time=time(6)), MORNING, MORNING),
        (Preferences(time=time(19)), MORNING, "2026-11-23T17:00:00"),
        (Preferences(time=time(6, 30), timezone="Asia/Seoul"), MORNING, "after 11:00 on their clock"),
        (Preferences(time=time(7), timezone="America/New_York"), MORNING, "2026-11-23T12:00:00"),
        (Preferences(time=time(20), timezone="America/Los_Angeles"), MORNING, "their hour comes when"),
    ],
)
def test_a_readers_own_hour_counts_and_whoever_it_comes_too_late_for_is_told_why(preferences, now, wanted):
    edition = replace(BRIEF, never_after=time(11))

    at, reason = reader_at(preferences, edition, slot_on(edition, MONDAY), utc(now))

    if wanted.startswith("2026"):
        assert (at, reason) == (utc(wanted), "")
    else:
        assert at is None
        assert reason.startswith(wanted)


def test_without_a_last_hour_an_early_reader_far_east_gets_it_as_soon_as_it_is_there():
    early = Preferences(time=time(6, 30), timezone="Asia/Seoul")

    assert reader_at(early, BRIEF, slot_on(BRIEF, MONDAY), utc(MORNING)) == (utc(MORNING), "")


@pytest.mark.parametrize(
    ("frequency", "wanted"),
    [
        ("all", "MTWTFSS"),
        ("daily", "MTWTFSS"),
        ("weekdays", "MTWTF--"),
        ("sundays", "------S"),
        ("weekly", "------S"),
        ("alerts", "-------"),
    ],
)
def test_a_daily_edition_comes_as_often_as_a_reader_wants_it(frequency, wanted):
    daily = replace(BRIEF, send=Schedule(frozenset(range(7)), time(7)))
    week = [MONDAY + timedelta(days=n) for n in range(7)]

    got = [wanted_on(Preferences(frequency=frequency), daily, day) for day in week]

    assert got == [letter != "-" for letter in wanted]


def test_once_a_week_is_the_last_of_an_editions_days():
    week = [MONDAY + timedelta(days=n) for n in range(5)]

    got = [wanted_on(Preferences(frequency="weekly"), BRIEF, day) for day in week]

    assert got == [False, False, False, False, True]
