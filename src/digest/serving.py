"""A small site on a free loopback port, for as long as it is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from aiohttp import web

HOST: Final = "127.0.0.1"
SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every answer."""
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(routes: Mapping[str, Handler], port: int = 0) -> AsyncIterator[str]:
    """Serve GET and HEAD of the routes; yield the address, without a slash at its end. Port 0: any free one."""
    app = web.Application(middlewares=[_only_here])
    app.add_routes([web.get(path, handler) for path, handler in routes.items()])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer to this machine's own names only: a page elsewhere may point its own name here (DNS rebinding)."""
    if request.host.rpartition(":")[0] not in (HOST, "localhost"):
        raise web.HTTPMisdirectedRequest(text="This page answers on 127.0.0.1 only.\n")
    return await handler(request)


def answer(body: bytes, kind: str, policy: str, *, status: int = 200) -> web.Response:
    """Return UTF-8 text of a kind such as `text/html`, under a Content-Security-Policy."""
    headers = SAFE | {"Content-Security-Policy": policy}
    return web.Response(body=body, status=status, content_type=kind, charset="utf-8", headers=headers)
