"""Every clock of the world, and every day on which one of them is changed: one issue a local day, and none is lost."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from digest.model.issue import Edition, Schedule
from digest.slots import due, local_date, slot_on

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DAILY = frozenset(range(7))
HALF_HOURS = [time(n // 2, n % 2 * 30) for n in range(48)]


@dataclass(frozen=True)
class Change:
    """A change of a clock; zones that change alike do so for schedules too, so one of them stands for all."""

    at: datetime
    before: timedelta
    after: timedelta
    zone: str = field(compare=False)

    @property
    def day(self):
        """The day that a calendar shows right before it."""
        return local_date(self.at - MINUTE, self.zone)


def changes():
    """Every change of any zone's clock in the two years, once for all zones that share it."""
    found = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)

        def offset(at, zone=zone):
            return at.astimezone(zone).utcoffset()

        at = BEGIN
        while at < END:
            if offset(at) != offset(at + DAY):
                low, high = at, at + DAY
                while high - low > MINUTE:
                    middle = low + (high - low) / 2
                    low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
                high = high.replace(second=0, microsecond=0)
                change = Change(high, offset(high - MINUTE), offset(high + MINUTE), name)
                found.setdefault(change, change)
            at += DAY
    return list(found)


def offsets():
    """A zone for each distance from Greenwich on each day on which some clock is changed, at rest itself."""
    found = {}
    for name in sorted(available_timezones()):
        found.setdefault(BEGIN.astimezone(ZoneInfo(name)).utcoffset(), name)
    return list(found.values())


CHANGES = changes()


def edition(zone, at, days=DAILY, lead=HOUR):
    """An edition that leaves at that hour, drafted an hour before, on the eve where that is before midnight."""
    draft = (datetime.combine(date(2026, 1, 1), at) - lead).time()
    return Edition("brief", "The Brief", (), ("brief",), zone, "en", Schedule(days, draft), Schedule(days, at))


@dataclass
class Daemon:
    """The daemon's book, kept as `schedule.draft` and `Issues.calendar` keep it."""

    edition: Edition
    last: date
    """Before its first look."""
    rows: dict = field(default_factory=dict)
    """date -> (whether it was called missed, its draft hour, when the row was made)"""

    def look(self, now):
        known = {day: draft for day, (missed, draft, at) in self.rows.items() if not (missed and at > now)}
        last = max((day for day, draft in known.items() if draft <= now), default=self.last)
        ahead = {day for day, draft in known.items() if draft > now}
        for owed in due([self.edition], {"brief": last}, now, {"brief": ahead}):
            day = owed.slot.local_date
            assert day not in known, "a day has one issue"
            self.rows[day] = (owed.missed, owed.slot.draft_at, now)

    def looks(self, begin, until, every):
        while begin < until:
            self.look(begin)
            begin += every
        self.look(until)

    @property
    def made(self):
        return sorted(day for day, (missed, _, _) in self.rows.items() if not missed)

    @property
    def missed(self):
        return sorted(day for day, (missed, _, _) in self.rows.items() if missed)

    @property
    def all(self):
        return sorted(self.rows)


def run_of_days(first, last, days=DAILY):
    return [first + DAY * n for n in range((last - first).days + 1) if (first + DAY * n).weekday() in days]


def test_the_tables_know_the_changes_of_two_years():
    assert len(CHANGES) > 40
    assert {change.after - change.before for change in CHANGES} >= {HOUR, -HOUR, HOUR / 2, -HOUR / 2}
    kyiv = [
        change for change in CHANGES if (change.at, change.after) == (datetime(2026, 3, 29, 1, tzinfo=UTC), 3 * HOUR)
    ]
    assert len(kyiv) == 1


def test_around_every_change_of_every_clock_each_local_day_has_one_issue_whatever_its_hour():
    for change in CHANGES:
        days = [change.day + DAY * n for n in (-1, 0, 1, 2)]
        for at in HALF_HOURS:
            brief = edition(change.zone, at)
            slots = [slot_on(brief, day) for day in days]
            daemon = Daemon(brief, days[0] - DAY)

            for slot in slots:  # it looks right before and at each hour that counts
                for moment in (slot.draft_at - MINUTE, slot.draft_at, slot.send_at - MINUTE, slot.send_at):
                    daemon.look(moment)

            where = (change.zone, change.day, at)
            assert daemon.made == days, where
            assert daemon.missed == [], where
            assert all(slot.draft_at < slot.send_at for slot in slots), where
            for slot, after in pairwise(slots):
                assert timedelta() < after.send_at - slot.send_at < 2 * DAY, where
                assert slot.draft_at < after.draft_at, where


def test_an_hour_is_the_one_that_the_clock_shows_and_one_that_it_skips_comes_right_after():
    for change in CHANGES:
        gap = change.after - change.before
        for at in HALF_HOURS:
            for day in (change.day, change.day + DAY):
                shown = slot_on(edition(change.zone, at), day).send_at.astimezone(ZoneInfo(change.zone))
                wanted = datetime.combine(day, at)
                skipped = gap > timedelta() and shown.replace(tzinfo=None) != wanted
                assert shown.replace(tzinfo=None) == (wanted + gap if skipped else wanted)
                assert not shown.fold or shown.replace(tzinfo=None) != wanted


