"""The readers' own pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from starlette.routing import Route

from digest.parts import Parts
from digest.web.readers import archive
from digest.web.readers.choosing import Choosing
from digest.web.readers.confirming import Confirming
from digest.web.readers.counting import Door, Tally
from digest.web.readers.joining import Joining
from digest.web.readers.leaf import Leaves
from digest.web.readers.leaving import Leaving
from digest.web.readers.refusing import Refusing
from digest.web.readers.stand import Stand

OPEN_TO_POSTS: Final = ("/u/", "/prefs/", "/confirm/", "/address/", "/never/")
"""Below these only who knows a reader's token does anything, so that it matters not where a form comes from: a mail
program's one-click has no Origin (RFC 8058, 3.2), and from pages that say `no-referrer` browsers send `null`."""


def routes(parts: Parts, clock: Callable[[], datetime], tally: Tally) -> list[Route]:
    """Return the routes of the readers' pages, and of the way over counted links."""
    leaves = Leaves(parts, Stand(parts), clock)
    door = Door(parts, clock, tally, lambda request: leaves.turn(request).closed())
    pages = (Joining(leaves), Confirming(leaves), Choosing(leaves), Leaving(leaves), Refusing(leaves), door)
    return [*archive.routes(leaves), *(route for each in pages for route in each.routes())]
