"""Who reports a story, and who only repeats another's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from digest.compose.copies import COPY, Sketch, likeness, sketch
from digest.compose.telling import Telling
from digest.model.news import Source

CARRIED: Final = 0.5
"""What an outlet counts that carries another's text."""
ALONE: Final = 0.6
"""What a story lacks that one ordinary outlet reports; each further one leaves this share of what is lacking."""


def independent(tellings: Sequence[Telling]) -> list[Telling]:
    """Return the tellings without those that copy the text of one before them: one text is one voice."""
    if len(tellings) == 1:
        return list(tellings)
    voices: list[Telling] = []
    said: list[tuple[Sketch, Sketch]] = []
    for telling in tellings:
        own = (telling.sketch or sketch(telling.headline), telling.whole)
        if not any(likeness(a, b) >= COPY for other in said for a, b in zip(own, other, strict=True)):
            voices.append(telling)
            said.append(own)
    return voices


def weight_of(name: str, sources: Mapping[str, Source]) -> float:
    """Return what an outlet's word counts; 1 for one that is no source any more."""
    return sources[name].weight if name in sources else 1.0


def covered(tellings: Sequence[Telling], voices: Sequence[Telling], sources: Mapping[str, Source]) -> float:
    """Return what the outlets' agreement counts: one ordinary outlet 0.4, two 0.64, three 0.78, never 1.

    An outlet that only carries another's text counts `CARRIED` of its weight: it confirms nothing.
    """
    own = {telling.article.source for telling in voices}
    carried = {telling.article.source for telling in tellings} - own
    total = sum(max(0.0, weight_of(name, sources)) for name in sorted(own))
    total += CARRIED * sum(max(0.0, weight_of(name, sources)) for name in sorted(carried))
    return float(1.0 - ALONE**total)
