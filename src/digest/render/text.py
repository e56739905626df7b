"""The text part, for terminals, watches, and readers who like it plain."""

from __future__ import annotations

import re
from typing import Final

from digest.render.labels import Labels
from digest.render.look import TEXT, Look
from digest.render.slots import Slots
from digest.render.view import Page

_TRAILING: Final = re.compile(r"[ \t]+$", re.MULTILINE)
_GAPS: Final = re.compile(r"\n{4,}")
_SIGNATURE: Final = re.compile(r"^--$", re.MULTILINE)


def text_part(page: Page, look: Look, labels: Labels, slots: Slots) -> str:
    """Return one variant's text with marks where personal fields go; lines end in LF."""
    values = {"page": page, "slot": slots.marks(), "labels": labels, "say": labels.say}
    return tidy(look.fill(TEXT, values))


def tidy(text: str) -> str:
    """Return the text without trailing blanks and with at most two empty lines in a row.

    The line `-- ` alone keeps its blank: it starts a signature (RFC 3676, 4.3).
    """
    shut = _GAPS.sub("\n\n\n", _TRAILING.sub("", text))
    return _SIGNATURE.sub("-- ", shut).strip("\n") + "\n"
