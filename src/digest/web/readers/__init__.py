"""The readers' own pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.routing import Route

from digest.parts import Parts


def routes(parts: Parts, clock: Callable[[], datetime]) -> list[Route]:
    """Return the routes of the readers' pages."""
    return []
