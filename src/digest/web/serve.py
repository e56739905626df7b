"""The application on a socket, beside whatever else the process does."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from digest.errors import WebError

GRACE: Final = 1
"""Seconds that requests in hand have at the end."""


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: ASGIApp, host: str, port: int, stop: asyncio.Event, *, ready: Callable[[str], None] | None = None
) -> None:
    """Serve the application until `stop` is set, and be done within two seconds after that.

    `ready` is called with the address once it listens; port 0 takes any free one. Raises WebError where the address
    cannot be had. Nothing is logged of a request: its address may hold a reader's token.
    """
    with _listening(host, port) as listener:
        config = uvicorn.Config(
            app,
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        ending = asyncio.create_task(stop.wait())
        try:
            if ready:
                ready(url_of(listener))
            await asyncio.wait((serving, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            server.should_exit = True
            await serving


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        raise WebError(f"{host}:{port} cannot be listened on: {why}; name another `listen` in [web]") from error
    with listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    """Return the address of what listens, without a slash at its end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
