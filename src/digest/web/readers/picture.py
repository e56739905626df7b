"""The small drawings of the readers' pages, as SVG that stands in the page and takes its colours from the style sheet.

None of them says anything that the words beside it do not say, so screen readers pass over them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from markupsafe import Markup

DAYS: Final = 7
RADIUS: Final = 7.5
ASIDE: Final = 14
"""Points from the bar to a ring of the same day."""
STEP: Final = 14
"""From one dot to the next."""
_ROAD: Final = Markup(
    '<svg width="100%" height="18" aria-hidden="true"><path class="now" d="M1.5 0v18"/>'
    '<line class="road" x1="8" x2="100%" y1="9" y2="9"/><g class="ring" transform="translate({} 9)">{}</g></svg>'
)
_RING: Final = Markup('<circle cx="{}%" r="{}"/>')


def week(on: Sequence[bool]) -> Markup:
    """Return the line of the days to come: a bar for now, a ring at the head of each day that brings an issue.

    It is as wide as what it stands in; the days are columns of one width.
    """
    return _road([100 * place / len(on) for place, comes in enumerate(on) if comes], ASIDE)


def till() -> Markup:
    """Return the line from now to a last day."""
    return _road([100], -ASIDE)


def dots(days: Collection[int]) -> Markup:
    """Return seven dots, those of `days` (0 is Monday) full.

    >>> dots({6}).count("h0")
    13
    """
    every, holes = (_dots(kept) for kept in (range(DAYS), [day for day in range(DAYS) if day not in days]))
    hollow = Markup('<path class="hole" d="{}"/>').format(holes) if holes else ""
    return Markup('<svg class="dots" width="96" height="12" aria-hidden="true"><path d="{}"/>{}</svg>').format(
        every, hollow
    )


def _road(heads: Sequence[float], aside: int) -> Markup:
    """Return a line with rings at so many percent of it and some points aside, as no browser needs `calc` for that."""
    return _ROAD.format(aside, Markup("").join(_RING.format(f"{head:.1f}", RADIUS) for head in heads))


def _dots(days: Iterable[int]) -> str:
    """Return a path that stands still at each of the days, where its round ends make a dot."""
    return "".join(f"M{6 + STEP * day} 6h0" for day in days)
