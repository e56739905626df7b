"""Cron lines as schedules, as far as they name one issue a day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import time
from typing import Final

from digest.model.issue import Schedule

MONTHS: Final = {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name}
SUNDAY_FIRST: Final = {name: n for n, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
LONGEST: Final = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The days of each month at the most, by its number."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: what it is called, and which numbers and names may stand in it."""

    name: str
    first: int
    last: int
    names: dict[str, int]

    def numbers(self, text: str) -> tuple[int, ...]:
        """Return the numbers that a field names, sorted; all of them for `*`. ValueError says what cannot be read.

        >>> DATES.numbers("1,15-17"), MONTH.numbers("*/6"), WEEKDAY.numbers("Fri-7")
        ((1, 15, 16, 17), (1, 7), (5, 6, 7))
        """
        found: set[int] = set()
        for part in text.split(","):
            span, slash, step = part.partition("/")
            first, dash, last = span.partition("-")
            if span == "*":
                low, high = self.first, self.last
            else:
                low = self._number(first, text)
                high = self._number(last, text) if dash else self.last if slash else low
            if high < low:
                raise ValueError(f"{span!r} runs backwards; write the smaller number of the {self.name} first")
            width = self._step(step, text) if slash else 1
            found.update(range(low, high + 1, width))
        return tuple(sorted(found))

    def _number(self, text: str, field: str) -> int:
        named = self.names.get(text.lower())
        if named is not None:
            return named
        if not (text.isascii() and text.isdigit() and self.first <= int(text[:9]) <= self.last):
            raise ValueError(
                f"{field[:40]!r} is no {self.name} of a cron line; write numbers from {self.first} to {self.last}, "
                "lists (1,15), spans (1-5) or steps (*/2)"
            )
        return int(text)

    def _step(self, text: str, field: str) -> int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= self.last):
            raise ValueError(f"{field[:40]!r} has a step that is none; write for example */2")
        return int(text)


MINUTE: Final = Field("minute", 0, 59, {})
HOUR: Final = Field("hour", 0, 23, {})
DATES: Final = Field("day of the month", 1, 31, {})
MONTH: Final = Field("month", 1, 12, MONTHS)
WEEKDAY: Final = Field("weekday", 0, 7, SUNDAY_FIRST)


def read_cron(fields: list[str], timezone: str = "") -> Schedule:
    """Return the schedule of a cron line's five fields (crontab(5)): minute, hour, day of month, month, weekday.

    Refused with a ValueError: more than one minute or hour, since an edition has one issue a day; a day of the month
    beside a weekday, which is either of the two to one cron and both to another; days that no year has; and whatever
    only some crons know (`L`, `#`, `W`, `?`, `@daily`, seconds, years).

    >>> schedule = read_cron("30 6 * * 1-5".split())
    >>> sorted(schedule.days), schedule.slot
    ([0, 1, 2, 3, 4], '06:30')
    """
    minute, hour, dates, months, weekdays = fields
    at = time(_one(HOUR, hour), _one(MINUTE, minute))
    if dates != "*" and weekdays != "*":
        raise ValueError(
            "a day of the month beside a weekday means either of them to one cron and both to another; write * for one"
        )
    days = frozenset((n - 1) % 7 for n in WEEKDAY.numbers(weekdays))
    on = _unless_all(DATES, dates)
    of = _unless_all(MONTH, months)
    if on and min(on) > max(LONGEST[n] for n in of or range(1, 13)):
        raise ValueError("no year has such a day; write a day of the month that its months have")
    return Schedule(days, at, dates=on, months=of, timezone=timezone)


def show_cron(schedule: Schedule) -> str:
    """Return a schedule of days of the month or of months as a cron line, without its zone.

    >>> show_cron(read_cron("0 7 1,15 */6 *".split()))
    '0 7 1,15 1,7 *'
    """

    def listed(numbers: tuple[int, ...]) -> str:
        return ",".join(map(str, numbers)) or "*"

    weekdays = "*" if len(schedule.days) == 7 else listed(tuple(sorted((day + 1) % 7 for day in schedule.days)))
    at = schedule.at
    return f"{at.minute} {at.hour} {listed(schedule.dates)} {listed(schedule.months)} {weekdays}"


def _one(field: Field, text: str) -> int:
    found = field.numbers(text)
    if len(found) != 1:
        raise ValueError(
            f"{text[:40]!r} is more than one {field.name}, and an edition has one issue a day; "
            "write a single one, and another [edition] for another hour"
        )
    return found[0]


def _unless_all(field: Field, text: str) -> tuple[int, ...]:
    """Return what a field names; nothing where that is everything, since then it rules nothing out."""
    found = field.numbers(text)
    return () if len(found) == field.last - field.first + 1 else found
