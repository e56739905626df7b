"""What a text's meaning says of its section: a linear model over the vector by which a sentence encoder tells it.

It knows no encoder, only its name and its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum, isfinite
from operator import mul
from typing import Any


@dataclass(frozen=True, eq=False)
class Head:
    """A bias and a row of numbers for each label; fitted by `fit_head`."""

    encoder: str
    """Whose vectors it was fitted to."""
    labels: tuple[str, ...]
    bias: tuple[float, ...]
    centre: tuple[float, ...] = field(repr=False)
    """The mean of the examples' vectors, so that what all texts share speaks for no label."""
    rows: tuple[tuple[float, ...], ...] = field(repr=False)

    def odds(self, vector: Sequence[float]) -> tuple[float, ...]:
        """Return the log-odds of the labels, 0 on average.

        Rounded to hundredths: an encoder's last digits differ from processor to processor.
        """
        away = self.away(vector)
        said = [bias + sum(map(mul, row, away)) for bias, row in zip(self.bias, self.rows, strict=True)]
        mean = fsum(said) / len(said)
        return tuple(round(value - mean, 2) for value in said)

    def away(self, vector: Sequence[float]) -> list[float]:
        """Return a vector as seen from the centre; ValueError for one of another length."""
        return [value - middle for value, middle in zip(vector, self.centre, strict=True)]


def told(head: Head) -> dict[str, Any]:
    """Return a head as a file of weights holds it."""
    return {
        "encoder": head.encoder,
        "labels": head.labels,
        "bias": head.bias,
        "centre": head.centre,
        "rows": head.rows,
    }


def read(told: Mapping[str, Any]) -> Head:
    """Return the head that `told` made; KeyError, TypeError or ValueError for anything else."""
    rows = tuple(_numbers(row) for row in told["rows"])
    head = Head(
        str(told["encoder"]), tuple(map(str, told["labels"])), _numbers(told["bias"]), _numbers(told["centre"]), rows
    )
    if not len(head.labels) == len(head.bias) == len(rows) or any(len(row) != len(head.centre) for row in rows):
        raise ValueError("a head of another size")
    return head


def _numbers(told: Sequence[Any]) -> tuple[float, ...]:
    found = tuple(map(float, told))
    if not all(map(isfinite, found)):
        raise ValueError("no numbers")
    return found
