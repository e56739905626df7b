"""A text in, the numbers of its meaning out: the sentence encoder of the extra `semantic`, if it is installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from digest.encoder.files import MODEL, VOCABULARY, Locate, Missing, files, installed

__all__ = ["NAME", "OFF", "SIZE", "Encoder", "Missing", "open_encoder"]

SIZE: Final = 384
"""Numbers of a vector."""

NAME: Final = f"minilm-int8-{MODEL.sha256[:8]}-{VOCABULARY.sha256[:8]}"
"""Names the encoder in weights and issues: another file would make other numbers."""
OFF: Final = Missing('switched off by `semantic = "off"` under `[classify]`', cure="")


@dataclass(frozen=True)
class Encoder:
    """A sentence encoder, ready."""

    name: str
    encode: Callable[[str], Sequence[float]] = field(repr=False)
    """A text's vector: `SIZE` numbers of single precision, of length 1; none where it cannot read it.

    It costs some 15 ms."""


def open_encoder(wanted: bool = True, locate: Locate = installed) -> Encoder | Missing:
    """Return the encoder, loaded, or why there is none; takes a third of a second and some 150 MB.

    Both files are compared with what digest knows of them before they are used.
    """
    found = files(locate) if wanted else OFF
    if isinstance(found, Missing):
        return found
    try:
        from digest.encoder.model import Model

        vocabulary = json.loads(found.vocabulary.read_bytes())["model"]["vocab"]
        return Encoder(NAME, Model(str(found.model), vocabulary).encode)
    except Exception as e:  # onnxruntime's errors, and those of its import, have no other base in common
        said = (str(e).splitlines() or [type(e).__name__])[0]
        return Missing(f"onnxruntime cannot load the model: {said[:200]}", installed=True)
