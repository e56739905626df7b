from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.issue import Schedule
from digest.settings.when import (
    read_clock,
    read_duration,
    read_rate,
    read_schedule,
    show_duration,
    show_schedule,
)

hours = st.times().map(lambda at: time(at.hour, at.minute))
zones = st.sampled_from(["", "Europe/Kyiv", "UTC", "America/Port-au-Prince", "Etc/GMT+5"])
months = st.sets(st.integers(1, 12), max_size=11).map(lambda some: tuple(sorted(some)))
dates = st.sets(st.integers(1, 29), max_size=28).map(lambda some: tuple(sorted(some)))
weekdays = st.frozensets(st.integers(0, 6), min_size=1)
schedules = st.builds(Schedule, days=weekdays, at=hours, months=months, timezone=zones) | st.builds(
    Schedule, days=st.just(frozenset(range(7))), at=hours, dates=dates, months=months, timezone=zones
)


@given(schedules)
def test_a_schedule_survives_being_written_and_read(schedule):
    assert read_schedule(show_schedule(schedule)) == schedule


@given(st.integers(0, 10 * 365 * 86_400))
def test_a_duration_survives_being_written_and_read(seconds):
    length = timedelta(seconds=seconds)

    assert read_duration(show_duration(length)) == length


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    for read in (read_schedule, read_duration, read_clock, read_rate):
        said = refusal(read, text)

        assert said is None or "write" in said or "longer" in said or "did you mean" in said


def refusal(read, text):
    try:
        read(text)
    except ValueError as e:
        return str(e)
    return None


@pytest.mark.parametrize(
    ("text", "days", "at"),
    [
        ("Mon-Fri 07:00", {0, 1, 2, 3, 4}, time(7)),
        ("sun 9:05", {6}, time(9, 5)),
        ("Mon,Wed 06:30", {0, 2}, time(6, 30)),
        ("Mon, Wed-Thu 06:30", {0, 2, 3}, time(6, 30)),
        ("Fri-Mon 23:59", {4, 5, 6, 0}, time(23, 59)),
        ("daily 00:00", set(range(7)), time(0)),
        ("weekdays 07:00", {0, 1, 2, 3, 4}, time(7)),
        ("weekends 08:00", {5, 6}, time(8)),
    ],
)
def test_days_and_hour_are_read(text, days, at):
    assert read_schedule(text) == Schedule(frozenset(days), at)


@pytest.mark.parametrize(
    ("text", "as_words", "dates", "months", "zone"),
    [
        ("0 7 * * 1-5", "Mon-Fri 07:00", (), (), ""),
        ("5 9 * * 0", "Sun 09:05", (), (), ""),
        ("5 9 * * 6-7", "weekends 09:05", (), (), ""),
        ("30 6 * * mon,WED-fri Europe/Kyiv", "Mon,Wed-Fri 06:30", (), (), "Europe/Kyiv"),
        ("0 7 1,15 * *", "daily 07:00", (1, 15), (), ""),
        ("0 7 */10 Jan-Mar *", "daily 07:00", (1, 11, 21, 31), (1, 2, 3), ""),
        ("0 7 29 2 * UTC", "daily 07:00", (29,), (2,), "UTC"),
        ("0 7 1-31 */1 *", "daily 07:00", (), (), ""),
    ],
)
def test_a_cron_line_is_read_as_the_days_and_the_hour_that_it_names(text, as_words, dates, months, zone):
    words = read_schedule(as_words)

    assert read_schedule(text) == Schedule(words.days, words.at, dates=dates, months=months, timezone=zone)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("07:00", "is no schedule"),
        ("Funday 07:00", "'Funday' is no weekday"),
        ("Mon- 07:00", "'' is no weekday"),
        ("Mon 24:00", "'24:00' is no hour"),
        ("Mon 7", "'7' is no hour"),
        ("0 7 * * *  *", "'*' is no time zone"),
        ("0 0 7 * * ? 2026", "has 7 fields; write the five of cron"),
        ("0 7 1 * 1", "means either of them to one cron and both to another"),
        ("0 7 31 2,4 *", "no year has such a day"),
        ("*/5 7 * * *", "'*/5' is more than one minute"),
        ("0 7-9 * * *", "'7-9' is more than one hour"),
        ("0 7 * * 5-1", "runs backwards"),
        ("0 7 * * 1/0", "has a step that is none"),
        ("0 7 L * *", "'L' is no day of the month of a cron line"),
        ("60 7 * * *", "'60' is no minute"),
        ("0 7 * * 8", "'8' is no weekday of a cron line"),
        ("Mon-Fri 07:00 Europe/Kiew", "did you mean Europe/Kiev"),
        ("", "is no schedule"),
    ],
)
def test_a_schedule_nobody_can_read_is_refused_with_the_way_to_write_one(text, says):
    with pytest.raises(ValueError, match=r"write|did you mean") as e:
        read_schedule(text)

    assert says in str(e.value)


@pytest.mark.parametrize("text", ["", "15", "m", "15 m", "-5m", "1.5h", "15min", "٣m", "9999999w"])
def test_a_duration_nobody_can_read_is_refused(text):
    with pytest.raises(ValueError, match=r"is no duration|longer than ten years"):
        read_duration(text)


@pytest.mark.parametrize(("text", "per_second"), [("40/s", 40), ("90/min", 1.5), ("3600/h", 1), ("86400/d", 1)])
def test_a_rate_is_messages_a_second(text, per_second):
    assert read_rate(text) == pytest.approx(per_second)


@pytest.mark.parametrize("text", ["0/s", "40", "fast", "40/week", "-1/s", "1e3/s"])
def test_a_rate_nobody_can_read_is_refused(text):
    with pytest.raises(ValueError, match="is no rate"):
        read_rate(text)
