"""Examples in, weights out: what the sections are taught, and how well that goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from digest.classify.features import features
from digest.classify.fit import Row, fit
from digest.classify.fit_head import Point, fitted, moved
from digest.classify.head import Head
from digest.classify.sections import as_read
from digest.classify.weights import Weights
from digest.model.learning import Example
from digest.model.news import BOILERPLATE, OTHER
from digest.model.words import words

MARGIN: Final = 5.0
"""Log-odds by which a corrected passage must go where the editor put it, so that its kin follow."""

Encode = Callable[[str], Sequence[float]]
"""A text's vector; empty for what the encoder cannot read."""


def taught(examples: Iterable[Example], corrections: Iterable[Example] = (), margin: float = MARGIN) -> Weights:
    """Return the sections' weights, fitted to examples, and to corrections on top of them.

    Corrections into a section that has no examples are its first ones.

    Boilerplate is no section and is passed over.
    """
    rows = _rows(examples)
    known = {row.label for row in rows}
    for row in _rows(corrections, margin):
        rows.append(row if row.label in known else replace(row, margin=0.0))
    return fit(rows, labels_of(rows))


def head_of(encoder: str, encode: Encode, examples: Iterable[Example]) -> Head:
    """Return the head over an encoder's vectors, fitted to examples."""
    return fitted(encoder, _points(encode, examples))


def corrected(head: Head, encode: Encode, corrections: Iterable[Example]) -> Head:
    """Return the head after corrections."""
    return moved(head, _points(encode, corrections))


def _points(encode: Encode, examples: Iterable[Example]) -> list[Point]:
    told = [
        Point(example.label, encode(as_read(example.heading or example.title, example.text)))
        for example in examples
        if example.label != BOILERPLATE
    ]
    return [point for point in told if point.vector]


def labels_of(rows: Sequence[Row]) -> list[str]:
    """Return the labels that occur, in alphabetical order, and `OTHER` among them whatever occurs."""
    return sorted({row.label for row in rows} | {OTHER})


def _rows(examples: Iterable[Example], margin: float = 0.0) -> list[Row]:
    return [
        Row(example.label, features(words(f"{example.title}\n{example.heading}\n{example.text}")), margin)
        for example in examples
        if example.label != BOILERPLATE
    ]
