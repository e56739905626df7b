"""Examples in, weights out: multinomial logistic regression, AdaGrad, the same result on every run.

Plain Python: a thousand examples of thirty words take about a second. The order of the examples within a pass is a
hash of pass and place, and sums are exact (`fsum`), so that neither a random generator nor a version of Python shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, sqrt
from typing import Final
from zlib import crc32

from digest.classify.weights import SIZE, Weights, quantised

PASSES: Final = 20
RATE: Final = 0.5
SHRINK: Final = 2e-3
"""L2, on the weights that an example touches."""
BIAS_RATE: Final = 0.01
ENOUGH: Final = 60
"""Examples from which on a label is known by them alone."""
NEAR: Final = 0.01
"""A chance so near the truth teaches nothing more."""


@dataclass(frozen=True, slots=True)
class Row:
    """An example as the model sees it."""

    label: str
    features: Collection[int]
    margin: float = 0.0
    """Log-odds by which its label must lead: what must win by more teaches more of its words."""


def fit(rows: Sequence[Row], labels: Sequence[str], passes: int = PASSES) -> Weights:
    """Return the weights that tell the labels apart; each label counts alike, however many rows it has.

    They are the mean of the weights after each pass of the second half, which one row more or less moves little.
    """
    used = [row for row in rows if row.features]
    share = _shares(used, labels)
    weights = [[0.0] * SIZE for _ in labels]
    seen = [[0.01] * SIZE for _ in labels]
    bias = [0.0] * len(labels)
    mean = [[0.0] * SIZE for _ in labels]
    touched = sorted({feature for row in used for feature in row.features})
    counted = passes - passes // 2
    for turn in range(passes):
        for i in sorted(range(len(used)), key=lambda i: crc32(b"%d %d" % (turn, i))):
            _learn(used[i], labels, share, weights, seen, bias)
        if turn >= passes // 2:
            for total, own in zip(mean, weights, strict=True):
                for at in touched:
                    total[at] += own[at] / counted
    counts = Counter(row.label for row in rows)
    return quantised(labels, bias, mean, [label for label in labels if counts[label] < ENOUGH])


def _learn(
    row: Row,
    labels: Sequence[str],
    share: Mapping[str, float],
    weights: Sequence[list[float]],
    seen: Sequence[list[float]],
    bias: list[float],
) -> None:
    """Take one step of AdaGrad down the slope of the row's log-loss."""
    length = 1.0 / sqrt(len(row.features))
    odds = [b + length * fsum(map(w.__getitem__, row.features)) for b, w in zip(bias, weights, strict=True)]
    if row.margin:
        odds[labels.index(row.label)] -= row.margin
    for k, chance in enumerate(softmax(odds)):
        miss = chance - (labels[k] == row.label)
        if -NEAR < miss < NEAR:
            continue
        error = miss * share[row.label]
        bias[k] -= 0.0 if row.margin else BIAS_RATE * error
        _descend(weights[k], seen[k], row.features, error * length)


def _shares(rows: Sequence[Row], labels: Sequence[str]) -> dict[str, float]:
    """Return what a row of each label counts; rows with a margin come on top and take nothing from the others."""
    counts = Counter(row.label for row in rows if not row.margin)
    mean = counts.total() / max(1, len(counts))
    return {label: mean / counts[label] if counts[label] else 1.0 for label in labels}


def _descend(weights: list[float], seen: list[float], features: Collection[int], slope: float) -> None:
    square = slope * slope
    for at in features:
        seen[at] += square
        weights[at] -= RATE * (slope + SHRINK * weights[at]) / sqrt(seen[at])


def softmax(logits: Sequence[float]) -> list[float]:
    """Return probabilities in the proportion of e to the logits.

    >>> [round(p, 2) for p in softmax([0.0, 0.0, 1.0])]
    [0.21, 0.21, 0.58]
    """
    top = max(logits)
    powers = [exp(logit - top) for logit in logits]
    whole = sum(powers)
    return [power / whole for power in powers]
