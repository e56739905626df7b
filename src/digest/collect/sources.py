"""One source at a time: what it offers, and the articles behind what is new in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, ParamSpec, TypeVar

from digest.collect import extract, feed
from digest.collect.articles import address, build
from digest.collect.dates import plausible
from digest.collect.encoding import binary
from digest.collect.fetch import PASSING, Answer, Fetcher
from digest.collect.folder import file_id, files, read_folder
from digest.collect.identity import article_id
from digest.collect.pace import Heard
from digest.collect.pages import Pages
from digest.collect.phrases import count, listed
from digest.collect.reports import Memory
from digest.collect.robots import Robots
from digest.collect.standing import direct
from digest.collect.text import language
from digest.errors import FetchError, ParseError
from digest.model.news import Article, ArticleId, Source, SourceKind, SourceState

_FEED_TYPES: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9,"
    " text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
_PAGE_TYPES: Final = "text/html, application/xhtml+xml, */*;q=0.1"
_PAGE_KINDS: Final = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "")

P = ParamSpec("P")
T = TypeVar("T")


SHORT: Final = 200
"""Characters of text below which an entry does not stand for its page."""
PATIENCE: Final = timedelta(hours=2)
"""How long after its publication an entry waits for its page."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Something new that a source offers."""

    ids: tuple[ArticleId, ...]
    """Under which it may be known, the likeliest first."""
    entry: feed.Entry | None = None
    """Of a feed, its article still to be made."""
    article: Article | None = None
    """Of the others, complete already."""


@dataclass(slots=True)
class Look:
    """What a source offers."""

    leads: list[Lead] = field(default_factory=list)
    known: int = 0
    unchanged: bool = False
    notes: list[str] = field(default_factory=list)
    """What could not be had, in phrases for the operator."""
    etag: str = ""
    last_modified: str = ""


