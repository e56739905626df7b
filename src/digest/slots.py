"""Which issues an edition owes, and when: pure functions of schedules, zones and an instant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from digest.model.issue import Edition, Slot
from digest.model.people import Preferences

RAREST: Final = timedelta(days=366 * 8)
"""Within which every schedule has a day: the 29th of February comes after eight years at the latest."""

SATURDAY: Final = 5
SUNDAY: Final = 6


@dataclass(frozen=True, slots=True)
class Due:
    """A slot whose draft is owed."""

    slot: Slot
    missed: bool
    """Its hour is longer gone than the edition catches up; it is recorded, never sent."""


def instant(day: date, at: time, timezone: str) -> datetime:
    """Return when a wall clock in `timezone` shows `at` on `day`, in UTC.

    Of an hour that comes twice the first counts (fold 0); one that the clock skips moves forward by the gap, as
    PEP 495 has it.

    >>> instant(date(2026, 3, 29), time(3, 30), "Europe/Kyiv").isoformat()  # the clock goes from 3 to 4
    '2026-03-29T01:30:00+00:00'
    >>> instant(date(2026, 10, 25), time(3, 30), "Europe/Kyiv").isoformat()  # 3:30 comes twice
    '2026-10-25T00:30:00+00:00'
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def local_date(now: datetime, timezone: str) -> date:
    """Return the date that a calendar in `timezone` shows at `now`."""
    return now.astimezone(ZoneInfo(timezone)).date()


def slot_on(edition: Edition, day: date) -> Slot:
    """Return the edition's slot of that day, whether or not the day is one of its schedule's.

    A draft whose hour the clock skips on that day keeps its distance from the sending: moved forward like any other
    hour it could come after it.
    """
    before = edition.draft.at > edition.send.at
    eve = day - timedelta(days=before)
    send_at = instant(day, edition.send.at, edition.timezone)
    draft_at = instant(eve, edition.draft.at, edition.timezone)
    if draft_at.astimezone(ZoneInfo(edition.timezone)).time() != edition.draft.at:
        draft_at = send_at - (datetime.combine(day, edition.send.at) - datetime.combine(eve, edition.draft.at))
    return Slot(
        edition=edition.id,
        local_date=day,
        slot=edition.send.slot,
        draft_at=draft_at,
        send_at=send_at,
    )


def planned(edition: Edition, since: date, until: date) -> Iterator[Slot]:
    """Yield the edition's slots from `since` to `until`, both included, in order."""
    for n in range((until - since).days + 1):
        day = since + timedelta(days=n)
        if edition.send.on(day):
            yield slot_on(edition, day)


def due(
    editions: Sequence[Edition],
    last: Mapping[str, date],
    now: datetime,
    ahead: Mapping[str, Collection[date]] = MappingProxyType({}),
) -> list[Due]:
    """Return the slots whose draft is owed at `now`, the oldest first.

    `last` tells of each edition the local date of the newest issue whose draft hour has come; an edition that is not in
    it is new and owes nothing from before today. `ahead` tells the dates of those that were made before it: a day has
    one issue, whatever its hour was and is, so nothing is owed for them. What is owed is only a proposal: the row in
    the table `issue` decides who owns the run.
    """
    found = []
    for edition in editions:
        today = local_date(now, edition.timezone)
        newest = last.get(edition.id)
        since = newest + timedelta(days=1) if newest else today
        for slot in planned(edition, since, today + timedelta(days=1)):
            if slot.draft_at > now:
                break
            missed = now >= slot.send_at + edition.catch_up
            if slot.local_date not in ahead.get(edition.id, ()) and (not missed or newest):
                found.append(Due(slot, missed))
    return sorted(found, key=lambda d: (d.slot.send_at, d.slot.edition))


def candidates(edition: Edition, now: datetime) -> Iterator[Slot]:
    """Yield the slots that an issue built by hand at `now` may fill, the nearest first.

    Today's counts until it is `catch_up` past; then come the days ahead: those of a week and a day, or the next one
    where the schedule's are further apart.
    """
    today = local_date(now, edition.timezone)
    found = False
    for slot in planned(edition, today - timedelta(days=1), today + RAREST):
        if found and slot.local_date > today + timedelta(days=8):
            return
        if now < slot.send_at + edition.catch_up:
            found = True
            yield slot


def upcoming(edition: Edition, now: datetime) -> Iterator[Slot]:
    """Yield the edition's slots whose hour is still to come, the nearest first."""
    today = local_date(now, edition.timezone)
    for slot in planned(edition, today - timedelta(days=1), today + RAREST):
        if slot.send_at > now:
            yield slot


def reader_at(preferences: Preferences, edition: Edition, slot: Slot, now: datetime) -> tuple[datetime | None, str]:
    """Return when a subscriber's copy is due; None, and why, where this issue comes too late for them.

    Their own hour and zone count where they chose them, their zone alone where the edition goes by readers' zones; but
    nothing is due before the edition's own hour, since there is nothing to send yet. What is late goes out now, within
    `catch_up` and not after `never_after` on their clock. An hour that comes when the issue has expired is too late as
    well.
    """
    zone = preferences.timezone or edition.timezone
    own = slot.send_at
    if preferences.time is not None or (edition.per_reader_timezone and preferences.timezone):
        own = instant(slot.local_date, preferences.time or edition.send.at, zone)
    wanted = max(own, slot.send_at)
    at = max(wanted, now)
    if at - wanted > edition.catch_up:
        return None, "its hour was too long gone"
    if edition.never_after and at > own and at > instant(slot.local_date, edition.never_after, zone):
        return None, f"after {edition.never_after:%H:%M} on their clock"
    if at >= slot.send_at + edition.expires:
        return None, "their hour comes when the issue has expired"
    return at, ""


def wanted_on(preferences: Preferences, edition: Edition, day: date) -> bool:
    """Return whether a subscriber wants an edition's issue of that day.

    `weekly` is the edition's last day in each week, Monday to Sunday; `alerts` is for what comes by no schedule.
    """
    if preferences.frequency == "weekdays":
        return day.weekday() < SATURDAY
    if preferences.frequency == "sundays":
        return day.weekday() == SUNDAY
    if preferences.frequency == "weekly":
        rest = (day + timedelta(days=n) for n in range(1, 7 - day.weekday()))
        return not any(edition.send.on(later) for later in rest)
    return preferences.frequency != "alerts"


def clock_note(edition: Edition, slot: Slot) -> str:
    """Return what a change of the clock does to a slot, in a phrase; empty where it does nothing.

    On the 29th of March 2026 in Berlin: `the clock goes forward, the night is 1 h shorter`.
    """
    zone = ZoneInfo(edition.timezone)
    shown = slot.send_at.astimezone(zone)
    day_before = (slot_on(edition, slot.local_date - timedelta(days=1)).send_at).astimezone(zone)
    told = []
    change = (shown.utcoffset() or timedelta()) - (day_before.utcoffset() or timedelta())
    if change:
        way, length = ("forward", "shorter") if change > timedelta() else ("back", "longer")
        told.append(f"the clock goes {way}, the night is {abs(change) / timedelta(hours=1):g} h {length}")
    if shown.time() != edition.send.at:
        told.append(f"{edition.send.slot} is skipped, so {shown:%H:%M}")
    elif shown.replace(fold=1).utcoffset() != shown.utcoffset():
        told.append(f"{edition.send.slot} comes twice, and the first counts")
    return "; ".join(told)
