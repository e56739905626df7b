"""How large a mail is: what Gmail cuts off, and what a slow line has to carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from digest.check.finding import Area, Finding, Level
from digest.check.proof import Proof

KB: Final = 1024
CLIPPED: Final = 102
"""KB of HTML from which Gmail hides the rest of a message behind a link, and with it the way out."""
NEAR: Final = 80
HEAVY: Final = 250
"""KB of a whole message that are a burden on a phone."""


def size(proof: Proof) -> Iterator[Finding]:
    """Yield what is to be said of the largest variant.

    Gmail counts the HTML; whether before or after transfer encoding is not settled, so both are looked at: decoded it
    must fit, encoded it should.
    """
    html = max(len(one.html.encode()) for one in proof.prints) / KB
    encoded = max(one.html_encoded for one in proof.prints) / KB
    whole = max(len(one.message) for one in proof.prints) / KB
    images = max(one.html.count("<img") for one in proof.prints)
    seen = f"{encoded:.0f} KB as it travels, {whole:.0f} KB the whole mail" + (f", {images} pictures" if images else "")
    cure = "lower `max_stories` of a section, or shorten summaries"
    if html >= CLIPPED:
        yield Finding(Level.RED, Area.SIZE, f"{html:.0f} KB of HTML: Gmail cuts at {CLIPPED}", seen, cure=cure)
    elif encoded >= CLIPPED or html >= NEAR:
        yield Finding(Level.AMBER, Area.SIZE, f"{html:.0f} KB of HTML, near Gmail's {CLIPPED}", seen, cure=cure)
    else:
        yield Finding(Level.GREEN, Area.SIZE, f"{html:.0f} KB of {CLIPPED}", seen)
    if whole >= HEAVY:
        yield Finding(Level.AMBER, Area.SIZE, f"The whole mail has {whole:.0f} KB", cure=cure)
