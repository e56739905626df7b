from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from digest import pipeline
from digest.demo import Wire, prepare
from digest.model.editors import Right
from digest.parts import open_parts
from digest.settings import load
from digest.web import create_app
from digest.web.passwords import hashed

from .site import Visitor, site

NOW = datetime(2026, 11, 20, 4, 50, 18, tzinfo=UTC)
"""Ten minutes before the demo's issue goes out."""
PASSWORD = "a bridge by the mill"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The demo's folder with its issue in review, built once a test run whatever the number of its processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "desk-demo"
    with (shared / "desk-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            shutil.copytree(ROOT / "templates", folder / "templates")
            asyncio.run(build(folder))
            (folder / "done").touch()
    return folder


async def build(folder):
    async with Wire(now=NOW) as wire:
        with open_parts(load(prepare(folder, wire.url, NOW), environ={})) as parts:
            pipeline.sync(parts, now=NOW)
            await pipeline.gather(parts, now=NOW)
            pipeline.build(parts, "daily", now=NOW)
            for right in Right:
                parts.store.editors.add(right.value.capitalize(), right, "", NOW)
            kept = hashed(PASSWORD)
            parts.store.editors.add("Ada", Right.APPROVER, kept, NOW)
            parts.store.editors.add("Tomas", Right.EDITOR, kept, NOW)


class Room:
    """A desk of its own: the demo's folder, served, with a clock that stands still until it is set."""

    def __init__(self, parts, clock, url):
        self.parts, self.clock, self.url = parts, clock, url
        self._numbers = count()

    def visitor(self, name="", **headers):
        """A visitor; with a name, one who has signed in (without the password's tenth of a second)."""
        visitor = Visitor(self.url, **headers)
        if name:
            value = f"session {next(self._numbers)} of {name}"
            visitor.cookies["digest_session"] = value
            kept, until = self.parts.store.editors.hash_of(name), datetime(2027, 1, 1, tzinfo=UTC)
            assert self.parts.store.editors.begin(digest_of(value), name, NOW, until, kept=kept)
        return visitor


def digest_of(value):
    return sha256(value.encode()).hexdigest()


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


@contextmanager
def room(built, folder, *, settings="", instead=("", ""), once=""):
    """A served copy of the built demo, with more settings at the end of its file, and one `instead` of another."""
    shutil.copytree(built, folder)
    path = folder / "digest.toml"
    path.write_text(path.read_text().replace(*instead) + settings)
    clock = Clock()
    with open_parts(load(path, environ={})) as parts, site(create_app(parts, clock=clock, once=once)) as url:
        yield Room(parts, clock, url)


@pytest.fixture(scope="module")
def desk(built, tmp_path_factory):
    """One desk for the tests of a module that leave its issue alone."""
    with room(built, tmp_path_factory.mktemp("desk") / "demo") as found:
        yield found


@pytest.fixture
def own_desk(built, tmp_path):
    """A desk for a test that changes its issue."""
    with room(built, tmp_path / "demo") as found:
        yield found
