"""A mail server in a thread of its own, for commands that run in a process of their own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from tests.deliver.server import Answer, Server, willing

PATIENCE = 60
"""Seconds that anything may take on a machine that is busy with other things."""
LATER = ", in a while"
"""A reply that ends so is kept back until `release`."""


@contextmanager
def kept_free() -> Iterator[int]:
    """A port where nobody listens until an office does, since it is held for it."""
    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", 0))
        yield place.getsockname()[1]


class PostOffice:
    """The server of tests/deliver, open while it is entered; opened again it has the same port and log."""

    def __init__(self, answer: Answer = willing, *, offers: tuple[str, ...] = (), port: int = 0) -> None:
        self.answer = answer
        self._changed = threading.Condition()
        self._server = _Counter(self._said, offers=offers, port=port)
        self._released = asyncio.Event()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server.released = asyncio.Event()
        asyncio.run_coroutine_threadsafe(self._server.__aenter__(), self._loop).result(PATIENCE)
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._server.__aexit__(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    @property
    def log(self) -> Server:
        """What the server took and heard."""
        return self._server

    @property
    def asked(self) -> list[str]:
        """For whom somebody tried to leave a message, each try."""
        begun = "RCPT TO:<"
        return [line[len(begun) :].partition(">")[0] for line in self._server.heard if line.upper().startswith(begun)]

    @property
    def table(self) -> str:
        """The office as a table of digest.toml."""
        return (
            f'\n[[relay]]\nname = "main"\nkind = "smtp"\nhost = "127.0.0.1"\nport = {self._server.port}\n'
            'security = "none"\n'
        )

    def until(self, happened: Callable[[Server], bool]) -> None:
        """Wait for what the server will have heard or taken."""
        with self._changed:
            assert self._changed.wait_for(lambda: happened(self._server), timeout=PATIENCE), self._server.heard[-5:]

    def release(self) -> None:
        """Say what was kept back, and keep nothing back any more."""
        self._loop.call_soon_threadsafe(self._server.released.set)

    def _said(self, stage: str, argument: str) -> str:
        said = self.answer(stage, argument)
        self._loop.call_soon(self._tell)
        return said

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()


class _Counter(Server):
    """A server that keeps some of its replies back."""

    released: asyncio.Event

    async def _say(self, writer: asyncio.StreamWriter, said: str, extra: bytes = b"") -> None:
        if said.endswith(LATER):
            await self.released.wait()
        await super()._say(writer, said, extra)
