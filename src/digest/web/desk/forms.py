"""What the fields of a form say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LONGEST: Final = 500
"""Characters of a reason."""


def number(form: Mapping[str, str], name: str) -> int:
    """Return a number that a form has; 0 where it has none.

    >>> number({"revision": "12"}, "revision"), number({"revision": "-1"}, "revision"), number({}, "revision")
    (12, 0, 0)
    """
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def reason(form: Mapping[str, str]) -> str:
    """Return the reason that a form gives, on one line; empty for none."""
    return " ".join(form.get("reason", "").split())[:LONGEST]
