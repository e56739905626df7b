"""What every request passes: a host of ours, a form of ours, and headers on whatever goes back."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.policy import HEADERS

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""
FOREIGN: Final = "This form was not sent from a page of this site. Open the page again and use its own button.\n"
ELSEWHERE: Final = "This site does not answer to that name.\n"


class Guard:
    """Pure ASGI: refuses names and forms that are not ours, and says to browsers what our pages never do.

    `names` are the hosts it answers to, beside localhost and addresses in digits: what a page elsewhere can point at
    this machine is a name of its own (DNS rebinding), never a number. Paths that begin with one of `open_to_posts`
    take a POST from anywhere, since a mail program's one-click has no Origin (RFC 8058, 3.2).
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], open_to_posts: tuple[str, ...] = ("/u/",)) -> None:
        self._app = app
        self._names = frozenset({"localhost", *(name.lower() for name in names if name)})
        self._open = open_to_posts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the application, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def covered(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    told.setdefault(name, value)
            await send(message)

        if not self._is_ours(headers.get("host", "")):
            await PlainTextResponse(ELSEWHERE, status_code=421)(scope, receive, covered)
        elif scope["method"] not in SAFE and not self._may_post(scope["path"], headers):
            await PlainTextResponse(FOREIGN, status_code=403)(scope, receive, covered)
        else:
            await self._app(scope, receive, covered)

    def _is_ours(self, host: str) -> bool:
        name = host_name(host)
        return name in self._names or is_number(name)

    def _may_post(self, path: str, headers: Headers) -> bool:
        return path.startswith(self._open) or same_origin(
            headers.get("sec-fetch-site", ""), headers.get("origin", ""), headers.get("host", "")
        )


def same_origin(site: str, origin: str, host: str) -> bool:
    """Return whether a browser says that a request comes from a page of the host it goes to.

    `site` is Sec-Fetch-Site, which no page can forge and which old browsers and plain http on a network lack; then
    Origin decides. A request with neither is refused.

    >>> same_origin("same-origin", "", "a.example"), same_origin("cross-site", "https://a.example", "a.example")
    (True, False)
    >>> same_origin("", "https://a.example", "a.example:443"), same_origin("", "null", "a.example")
    (True, False)
    >>> same_origin("", "http://[", "a.example"), same_origin("", "", "")
    (False, False)
    """
    if site:
        return site == "same-origin"
    try:
        sent = urlsplit(origin)
        port = sent.port
    except ValueError:  # `http://[`
        return False
    usual = {"http": 80, "https": 443}.get(sent.scheme)
    here = {f"{sent.netloc}:{usual}"} if port is None else {sent.netloc.removesuffix(f":{usual}")}
    return bool(host) and host.lower() in {each.lower() for each in (sent.netloc, *here)}


def host_name(host: str) -> str:
    """Return the name in a Host header, in lower case and without its port; empty where it has none.

    >>> host_name("Brief.example:8412"), host_name("[::1]:8412"), host_name("a:b:c"), host_name("user@a")
    ('brief.example', '::1', '', '')
    """
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""


def is_number(name: str) -> bool:
    """Return whether a host is an address in digits."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
