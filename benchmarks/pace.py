"""Whether a relay's `rate` is hit: an invented issue is sent over the whole way to a server that looks at its clock.

For each rate and dialogue, as many messages as take `--seconds`: frozen and claimed in SQLite, recorded, sent over
several connections to a small server in a process of its own. What it took between the first message and the last is
compared with the rate, and so is what came in its busiest second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from pathlib import Path

import send

from digest import pipeline
from digest.cli import loop

DIALOGUES = {"CHUNKING": ("PIPELINING", "CHUNKING"), "PIPELINING": ("PIPELINING",)}


class Clocked(asyncio.Protocol):
    """Takes every message and notes when it was whole."""

    def __init__(self, offers: tuple[str, ...], taken: list[float]) -> None:
        self._offers, self._taken = offers, taken
        self._buffer, self._chunk, self._in_body = bytearray(), 0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport
        self._out.write(b"220 clock.example\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Take one command or message out of the buffer; say whether there was one."""
        if self._chunk or self._in_body:
            end = self._chunk if self._chunk else self._buffer.find(b"\r\n.\r\n") + 5
            if end < 5 or len(self._buffer) < end:
                return False
            del self._buffer[:end]
            self._chunk, self._in_body = 0, False
            self._taken.append(time.monotonic())
            self._out.write(b"250 taken\r\n")
            return True
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        words = self._buffer[:end].decode().split()
        del self._buffer[: end + 2]
        self._answer(words[0].upper(), words[1:])
        return True

    def _answer(self, verb: str, words: list[str]) -> None:
        if verb == "BDAT":
            self._chunk = int(words[0])
        elif verb == "EHLO":
            lines = ["clock.example", *self._offers]
            self._out.write(
                "".join(f"250-{line}\r\n" for line in lines[:-1]).encode() + f"250 {lines[-1]}\r\n".encode()
            )
        elif verb == "QUIT":
            self._out.write(b"221 bye\r\n")
            self._out.close()
        else:
            self._in_body = verb == "DATA"
            self._out.write(b"354 go ahead\r\n" if self._in_body else b"250 ok\r\n")


async def serve(dialogue: str) -> None:
    """Print the port, take messages until nobody holds the other end of stdin, and print when each came."""
    taken: list[float] = []
    event_loop = asyncio.get_running_loop()
    server = await event_loop.create_server(lambda: Clocked(DIALOGUES[dialogue], taken), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await event_loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(taken))


def measured(rate: int, dialogue: str, options: argparse.Namespace) -> list[float]:
    """Send for about so many seconds at the rate; return when each message came."""
    command = [sys.executable, __file__, "--serve", dialogue]
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        folder = Path(name)
        options.port, options.n = int(server.stdout.readline()), round(rate * options.seconds)
        send.prepared(folder, options)
        with (folder / "digest.toml").open("a") as file:
            file.write(f'rate = "{rate}/s"\n')  # of the relay, which stands last
        with send.opened(folder) as parts:
            loop.run(pipeline.send(parts, parts.store.issues.all()[0].id, clock=lambda: send.NOW))
        server.stdin.close()
        times: list[float] = json.loads(server.stdout.read())
    return times


def busiest(times: list[float]) -> int:
    """Return how many came in the fullest second."""
    return max(bisect_left(times, at + 1.0) - n for n, at in enumerate(times))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rates", type=int, nargs="+", default=[50, 200], help="messages a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each send (default: %(default)s)")
    parser.add_argument("--size", type=int, default=40_000, help="bytes of a mail, about (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=4, help="of digest (default: %(default)s)")
    parser.add_argument("--serve", choices=DIALOGUES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve))
        return 0
    print(
        f"{'rate':<10}{'dialogue':<14}{'messages':>9}{'seconds':>9}{'a second':>10}{'of rate':>9}{'busiest second':>16}"
    )
    for rate in options.rates:
        for dialogue in DIALOGUES:
            times = measured(rate, dialogue, options)
            took = times[-1] - times[0]
            reached = (len(times) - 1) / took
            print(
                f"{f'{rate}/s':<10}{dialogue:<14}{len(times):>9,}{took:>9.2f}{reached:>10.2f}"
                f"{reached / rate:>9.1%}{busiest(times):>16,}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
