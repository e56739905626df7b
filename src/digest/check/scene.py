"""What makes an event one and no other: its towns, clock times and counts, as two texts may share them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from digest.check.numbers import counted
from digest.model.words import words

CLOCK: Final = re.compile(r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?!\s?(?:%|per cent|percent|million|billion|bn|km))")
TELLING: Final = 4
"""Characters from which a word tells something."""
STEM: Final = 6
ALIKE: Final = 0.5
"""Share of their words from which two stories tell the same whatever else they name."""
FEWEST: Final = 8
"""Words of a story from which its likeness to another says anything."""
RELATED: Final = 0.22
"""Share from which they may, if they share town and hour or count."""
FEW: Final = frozenset({"0", "1", "2"})
"""Counts that are everywhere and tell nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a text commits itself to."""

    towns: frozenset[str]
    times: frozenset[str]
    counts: frozenset[tuple[str, str]]
    """(number, the noun behind it, cut short)."""
    stems: frozenset[str]

    def shared(self, other: Scene) -> tuple[str, ...]:
        """Return what both name that makes them one event: towns, then hours, then counts; empty if they need not be.

        A town alone is no event, nor is an hour alone: two of three kinds must agree, or nearly all the words.
        """
        towns = sorted(self.towns & other.towns)
        times = sorted(self.times & other.times)
        counts = sorted(f"{number} {noun}" for number, noun in _agreeing(self.counts, other.counts))
        kinds = sum(map(bool, (towns, times, counts)))
        share = self.likeness(other)
        if share >= ALIKE or (kinds >= 2 and share >= RELATED):
            return tuple(town.title() for town in towns) + tuple(times) + tuple(counts) or ("nearly the same words",)
        return ()

    def likeness(self, other: Scene) -> float:
        """Return which share of the shorter one's words both have, 0 to 1; one of a few words is like none."""
        fewer = min(len(self.stems), len(other.stems))
        return len(self.stems & other.stems) / fewer if fewer >= FEWEST else 0.0


def scene(text: str, towns: Iterable[str]) -> Scene:
    """Return what a text commits itself to; `towns` are those it names.

    >>> found = scene("At 04:30 seven people were hurt in Tarnmouth.", ["tarnmouth"])
    >>> sorted(found.times), sorted(found.counts)
    (['04:30'], [('7', 'people')])
    """
    times = frozenset(time.replace(".", ":").zfill(5) for time in CLOCK.findall(text))
    stems = frozenset(word.folded[:STEM] for word in words(text) if len(word.folded) >= TELLING)
    return Scene(frozenset(towns), times, frozenset(counted(text)), stems)


def _agreeing(one: frozenset[tuple[str, str]], other: frozenset[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the counts of the same things that tell something."""
    return [(number, noun) for number, noun in one & other if number not in FEW]