class Reader:
    """Reads sources of every kind; parsing and files run in threads, no more at a time than there are processors."""

    def __init__(self, fetcher: Fetcher, memory: Memory, now: datetime) -> None:
        self._fetcher, self.memory, self._now = fetcher, memory, now
        self._robots = Robots(fetcher)
        self._processors = asyncio.Semaphore(os.cpu_count() or 1)

    async def look(self, source: Source, state: SourceState, heard: Heard | None = None) -> Look:
        """Return what a source offers; FetchError or ParseError where it offers nothing.

        `heard` is filled in with what its server said besides.
        """
        heard = Heard() if heard is None else heard
        match source.kind:
            case SourceKind.FEED:
                return await self._look_at_feed(source, state, heard)
            case SourceKind.PAGE:
                return await self._look_at_page(source, state, heard)
            case SourceKind.FOLDER:
                return await self._look_into_folder(source)

    async def read(self, source: Source, look: Look) -> list[Article]:
        """Return the articles behind what a source offers, in that order, and note what could not be had."""
        pages = Pages(
            source.name,
            lambda entry: self._fetch_page(source, entry),
            lambda entry: self._robots.allow(source, entry.link),
        )
        found = await asyncio.gather(*(self._article(source, lead, pages) for lead in look.leads))
        look.notes += pages.notes()
        waiting = {n for n, lead in enumerate(look.leads) if lead.entry and self._waits(lead.entry, found[n], pages)}
        if waiting:
            look.etag = look.last_modified = ""  # or the feed would be called unchanged, and they never be had
            look.notes.append(f"{count(len(waiting), 'entry', 'entries')} left for the next poll")
            found = [None if n in waiting else article for n, article in enumerate(found)]
        empty = sum(article is None for article in found) - len(waiting)
        if empty:
            look.notes.append(f"{count(empty, 'entry', 'entries')} without title and text left out")
        return [article for article in found if article is not None]

    async def _article(self, source: Source, lead: Lead, pages: Pages) -> Article | None:
        if lead.entry is None:
            return lead.article
        page = await pages.page(lead.entry) if source.follow else None
        return build(source, lead.entry, page, now=self._now)

    def _waits(self, entry: feed.Entry, article: Article | None, pages: Pages) -> bool:
        """Say whether a fresh entry with next to no text of its own is better had when its page answers again."""
        if entry.link not in pages.passing or entry.published_at is None:
            return False
        text = sum(len(block.text) for block in article.blocks) if article else 0
        return text < SHORT and self._now - entry.published_at < PATIENCE

    async def _fetch_page(self, source: Source, entry: feed.Entry) -> extract.Page:
        answer = await self._fetcher.get(entry.link, source, accept=_PAGE_TYPES)
        if answer is None:
            raise FetchError(source.name, "answered 304")
        return await self._extract(source, answer, entry.title)

    async def _ask(
        self, source: Source, accept: str, state: SourceState, heard: Heard, *, conditional: bool
    ) -> Answer | None:
        """Ask where the source has moved for good; where nobody serves it there, at its address in the settings."""
        since = state if conditional else None
        if moved := direct(state):
            try:
                answer = await self._fetcher.get(moved, source, accept=accept, state=since, heard=heard)
            except FetchError:
                if heard.status in PASSING:
                    raise
                heard.moved_to = ""
            else:
                heard.direct = True
                return answer
        return await self._fetcher.get(source.url, source, accept=accept, state=since, heard=heard)

    async def _look_at_feed(self, source: Source, state: SourceState, heard: Heard) -> Look:
        answer = await self._ask(source, _FEED_TYPES, state, heard, conditional=True)
        if answer is None:
            return Look(unchanged=True, etag=state.etag, last_modified=state.last_modified)
        found = await self._in_thread(
            feed.parse, source.name, answer.body, url=answer.url, charset=answer.charset, now=self._now
        )
        look = Look(etag=answer.etag, last_modified=answer.last_modified, notes=_remarks(found))
        offers: dict[ArticleId, feed.Entry] = {}
        for entry in found.entries:
            if url := address(entry.link):
                offers.setdefault(article_id(url), entry)
        known = await self._known(offers)
        look.known = len(known)
        look.leads = [Lead((own,), entry=entry) for own, entry in offers.items() if own not in known]
        return look

    async def _look_at_page(self, source: Source, state: SourceState, heard: Heard) -> Look:
        if source.follow and not await self._robots.allow(source, direct(state) or source.url):
            raise FetchError(source.name, "robots.txt forbids this page")
        url = address(source.url)
        own = article_id(url)
        known = bool(await self._known([own]))
        # Without its article the validators are worth nothing: it would be called unchanged and never be had.
        answer = await self._ask(source, _PAGE_TYPES, state, heard, conditional=known)
        if answer is None:
            return Look(unchanged=True, etag=state.etag, last_modified=state.last_modified)
        look = Look(etag=answer.etag, last_modified=answer.last_modified, known=int(known))
        if not known:
            page = await self._extract(source, answer, "")
            if page.gap and not page.blocks:
                raise ParseError(source.name, page.gap)
            look.notes += page.notes
            entry = feed.Entry(source.url, page.title, plausible(page.published_at, self._now), "", "")
            look.leads.append(Lead((own,), article=build(source, entry, page, now=self._now)))
        return look

    async def _look_into_folder(self, source: Source) -> Look:
        if source.path is None:
            raise FetchError(source.name, "a folder without a path")
        names = await asyncio.to_thread(files, source.name, source.path)
        known = await self._known(file_id(source.name, path.name) for path in names)
        shelf = await self._in_thread(read_folder, source.name, source.path, now=self._now, known=known)
        look = Look(known=shelf.known)
        again = await self._known(article.id for article in shelf.articles)
        for article in shelf.articles:
            if article.id in again:
                look.known += 1
            else:
                tongue = language(source.language) or article.language
                look.leads.append(Lead((article.id, *article.aliases), article=replace(article, language=tongue)))
        if shelf.skipped:
            look.notes.append(f"{count(len(shelf.skipped), 'file')} left out ({listed(shelf.skipped)})")
        return look

    async def _extract(self, source: Source, answer: Answer, title: str) -> extract.Page:
        if answer.content_type not in _PAGE_KINDS:
            raise ParseError(source.name, f"no page but {answer.content_type[:60]}")
        if binary(answer.body):
            raise ParseError(source.name, "no page but a binary file")
        return await self._in_thread(
            extract.page,
            source.name,
            answer.body,
            charset=answer.charset,
            title_known=title,
            url=answer.url,
            select=source.select,
            remove=source.remove,
        )

    async def _in_thread(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._processors:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def _known(self, ids: Iterable[ArticleId]) -> set[ArticleId]:
        asked = list(ids)
        return await asyncio.to_thread(self.memory.knows, asked) if asked else set()


def _remarks(found: feed.Feed) -> list[str]:
    notes = []
    if not found.entries:
        notes.append("the feed has no entries")
    if found.broken:
        notes.append(f"{found.broken}; what could be read of it was taken")
    if found.without_link:
        notes.append(f"{count(found.without_link, 'entry', 'entries')} without a web address left out")
    if found.surplus:
        notes.append(f"{count(found.surplus, 'entry', 'entries')} beyond the newest {feed.MOST_ENTRIES} left out")
    return notes
