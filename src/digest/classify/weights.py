"""What was learned, as numbers: a weight for each label and each hashed feature, packed for a file."""

from __future__ import annotations

import hashlib
import json
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Final

from digest.classify import head as heads
from digest.classify.head import Head

BITS: Final = 18
"""Of a feature's hash: so wide that words nobody taught seldom meet the weights of another."""
SIZE: Final = 1 << BITS
STEPS: Final = 127
"""A weight is a whole number of quanta, from minus to plus so many: a byte."""


@dataclass(frozen=True, eq=False)
class Weights:
    """A linear model: for each label a bias and a row of `SIZE` weights, in quanta."""

    labels: tuple[str, ...]
    quantum: float
    bias: tuple[int, ...]
    rows: tuple[array[int], ...] = field(repr=False)
    few: tuple[str, ...] = ()
    """Labels of so few examples that not to be known by them says nothing against a passage."""
    head: Head | None = field(default=None, repr=False)
    """What was learned of meanings; None where no encoder was there to learn with."""

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits of the SHA-256 over all of it: names it in issues and files."""
        named: list[Any] = [self.labels, self.quantum, self.bias, self.few]
        named += [heads.told(self.head)] if self.head else []
        digest = hashlib.sha256(json.dumps(named).encode())
        for row in self.rows:
            digest.update(row.tobytes())
        return digest.hexdigest()[:16]


def quantised(
    labels: Sequence[str], bias: Sequence[float], rows: Sequence[Sequence[float]], few: Sequence[str] = ()
) -> Weights:
    """Return weights rounded to bytes."""
    largest = max((abs(weight) for row in (*rows, bias) for weight in row), default=0.0)
    quantum = float(f"{largest / STEPS or 1.0:.6g}")

    def steps(weight: float) -> int:
        return max(-STEPS, min(STEPS, round(weight / quantum)))

    kept = tuple(array("b", map(steps, row)) for row in rows)
    return Weights(tuple(labels), quantum, tuple(map(steps, bias)), kept, tuple(few))


def packed(weights: Weights) -> bytes:
    """Return the weights as a file holds them: a line of JSON, then the rows, compressed."""
    told = {"labels": weights.labels, "quantum": weights.quantum, "bias": weights.bias, "few": weights.few}
    meant = {"head": heads.told(weights.head)} if weights.head else {}
    return json.dumps(told | meant).encode() + b"\n" + zlib.compress(b"".join(row.tobytes() for row in weights.rows))


def unpacked(data: bytes) -> Weights:
    """Return the weights that `packed` wrote; ValueError for anything else."""
    line, _, body = data.partition(b"\n")
    try:
        told = json.loads(line)
        labels, bias = tuple(map(str, told["labels"])), tuple(map(int, told["bias"]))
        opened = zlib.decompressobj()
        raw = opened.decompress(body, len(labels) * SIZE + 1)
        quantum, few = float(told["quantum"]), tuple(map(str, told["few"]))
        head = heads.read(told["head"]) if "head" in told else None
    except (zlib.error, KeyError, TypeError, ValueError) as e:
        raise ValueError("no weights, or damaged ones") from e
    if len(raw) != len(labels) * SIZE or len(bias) != len(labels):
        raise ValueError("weights of another size")
    rows = tuple(array("b", raw[i * SIZE : (i + 1) * SIZE]) for i in range(len(labels)))
    return Weights(labels, quantum, bias, rows, few, head)


@lru_cache(maxsize=4)
def shipped(name: str = "sections") -> Weights:
    """Return weights that come with the program: `sections` or `lines`."""
    return unpacked((files("digest.classify") / "data" / f"{name}.weights").read_bytes())
