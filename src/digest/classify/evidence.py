"""Why a passage stands where it stands: the terms and the learned words that spoke for it, with their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.classify.features import hashes
from digest.classify.terms import Hit
from digest.classify.weights import Weights
from digest.model.news import SectionId
from digest.model.words import Word

SHOWN: Final = 8
"""Phrases kept as evidence."""
LEAST: Final = 0.05
"""Weight below which a word that was learned is not worth naming."""
LOOKED_AT: Final = 150
"""Words of a part that may be named."""
REMEMBERED: Final = 50_000
"""Words whose voice is kept at hand."""


@dataclass(frozen=True, slots=True)
class Voices:
    """How much single words say for a label, by what was learned."""

    weights: Weights
    known: dict[tuple[str, str], float] = field(default_factory=dict)

    def of(self, label: str, word: str) -> float:
        """Return by how many quanta a word says more for the label than for the others on average."""
        found = self.known.get((label, word))
        if found is None:
            at, own = hashes(word), self.weights.labels.index(label)
            sums = [sum(row[i] for i in at) for row in self.weights.rows]
            rest = (sum(sums) - sums[own]) / max(1, len(sums) - 1)
            found = sums[own] - rest
            if len(self.known) < REMEMBERED:
                self.known[label, word] = found
        return found

    def evidence(
        self,
        section: SectionId,
        hits: Sequence[tuple[str, Hit, float]],
        parts: Sequence[tuple[str, Sequence[Word]]],
        scale: float,
    ) -> tuple[str, ...]:
        """Return the weightiest phrases for a section in the order they appear, as `drones +1.3`.

        `scale` is what a quantum counted in this passage.
        """
        said: dict[str, tuple[float, int, int]] = {}
        for order, (part, found) in enumerate(parts):
            own = [(hit, weight) for text, hit, weight in hits if text is part and hit.section == section]
            for hit, weight in own:
                if weight > 0:
                    _keep(said, part[hit.start : hit.end], (weight, order, hit.start))
            for word, weight in self._telling(section, found, scale):
                if not any(hit.start <= word.start < hit.end for hit, _ in own):
                    _keep(said, part[word.start : word.end], (weight, order, word.start))
        best = sorted(said.items(), key=lambda entry: -entry[1][0])[:SHOWN]
        return tuple(f"{phrase} {weight:+.1f}" for phrase, (weight, _, _) in sorted(best, key=lambda e: e[1][1:]))

    def _telling(self, section: SectionId, found: Sequence[Word], scale: float) -> list[tuple[Word, float]]:
        """Return the words that say most for a section, by what was learned."""
        if section not in self.weights.labels:
            return []
        weighed = [(word, self.of(section, word.folded) * scale) for word in found[:LOOKED_AT]]
        return sorted((one for one in weighed if one[1] >= LEAST), key=lambda one: -one[1])[:SHOWN]


def sense(section: SectionId, labels: Sequence[str], meant: Sequence[float]) -> tuple[str, ...]:
    """Return what a passage's meaning says more for a section than for the others on average.

    >>> sense("north", ("north", "south", "west"), (0.9, -0.3, 0.3)), sense("south", ("north", "south"), (0.9, -0.3))
    (('its meaning +0.9',), ())
    """
    if section not in labels or not meant:
        return ()
    own = meant[labels.index(section)]
    weight = own - (sum(meant) - own) / max(1, len(labels) - 1)
    return (f"its meaning {weight:+.1f}",) if weight >= LEAST else ()


def _keep(said: dict[str, tuple[float, int, int]], phrase: str, at: tuple[float, int, int]) -> None:
    before = said.get(phrase)
    said[phrase] = at if before is None else (max(at[0], before[0]), *before[1:])
