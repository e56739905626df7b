"""An invented news wire on loopback: feeds and pages as outlets serve them, with validators and 304."""

from __future__ import annotations

import hashlib
from contextlib import AsyncExitStack
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Self

from aiohttp import web
from jinja2 import Environment
from markupsafe import Markup

from digest.demo.news import NewsItem, Outlet, outlets, templates
from digest.serving import serving


class Wire:
    """Serves the outlets while it is entered; `url` is where. Articles are dated back from `now` (aware).

    `/OUTLET/rss.xml` or `/OUTLET/atom.xml`, `/OUTLET/` its front page, `/OUTLET/SLUG` an article's page.
    """

    def __init__(self, now: datetime) -> None:
        self.outlets = {outlet.slug: outlet for outlet in outlets(now)}
        self.url = ""
        self._stack = AsyncExitStack()
        self._templates: Environment = templates().overlay()
        self._templates.filters["rfc5322"] = _rfc5322

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self.url = await self._stack.enter_async_context(
            serving({"/": self._index, "/{outlet}/": self._front, "/{outlet}/{name}": self._file})
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no more."""
        await self._stack.aclose()

    async def _index(self, request: web.Request) -> web.Response:
        """Every outlet's feed, as text."""
        lines = [f"{self.url}/{outlet.slug}/{outlet.feed_name}  {outlet.name}" for outlet in self.outlets.values()]
        return web.Response(text="\n".join(lines) + "\n")

    async def _front(self, request: web.Request) -> web.Response:
        outlet = self._outlet(request)
        return self._answer(request, outlet, "front.html.j2", "text/html", outlet.newest)

    async def _file(self, request: web.Request) -> web.Response:
        """A feed, a page, its picture or the style sheet."""
        outlet, name = self._outlet(request), request.match_info["name"]
        if name == outlet.feed_name:
            kind = f"application/{outlet.feed}+xml"
            return self._answer(request, outlet, f"{outlet.feed_name}.j2", kind, outlet.newest)
        if name == "site.css":
            return self._answer(request, outlet, "site.css.j2", "text/css", outlet.newest)
        slug = name.removesuffix(".svg")
        article = next((article for article in outlet.articles if article.slug == slug), None)
        if article is None:
            raise web.HTTPNotFound(text=f"{outlet.name} never wrote that.\n")
        template, kind = ("picture.svg.j2", "image/svg+xml") if name != slug else ("article.html.j2", "text/html")
        return self._answer(request, outlet, template, kind, article.at, article)

    def _outlet(self, request: web.Request) -> Outlet:
        outlet = self.outlets.get(request.match_info["outlet"])
        if outlet is None:
            raise web.HTTPNotFound(text="No such outlet, not even an invented one.\n")
        return outlet

    def _answer(
        self,
        request: web.Request,
        outlet: Outlet,
        template: str,
        kind: str,
        changed_at: datetime,
        article: NewsItem | None = None,
    ) -> web.Response:
        """Return the document, or 304 to whoever has it."""
        body = self._rendered(template, outlet, article).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Last-Modified": format_datetime(changed_at, usegmt=True), "Cache-Control": "no-cache"}
        if _has(request, tag, changed_at):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)

    def _rendered(self, template: str, outlet: Outlet, article: NewsItem | None) -> str:
        given = {"outlet": outlet, "wire": self.url, "whole": lambda item: self._whole(outlet, item)}
        if article is not None:
            url = f"{self.url}/{outlet.slug}/{article.slug}"
            given |= {"article": article, "body": article.html, "url": url, "seed": sum(article.slug.encode())}
        return self._templates.get_template(template).render(given)

    def _whole(self, outlet: Outlet, article: NewsItem) -> Markup:
        """Return an article as a feed that carries everything does."""
        html = self._templates.get_template("whole.html.j2")
        return Markup(html.render(outlet=outlet, article=article, body=article.html, wire=self.url))  # noqa: S704 - made by a template that escapes


def _rfc5322(at: datetime) -> str:
    """Return an instant as RSS writes it."""
    return format_datetime(at, usegmt=True)


def _has(request: web.Request, tag: str, changed_at: datetime) -> bool:
    """Return whether the client's copy is current; its tag counts before its date (RFC 9110, 13.2.2)."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return tag in [known.strip().removeprefix("W/") for known in tags.split(",")] or tags.strip() == "*"
    try:
        since = parsedate_to_datetime(request.headers.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed_at <= since
