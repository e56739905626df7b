"""A quick mail server in a thread of its own: it counts what it gets, and lets a test act at the point it names."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

STAGES = ("rcpt", "body", "dot", "reply")
"""A recipient is named; the first bytes of a message are there; it is whole and not answered; it is answered."""
MODES = {"plain": (), "pipelining": ("PIPELINING",), "chunking": ("PIPELINING", "CHUNKING")}
"""What the server offers, by the name of the dialogue that follows from it."""


@dataclass
class Sink:
    """What the server was told, by every sender that came."""

    offers: tuple[str, ...] = ()
    says: Callable[[str, str], str] = lambda stage, recipient: "250 ok"
    """(stage, recipient) -> the reply to RCPT and to a whole message."""
    port: int = 0
    copies: Counter[str] = field(default_factory=Counter)
    """How many messages were taken for each recipient."""
    foreign: list[str] = field(default_factory=list)
    """Recipients who were given somebody else's message."""
    seen: Counter[str] = field(default_factory=Counter)
    """How often each stage was reached."""
    open: int = 0
    """Transactions under way: begun by MAIL, not answered to the end."""
    connections: int = 0
    """Connections that stand."""
    _plan: tuple[str, int, Callable[[], None]] | None = None
    _idle: threading.Condition = field(default_factory=threading.Condition)

    def at(self, stage: str, count: int, act: Callable[[], None]) -> None:
        """Call `act`, once, when the stage is reached for the `count`-th time from the beginning."""
        self._plan = (stage, count, act)

    def never(self) -> None:
        """Forget what was to be done."""
        self._plan = None

    def reached(self, stage: str) -> None:
        self.seen[stage] += 1
        if self._plan is not None and self._plan[0] == stage and self.seen[stage] >= self._plan[1]:
            act, self._plan = self._plan[2], None
            act()

    def changed(self, by: int) -> None:
        with self._idle:
            self.connections += by
            self._idle.notify_all()

    def drained(self) -> None:
        """Wait until every connection has ended, with all that was on its way."""
        with self._idle:
            assert self._idle.wait_for(lambda: self.connections == 0, timeout=60)


class Talk(asyncio.Protocol):
    """One connection: a parser of commands, DATA and BDAT."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._buffer = sink, bytearray()
        self._recipient, self._body, self._chunk, self._last = "", bytearray(), -1, False
        self._in_data = self._in_transaction = self._begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport
        self._sink.changed(+1)
        self._say("220 sink.example")

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended()
        self._sink.changed(-1)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Take one command, chunk or message out of the buffer; say whether there was one."""
        if self._chunk >= 0:
            return self._take_chunk()
        if self._in_data:
            return self._take_body()
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        line = self._buffer[:end].decode()
        del self._buffer[: end + 2]
        self._command(line)
        return True

    def _command(self, line: str) -> None:
        verb = line.partition(" ")[0].upper()
        if verb == "EHLO":
            lines = ["sink.example", *self._sink.offers]
            self._say("\r\n".join([*(f"250-{each}" for each in lines[:-1]), f"250 {lines[-1]}"]))
        elif verb == "MAIL":
            self._ended()
            self._in_transaction = True
            self._sink.open += 1
            self._say("250 ok")
        elif verb == "RCPT":
            self._recipient = line.partition("<")[2].partition(">")[0]
            self._sink.reached("rcpt")
            self._say(self._sink.says("rcpt", self._recipient))
        elif verb == "DATA":
            self._in_data, self._begun = True, False
            self._say("354 go ahead")
        elif verb == "BDAT":
            words = line.split()
            self._chunk, self._last = int(words[1]), words[-1].upper() == "LAST"
        elif verb == "QUIT":
            self._say("221 bye")
            self._out.close()
        else:
            self._ended()
            self._say("250 ok")

    def _take_body(self) -> bool:
        if self._buffer and not self._begun:
            self._begun = True
            self._sink.reached("body")
        end = self._buffer.find(b"\r\n.\r\n")
        if end < 0:
            return False
        self._body += self._buffer[: end + 2]
        del self._buffer[: end + 5]
        self._in_data = False
        self._message()
        return True

    def _take_chunk(self) -> bool:
        if self._buffer and not self._begun:
            self._begun = True
            self._sink.reached("body")
        if len(self._buffer) < self._chunk:
            return False
        self._body += self._buffer[: self._chunk]
        del self._buffer[: self._chunk]
        self._chunk = -1
        if self._last:
            self._message()
        else:
            self._say("250 ok")
        return True

    def _message(self) -> None:
        self._sink.reached("dot")
        said = self._sink.says("dot", self._recipient)
        if said.startswith("2"):
            self._sink.copies[self._recipient] += 1
            to = re.match(rb"To: (\S+)\r\n", self._body)
            if to is None or to[1].decode() != self._recipient:
                self._sink.foreign.append(self._recipient)
        self._body.clear()
        self._begun = False
        self._ended()
        self._say(said)
        self._sink.reached("reply")

    def _ended(self) -> None:
        self._sink.open -= self._in_transaction
        self._in_transaction = False

    def _say(self, line: str) -> None:
        self._out.write(line.encode() + b"\r\n")


@contextmanager
def serving(sink: Sink) -> Iterator[Sink]:
    """Let the server listen on a free port of this machine, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: Talk(sink), "127.0.0.1", 0)

    async def leave() -> None:
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(60)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(leave(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()
