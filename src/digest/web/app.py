"""The application: the desk's routes, the readers' routes, and what every request passes before either."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware

from digest.errors import DigestError
from digest.parts import Parts
from digest.web import desk, health, readers
from digest.web.away import away
from digest.web.below import Below, root_of
from digest.web.guard import Guard
from digest.web.readers.counting import Tally
from digest.web.templates import STATIC
from digest.web.throttle import Throttle

LARGEST: Final = 256 * 1024
"""Bytes of a request's body; the longest form of ours has a few texts in it."""


def create_app(
    parts: Parts, *, clock: Callable[[], datetime], once: str = "", throttle: Throttle | None = None
) -> Starlette:
    """Return the application over the parts; the hour is `clock`'s.

    `once` is a secret that opens the desk a single time while it has no editors; empty: nothing does. `throttle`
    remembers wrong tries at signing in beyond this application; None: with it they are forgotten.
    """
    web = parts.settings.web
    names = (urlsplit(parts.settings.public_url).hostname or "", web.host)
    tally = Tally(parts, clock)
    return Starlette(
        routes=[
            STATIC,
            *health.routes(parts),
            *readers.routes(parts, clock, tally),
            *desk.routes(parts, clock, once, throttle or Throttle()),
        ],
        middleware=[
            Middleware(Below, root=root_of(parts.settings.public_url)),
            Middleware(Guard, names=names, open_to_posts=readers.OPEN_TO_POSTS),
        ],
        exception_handlers={DigestError: away},
        max_body_size=LARGEST,
        lifespan=tally.open,
    )
