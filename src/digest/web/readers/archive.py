"""The archive and its feed, as `digest archive` writes them: the same bytes for everybody.

Pages refer to each other by paths, so that they hold together under whatever name this is reached; what leads here from
outside (the canonical address, the feed) names the public one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import UnknownError
from digest.render import Ways
from digest.render.addresses import FEED, STYLE
from digest.web.below import root_of
from digest.web.readers.leaf import Leaves
from digest.web.readers.stand import Shown

HTML, CSS, ATOM = "text/html", "text/css", "application/atom+xml"
NUMBER = re.compile(r"[1-9][0-9]{0,17}")
"""An issue's, in the one way that the archive writes it: every page has one address."""
KEPT = 500
"""Pages that are kept; beyond that they are made for each visitor."""
BRIEFLY = "public, max-age=60"


def routes(leaves: Leaves) -> list[Route]:
    """Return the routes of what everybody may read."""

    def page(request: Request) -> Response:
        return answer(request, leaves.stand.at(leaves.clock()), request.path_params.get("name", ""))

    return [Route("/archive", page), Route("/archive/", page), Route("/archive/{name}", page)]


def answer(request: Request, shown: Shown, name: str) -> Response:
    """Return a page of the archive, its feed or its style; 304 to who has these bytes, 404 where there is none."""
    try:
        body, mark = _kept(shown, name)
    except UnknownError:
        return PlainTextResponse("The archive has no such page.\n", status_code=404)
    headers = {"ETag": mark, "Cache-Control": BRIEFLY}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    kind = ATOM if name == FEED else CSS if name == STYLE else HTML
    return Response(body, media_type=kind, headers=headers)


def _kept(shown: Shown, name: str) -> tuple[bytes, str]:
    if name not in shown.pages:
        body = _made(shown, name)
        made = (body, f'"{sha256(body).hexdigest()[:20]}"')
        if len(shown.pages) >= KEPT:
            return made
        shown.pages[name] = made
    return shown.pages[name]


def _made(shown: Shown, name: str) -> bytes:
    archive, root = shown.archive, root_of(shown.site.public_url)
    ways = replace(Ways.served(root), subscribe=f"{root}/subscribe" if shown.open_editions else "")
    if name == FEED:
        return archive.feed()
    if name == STYLE:
        return archive.style.encode()
    if not name:
        return archive.first_page(ways).encode()
    return (archive.issue(int(name), ways) if NUMBER.fullmatch(name) else archive.month(name, ways)).encode()
