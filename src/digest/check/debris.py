"""What a template or a compiler left lying in a mail: code, escapes, a value that was none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from digest.check.finding import Area, Finding, Level, quoted
from digest.check.page import Page

DEBRIS: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|&(?:amp|lt|gt|quot|nbsp|#\d+);|\\u\{[0-9a-f]+\}|<(?:/?(?:p|b|a|br|div|span|mj-[a-z]+))\b[^<>]*>"
    r"|\bslot[0-9a-f]{24}x"
)
"""As a reader would see it: where the page's own text still has an entity, it was escaped twice."""
SEEN_IN: Final = ("alt", "title", "aria-label")
"""Attributes that are read out or shown."""
AROUND: Final = 20


def debris(page: Page) -> Iterator[Finding]:
    """Yield what of a template is seen in a mail, once."""
    texts = [text for element in page.elements for text in (element.text, element.tail) if text and _shown(element.tag)]
    texts += [element.get(name) or "" for element in page.elements for name in SEEN_IN]
    for text in texts:
        if found := DEBRIS.search(text):
            near = text[max(0, found.start() - AROUND) : found.end() + AROUND]
            cure = "look at the template, or at the words of the story"
            yield Finding(Level.AMBER, Area.CONTENT, "Code is seen in the mail", quoted(near), cure=cure)
            return


def _shown(tag: object) -> bool:
    return tag not in ("style", "script")
