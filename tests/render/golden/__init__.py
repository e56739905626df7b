"""Issues as they were rendered when somebody last looked at them, an element a line, so that a change can be read.

`python -m tests.render.golden` renews them; read the diff before it is committed.
"""

from __future__ import annotations

import re
from pathlib import Path

from digest.model.delivery import Variant
from digest.model.issue import Content
from digest.render import open_look, render, shown, titled

from ..samples import EDITION, LOOKS, MAIL, TEMPLATES, full, tongues, with_item
from ..test_message import fields

HERE = Path(__file__).parent
FILLER = " &#847;&zwnj;&nbsp;"
ISSUES = {
    "weekday": full,
    "tongues": tongues,
    "one-story": lambda: with_item(url="", credits=(), summary=()),
}


def made(look: str, issue: Content) -> tuple[str, str]:
    """Return the issue's HTML, an element a line, and its text part."""
    opened = open_look(TEMPLATES, look)
    told = titled(issue, opened, EDITION)
    variant = Variant(tuple(section.id for section in told.sections), "en")
    html, text = shown(render(told, opened, [variant], MAIL)[variant.id], fields())
    return lines(html), text.replace("\r\n", "\n")


def lines(html: str) -> str:
    """Return the HTML with each tag at the start of a line, each rule of its style on one, and the fillers counted.

    >>> lines("<p>It <b>holds</b>.</p>")
    '<p>It\\n<b>holds\\n</b>.\\n</p>\\n'
    """
    counted = re.sub(rf"(?:{FILLER})+", lambda found: f" [{len(found[0]) // len(FILLER)} fillers]", html)
    told = re.sub(r"\s*(?=<[/a-zA-Z!])|(?<=\})\s*(?=[^\s<])", "\n", counted)
    return "\n".join(line.rstrip() for line in told.strip().splitlines() if line.strip()) + "\n"


def everything() -> dict[str, str]:
    """Return the golden files by name."""
    found = {}
    for name, issue in ISSUES.items():
        for look in LOOKS:
            found[f"{name}.{look}.html"], found[f"{name}.{look}.txt"] = made(look, issue())
    return found
