"""A small newsroom on loopback that answers as it is told, and a memory that a newsletter keeps between polls."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import chain

from aiohttp import web

from digest.collect import Cache, Collected, Workers, collect
from digest.model.news import Article, ArticleId, Known, Source, SourceKind, SourceState

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Leaping(asyncio.SelectorEventLoop):
    """A loop whose clock leaps ahead when a test says so: what it then has waited for too long, nobody waited for."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    def leap(self, over: timedelta) -> None:
        """From any thread."""
        self.call_soon_threadsafe(self._leap, over.total_seconds())

    def _leap(self, seconds: float) -> None:
        self.ahead += seconds


class Newsroom:
    """Serves what was `put`, on a free port of 127.0.0.1, from a thread of its own until `close`."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.at_once = self.most_at_once = 0
        self._handlers: dict[str, Handler] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)

    @property
    def paths(self) -> list[str]:
        """What was asked for, but for the rules for robots."""
        return [request.path_qs for request in self.asked if request.path != "/robots.txt"]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path: str, handler: Handler) -> str:
        self._handlers[path] = handler
        return self.url(path)

    def put(
        self, path: str, body: str | bytes = b"", kind: str = "text/html", status: int = 200, **headers: str
    ) -> str:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, body=data, headers={"Content-Type": kind} | named)

        return self.on(path, answer)

    def put_feed(self, path: str, *items: str, **headers: str) -> str:
        return self.put(path, rss(*items), "application/rss+xml", **headers)

    def hang(self, path: str, client: Leaping, over: timedelta) -> str:
        """Never answer; for who asks, so much time passes in waiting for it."""

        async def silence(_: web.Request) -> web.StreamResponse:
            client.leap(over)
            await asyncio.sleep(3_600)
            return web.Response()

        return self.on(path, silence)

    def source(self, path: str, name: str = "Ilma Courier", **settings: object) -> Source:
        given = {"kind": SourceKind.FEED, "url": self.url(path), "allow_private": True} | settings
        return Source(name, **given)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def open_at(self, host: str) -> None:
        """Serve at another address of loopback as well, as if it were another publisher."""
        site = web.TCPSite(self._runner, host, self.port)
        asyncio.run_coroutine_threadsafe(site.start(), self._loop).result(60)

    async def _close(self) -> None:
        await self._runner.cleanup()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _start(self) -> int:
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            handler = self._handlers.get(request.path)
            return await handler(request) if handler else web.Response(status=404)
        finally:
            self.at_once -= 1


class Remembered:
    """A memory that behaves: what was learned from a poll is known to the next."""

    def __init__(self) -> None:
        self.of_sources: dict[str, SourceState] = {}
        self.kept: dict[ArticleId, Article] = {}
        self.owners: dict[ArticleId, ArticleId] = {}
        self.forgotten: set[ArticleId] = set()
        """Known, but without their words."""

    def states(self, names: Iterable[str]) -> dict[str, SourceState]:
        return {name: self.of_sources.get(name, SourceState(name)) for name in names}

    def known(self, ids: Iterable[ArticleId]) -> dict[ArticleId, Known]:
        found = {name: self.kept[self.owners[name]] for name in ids if name in self.owners}
        return {name: Known(one.id, one.version, one.source, one.collected_at) for name, one in found.items()}

    def articles(self, ids: Iterable[ArticleId]) -> list[Article]:
        return [self.kept[name] for name in ids if name not in self.forgotten]

    def knows_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        return {article.fingerprint for article in self.kept.values()} & set(fingerprints)

    def learn(self, collected: Collected) -> None:
        self.of_sources |= {report.name: report.state for report in collected.reports if report.state}
        for article in (*collected.articles, *collected.updates):
            self.kept[article.id] = article
            self.owners |= dict.fromkeys((article.id, *article.aliases), article.id)
        prints = {article.fingerprint: article.id for article in self.kept.values()}
        for copy in collected.copies:
            owner = self.owners.get(copy.id) or prints[copy.fingerprint]
            self.owners |= dict.fromkeys((copy.id, *copy.aliases), owner)
        self.owners |= dict(collected.addresses)


WORKERS = Workers(1, most_work=timedelta(minutes=1))
"""For all tests of a process: they start once, and end with it. However slow the machine is, they have the time."""
atexit.register(WORKERS.close)


def poll(
    *sources: Source,
    memory: Remembered | None = None,
    seconds: float = 60,
    progress=None,
    now: datetime = NOW,
    spread: timedelta = timedelta(),
    cache: Cache | None = None,
    workers: Workers = WORKERS,
    loop: asyncio.AbstractEventLoop | None = None,
) -> Collected:
    async def run() -> Collected:
        portions = collect(
            sources,
            now=now,
            memory=memory or Remembered(),
            user_agent="digest (test@ilma.example)",
            timeout=timedelta(seconds=seconds),
            progress=progress,
            spread=spread,
            workers=workers,
            cache=cache,
        )
        got = [portion async for portion in portions]
        return Collected(
            **{part.name: tuple(chain(*(getattr(portion, part.name) for portion in got))) for part in fields(Collected)}
        )

    with asyncio.Runner(loop_factory=(lambda: loop) if loop else None) as runner:
        return runner.run(run())


def item(link: str, title: str = "", text: str = "", at: datetime = NOW - timedelta(hours=1), more: str = "") -> str:
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link><description>{escape(text)}</description>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>{more}</item>"
    )


def rss(*items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Ilma Courier</title>'
        f"<link>https://ilma.example/</link><description>News</description>{''.join(items)}</channel></rss>"
    )


def sentences(about: str) -> str:
    """A paragraph long enough to be taken for news."""
    return (
        f"The council of {about} met late on Sunday and spoke for hours about what the week had brought. "
        f"Nobody in {about} expected a vote before the river had gone down, the mayor said when the lights went out. "
        "Whether the ferry will run again on Thursday depends on the weather and on the crew from Lindholm."
    )


def page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{head}'
        f"<title>{escape(title)} | Ilma Courier</title>"
        '</head><body><header><a href="/">Ilma Courier</a></header>'
        '<nav><a href="/">Home</a> <a href="/w">World</a></nav>'
        f"<main><article><h1>{escape(title)}</h1>{body}</article></main>"
        '<aside><h3>Most read</h3><ul><li><a href="/x">Nine ways to cook eel</a></li></ul></aside>'
        "<footer>All rights kept by the Ilma Courier.</footer></body></html>"
    )
