"""The editor's desk: see what will be sent, arrange it, approve it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.convertors import register_url_convertor
from starlette.routing import Route

from digest.parts import Parts
from digest.web.desk import acting, choosing, issue, issues, moving, previews, signing, stories, trying
from digest.web.desk.caching import Kept
from digest.web.desk.doors import Desk, Door, route
from digest.web.desk.numbers import NAME, Number
from digest.web.entrance import Entrance
from digest.web.throttle import Throttle

DOORS: tuple[Door, ...] = (
    *signing.DOORS,
    *issue.DOORS,
    *issues.DOORS,
    *previews.DOORS,
    *acting.DOORS,
    *choosing.DOORS,
    *trying.DOORS,
    *moving.DOORS,
    *stories.DOORS,
)
"""Every address of the desk."""


def routes(parts: Parts, clock: Callable[[], datetime], once: str, throttle: Throttle) -> list[Route]:
    """Return the routes of the desk; `once` opens it a single time while there are no editors."""
    register_url_convertor(NAME, Number())
    desk = Desk(parts, clock, Entrance(parts, once, throttle), Kept())
    return [route(desk, door) for door in DOORS]
