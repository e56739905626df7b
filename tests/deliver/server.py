"""A mail server on loopback that says what a test tells it to, and keeps its own log of what it was told."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

Answer = Callable[[str, str], str]
"""(stage, argument) -> the reply, or what else happens: see `DROP`, `TAKE_AND_DROP`, `HANG`."""

DROP = "drop"
"""Hang up without a word."""
TAKE_AND_DROP = "take and drop"
"""At the final dot: keep the message, and hang up before saying so."""
HANG = "hang"
"""Say nothing, and stay."""

USUAL = {
    "banner": "220 mx.lindholm.example",
    "starttls": "220 go ahead",
    "auth": "235 2.7.0 welcome",
    "data": "354 go ahead",
    "dot": "250 2.0.0 taken",
    "quit": "221 bye",
}


def willing(stage: str, argument: str) -> str:
    """Answer yes to everything."""
    return USUAL.get(stage, "250 ok")


@dataclass
class _Letter:
    """A mail transaction (RFC 5321, 3.3)."""

    open: bool = False
    sender: str = ""
    asked: str = ""
    """The last recipient named, taken or not."""
    taken: list[str] = field(default_factory=list)


class Server:
    """Speaks SMTP on `port` of this machine, or on a free one, while it is entered."""

    def __init__(
        self,
        answer: Answer = willing,
        *,
        offers: tuple[str, ...] = (),
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        injected: bytes = b"",
        port: int = 0,
        ahead: int = 2**24,
    ) -> None:
        """`ahead` is about how many bytes it reads before it looks at them."""
        self._ahead = ahead
        self._answer, self._offers, self._tls, self._implicit, self._injected = answer, offers, tls, implicit, injected
        self._tasks: set[asyncio.Task[None]] = set()
        self.host, self.port = "127.0.0.1", port
        self.mails: list[tuple[str, str, bytes]] = []
        """(sender, recipient, bytes) of what it took, whether or not it said so."""
        self.begun: list[str] = []
        """Recipients of whose message at least one byte came."""
        self.heard: list[str] = []
        """Command lines, in the order they came."""
        self.connections = 0

    @property
    def copies(self) -> Counter[str]:
        """How many messages it took for each recipient."""
        return Counter(recipient for _, recipient, _ in self.mails)

    async def __aenter__(self) -> Self:
        context = self._tls if self._implicit else None
        self._server = await asyncio.start_server(self._connected, self.host, self.port, ssl=context, limit=self._ahead)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        await asyncio.sleep(0)  # aborted transports close their sockets in the next turn of the loop

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the client hung up, or the answer was to hang up, or the test is over
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        letter = _Letter()
        await self._reply(writer, "banner", "")
        while line := (await reader.readline()).decode().strip():
            self.heard.append(line)
            verb, _, rest = line.partition(" ")
            stage = verb.lower()
            path = rest.partition("<")[2].partition(">")[0]
            if stage == "rcpt":
                letter.asked = path
            if stage == "bdat":
                await self._chunk(reader, writer, letter, int(rest.split()[0]))
                letter = _Letter()
                continue
            said = await self._reply(writer, stage, letter.asked or rest, self._order(stage, letter))
            yes = said.startswith("2")
            if stage == "mail":
                letter = _Letter(open=yes or letter.open, sender=path if yes else letter.sender)
            elif stage == "rcpt" and yes:
                letter.taken.append(path)
            elif stage == "rset":
                letter = _Letter()
            elif stage == "data" and said.startswith("354"):
                await self._body(reader, writer, letter)
                letter = _Letter()
            elif stage == "starttls" and said.startswith("220"):
                assert self._tls is not None
                await writer.start_tls(self._tls)
            elif stage == "auth" and said.startswith("334"):
                await self._log_in(reader, writer, rest)
            elif stage == "quit":
                return

    def _order(self, stage: str, letter: _Letter) -> str:
        """Return what is said to a command out of its turn, where this server minds (RFC 5321, 4.1.4)."""
        if stage == "mail" and letter.open:
            return "503 5.5.1 there is a sender already"
        if stage == "rcpt" and not letter.open:
            return "503 5.5.1 who is it from"
        return "503 5.5.1 nobody to take it" if stage in ("data", "bdat") and not letter.taken else ""

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rest: str) -> None:
        for step in ("auth-name", "auth-password") if rest.startswith("LOGIN") else ("auth-name",):
            self.heard.append((await reader.readline()).decode().strip())
            await self._reply(writer, step, "")

    async def _reply(self, writer: asyncio.StreamWriter, stage: str, argument: str, instead: str = "") -> str:
        said = self._answer("ehlo" if stage == "lhlo" else stage, argument)
        if instead and said in ("250 ok", USUAL.get(stage)):
            said = instead
        if stage in ("ehlo", "lhlo") and said.startswith("250 ") and self._offers:
            lines = ["mx.lindholm.example", *self._offers]
            said = "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
        extra = self._injected if stage == "starttls" else b""
        await self._say(writer, said, extra)
        return said

    async def _chunk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letter: _Letter, size: int
    ) -> None:
        """Take a chunk, the last one always: the client sends none but those."""
        first = await reader.read(min(size, 1))
        self._begin(letter)
        await self._early(writer, letter)
        content = first + await reader.readexactly(size - len(first))
        await self._end(writer, letter, content, self._order("bdat", letter))

    async def _body(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letter: _Letter) -> None:
        first = await reader.readline()
        if first and first != b".\r\n":
            self._begin(letter)
        await self._early(writer, letter)
        body = first if first == b".\r\n" else first + await reader.readuntil(b"\r\n.\r\n")
        content = body.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.").removeprefix(b".")
        await self._end(writer, letter, content, "" if letter.taken else "554 5.5.1 nobody to take it")

    def _begin(self, letter: _Letter) -> None:
        self.begun.append(letter.asked)

    async def _early(self, writer: asyncio.StreamWriter, letter: _Letter) -> None:
        if (early := self._answer("body", letter.asked)) != "250 ok":
            await self._say(writer, early)
            await asyncio.Event().wait()

    async def _end(self, writer: asyncio.StreamWriter, letter: _Letter, content: bytes, instead: str) -> None:
        said = instead or self._answer("dot", letter.asked)
        if said == TAKE_AND_DROP or said.startswith("2"):
            self.mails += [(letter.sender, recipient, content) for recipient in letter.taken]
        if said == TAKE_AND_DROP:
            raise EOFError
        await self._say(writer, said)

    async def _say(self, writer: asyncio.StreamWriter, said: str, extra: bytes = b"") -> None:
        if said == HANG:
            await asyncio.Event().wait()
        if said == DROP:
            raise EOFError
        writer.write(said.encode("latin-1") + b"\r\n" + extra)
        await writer.drain()
        if said.startswith("421"):
            raise EOFError  # RFC 5321, 3.8: it says so, and closes
