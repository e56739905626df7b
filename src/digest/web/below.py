"""The pages below a path of their own, such as `/digest` of a host that has other pages too."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

_ROOT: Final[ContextVar[str]] = ContextVar("root", default="")


def root_of(public_url: str) -> str:
    """Return the path that all pages stand below, without a slash at its end; empty for a host of our own.

    >>> root_of("https://news.example/digest"), root_of("https://brief.example")
    ('/digest', '')
    """
    return urlsplit(public_url).path.rstrip("/")


def root() -> str:
    """Return that path for the request in hand, as links begin with it."""
    return _ROOT.get()


def below(path: str) -> str:
    """Return where one of our paths is for whoever asks; every link, form and redirect of a page goes by it."""
    return f"{_ROOT.get()}{path}"


def ours(path: str) -> str:
    """Return what `below` made a path of."""
    mine = _ROOT.get()
    return path.removeprefix(mine) or "/" if path == mine or path.startswith(f"{mine}/") else path


class Below:
    """Pure ASGI: takes the root off the path, where whatever stands in front has not done so already.

    So a web server may hand on `/digest/archive` as it came, or as `/archive`, and on the machine itself both lead
    there. Inside, paths are those of the routes.
    """

    def __init__(self, app: ASGIApp, *, root: str) -> None:
        self._app, self._root, self._path = app, root, unquote(root)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        if scope["type"] == "http":
            _ROOT.set(self._root)
            path = scope["path"]
            if self._path and (path == self._path or path.startswith(f"{self._path}/")):
                scope = {**scope, "path": path.removeprefix(self._path) or "/"}
        await self._app(scope, receive, send)
