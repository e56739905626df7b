"""Texts that are copies of each other, exact or near, found without comparing each with each.

A text's sketch is the smallest hashes of its runs of three words (bottom-k, Cohen and Kaplan 2007): what two sketches
have in common estimates what the texts have in common, and a table from hash to text finds whom to compare.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from zlib import crc32

from digest.model.words import words

Sketch: TypeAlias = frozenset[int]

KEPT: Final = 32
"""Hashes of a sketch."""
RUN: Final = 3
"""Words hashed together; two in a text of fewer than `SHORT`."""
SHORT: Final = 12
LOOKED_AT: Final = 3_000
"""Characters of a text."""
COPY: Final = 0.6
"""Share of their runs that two texts have in common when one copies the other."""
COMMON: Final = 200
"""Texts that may have a hash and still be looked up by it: a disclaimer, not a story."""


def sketch(text: str) -> Sketch:
    """Return the sketch of a text; empty where it has no words."""
    said = [word.folded for word in words(text[:LOOKED_AT])]
    run = min(RUN if len(said) >= SHORT else 2, len(said))
    hashes = {crc32(" ".join(said[i : i + run]).encode()) for i in range(len(said) - run + 1) if run}
    return frozenset(sorted(hashes)[:KEPT])


def likeness(one: Sketch, other: Sketch) -> float:
    """Return the estimated share of their runs that two texts have in common, 0 to 1.

    >>> text = "The bridge of Ferren was closed for repairs after a barge struck its second pier on Friday."
    >>> likeness(sketch(text), sketch(text + " Nobody was hurt.")) > COPY, likeness(sketch(text), sketch("Rain."))
    (True, 0.0)
    """
    both = sorted(one | other)[: min(KEPT, len(one | other))]
    return sum(value in one and value in other for value in both) / len(both) if both else 0.0


@dataclass(slots=True)
class Copies:
    """Finds the earlier texts that a text copies; fed in order."""

    sketches: dict[int, Sketch] = field(default_factory=dict)
    holders: dict[int, list[int]] = field(default_factory=dict)
    """Texts by the hashes of their sketches."""

    def originals(self, i: int, own: Sketch) -> list[tuple[int, float]]:
        """Take in the text number `i`; return the earlier ones that it copies, each with their likeness, the likest
        and then the earliest first."""
        self.sketches[i] = own
        shared: Counter[int] = Counter()
        for value in own:
            holders = self.holders.setdefault(value, [])
            if len(holders) < COMMON:
                shared.update(holders)
                holders.append(i)
        likely = (other for other, count in shared.items() if 2 * count >= COPY * len(own))
        found = ((other, likeness(own, self.sketches[other])) for other in likely)
        return sorted((pair for pair in found if pair[1] >= COPY), key=lambda pair: (-pair[1], pair[0]))
