"""What a single line reads like: the article's own text, boilerplate, or a last word that sums up.

The rules know the wordings that occur again and again; this small linear model over a line's words and shape knows
their kin. It only adds to the rules, and only where it is nearly sure, since a lost passage costs more than a line
too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import sqrt
from typing import Final
from zlib import crc32

from digest.classify.features import MASK, features, hashes
from digest.classify.fit import Row, fit, softmax
from digest.classify.weights import Weights, shipped
from digest.model.learning import Example
from digest.model.news import BOILERPLATE
from digest.model.words import words

TEXT: Final = "text"
CLOSING: Final = "closing"
LABELS: Final = (BOILERPLATE, CLOSING, TEXT)
LONGEST: Final = 200
"""Characters of a line that may read like boilerplate."""
SURE: Final = 0.8
"""Chance from which a line is taken for boilerplate."""
CLOSES: Final = 0.25
"""Chance from which a last paragraph is taken for one that sums up: few do, so the model is slow to say so."""
PASSES: Final = 10
SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")


def chances(line: str, weights: Weights | None = None) -> dict[str, float]:
    """Return how likely the line is each of `LABELS`."""
    known = weights or shipped("lines")
    own = line_features(line)
    scale = known.quantum / sqrt(len(own) or 1)
    rows = zip(known.bias, known.rows, strict=True)
    odds = [bias * known.quantum + scale * sum(map(row.__getitem__, own)) for bias, row in rows]
    return dict(zip(known.labels, softmax(odds), strict=True))


def reads_like_boilerplate(line: str) -> bool:
    """Return whether a short line is boilerplate, nearly sure; never of a line in words that nobody taught.

    >>> reads_like_boilerplate("Subscribe to our daily letter"), reads_like_boilerplate("Сьогодні о шостій ранку")
    (True, False)
    """
    return len(line) <= LONGEST and chances(line)[BOILERPLATE] >= SURE and _familiar(line)


def reads_like_closing(paragraph: str) -> bool:
    """Return whether a last paragraph sums up and looks ahead instead of reporting."""
    return chances(paragraph)[CLOSING] >= CLOSES


def _familiar(line: str) -> bool:
    """Return whether at least half of the words occur in the examples."""
    rows = shipped("lines").rows
    found = [hashes(word.folded)[0] for word in words(line)]
    return 2 * sum(any(row[at] for row in rows) for at in found) >= len(found)


def line_features(line: str) -> set[int]:
    """Return the features of a line: those of its words, and its shape."""
    return features(words(line)) | {crc32(b"=" + trait.encode()) & MASK for trait in shape(line)}


def shape(line: str) -> list[str]:
    """Return what a line looks like, whatever it says.

    >>> shape("© Radio Tarn 2026")
    ['words 4', 'ends 6', 'begins ©', 'capitals 2', 'digits 2']
    """
    pieces = line.split()
    if not pieces:
        return []
    capitals = sum(piece[0].isupper() for piece in pieces)
    digits = sum(char.isdigit() for char in line)
    last = line.rstrip()[-1]
    return [
        f"words {min(len(pieces), 8) if len(pieces) < 12 else 12 + min(len(pieces), 60) // 12}",
        f"ends {'word' if last.isalpha() else last}",
        f"begins {'capital' if line[0].isupper() else 'word' if line[0].isalpha() else line[0]}",
        f"capitals {4 * capitals // len(pieces)}",
        *([f"digits {10 * digits // len(line)}"] if digits else []),
        *(f"has {sign}" for sign in "|/#@[]():" if sign in line),
    ]


def taught_lines(examples: Iterable[Example]) -> Weights:
    """Return the weights fitted to examples of all kinds; a passage counts whole, and its first sentence too."""
    rows: list[Row] = []
    for example in examples:
        text = example.text or example.title
        label = BOILERPLATE if example.label == BOILERPLATE else CLOSING if example.kind == CLOSING else TEXT
        parts = {text, SENTENCE.split(text, maxsplit=1)[0]} if label == TEXT else {text}
        rows += [Row(label, line_features(part)) for part in sorted(parts)]
    return fit(rows, LABELS, passes=PASSES)
