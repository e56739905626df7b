"""The demo's issue sent to the catcher, so that real mails lead to real pages."""

from __future__ import annotations

import asyncio
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest

from digest import pipeline
from digest.parts import Parts, open_parts
from digest.settings import load
from digest.subscribers import Purpose
from digest.web import create_app

from ..conftest import NOW, Clock
from ..site import Visitor, site

LATER = NOW + timedelta(hours=3)
"""When the mails are there and readers open them."""


@pytest.fixture(scope="session")
def sent(built, tmp_path_factory):
    """The demo's folder once its issue went out."""
    folder = tmp_path_factory.mktemp("sent") / "demo"
    shutil.copytree(built, folder)
    with open_parts(load(folder / "digest.toml", environ={})) as parts:
        pipeline.approve(parts, 1, by="ada", now=NOW, override="it is invented")
        asyncio.run(pipeline.send(parts, 1, clock=Clock(NOW + timedelta(minutes=15))))
    return folder


@dataclass
class Letterbox:
    """The served pages with the store behind them, and what lies in readers' mailboxes."""

    parts: Parts
    clock: Clock
    url: str

    @property
    def visitor(self):
        return Visitor(self.url)

    def mail(self, address="mira@mail.example"):
        """The mail that an address got."""
        catcher = self.parts.settings.data / "catcher"
        for line in map(json.loads, (catcher / "envelopes.jsonl").read_text().splitlines()):
            if address in line["recipients"]:
                raw = (catcher / "new" / line["file"]).read_bytes()
                return message_from_bytes(raw, policy=policy.default)
        raise AssertionError(f"no mail for {address}")

    @cached_property
    def ids(self):
        return {each.subscriber.email: each.subscriber.id for each in self.parts.store.subscribers.all()}

    def token(self, purpose=Purpose.PREFERENCES, address="mira@mail.example", edition="daily"):
        return self.parts.tokens.make(purpose, self.ids[address], edition)

    def state(self, address="mira@mail.example"):
        """How an address stands with its lists."""
        return {each.list: each.consent.value for each in self.parts.store.subscribers.by_email(address)}

    @property
    def everything(self):
        """The rows of every table, each table in the order of its rows."""
        from sqlalchemy import text

        with self.parts.store.database.read() as connection:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            return {name: connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in sorted(names)}


def links_of(mail):
    """The addresses in a mail that lead to our own pages, those of its headers among them, as paths."""
    html = lxml.html.fromstring(mail.get_body(("html",)).get_content())
    found = [each.get("href") for each in html.iterfind(".//a[@href]")]
    found += [part.strip(" <>") for part in mail["List-Unsubscribe"].split(",")]
    ours = urlsplit(found[-1] if found[-1].startswith("http") else found[-2]).netloc
    return [urlsplit(url).path for url in dict.fromkeys(found) if urlsplit(url).netloc == ours]


@contextmanager
def letterbox(sent: Path, folder: Path, *, instead: tuple[str, str] = ("", "")):
    """`instead`: a line of the settings, and what stands in its place."""
    shutil.copytree(sent, folder)
    path, (line, other) = folder / "digest.toml", instead
    assert line in path.read_text()
    path.write_text(path.read_text().replace(line, other) if line else path.read_text())
    clock = Clock(LATER)
    with open_parts(load(folder / "digest.toml", environ={})) as parts, site(create_app(parts, clock=clock)) as url:
        yield Letterbox(parts, clock, url)


SHORT = ('lists = ["sunday"]', 'lists = ["sunday"]\nsections = ["diplomacy"]')
"""Lets the Sunday edition tell of fewer things than the daily one."""


@pytest.fixture(scope="module")
def pages(sent, tmp_path_factory):
    """Served pages for the tests of a module; each test has readers of its own."""
    with letterbox(sent, tmp_path_factory.mktemp("pages") / "demo") as found:
        yield found
