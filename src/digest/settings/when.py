"""Times as people write them in digest.toml: schedules, durations, hours, rates."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from digest.model.issue import Schedule
from digest.settings.cron import read_cron, show_cron
from digest.settings.problems import near

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""In the order of `date.weekday()`."""
SPANS: Final = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5)), "weekends": frozenset((5, 6))}
SECONDS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Of each unit of a duration, the longest first."""
LONGEST: Final = timedelta(days=3660)
"""A duration beyond ten years is a slip of the pen."""

_DURATION: Final = re.compile(r"(?:[0-9]{1,9}[wdhms])+")
_PIECE: Final = re.compile(r"([0-9]+)([wdhms])")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_RATE: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)/(s|min|h|d)")
_RATE_SECONDS: Final = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
_CRON: Final = re.compile(r"[\d*/,\-]+\s+[\d*/,\-]+(?:\s+\S+){2,5}")
"""Two fields of numbers to begin with: no schedule in words has that."""
EXAMPLES: Final = "Mon-Fri 07:00, Sun 09:00, daily 06:30 or, as in cron, 0 7 1 * *"


def read_duration(text: str) -> timedelta:
    """Return a duration written in weeks, days, hours, minutes and seconds; ValueError says how to write one.

    >>> [str(read_duration(text)) for text in ("90s", "15m", "1h30m", "8d")]
    ['0:01:30', '0:15:00', '1:30:00', '8 days, 0:00:00']
    """
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is no duration; write for example 90s, 15m, 6h, 72h, 8d or 1w")
    length = sum(int(number) * SECONDS[unit] for number, unit in _PIECE.findall(text))
    if length > LONGEST.total_seconds():
        raise ValueError(f"{text!r} is longer than ten years")
    return timedelta(seconds=length)


def show_duration(length: timedelta) -> str:
    """Return a duration of whole seconds as it can be written, in days and smaller units.

    >>> [show_duration(timedelta(hours=hours)) for hours in (1.5, 72, 192, 0)]
    ['1h30m', '3d', '8d', '0s']
    """
    left, shown = int(length.total_seconds()), ""
    for unit in "dhms":
        count, left = divmod(left, SECONDS[unit])
        shown += f"{count}{unit}" if count else ""
    return shown or "0s"


def read_clock(text: str) -> time:
    """Return an hour of the day, `07:00`; ValueError says how to write one."""
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no hour of the day; write 00:00 to 23:59")
    return time(int(found[1]), int(found[2]))


def read_schedule(text: str) -> Schedule:
    """Return a schedule in words or as a cron line, either with a zone behind it; ValueError says how to write one.

    >>> schedule = read_schedule("Mon-Wed,Fri 07:00")
    >>> sorted(schedule.days), schedule.slot
    ([0, 1, 2, 4], '07:00')
    >>> read_schedule("Sat-Mon 9:30 Europe/Kyiv").timezone
    'Europe/Kyiv'
    >>> read_schedule("0 7 1,15 * *").dates
    (1, 15)
    """
    line = text.strip()
    if _CRON.fullmatch(line):
        fields = line.split()
        if len(fields) not in (5, 6):
            raise ValueError(f"{line[:60]!r} has {len(fields)} fields; write the five of cron, and a zone if need be")
        return read_cron(fields[:5], read_timezone(fields[5]) if len(fields) == 6 else "")
    days, _, last = line.rpartition(" ")
    zone = ""
    if last[:1].isalpha() and ":" in days.rpartition(" ")[2]:
        zone, (days, _, last) = read_timezone(last), days.rstrip().rpartition(" ")
    if not days:
        raise ValueError(f"{text!r} is no schedule; write for example {EXAMPLES}")
    return Schedule(read_days(days), read_clock(last), timezone=zone)


def read_timezone(text: str) -> str:
    """Return the name of a zone that the time zone database knows; ValueError names one that is close."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        close = near(text, available_timezones())
        hint = f"did you mean {close}?" if close else "write an IANA name such as Europe/Kyiv or UTC"
        raise ValueError(f"{text!r} is no time zone; {hint}") from None
    return text


def read_days(text: str) -> frozenset[int]:
    """Return the weekdays of `Mon-Fri`, `Mon,Wed`, `daily`, `weekdays` or `weekends`; a span may run over Sunday."""
    span = SPANS.get(text.strip().lower())
    if span is not None:
        return span
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        start = _day(first)
        length = (_day(last) - start) % 7 + 1 if dash else 1
        found.update((start + n) % 7 for n in range(length))
    return frozenset(found)


def _day(text: str) -> int:
    name = text.strip().capitalize()
    if name not in DAYS:
        raise ValueError(f"{text.strip()!r} is no weekday; write {', '.join(DAYS)}, a span such as Mon-Fri, or daily")
    return DAYS.index(name)


def show_days(days: frozenset[int]) -> str:
    """Return weekdays as they can be written, from Monday on.

    >>> [show_days(frozenset(days)) for days in ((0, 1, 2, 3, 4), (6,), (0, 2, 3), range(7))]
    ['Mon-Fri', 'Sun', 'Mon,Wed-Thu', 'daily']
    """
    if len(days) == len(DAYS):
        return "daily"
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def show_schedule(schedule: Schedule) -> str:
    """Return a schedule as it can be written: `Mon-Fri 07:00`, or a cron line where only that can say it."""
    told = show_cron(schedule) if schedule.dates or schedule.months else f"{show_days(schedule.days)} {schedule.slot}"
    return f"{told} {schedule.timezone}".rstrip()


def read_rate(text: str) -> float:
    """Return messages a second; ValueError says how to write a rate.

    >>> read_rate("40/s"), read_rate("30/min")
    (40.0, 0.5)
    """
    found = _RATE.fullmatch(text)
    if not found or not float(found[1]):
        raise ValueError(f"{text!r} is no rate; write for example 40/s, 300/min or 5000/h")
    return float(found[1]) / _RATE_SECONDS[found[2]]
