"""The readers' own pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Route

from digest.parts import Parts
from digest.web.readers import archive
from digest.web.readers.leaf import Leaves
from digest.web.readers.stand import Stand


def routes(parts: Parts, clock: Callable[[], datetime]) -> list[Route]:
    """Return the routes of the readers' pages."""
    leaves = Leaves(parts, Stand(parts), clock)
    return [*archive.routes(leaves)]
