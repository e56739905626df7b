"""What a thousand feeds cost to read, beside bare aiohttp and fastfeedparser over the same feeds in the same run.

A server of its own (another process, loopback) answers 8 KB of RSS with twelve entries at each address. Our side is all
of `digest collect`: the store on disk, identity, dates, articles; theirs fetches and parses, and throws away what comes
of it. The seconds are CPU, without the server's; memory is the most this process held above what it began with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import aiohttp
import fastfeedparser
from invented import KINDS, NOW, Event, name

from digest.cli.starting import starter
from digest.model.news import Source, SourceKind
from digest.parts import open_parts
from digest.pipeline import gather
from digest.settings import Settings, load

HOSTS = 50
"""Addresses of loopback that the feeds are spread over, as a thousand feeds have many servers."""
ENTRIES = 12
AT_ONCE = 16


@dataclass(frozen=True)
class Turn:
    """A poll of all feeds, and how the server behaves meanwhile."""

    name: str
    entries: int
    """How many entries each feed has had so far, the newest twelve of them still in it."""
    validators: bool
    """Whether the server knows ETags, and so may answer 304."""


TURNS = (
    Turn("all twelve entries new", ENTRIES, False),
    Turn("one entry new", ENTRIES + 1, False),
    Turn("nothing new, 200", ENTRIES + 1, False),
    Turn("one entry new, ETag", ENTRIES + 2, True),
    Turn("nothing new, 304", ENTRIES + 2, True),
)


@lru_cache(maxsize=200_000)
def entry(number: int, n: int) -> str:
    """Return one entry of about 640 bytes."""
    random = Random(f"{number}/{n}")
    kind = random.choice(list(KINDS))
    event = Event(kind, f"{name(random)} {name(random)}", name(random), random.randint(3, 900))
    at = NOW - timedelta(hours=30) + timedelta(minutes=20 * n, seconds=number % 60)
    return (
        f"<item><title>{event.place}: {event.sentences(random, 1)[:70]}</title>"
        f"<link>https://outlet{number}.example/news/{n}-{random.randrange(10**6)}?utm_source=rss</link>"
        f'<guid isPermaLink="false">{number}-{n}</guid><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>'
        f"<description>&lt;p&gt;{event.sentences(random, 5)[:400]}&lt;/p&gt;</description></item>"
    )


def feed(number: int, entries: int) -> bytes:
    """Return a feed, its newest entry first."""
    items = "".join(entry(number, n) for n in range(entries - 1, entries - 1 - ENTRIES, -1))
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Outlet {number}</title>'
    return f"{head}{items}</channel></rss>".encode()


# ------------------------------------------------------------------------------------------------------ the server


class Newsroom(asyncio.Protocol):
    """Answers `GET /feed/N` as the present turn says; nothing else, so that it costs next to nothing."""

    turn = TURNS[0]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen."""
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """Return the answer to one request."""
        number = int(head.split(b" ", 2)[1].rpartition(b"/")[2])
        etag = f'"{number}-{self.turn.entries}"'.encode()
        if self.turn.validators and etag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n"
        body = feed(number, self.turn.entries)
        said = b"ETag: " + etag + b"\r\n" if self.turn.validators else b""
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
            + said
            + b"Content-Length: %d\r\n\r\n" % len(body)
        ) + body


def serve(ends: Connection) -> None:
    """Serve on a free port, tell it, and take each turn that is told until None is."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Newsroom, "0.0.0.0", 0, backlog=1_000)
        ends.send(server.sockets[0].getsockname()[1])
        while (turn := await asyncio.to_thread(ends.recv)) is not None:
            Newsroom.turn = turn
            ends.send(None)
        server.close()

    asyncio.run(run())


# -------------------------------------------------------------------------------------------------------- measuring


def cpu() -> float:
    """Return the seconds of CPU that this process and its ended children have had."""
    return sum(
        r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def held() -> int:
    """Return the most memory this process held since it was last asked, in KB."""
    most = int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0])
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return most


def bare_collect(urls: list[str], etags: dict[str, str]) -> None:
    """Fetch and parse every feed, with nothing around it."""
    asyncio.run(bare(urls, etags))


async def bare(urls: list[str], etags: dict[str, str]) -> None:
    """Fetch and parse every feed at once."""
    turns = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def read(url: str) -> None:
            async with turns, session.get(url, headers={"If-None-Match": etags.get(url, "")}) as response:
                body = await response.read()
                etags[url] = response.headers.get("ETag", "")
                if response.status == 200:
                    fastfeedparser.parse(body)

        await asyncio.gather(*map(read, urls))


def digest_collect(settings: Settings, turn: int) -> None:
    """Do what `digest collect` does, but print."""
    with open_parts(settings) as parts:
        got = asyncio.run(gather(parts, now=NOW + timedelta(hours=turn)))
    if got.failed:
        sys.exit(f"{len(got.failed)} sources failed: {got.failed[0].reason}")


def measured(work: Callable[..., object], *args: object) -> tuple[float, float]:
    """Return the seconds and the megabytes of a piece of work."""
    before, begun = held(), cpu()
    work(*args)
    return cpu() - begun, (held() - before) / 1024


def sources(port: int, count: int) -> list[Source]:
    """Return the feeds as digest.toml would name them."""
    return [
        Source(
            f"Outlet {n}",
            SourceKind.FEED,
            url=f"http://127.0.0.{1 + n % HOSTS}:{port}/feed/{n}",
            follow=False,
            allow_private=True,
        )
        for n in range(count)
    ]


@dataclass(frozen=True)
class Row:
    """One turn's figures, a feed each."""

    turn: str
    bare_ms: float
    digest_ms: float
    ratio: float
    memory_mb: float


def run(feeds: int, rounds: int) -> list[Row]:
    """Return the medians over so many rounds, each with a store of its own."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    all_sources = sources(here.recv(), feeds)
    figures: dict[str, list[tuple[float, float, float]]] = {turn.name: [] for turn in TURNS}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            settings = replace(
                load(starter() / "digest.toml", {}),
                sources=tuple(all_sources),
                data=Path(folder),
                database=f"sqlite:///{folder}/digest.db",
            )
            etags: dict[str, str] = {}
            for n, turn in enumerate(TURNS):
                here.send(turn)
                here.recv()
                theirs, _ = measured(bare_collect, [source.url for source in all_sources], etags)
                ours, memory = measured(digest_collect, settings, n)
                figures[turn.name].append((theirs, ours, memory))
    here.send(None)
    server.join(10)
    return [row(name, found, feeds) for name, found in figures.items()]


def row(turn: str, found: list[tuple[float, float, float]], feeds: int) -> Row:
    """Return the medians of a turn; the ratio is that of the pairs, not of the medians."""
    theirs, ours, memory = (statistics.median(column) for column in zip(*found, strict=True))
    ratio = statistics.median(b / a for a, b, _ in found)
    return Row(turn, theirs / feeds * 1e3, ours / feeds * 1e3, ratio, memory)


def main() -> None:
    """Print a line a turn, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = run(args.feeds, args.rounds)
    if args.json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    size = len(feed(0, ENTRIES))
    print(f"{args.feeds:,} feeds of {size:,} bytes on {HOSTS} hosts; CPU a feed, medians of {args.rounds}")
    for row in rows:
        print(
            f"{row.turn:<24} aiohttp + fastfeedparser {row.bare_ms:6.2f} ms   digest collect {row.digest_ms:6.2f} ms   "
            f"{row.ratio:5.2f} x   {row.memory_mb:+5.0f} MB"
        )


if __name__ == "__main__":
    main()
