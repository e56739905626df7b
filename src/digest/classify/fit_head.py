"""Examples in, a head out: fitted in plain Python, and the same on every run.

What editors correct moves a head from where the examples left it, and no further than that takes; so it asks for the
vectors of the corrections alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from operator import mul
from typing import Final
from zlib import crc32

from digest.classify.fit import softmax
from digest.classify.head import Head
from digest.model.news import OTHER

PASSES: Final = 10
RATE: Final = 2.0
"""Of the first step; later ones shrink as what was learned settles."""
PULL: Final = 1.0
"""L2 towards where the rows began: zero for examples, the rows before for corrections."""
BIAS_RATE: Final = 0.1
"""What of a step the biases take; none of a correction's, since corrections are often all of one label."""
MARGIN: Final = 3.0
"""Log-odds by which a corrected passage must lead, so that its kin follow."""
PLACES: Final = 4
"""Decimals that are kept of a weight."""


@dataclass(frozen=True, slots=True)
class Point:
    """An example as the head sees it."""

    label: str
    vector: Sequence[float]


def fitted(encoder: str, points: Sequence[Point]) -> Head:
    """Return the head that tells the labels of examples apart, each label counting alike."""
    labels = tuple(sorted({point.label for point in points}))
    counts = Counter(point.label for point in points)
    share = {label: len(points) / len(labels) / counts[label] for label in labels}
    centre = tuple(
        round(fsum(column) / len(points), PLACES) for column in zip(*(p.vector for p in points), strict=True)
    )
    nothing = tuple((0.0,) * len(centre) for _ in labels)
    return _descended(Head(encoder, labels, (0.0,) * len(labels), centre, nothing), points, share)


def moved(head: Head, corrections: Sequence[Point]) -> Head:
    """Return the head after corrections. A label that is new to it begins as a part of `OTHER`."""
    new = sorted({point.label for point in corrections} - set(head.labels))
    other = head.labels.index(OTHER)
    wider = Head(
        head.encoder,
        (*head.labels, *new),
        (*head.bias, *(head.bias[other] for _ in new)),
        head.centre,
        (*head.rows, *(head.rows[other] for _ in new)),
    )
    return _descended(wider, corrections, dict.fromkeys(wider.labels, 1.0), margin=MARGIN) if corrections else head


def _descended(start: Head, points: Sequence[Point], share: Mapping[str, float], margin: float = 0.0) -> Head:
    """Return the head after descending the points' log-loss: the mean of the rows after the passes of the second half.

    The order of the points within a pass is a hash of pass and place, so that no random generator shows.
    """
    away = [start.away(point.vector) for point in points]
    own = [start.labels.index(point.label) for point in points]
    rows, bias = [list(row) for row in start.rows], list(start.bias)
    sums, bias_sums = [[0.0] * len(row) for row in rows], [0.0] * len(rows)
    pull, steps = PULL / len(points), 0
    for turn in range(PASSES):
        for i in sorted(range(len(points)), key=lambda i: crc32(b"%d %d" % (turn, i))):
            steps += 1
            rate = RATE / (1 + RATE * pull * steps)
            odds = [b + sum(map(mul, row, away[i])) for b, row in zip(bias, rows, strict=True)]
            odds[own[i]] -= margin
            for k, chance in enumerate(softmax(odds)):
                error = (chance - (k == own[i])) * share[points[i].label]
                rows[k] = _step(rows[k], start.rows[k], away[i], rate * error, rate * pull)
                bias[k] -= 0.0 if margin else BIAS_RATE * rate * error
        if turn >= PASSES // 2:
            sums = [[a + b for a, b in zip(total, row, strict=True)] for total, row in zip(sums, rows, strict=True)]
            bias_sums = [a + b for a, b in zip(bias_sums, bias, strict=True)]
    counted = PASSES - PASSES // 2
    kept = tuple(tuple(round(value / counted, PLACES) for value in total) for total in sums)
    return Head(start.encoder, start.labels, tuple(round(b / counted, PLACES) for b in bias_sums), start.centre, kept)


def _step(
    row: Sequence[float], origin: Sequence[float], point: Sequence[float], slope: float, pull: float
) -> list[float]:
    return [w - slope * x - pull * (w - o) for w, o, x in zip(row, origin, point, strict=True)]
