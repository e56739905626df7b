"""How well a passage fits each section, and which one it goes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import Final

from digest.classify.terms import Hit, Matcher
from digest.model.news import OTHER, SectionId
from digest.model.words import words

IN_HEADING: Final = 2.0
"""A term in the passage's own heading counts that often."""
IN_TITLE: Final = 0.3
"""A term in the article's title, for a passage that does not open it."""
NEIGHBOUR: Final = 0.4
"""What a passage without a heading takes over from the mean of those beside it."""
HEADED_NEIGHBOUR: Final = 0.1
"""The same for one with a heading, which sets out on a subject of its own."""
HALF_LENGTH: Final = 60
"""Words of a passage beyond which more of them ask for more terms."""
SATURATION: Final = 2.5
"""Weight of terms at which the score reaches 0.63."""
THRESHOLD: Final = 0.3
"""Below it a passage fits no section."""
SHOWN: Final = 8
"""Phrases kept as evidence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the terms say of one passage."""

    weights: Mapping[SectionId, float]
    """May be negative, where terms speak against a section."""
    phrases: Mapping[SectionId, tuple[str, ...]]
    """As they appear: title, heading, text."""
    headed: bool = False
    """Whether the passage has a heading of its own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a passage goes."""

    section: SectionId
    score: float
    evidence: tuple[str, ...]


def read(matcher: Matcher, title: str, heading: str, text: str, *, opens: bool = True) -> Reading:
    """Return what the terms say of a passage.

    `title` is the article's: the heading of the passage that opens it, only a hint for the others.
    """
    weights = dict.fromkeys(matcher.sections, 0.0)
    phrases: dict[SectionId, dict[str, None]] = {section: {} for section in matcher.sections}
    titled = opens and not heading
    parts = ((title, IN_HEADING if titled else IN_TITLE), (heading, IN_HEADING), (text, 1.0))
    for part, factor in parts:
        found = words(part)
        per_length = factor if part is not text else factor / max(1.0, sqrt(len(found) / HALF_LENGTH))
        for (section, _), hits in _by_term(matcher.find(part, found)).items():
            weights[section] += hits[0].weight * _often(len(hits)) * per_length
            if hits[0].weight > 0 and (part is not title or titled):
                phrases[section].update(dict.fromkeys(part[hit.start : hit.end] for hit in hits))
    return Reading(weights, {section: tuple(found)[:SHOWN] for section, found in phrases.items()}, bool(heading))


def _by_term(hits: Sequence[Hit]) -> dict[tuple[SectionId, str], list[Hit]]:
    grouped: dict[tuple[SectionId, str], list[Hit]] = {}
    for hit in hits:
        grouped.setdefault((hit.section, hit.term), []).append(hit)
    return grouped


def _often(times: int) -> float:
    """Return what a term said `times` times counts: 1, 1.5, 1.75, and never 2.

    >>> [_often(times) for times in (1, 2, 3)]
    [1.0, 1.5, 1.75]
    """
    return 2.0 - 0.5 ** (min(times, 50) - 1)


def place(readings: Sequence[Reading]) -> list[Verdict]:
    """Return the sections of one article's passages, which stand in reading order and support each other a little."""
    verdicts = []
    for i, reading in enumerate(readings):
        beside = [readings[j].weights for j in (i - 1, i + 1) if 0 <= j < len(readings)]
        share = (HEADED_NEIGHBOUR if reading.headed else NEIGHBOUR) / max(1, len(beside))
        scores = {
            section: score_of(weight + share * sum(other[section] for other in beside))
            for section, weight in reading.weights.items()
        }
        verdicts.append(_decide(scores, reading))
    return verdicts


def score_of(weight: float) -> float:
    """Return a score from 0 to 1 for the weight of the terms found.

    >>> [round(score_of(weight), 2) for weight in (-1, 0, 1, 2.5, 10)]
    [0.0, 0.0, 0.33, 0.63, 0.98]
    """
    return 1.0 - exp(-max(0.0, weight) / SATURATION)


def _decide(scores: Mapping[SectionId, float], reading: Reading) -> Verdict:
    if not scores:
        return Verdict(OTHER, 0.0, ())
    best = max(scores, key=lambda section: scores[section])
    score = round(scores[best], 3)
    if score >= THRESHOLD and reading.phrases[best]:
        return Verdict(best, score, reading.phrases[best])
    return Verdict(OTHER, score, (f"closest: {best} {score:.2f}",) if score else ())
