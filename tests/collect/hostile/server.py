"""A server on loopback that says whatever it is told to, proper HTTP or not; one port a case."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeAlias

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
        self._replies = {name: {"/feed": made(case.feed)} | each(case.more) for name, case in cases.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(cases), self._loop).result(60)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _open(self, cases: Mapping[str, Case]) -> None:
        for name, case in cases.items():
            stage = self.stages[name]
            stage.port = await self._listen(self._speaker(self._replies[name], stage), "127.0.0.1")
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

    def _speaker(self, replies: Mapping[str, Any], stage: Stage) -> Callable[..., Awaitable[None]]:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = request.split(" ", 2)[1].partition("?")[0]
                stage.asked[path] += 1
                reply = replies.get(path, Answer(status=404))
                if isinstance(reply, tuple):
                    reply = reply[min(stage.asked[path], len(reply)) - 1]
                await (say(writer, reply, stage) if isinstance(reply, Answer) else reply(writer))
            writer.close()

        return speak


def each(replies: Mapping[str, Any]) -> dict[str, Any]:
    return {path: made(reply) for path, reply in replies.items()}


def made(reply: Any) -> Any:
    """An answer with its body, a behaviour, or some of them: what is large is made before anybody waits for it."""
    if isinstance(reply, str | bytes):
        return Answer(reply)
    if isinstance(reply, Answer):
        return replace(reply, body=reply.body()) if callable(reply.body) else reply
    return tuple(map(made, reply)) if isinstance(reply, Sequence) else reply


async def say(writer: asyncio.StreamWriter, answer: Answer, stage: Stage) -> None:
    data = answer.body.encode() if isinstance(answer.body, str) else answer.body
    named = {"Content-Type": answer.kind, "Content-Length": str(len(data)), "Connection": "close"} | answer.headers
    lines = "".join(f"{name}: {value.replace('{trap}', str(stage.trap))}\r\n" for name, value in named.items())
    writer.write(f"HTTP/1.1 {answer.status} Hm\r\n{lines}\r\n".encode("utf-8", "surrogateescape") + data)
    await writer.drain()
