"""What the desk says of hours and numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def hour(at: datetime, now: datetime, zone: str) -> str:
    """Return an instant that is past as one says it: the hour, with its day where that is not today.

    >>> now = datetime.fromisoformat("2026-11-20T04:50Z")
    >>> [hour(now - timedelta(hours=n), now, "Europe/Helsinki") for n in (1, 8, 60, 400)]
    ['05:50', 'yesterday 22:50', 'Tue 18:50', '3 Nov 14:50']
    """
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (today - local.date()).days
    if days in (0, 1):
        return f"{'yesterday ' if days else ''}{local:%H:%M}"
    return f"{local:%a %H:%M}" if 0 < days < 7 else f"{local.day} {local:%b %H:%M}"


def left(span: timedelta) -> str:
    """Return how long it is until something, as a clock that runs down shows it.

    >>> [left(timedelta(seconds=s)) for s in (582, 7384, 200000, -1)]
    ['9:42', '2:03:04', '2 days', '0:00']
    """
    seconds = max(int(span.total_seconds()), 0)
    if seconds >= 2 * 86400:
        return f"{seconds // 86400} days"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def city(zone: str) -> str:
    """Return what a zone is called after.

    >>> city("Europe/Helsinki"), city("America/Port_of_Spain"), city("UTC")
    ('Helsinki', 'Port of Spain', 'UTC')
    """
    return zone.rpartition("/")[2].replace("_", " ")


def words(n: int, one: str, many: str) -> str:
    """Return a number with its noun, as a sentence has it.

    >>> words(2, "thing deserves", "things deserve"), words(1, "thing", "things"), words(14, "thing", "things")
    ('two things deserve', 'one thing', '14 things')
    """
    return f"{WORDS[n] if n < len(WORDS) else f'{n:,}'} {one if n == 1 else many}"


def sentence(text: str) -> str:
    """Return a text that begins with a capital and ends with a full stop.

    >>> sentence("two things deserve a look"), sentence("Done!")
    ('Two things deserve a look.', 'Done!')
    """
    text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
