"""What operators read: counts and lists in words."""

from __future__ import annotations

from collections.abc import Sequence


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
