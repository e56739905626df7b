"""Patterns that editors write for headlines, outlets and addresses: words, phrases, parts of an address, with `*`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

LONGEST: Final = 2_000
"""Characters of a text that are looked at."""


def first_found(patterns: Iterable[str], *texts: str) -> str:
    """Return the first pattern that stands in one of the texts; empty where none does.

    Small and capital letters are the same. A pattern is found as whole words; `*` takes any further characters up to
    the next space, and what begins or ends with a slash or another mark is found wherever it stands.

    >>> first_found(["sport*", "/opinion/"], "Transport reopens", "https://ilma.example/opinion/7")
    '/opinion/'
    >>> first_found(["ferr* bridge"], "At the Ferren bridge")
    'ferr* bridge'
    """
    looked_at = [text[:LONGEST] for text in texts]
    return next((p for p in patterns if any(_compiled(p).search(text) for text in looked_at)), "")


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in re.split(r"\*+", " ".join(pattern.split()))]
    # Without a way back, so that no text however long makes the search slow.
    middle = r"\S*".join(parts[:1]) + "".join(rf"(?:(?!{part})\S)*+{part}" if part else r"\S*+" for part in parts[1:])
    begins = r"(?<!\w)" if pattern.strip()[:1].isalnum() else ""
    ends = r"(?!\w)" if pattern.strip()[-1:].isalnum() else ""
    return re.compile((begins + middle + ends) if pattern.strip() else r"(?!)", re.IGNORECASE)
