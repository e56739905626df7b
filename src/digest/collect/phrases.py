"""What operators read: counts and lists in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta


def listed(reasons: Sequence[str], most: int = 3) -> str:
    """Return the different reasons, each once, and how many more there are.

    >>> listed(["answered 404", "answered 404", "an empty page"])
    'answered 404; an empty page'
    """
    told = list(dict.fromkeys(reasons))
    return "; ".join(told[:most]) + (f"; and {len(told) - most} more" if len(told) > most else "")


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> count(1, "page"), count(3, "entry", "entries")
    ('1 page', '3 entries')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def lasting(span: timedelta) -> str:
    """Return a span of time in its largest unit, as people say it: the rest is left out.

    >>> [lasting(timedelta(minutes=n)) for n in (0.5, 15, 119, 47 * 60, 73 * 60)]
    ['less than a minute', '15 min', '1 hour', '47 hours', '3 days']
    """
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return count(hours, "hour") if hours < 48 else count(hours // 24, "day")
