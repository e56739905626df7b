"""Examples in, weights out: what the sections are taught, and how well that goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digest.classify.features import features
from digest.classify.fit import Row, fit
from digest.classify.weights import Weights
from digest.model.learning import Example
from digest.model.news import BOILERPLATE, OTHER
from digest.model.words import words


def taught(examples: Iterable[Example], corrections: Iterable[Example] = (), strength: float = 1.0) -> Weights:
    """Return the sections' weights, fitted to examples; a correction counts `strength` times as much as an example.

    Boilerplate is no section and is passed over.
    """
    rows = [*_rows(examples, 1.0), *_rows(corrections, strength)]
    return fit(rows, labels_of(rows))


def labels_of(rows: Sequence[Row]) -> list[str]:
    """Return the labels that occur, in alphabetical order, and `OTHER` among them whatever occurs."""
    return sorted({row.label for row in rows} | {OTHER})


def _rows(examples: Iterable[Example], count: float) -> list[Row]:
    return [
        Row(example.label, features(words(f"{example.title}\n{example.heading}\n{example.text}")), count)
        for example in examples
        if example.label != BOILERPLATE
    ]
