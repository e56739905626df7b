"""A server on loopback that says whatever it is told to, proper HTTP or not; one port a case."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from .case import Case

Behaviour: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Writes what it likes, the status line included; the connection is closed behind it."""


@dataclass(frozen=True)
class Answer:
    """A proper answer."""

    body: bytes | str | Callable[[], bytes] = b""
    """Where it is large, what makes it."""
    status: int = 200
    kind: str = "application/rss+xml"
    headers: Mapping[str, str] = field(default_factory=dict)


def raw(*pieces: bytes, pause: float = 0, endless: bool = False, then: float = 0) -> Behaviour:
    """Say these bytes, the last piece over and over where it is endless, and then nothing for a while."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        async for piece in _paced(pieces, pause, endless):
            writer.write(piece)
            await writer.drain()
        await asyncio.sleep(then)

    return behave


async def _paced(pieces: Sequence[bytes], pause: float, endless: bool) -> AsyncIterator[bytes]:
    for n, piece in enumerate(pieces):
        await asyncio.sleep(pause if n else 0)
        yield piece
    while endless:
        await asyncio.sleep(pause)
        yield pieces[-1]


def head(**headers: str) -> bytes:
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{named}\r\n".encode()


@dataclass
class Stage:
    """A case on the server."""

    port: int = 0
    trap: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    knocks: int = 0
    """Connections to the trap."""


class HostileServer:
    """Serves every case at a port of its own from when it is made until `close`."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        self.stages: defaultdict[str, Stage] = defaultdict(Stage)
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(cases), self._loop).result(30)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self, cases: Mapping[str, Case]) -> None:
        for name, case in cases.items():
            stage = self.stages[name]
            stage.port = await self._listen(self._speaker(case, stage), "127.0.0.1")
            if case.trap:
                stage.trap = await self._listen(self._trapper(stage), "127.0.0.1")
                with suppress(OSError):  # a machine without IPv6
                    await self._listen(self._trapper(stage), "::1", stage.trap)

    async def _listen(self, on: Callable[..., Awaitable[None]], host: str, port: int = 0) -> int:
        server = await asyncio.start_server(on, host, port)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _trapper(self, stage: Stage) -> Callable[..., Awaitable[None]]:
        async def knocked(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            stage.knocks += 1
            writer.close()

        return knocked

    def _speaker(self, case: Case, stage: Stage) -> Callable[..., Awaitable[None]]:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = request.split(" ", 2)[1].partition("?")[0]
                stage.asked[path] += 1
                reply: Any = case.feed if path == "/feed" else case.more.get(path, Answer(status=404))
                if isinstance(reply, Sequence) and not isinstance(reply, str | bytes):
                    reply = reply[min(stage.asked[path], len(reply)) - 1]
                if isinstance(reply, str | bytes):
                    reply = Answer(reply)
                await (say(writer, reply, stage) if isinstance(reply, Answer) else reply(writer))
            writer.close()

        return speak


async def say(writer: asyncio.StreamWriter, answer: Answer, stage: Stage) -> None:
    body = answer.body() if callable(answer.body) else answer.body
    data = body.encode() if isinstance(body, str) else body
    named = {"Content-Type": answer.kind, "Content-Length": str(len(data)), "Connection": "close"} | answer.headers
    lines = "".join(f"{name}: {value.replace('{trap}', str(stage.trap))}\r\n" for name, value in named.items())
    writer.write(f"HTTP/1.1 {answer.status} Hm\r\n{lines}\r\n".encode("utf-8", "surrogateescape") + data)
    await writer.drain()
