"""Where and when an agency says it wrote: `TARNMOUTH, 3 May (Karsk Wire) — `, before the first sentence."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 90
"""Characters that a dateline may have."""
LEAST: Final = 20
"""Characters of text that must follow it."""

_UPPER: Final = "A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ"
_PLACE: Final = rf"[{_UPPER}][\w.'’-]{{1,24}}(?:[ /][{_UPPER}][\w.'’-]{{1,24}}){{0,3}}"
_CAPITALS: Final = rf"[{_UPPER}][{_UPPER}.'’-]{{2,24}}(?:[ /][{_UPPER}][{_UPPER}.'’-]{{1,24}}){{0,3}}"
_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\\.?"
_DAY: Final = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_AGENCY: Final = rf"(?:\([{_UPPER}][\w .’'-]{{1,30}}\)|/[{_UPPER}][\w .’'-]{{1,30}}/)"
_DASH: Final = r"\s?(?:—|–|--|-)\s"
DATELINE: Final = re.compile(
    rf"(?:{_PLACE}(?:, {_PLACE})?, {_DAY}\.?(?: {_AGENCY}(?:\.|{_DASH})|{_DASH})"
    rf"|{_PLACE}(?:, {_PLACE})? {_AGENCY}{_DASH}"
    rf"|{_CAPITALS}(?:, {_PLACE})?{_DASH}(?=[{_UPPER}“\"]))\s*"
)


def parted(paragraph: str) -> tuple[str, str]:
    """Return an article's first paragraph as its dateline, empty where it has none, and the text behind it.

    >>> parted("TARNMOUTH, 3 May (Karsk Wire) — The ferry sailed again on Monday.")
    ('TARNMOUTH, 3 May (Karsk Wire)', 'The ferry sailed again on Monday.')
    >>> parted("Tarnmouth - the town of ferries - has none.")
    ('', 'Tarnmouth - the town of ferries - has none.')
    """
    found = DATELINE.match(paragraph[: LONGEST + 1])
    if not found or len(paragraph) - found.end() < LEAST:
        return "", paragraph
    return found.group().strip(" —–-."), paragraph[found.end() :]
