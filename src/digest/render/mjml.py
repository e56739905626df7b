"""The HTML part: Jinja2 makes MJML of a page, the MJML compiler makes HTML of that, once a variant."""

from __future__ import annotations

import re
from typing import Final

from mjml import mjml2html

from digest.errors import LookError
from digest.render.labels import Labels
from digest.render.look import MAIL, Look
from digest.render.slots import Slots
from digest.render.view import Page

_POSITION: Final = re.compile(r"\d+")
_AROUND: Final = 60


def html_part(page: Page, look: Look, labels: Labels, slots: Slots) -> str:
    """Return one variant's HTML with marks for personal fields; LookError if a template fails."""
    return compiled(filled(page, look, labels, slots), where=str(look.folder / MAIL))


def filled(page: Page, look: Look, labels: Labels, slots: Slots) -> str:
    """Return the MJML that a look makes of a page; LookError if a template fails."""
    return look.fill(MAIL, {"page": page, "slot": slots.marks(), "labels": labels, "say": labels.say_html})


def compiled(source: str, *, where: str) -> str:
    """Return the HTML that MJML source stands for; LookError showing the place it fails at."""
    try:
        return str(mjml2html(source))
    except ValueError as e:
        raise LookError(f"the MJML does not compile: {e}{_excerpt(source, str(e))}", where=where) from e


def _excerpt(source: str, reason: str) -> str:
    position = _POSITION.search(reason)
    if position is None:
        return ""
    at = int(position[0])
    near = source.encode()[max(0, at - _AROUND) : at + _AROUND].decode("utf-8", "replace")
    return f", near {near!r}"
