"""The examples that come with the program, in its own words, and how they are read from JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Final

from digest.model.learning import Example

TAUGHT: Final = "examples"
"""What the shipped weights are fitted to."""
FROZEN: Final = "frozen"
"""What nothing is ever fitted to: new weights must do no worse on it."""


@lru_cache(maxsize=4)
def shipped_examples(name: str = TAUGHT) -> tuple[Example, ...]:
    """Return the examples of a shipped file, `TAUGHT` or `FROZEN`, in its order."""
    return tuple(read_examples((files("digest.classify") / "data" / f"{name}.jsonl").read_text("utf-8")))


def read_examples(text: str) -> Iterator[Example]:
    """Yield an example for each line of JSON with `label` and `title`, `heading` or `text`, and maybe `kind`."""
    for line in text.splitlines():
        if line.strip():
            told = json.loads(line)
            yield Example(
                told["label"],
                told.get("text", ""),
                told.get("heading", ""),
                told.get("title", ""),
                told.get("kind", "passage"),
            )
