"""Where the sentence encoder and what was learned of its vectors come together: what passages in doubt mean.

What it says is written down, so that an issue can be made again from its inputs wherever that is, with the encoder or
without, and on another processor, whose last digits may differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.classify.weights import Weights
from digest.encoder import Encoder, Missing

NOBODY: Final = "none"
"""Stands for the encoder's name where words alone decided."""

Said = tuple[float, ...]
"""The log-odds of the head's labels."""
UNTAUGHT: Final = Missing(
    "the sentence encoder does not know yet what editors corrected", cure="digest learn", installed=True
)
OTHERS: Final = Missing("the weights were learned with another sentence encoder", cure="digest learn", installed=True)


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
    return Notebook(encoder.name, say=lambda text: head.odds(encoder.encode(text)), said=written)


def mark(text: str) -> str:
    """Return what a text is known by: 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
