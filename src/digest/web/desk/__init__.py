"""The editor's desk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.parts import Parts
from digest.web.templates import rendered


def routes(parts: Parts, clock: Callable[[], datetime], ending: asyncio.Event) -> list[Route]:
    """Return the routes of the desk; streams that are open end once `ending` is set."""

    def home(request: Request) -> Response:
        return rendered("desk/home.html.j2", title=parts.settings.title)

    return [Route("/", home)]
