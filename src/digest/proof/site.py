"""The site that shows a proof: a page with the mail in a frame, and a stream that says when files have changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.errors import LookError
from digest.files import stamp
from digest.proof.files import excerpt
from digest.render.shades import shaded
from digest.serving import SAFE, answer, serving

Render: TypeAlias = Callable[[], tuple[str, str]]
"""Returns (HTML, text) as everything stands now; raises LookError."""

PAGES: Final = Path(__file__).with_name("pages")
CHOICES: Final = {"part": ("html", "text"), "width": ("phone", "desktop"), "shade": ("light", "dark")}
"""How a mail may be looked at; the first of each where nothing is said."""
PAUSE: Final = 0.25
"""Seconds between two looks at the files."""
QUIET: Final = 60
"""Looks without a change after which the stream says that it is still there, and so finds out whom it has lost."""
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
MAIL_POLICY: Final = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""No script of a mail runs. It is of the same origin so that the page around it can keep its place over a reload."""


@asynccontextmanager
async def proof(render: Render, folder: Path, title: str, port: int = 0) -> AsyncIterator[str]:
    """Serve a mail on loopback while it is entered; yield the address. `folder` holds the files whose changes count.

    A mistake in a template is shown instead of the mail, with its file and line. Port 0: any free one.
    """
    site = _Site(render, folder, title)
    routes = {
        "/": site.page,
        "/mail.html": site.html,
        "/mail.txt": site.text,
        "/changes": site.changes,
        "/proof.css": site.style,
        "/proof.js": site.script,
    }
    async with serving(routes, port) as url:
        yield url


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(PAGES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


class _Site:
    def __init__(self, render: Render, folder: Path, title: str) -> None:
        self._render, self._folder, self._title = render, folder, title

    async def page(self, request: web.Request) -> web.Response:
        """The frame, and the ways to look at what is in it."""
        chosen = _chosen(request.query)
        views = [(name, value, chosen | {name: value}) for name, values in CHOICES.items() for value in values]
        page = _templates().get_template("proof.html.j2").render(title=self._title, chosen=chosen, views=views)
        return answer(page.encode(), "text/html", PAGE_POLICY)

    async def html(self, request: web.Request) -> web.Response:
        """The HTML part as the files stand now, in the shade asked for; or the mistake that keeps it from being."""
        try:
            html, _ = self._render()
        except LookError as mistake:
            return self._mistake(mistake)
        return answer(shaded(html, _chosen(request.query)["shade"]).encode(), "text/html", MAIL_POLICY)

    async def text(self, request: web.Request) -> web.Response:
        """The text part as the files stand now; or the mistake."""
        try:
            _, text = self._render()
        except LookError as mistake:
            return self._mistake(mistake)
        return answer(text.encode(), "text/plain", MAIL_POLICY)

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """The state of the files as server-sent events: now, and whenever it is another."""
        stream = web.StreamResponse(headers=SAFE | {"Content-Type": "text/event-stream; charset=utf-8"})
        await stream.prepare(request)
        told, quiet = "", 0
        with suppress(ConnectionResetError):  # whoever closes the page needs no more news
            while True:
                now = await asyncio.to_thread(stamp, self._folder)
                quiet = 0 if now != told else quiet + 1
                if now != told or quiet % QUIET == 0:
                    await stream.write(f"data: {now}\n\n".encode())
                told = now
                await asyncio.sleep(PAUSE)
        return stream

    async def style(self, request: web.Request) -> web.Response:
        """The page's style sheet."""
        return answer((PAGES / "proof.css").read_bytes(), "text/css", PAGE_POLICY)

    async def script(self, request: web.Request) -> web.Response:
        """The page's script."""
        return answer((PAGES / "proof.js").read_bytes(), "text/javascript", PAGE_POLICY)

    def _mistake(self, mistake: LookError) -> web.Response:
        page = _templates().get_template("mistake.html.j2").render(mistake=mistake, lines=excerpt(mistake.where))
        return answer(page.encode("utf-8", "replace"), "text/html", PAGE_POLICY, status=500)


def _chosen(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] if query.get(name) in values else values[0] for name, values in CHOICES.items()}
