"""Where the sentence encoder and what was learned of its vectors come together: what passages in doubt mean.

What it says is written down, so that an issue can be made again from its inputs wherever that is, with the encoder or
without, and on another processor, whose last digits may differ.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Final, Protocol

from digest.classify.weights import Weights
from digest.encoder import SIZE, Encoder, Missing

NOBODY: Final = "none"
"""Stands for the encoder's name where words alone decided."""

Said = tuple[float, ...]
"""The log-odds of the head's labels; empty of what it could not read."""
UNTAUGHT: Final = Missing(
    "the sentence encoder does not know yet what editors corrected", cure="digest learn", installed=True
)
OTHERS: Final = Missing("the weights were learned with another sentence encoder", cure="digest learn", installed=True)
KEPT: Final = timedelta(days=7)
"""How long a vector is remembered."""


class Memory(Protocol):
    """Where vectors are kept from one run to the next."""

    def get(self, key: str, *, now: datetime) -> bytes | None:
        """Return a value; None where there is none."""

    def put(self, key: str, value: bytes, *, until: datetime) -> None:
        """Keep a value until then."""


@dataclass
class Notebook:
    """Answers what a text means, each text once, and writes it down."""

    name: str = NOBODY
    """Of the encoder that is asked."""
    why: Missing | None = None
    """Why nobody is asked."""
    say: Callable[[str], Said] | None = field(default=None, repr=False)
    said: dict[str, Said] = field(default_factory=dict, repr=False)
    """By the mark of a text."""
    unread: set[str] = field(default_factory=set, repr=False)
    """The marks of texts in doubt that nobody could say anything of."""

    def __call__(self, text: str) -> Sequence[float]:
        """Return the log-odds of the head's labels; empty where nobody can say."""
        at = mark(text)
        if at not in self.said:
            if self.say is None:
                self.unread.add(at)
                return ()
            self.said[at] = self.say(text)
        return self.said[at]

    @property
    def pages(self) -> tuple[tuple[str, Said], ...]:
        """What was said, in the order of the marks."""
        return tuple(sorted(self.said.items()))


def notebook(encoder: Encoder | Missing, weights: Weights, said: Mapping[str, Said] | None = None) -> Notebook:
    """Return a notebook that asks the encoder, as far as these weights know it; `said` is in it already."""
    head, written = weights.head, dict(said or {})
    if isinstance(encoder, Missing):
        return Notebook(why=encoder, said=written)
    if head is None or head.encoder != encoder.name:
        return Notebook(why=OTHERS if head else UNTAUGHT, said=written)

    def say(text: str) -> Said:
        vector = encoder.encode(text)
        return head.odds(vector) if vector else ()

    return Notebook(encoder.name, say=say, said=written)


def remembering(encoder: Encoder | Missing, memory: Memory, now: datetime) -> Encoder | Missing:
    """Return the encoder, asked only for what it was not asked within a week."""
    if isinstance(encoder, Missing):
        return encoder

    def encode(text: str) -> Sequence[float]:
        key = f"vector {encoder.name} {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"
        known = _vector(memory.get(key, now=now))
        if known is None:
            known = array("f", encoder.encode(text))
            if known:
                memory.put(key, known.tobytes(), until=now + KEPT)
        return known

    return replace(encoder, encode=encode)


def _vector(value: bytes | None) -> Sequence[float] | None:
    """Return what was kept; None for nothing, or for what is no vector."""
    if value is None or len(value) != SIZE * array("f").itemsize:
        return None
    found = array("f", value)
    return found if all(map(isfinite, found)) else None


def mark(text: str) -> str:
    """Return what a text is known by: 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
