"""News without end: each day's events, who tells them where, and a wire that serves what is out by its clock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from types import MappingProxyType

from aiohttp import web

from digest.serving import serving

OUTLETS = ("courier", "ledger", "herald", "agency", "radio")
WHOLE = ("agency", "radio")
"""Their feeds carry the articles whole; of the others each page is fetched."""
EVENTS = 12
"""Of a day."""
SHELF = timedelta(days=3)
"""How long a wire serves an article."""
SYLLABLES = ("ba", "dro", "fe", "gul", "ka", "lim", "mo", "nar", "pe", "rus", "so", "tav", "vi", "wel", "zo", "quin")
TELLINGS = MappingProxyType(
    {
        "military": "The air defence shot down {n} drones over {town} before dawn, {who} said",
        "diplomacy": "The foreign minister spoke with {who} in {town} of sanctions against {n} tankers",
        "summit": "Hosts of the peace summit wait in {town} for {n} delegates, said {who}",
    }
)
SECOND = "{who} said on the next day that {n} crowns were missing, and asked for another vote"


@dataclass(frozen=True)
class Page:
    """An article at an outlet."""

    event: str
    outlet: str
    path: str
    at: datetime
    title: str
    paragraphs: tuple[str, ...]


def words(chance: random.Random, count: int) -> list[str]:
    """Words that nobody has used, and that hardly anybody will use again."""
    return ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(count)]


def told(event: str, day: datetime) -> Iterator[Page]:
    """An event as it is told on its day: by up to three outlets in words of their own, now and then by a fourth."""
    chance = random.Random(event)
    kind = chance.choice(list(TELLINGS))
    who, town = (word.title() for word in words(chance, 2))
    n, shared = chance.randint(3, 900), words(chance, 10)
    first = TELLINGS[kind].format(n=n, town=town, who=who)
    outlets = chance.sample(OUTLETS, k=4)
    for outlet in outlets[: chance.randint(1, 3)]:
        own = words(chance, 8)
        title = f"{town}: {' '.join(shared[:3])} {own[0]}"
        rest = f"{who} spoke of {' and '.join(shared)}. People in {town} heard {' '.join(own)}."
        at = day + timedelta(minutes=chance.randint(0, 23 * 60))
        page = Page(event, outlet, f"/{outlet}/{event}", at, title, (f"{first}.", rest))
        yield page
    if chance.random() < 0.2:  # the last one, word for word
        yield replace(page, outlet=outlets[3], path=f"/{outlets[3]}/{event}", at=page.at + timedelta(hours=2))
    if kind == "diplomacy" and chance.random() < 0.5:
        more = words(chance, 12)
        title = f"{town}: {' '.join(shared[:3])}, and {' '.join(more[:2])}"
        news = f"{SECOND.format(who=who, n=n + 1000)}. In {town} there is now talk of {', '.join(more)}."
        at = day + timedelta(hours=27 + chance.randint(0, 8))
        yield Page(event, outlets[0], f"/{outlets[0]}/{event}-2", at, title, (f"{first}.", news))


def of_day(day: datetime) -> list[Page]:
    """What is told of the events that begin on a day, and an article that comes late: ten days after it was written."""
    pages = [page for n in range(EVENTS) for page in told(f"{day:%m-%d}-{n}", day)]
    late = replace(pages[0], event=f"{day:%m-%d}-late", path=f"{pages[0].path}-late", at=day + timedelta(hours=1))
    own = " ".join(words(random.Random(late.event), 20))
    return [*pages, replace(late, title=f"{late.title} of old", paragraphs=(f"A drone attack, {own}.",))]


class Wire:
    """Serves the outlets at `url`, each with what it has published by `now`; remembers of each address the event."""

    def __init__(self, first: datetime) -> None:
        self.now = first
        self.events: dict[str, str] = {}
        """Of everything that was out: address -> event. It outlives the pages."""
        self.url = ""
        self._day = first.replace(hour=0, minute=0)
        self._pages: dict[str, Page] = {}

    @asynccontextmanager
    async def open(self):
        async with serving({"/{outlet}/feed.xml": self._feed, "/{outlet}/{name}": self._page}) as self.url:
            yield self

    def turn(self, now: datetime) -> None:
        """Let it be `now`: later news is out, and what is old has left the shelves."""
        self.now = now
        while self._day <= now:
            self._pages |= {page.path: page for page in of_day(self._day)}
            self._day += timedelta(days=1)
        self._pages = {path: page for path, page in self._pages.items() if page.at > now - SHELF}
        for page in self._out():
            self.events[self.url + page.path] = page.event

    def sources(self) -> str:
        """The outlets as tables of digest.toml."""
        return "".join(
            f'\n[[source]]\nname = "The {name.title()}"\nurl = "{self.url}/{name}/feed.xml"\nallow_private = true\n'
            + ("follow = false\n" if name in WHOLE else "")
            for name in OUTLETS
        )

    def _out(self) -> list[Page]:
        return [page for page in self._pages.values() if page.at <= self.now]

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = request.match_info["outlet"]
        items = "".join(self._item(page) for page in self._out() if page.outlet == outlet)
        text = (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>The {outlet.title()}</title><link>{self.url}</link><language>en</language>{items}</channel></rss>"
        )
        return web.Response(text=text, content_type="application/rss+xml")

    def _item(self, page: Page) -> str:
        written = page.at - timedelta(days=10) if page.event.endswith("late") else page.at
        body = f"<content:encoded>{escape(html(page))}</content:encoded>" if page.outlet in WHOLE else ""
        return (
            f"<item><title>{page.title}</title><link>{self.url}{page.path}</link>"
            f"<pubDate>{format_datetime(written.astimezone(UTC))}</pubDate>{body}</item>"
        )

    async def _page(self, request: web.Request) -> web.Response:
        page = self._pages.get(request.path)
        if page is None:
            raise web.HTTPNotFound
        head = f'<!doctype html><html lang="en"><head><title>{page.title}</title></head>'
        text = f"{head}<body><article><h1>{page.title}</h1>{html(page)}</article></body></html>"
        return web.Response(text=text, content_type="text/html")


def html(page: Page) -> str:
    return "".join(f"<p>{text}</p>" for text in page.paragraphs)
