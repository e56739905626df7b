"""One-click unsubscribing under load (RFC 8058), beside an application that only answers, on the same machine.

Every request comes over a connection of its own, at the instant it is planned for, however long earlier ones take; its
time runs from that instant. Afterwards the database must hold the word of each reader, or something was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest import pipeline
from digest.parts import Parts, open_parts
from digest.settings import load
from digest.subscribers import Purpose
from digest.web import create_app, serve

ROOT = Path(__file__).parents[1]
SETTINGS = f"""\
[digest]
title = "The Aldovar Brief"
timezone = "Europe/Helsinki"
templates = "{ROOT / "templates"}"
[[section]]
id = "military"
title = "Military situation"
match = ["drone*"]
[edition.daily]
lists = ["daily"]
draft = "daily 06:00"
send = "daily 07:00"
"""
BODY = b"List-Unsubscribe=One-Click"
REQUEST = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(BODY)}\r\n\r\n"
)


def folder_with(readers: int, folder: Path) -> Path:
    """Return the settings of a working folder whose list has so many readers."""
    (folder / "subscribers").mkdir()
    rows = "".join(f"reader{n}@mail.example\n" for n in range(readers))
    (folder / "subscribers/daily.csv").write_text("email\n" + rows)
    (folder / "subscribers/lists.toml").write_text('[daily]\ntitle = "Daily"\npublic = true\n')
    path = folder / "digest.toml"
    path.write_text(SETTINGS)
    return path


def opened(path: Path) -> Parts:
    """Return settings and store, for as long as this process lives."""
    return open_parts(load(path, environ={})).__enter__()


def served(path: Path | None, pipe: Connection) -> None:
    """Serve the pages of a folder, or where there is none an application that only answers, until told to end."""

    async def run() -> None:
        stop = asyncio.Event()
        app = create_app(opened(path), clock=lambda: datetime.now(UTC)) if path else bare()
        asyncio.get_running_loop().add_reader(pipe.fileno(), stop.set)
        await serve(app, "127.0.0.1", 0, stop, ready=pipe.send)

    uvloop.run(run())
    pipe.recv()
    pipe.send(sum(os.times()[:2]))


def bare() -> Starlette:
    """Return an application that reads the form and answers."""

    async def answer(request: Request) -> Response:
        await request.form()
        return PlainTextResponse("Unsubscribed.\n")

    return Starlette(routes=[Route("/u/{token}", answer, methods=["POST"])])


@contextmanager
def server(path: Path | None) -> Iterator[tuple[int, list[float]]]:
    """Yield the port of a server in a process of its own; the list holds its CPU seconds once it has ended."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=served, args=(path, there))
    process.start()
    spent: list[float] = []
    try:
        yield int(str(here.recv()).rpartition(":")[2]), spent
        here.send("end")
        spent.append(float(here.recv()))
    finally:
        process.join(10)
        process.kill()


async def click(port: int, path: str, due: float, times: list[float]) -> None:
    """Send one POST when it is due, and note how long after that its 200 was there; infinity for anything else."""
    await asyncio.sleep(due - time.perf_counter())
    took = float("inf")
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST.format(path=path).encode() + BODY)
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        if answer.startswith(b"HTTP/1.1 200 "):
            took = time.perf_counter() - due
    except (OSError, TimeoutError):
        pass
    times.append(took)


async def clicks(port: int, paths: Sequence[str], rate: float) -> list[float]:
    """Return the seconds that each took, the quickest first."""
    times: list[float] = []
    begun = time.perf_counter() + 0.5
    async with asyncio.TaskGroup() as group:
        for place, path in enumerate(paths):
            due = begun + place / rate
            while time.perf_counter() < due - 1:
                await asyncio.sleep(0.2)
            group.create_task(click(port, path, due, times))
    return sorted(times)


def measure(rate: float, seconds: float) -> dict[str, object]:
    """Return what both sides took, and how many of the words the database does not hold."""
    count = round(rate * seconds)
    with tempfile.TemporaryDirectory() as scratch:
        path = folder_with(count, Path(scratch))
        parts = opened(path)
        pipeline.sync(parts, now=datetime.now(UTC))
        people = {each.subscriber.id for each in parts.store.subscribers.all()}
        paths = [f"/u/{parts.tokens.make(Purpose.UNSUBSCRIBE, who, 'daily')}" for who in sorted(people)]
        sides = {}
        for name, folder in (("digest", path), ("bare", None)):
            with server(folder) as (port, spent):
                times = uvloop.run(clicks(port, paths, rate))
            sides[name] = side(times, spent[0])
        left = {each.subscriber.id for each in parts.store.subscribers.all() if each.consent.value == "unsubscribed"}
    load_average = round(os.getloadavg()[0], 1)
    return {"rate": rate, "seconds": seconds, "load": load_average, "lost": len(people - left), **sides}


def side(times: Sequence[float], spent: float) -> dict[str, float]:
    """Return the figures of one side: milliseconds, and CPU of the server for each request."""
    at = {name: times[min(len(times) - 1, int(len(times) * share))] for name, share in SHARES.items()}
    failed = sum(took == float("inf") for took in times)
    return {"failed": failed, **{name: round(took * 1e3, 1) for name, took in at.items()}} | {
        "cpu_ms": round(spent / len(times) * 1e3, 3)
    }


SHARES = {"p50": 0.5, "p99": 0.99, "worst": 1.0}


def table(result: dict[str, object]) -> str:
    """Return the result as text."""
    head = "one-click at {rate:g}/s for {seconds:g} s, load average {load}: {lost} lost".format(**result)
    lines = [head, f"{'':<8}{'failed':>8}{'p50 ms':>10}{'p99 ms':>10}{'worst ms':>10}{'CPU ms':>10}"]
    for name in ("digest", "bare"):
        found = result[name]
        assert isinstance(found, dict)
        lines.append("{0:<8}{failed:>8}{p50:>10}{p99:>10}{worst:>10}{cpu_ms:>10}".format(name, **found))
    return "\n".join(lines)


def main() -> int:
    """Measure and print; 1 where a word was lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rate", type=float, default=500, help="POSTs a second (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=20, help="of each side (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = measure(options.rate, options.seconds)
    print(json.dumps(result) if options.json else table(result))
    return 1 if result["lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
