"""Where a long stretch without headings turns from one section to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from digest.classify.passages import Stretch
from digest.classify.sections import Scorer, confidences, read, title_of
from digest.model.news import SectionId

LONG: Final = 6
"""Paragraphs a stretch may have without being looked at."""
LEAST: Final = 3
"""Paragraphs that a part must have."""
TURN: Final = 0.9
"""What a turn costs, in confidence: so much must the paragraphs behind it gain together."""


def part(stretch: Stretch, scorer: Scorer) -> list[Stretch]:
    """Return the stretch in parts, each mostly on one section; a stretch that is not long stays whole."""
    if len(stretch.paragraphs) <= LONG or not scorer.sections:
        return [stretch]
    untitled = title_of(scorer, "")
    labels = _smooth([confidences(read(scorer, untitled, "", paragraph).odds) for paragraph in stretch.paragraphs])
    starts = _starts(labels)
    ends = [*starts[1:], len(labels)]
    first, *rest = (
        Stretch(stretch.first + start, "", stretch.paragraphs[start:end])
        for start, end in zip(starts, ends, strict=True)
    )
    return [replace(first, heading=stretch.heading, dateline=stretch.dateline), *rest]


def _smooth(scores: Sequence[dict[SectionId, float]]) -> list[SectionId]:
    """Return the labels with the highest sum of scores less `TURN` for each change (Viterbi)."""
    totals = dict(scores[0])
    back: list[dict[SectionId, SectionId]] = []
    for row in scores[1:]:
        best = max(totals, key=lambda label: totals[label])
        origin = {label: label if totals[label] >= totals[best] - TURN else best for label in row}
        totals = {label: row[label] + max(totals[label], totals[best] - TURN) for label in row}
        back.append(origin)
    labels = [max(totals, key=lambda label: totals[label])]
    for origin in reversed(back):
        labels.append(origin[labels[-1]])
    return labels[::-1]


def _starts(labels: Sequence[SectionId]) -> list[int]:
    """Return where parts begin: at turns that leave `LEAST` paragraphs on either side."""
    starts = [0]
    for i in range(1, len(labels)):
        if labels[i] != labels[i - 1] and i - starts[-1] >= LEAST and len(labels) - i >= LEAST:
            starts.append(i)
    return starts
