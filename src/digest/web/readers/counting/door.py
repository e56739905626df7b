"""The way over a counted link: on to the story at once, whoever it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from digest.parts import Parts
from digest.pipeline.clicks import ways_of
from digest.render.addresses import archive_url
from digest.render.counted import SNARE
from digest.web.readers.client import client
from digest.web.readers.counting.judging import by_itself
from digest.web.readers.counting.tally import Tally
from digest.web.readers.counting.watch import Visit
from digest.web.readers.leaf import PRIVATE

KEPT: Final = 100
"""Issues of which is remembered where their links lead."""
AGENT: Final = 300
"""Characters of a program's name that are compared."""


class Door:
    """Sends on who comes with a link of ours, and nobody anywhere else."""

    def __init__(
        self,
        parts: Parts,
        clock: Callable[[], datetime],
        tally: Tally,
        closed: Callable[[Request], Response],
    ) -> None:
        """`closed` makes the page for links that open nothing."""
        self._parts, self._clock, self._tally, self._closed = parts, clock, tally, closed
        self._ways: OrderedDict[int, tuple[str, ...]] = OrderedDict()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route("/c/{token}", self.follow, methods=["GET"])]

    async def follow(self, request: Request) -> Response:
        """The story, by way of the count."""
        said = self._parts.link_tokens.read(request.path_params["token"])
        ways = await self._ways_of(said.issue) if said else ()
        if said is None or not said.link <= len(ways) or not ways:
            return await run_in_threadpool(self._closed, request)
        self._tally.note(self._visit(request, said.issue, said.link))
        archive = archive_url(self._parts.settings.public_url)
        url = archive if said.link == SNARE else ways[said.link - 1]
        return RedirectResponse(url, status_code=302, headers=PRIVATE | {"Cache-Control": "no-store"})

    async def _ways_of(self, issue: int) -> tuple[str, ...]:
        ways = self._ways.get(issue, ())
        if not ways:
            ways = await run_in_threadpool(ways_of, self._parts, issue)
            if ways:  # an issue that has not left yet will have
                self._ways[issue] = ways
            if len(self._ways) > KEPT:
                self._ways.popitem(last=False)
        return ways

    def _visit(self, request: Request, issue: int, link: int) -> Visit:
        return Visit(
            at=self._clock(),
            place=client(request, self._parts.settings.web.proxy.trusted),
            agent=request.headers.get("user-agent", "")[:AGENT],
            issue=issue,
            link=link,
            kind=by_itself(request.method, request.headers),
            headed=request.method == "HEAD",
        )
