"""A collect that is killed at any moment loses nothing, and repeats nothing on the next run."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import pytest
from aiohttp import web

from digest.collect.poll import PORTION
from digest.settings.adding import source_table
from tests.collect.newsroom import Newsroom, item, page, rss, sentences
from tests.job.conftest import Desk, finished
from tests.settings.conftest import BASE

NOW = "2026-11-22T06:00:00Z"
FEEDS = 2 * PORTION + 20
KILLS = 8


@pytest.fixture(scope="module")
def newsroom():
    """Three portions of sources, each of one article, and one source whose articles are pages."""
    room = Newsroom()
    for n in range(FEEDS):
        room.put_feed(f"/feed/{n}", town(n))
    pages = [f"/news/{n}" for n in range(6)]
    for n, path in enumerate(pages):
        room.put(path, page(f"Page {n}", f"<p>{sentences(f'Harbour {n}')}</p>"))
    room.put("/pages", rss(*(item(room.url(path), f"Page {n}", "Short.") for n, path in enumerate(pages))))
    yield room
    room.close()


def town(n: int) -> str:
    """The item of feed n."""
    return item(f"https://outlet{n}.example/a", f"News of town {n}", f"<p>{sentences(f'Town {n}')}</p>")


@contextmanager
def held_back(room: Newsroom, n: int) -> Iterator[None]:
    """Feed n is not answered before the end of the block, so that no collect is over before that."""
    go_on = threading.Event()

    async def wait(_: web.BaseRequest) -> web.StreamResponse:
        while not go_on.is_set():
            await asyncio.sleep(0.01)
        return web.Response(status=503)

    room.on(f"/feed/{n}", wait)
    try:
        yield
    finally:
        go_on.set()
        room.put_feed(f"/feed/{n}", town(n))


def laid_out(folder: Path, newsroom: Newsroom) -> Desk:
    folder.mkdir()
    feeds = [newsroom.source(f"/feed/{n}", f"Outlet {n}", follow=False) for n in range(FEEDS)]
    feeds.insert(PORTION // 2, newsroom.source("/pages", "Pages"))
    head, _, rest = BASE.partition("[[source]]")
    tail = rest[rest.index("[edition") :]
    (folder / "digest.toml").write_text("\n".join([head, *map(source_table, feeds), tail]))
    return Desk(folder)


def kept(desk: Desk) -> tuple[set[tuple[str, str]], set[str]]:
    """What is kept: (source, fingerprint) of each article, and the sources that are said to have been read."""
    file = desk.folder / "var/digest.db"
    if not file.exists():
        return set(), set()
    with closing(sqlite3.connect(file)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'article'").fetchone():
            return set(), set()
        articles = connection.execute("SELECT source, fingerprint FROM article").fetchall()
        read = connection.execute("SELECT name FROM source WHERE last_success_at IS NOT NULL").fetchall()
    assert len(set(articles)) == len(articles)
    return set(articles), {name for (name,) in read}


def await_more(desk: Desk, running: subprocess.Popen[str], *, than: int) -> None:
    """Wait until a portion more is kept, or until no more can be."""
    while len(kept(desk)[0]) <= than and running.poll() is None:
        time.sleep(0.005)


def test_a_collect_killed_at_any_moment_loses_nothing_and_repeats_nothing(tmp_path, newsroom):
    whole = laid_out(tmp_path / "whole", newsroom)
    began = time.monotonic()
    assert whole("collect", now=NOW).code == 0
    lasts = time.monotonic() - began
    wanted, _ = kept(whole)
    desk, chance, midway = laid_out(tmp_path / "killed", newsroom), random.Random(7), 0

    for turn in range(KILLS):
        before = len(kept(desk)[0])
        with held_back(newsroom, FEEDS - 1) if turn == 0 else nullcontext():  # once at least it is killed midway
            running = desk.start("collect", "--now", NOW)
            if turn % 2 == 0:
                await_more(desk, running, than=before)
                time.sleep(chance.uniform(0, 0.1) * lasts)
            else:
                time.sleep(chance.uniform(0.1, 0.9) * lasts)
            running.kill()
            running.communicate()
        articles, read = kept(desk)
        midway += 0 < len(articles) < len(wanted)
        # What is said to be read is there: nothing is lost behind a remembered ETag.
        assert read <= {source for source, _ in articles}
        assert articles <= wanted
        if articles == wanted:
            break
    last = finished(desk.start("--json", "collect", "--now", NOW))

    articles, read = kept(desk)
    assert articles == wanted
    assert len(wanted) == FEEDS + 6
    assert last.code == 0
    assert midway >= 1
