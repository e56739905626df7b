"""A way to PostgreSQL that can hold a commit back, or take it there and drop the answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.stage import PATIENCE

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\0"
"""As libpq says it: a query of its own, in a write of its own."""
READY = b"Z\0\0\0\5I"
"""ReadyForQuery, outside a transaction: the commit is done."""

Wanted = Callable[[bytes], bool]
"""Says of what went to the server in a transaction whether it is the one."""


def claims(said: bytes) -> bool:
    """A claim counts up `meta`, which nothing else in the course of a run does."""
    return b"UPDATE meta" in said


def records(said: bytes) -> bool:
    """An outcome changes deliveries, and so does a claim."""
    return b"UPDATE delivery" in said and not claims(said)


@dataclass
class Proxy:
    """Connections from a port of this machine to a cluster's socket; it meddles with one commit of them all."""

    folder: Path
    """Where the socket is."""
    wanted: Wanted
    nth: int = 1
    """Which of those that are wanted."""
    drops_answer: bool = False
    """Take the commit there, drop its answer and let nobody in; else hold the commit itself back."""
    port: int = 0
    _seen: int = 0
    _closed: bool = False
    _came: threading.Event = field(default_factory=threading.Event)
    _go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def url(self, of: str) -> str:
        """The URL of a database of the cluster, through here."""
        name = of.partition("@/")[2].partition("?")[0]
        return f"postgresql://digest@127.0.0.1:{self.port}/{name}"

    def came(self) -> None:
        """Wait until the commit came."""
        assert self._came.wait(PATIENCE), f"no such commit came in {PATIENCE} s"

    def let_go(self) -> None:
        """Let the commit through, and everybody in."""
        self._closed = False
        self._loop.call_soon_threadsafe(self._go_on.set)

    async def serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        if self._closed:
            answers.close()
            await answers.wait_closed()
            return
        server, orders = await asyncio.open_unix_connection(self.folder / SOCKET)
        down = asyncio.create_task(_carry(server, answers))
        try:
            await self._up(client, orders, server, down)
        finally:
            down.cancel()
            for writer in (orders, answers):
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

    async def _up(
        self,
        client: asyncio.StreamReader,
        orders: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        down: asyncio.Task[None],
    ) -> None:
        said = b""
        while data := await client.read(1 << 16):
            said += data
            if COMMIT not in data:
                orders.write(data)
                continue
            self._seen += self.wanted(said)
            if self._seen == self.nth and self.wanted(said):
                if self.drops_answer:
                    down.cancel()
                    await asyncio.wait({down})
                    self._closed = True
                    orders.write(data)
                    await server.readuntil(READY)
                    self._came.set()
                    return
                self._came.set()
                await self._go_on.wait()  # also where the client is gone meanwhile
            orders.write(data)
            said = b""


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def between(proxy: Proxy) -> Iterator[Proxy]:
    """Let the proxy listen on a free port of this machine, in a thread of its own."""
    loop = proxy._loop
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(proxy.serve, "127.0.0.1", 0)

    async def leave() -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(60)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(leave(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()