def test_clocks_at_rest_have_one_issue_a_local_day():
    for zone in offsets():
        for at in HALF_HOURS:
            day = date(2027, 1, 12)
            daemon = Daemon(edition(zone, at), day - DAY)

            daemon.looks(slot_on(daemon.edition, day).draft_at, slot_on(daemon.edition, day + DAY).send_at, 6 * HOUR)

            assert daemon.made == [day, day + DAY], (zone, at)


@pytest.mark.parametrize("kind", ["weekdays", "weekly"])
def test_weekday_and_weekly_schedules_have_one_issue_on_each_of_their_days(kind):
    for change in CHANGES:
        for at in HALF_HOURS[::3]:
            days = frozenset(range(5)) if kind == "weekdays" else frozenset({change.day.weekday()})
            daemon = Daemon(edition(change.zone, at, days), change.day - 8 * DAY)
            until = slot_on(daemon.edition, change.day + 8 * DAY).draft_at

            daemon.looks(slot_on(daemon.edition, change.day - 7 * DAY).draft_at, until, 4 * HOUR)

            assert daemon.made == run_of_days(change.day - 7 * DAY, change.day + 8 * DAY, days), (change.zone, at)


@pytest.mark.parametrize("away", [HOUR, 3 * DAY, 5 * DAY], ids=["an hour", "three days", "five days"])
def test_after_a_time_without_a_daemon_across_a_change_each_day_is_made_or_called_missed(away):
    for change in CHANGES:
        for n, at in enumerate(HALF_HOURS[::3]):
            brief = edition(change.zone, at)
            first = change.day - 3 * DAY
            daemon = Daemon(brief, first - DAY)
            gone = change.at - away / 2 + n * HOUR  # an hour around which the daemon is away
            back = gone + away

            daemon.looks(slot_on(brief, first).draft_at, gone, 2 * HOUR)
            daemon.looks(back, back + 3 * DAY, 2 * HOUR)

            where = (change.zone, change.day, at)
            assert daemon.all == run_of_days(first, daemon.all[-1]), where
            for day in daemon.missed:  # nothing is called missed that could have been caught up
                assert gone < slot_on(brief, day).send_at <= back - brief.catch_up, where
            if away == HOUR:
                assert daemon.missed == [], where


ELSEWHERE = ["Pacific/Kiritimati", "Asia/Kolkata", "Europe/Kyiv", "UTC", "America/New_York", "Pacific/Pago_Pago"]


@pytest.mark.parametrize("was", ELSEWHERE)
def test_a_zone_changed_in_the_configuration_neither_doubles_a_day_nor_loses_one(was):
    for becomes in ELSEWHERE:
        for at in HALF_HOURS[::6]:
            for n in range(0, 24, 3):
                daemon = Daemon(edition(was, at), date(2026, 3, 26))
                switch = datetime(2026, 3, 29, n, 15, tzinfo=UTC)

                daemon.looks(datetime(2026, 3, 26, 12, tzinfo=UTC), switch, 2 * HOUR)
                daemon.edition = replace(daemon.edition, timezone=becomes)
                daemon.looks(switch, switch + 4 * DAY, 2 * HOUR)

                assert daemon.all == run_of_days(date(2026, 3, 27), daemon.all[-1]), (was, becomes, at, n)
                assert daemon.all[-1] >= date(2026, 3, 31)


@pytest.mark.parametrize("back", [HOUR, DAY, 3 * DAY], ids=["an hour", "a day", "three days"])
def test_a_clock_set_back_makes_no_issue_twice_and_loses_none(back):
    for change in CHANGES[::3]:
        for n, at in enumerate(HALF_HOURS[::6]):
            daemon = Daemon(edition(change.zone, at), change.day - 2 * DAY)
            first, switch = slot_on(daemon.edition, change.day - DAY).draft_at, change.at + n * HOUR

            daemon.looks(first, switch, 3 * HOUR)
            daemon.looks(switch - back, switch + 3 * DAY, 3 * HOUR)

            assert daemon.made == run_of_days(change.day - DAY, daemon.all[-1]), (change.zone, at)
            assert daemon.all[-1] > change.day


@pytest.mark.parametrize("ahead", [7 * HOUR, 2 * DAY, 400 * DAY], ids=["seven hours", "two days", "four hundred days"])
def test_what_a_clock_that_ran_ahead_called_missed_is_made_when_its_hour_comes(ahead):
    day = date(2026, 3, 27)
    for at in HALF_HOURS[::6]:
        daemon = Daemon(edition("Europe/Kyiv", at), day - DAY)
        now = slot_on(daemon.edition, day).send_at

        daemon.looks(slot_on(daemon.edition, day).draft_at, now, HOUR)
        daemon.looks(now + ahead, now + ahead + 2 * HOUR, HOUR)
        daemon.looks(now + 2 * HOUR, now + 4 * DAY, HOUR)

        days = run_of_days(day, day + 4 * DAY)
        assert [each for each in daemon.made if each <= days[-1]] == days, at
