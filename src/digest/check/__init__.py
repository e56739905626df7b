"""An issue ready to be sent in, what an inbox, a reader or an editor would hold against it out.

findings = check(proof)
if reds(findings): it stays, unless somebody says why not
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.check.accessibility import accessibility
from digest.check.audience import audience
from digest.check.clients import clients
from digest.check.debris import debris
from digest.check.finding import Area, Finding, Level, reds, sorted_findings, worst
from digest.check.links import links, targets
from digest.check.page import Page
from digest.check.proof import Crowd, Lore, Print, Proof, Way
from digest.check.sender import sender
from digest.check.size import size
from digest.check.stories import stories
from digest.check.subject import subject
from digest.check.wording import wording

__all__ = [
    "Area",
    "Crowd",
    "Finding",
    "Level",
    "Lore",
    "Print",
    "Proof",
    "Way",
    "check",
    "reds",
    "targets",
    "worst",
]


def check(proof: Proof) -> tuple[Finding, ...]:
    """Return what is to be said of an issue, the worst first; each area that is in order says so in one line.

    Red must not go out, amber deserves a look. Asks nobody: what links answered is handed in.
    """
    return sorted_findings(_found(proof))


def _found(proof: Proof) -> Iterator[Finding]:
    yield from stories(proof)
    yield from wording(proof)
    yield from subject(proof)
    if proof.prints:  # an issue without stories is never rendered
        page = Page(proof.prints[0].html)
        yield from debris(page)
        yield from links(proof, page)
        yield from size(proof)
        yield from clients(proof, page)
        yield from accessibility(page)
        yield from sender(proof)
    yield from audience(proof.crowd)
