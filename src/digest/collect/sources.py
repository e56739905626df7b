"""One source at a time: what it offers, and the articles behind what is new in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest
from typing import Final

from digest.collect.articles import address, build
from digest.collect.cache import Cache
from digest.collect.decide import Candidate
from digest.collect.feeds.discover import feeds_of
from digest.collect.feeds.entries import Entry
from digest.collect.folder import file_id, files, read_folder
from digest.collect.http.fetch import PASSING, Allowed, Answer, Fetcher
from digest.collect.http.pace import Heard
from digest.collect.http.robots import Robots
from digest.collect.http.room import Room
from digest.collect.http.visits import Visits
from digest.collect.identity import article_id
from digest.collect.offering import Offering, mark_of, offered_by, take, unchanged
from digest.collect.pages.extract import Page
from digest.collect.pages.pages import Pages
from digest.collect.phrases import count, listed
from digest.collect.reading import Documents
from digest.collect.reports import Memory
from digest.collect.standing import direct
from digest.collect.text import language
from digest.collect.versions import UNFINISHED, version
from digest.collect.workers import Workers
from digest.errors import FetchError, ParseError
from digest.model.news import Article, ArticleId, Source, SourceKind, SourceState

_FEED_TYPES: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9,"
    " text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
_PAGE_TYPES: Final = "text/html, application/xhtml+xml, */*;q=0.1"

SHORT: Final = 200
"""Characters of text below which an entry does not stand for its page."""
PATIENCE: Final = timedelta(hours=2)
"""How long after its publication an entry waits for its page."""
LONGEST_PATIENCE: Final = timedelta(days=1)
"""How long after its publication the page of an article that has only its feed's text is asked for again."""


class Reader:
    """Reads sources of every kind."""

    def __init__(
        self, fetcher: Fetcher, memory: Memory, now: datetime, *, workers: Workers, cache: Cache | None = None
    ) -> None:
        self._fetcher, self.memory, self._now = fetcher, memory, now
        self._robots = Robots(fetcher, now, cache)
        self._visits = Visits(fetcher, self._robots, now, cache)
        self._documents = Documents(workers, cache, now)

    async def look(self, source: Source, state: SourceState, heard: Heard | None = None) -> Offering:
        """Return what a source offers; FetchError or ParseError where it offers nothing.

        `heard` is filled in with what its server said besides.
        """
        heard = Heard() if heard is None else heard
        async with Room() as room:
            match source.kind:
                case SourceKind.FEED:
                    return await self._look_at_feed(source, state, heard, room)
                case SourceKind.PAGE:
                    return await self._look_at_page(source, state, heard, room)
                case SourceKind.FOLDER:
                    return await self._look_into_folder(source)

    async def read(self, source: Source, offering: Offering, candidates: Sequence[Candidate]) -> list[Article]:
        """Return the articles behind candidates of a source, in their order, and note what could not be had."""
        pages = Pages(
            source.name,
            lambda entry: self._fetch_page(source, entry),
            lambda entry: self._visits.allow(source, entry.link),
        )
        # Either all candidates have an entry or none has.
        asked = [candidate.entry for candidate in candidates if candidate.entry and source.follow]
        seen = await asyncio.gather(*map(pages.page, asked)) if asked else ()
        found = [self._article(source, candidate, page) for candidate, page in zip_longest(candidates, seen)]
        offering.notes += pages.notes()
        unread = pages.passing | pages.later
        late = {n for n, candidate in enumerate(candidates) if candidate.entry and candidate.entry.link in unread}
        waiting = {n for n in late if self._waits(candidates[n], found[n], pages)}
        late = {n for n in late if self._is_patient(candidates[n])}
        found = [replace(a, version=UNFINISHED) if a and n in late else a for n, a in enumerate(found)]
        if late or waiting:
            offering.forget()  # or the feed would be called unchanged, and the pages never be had
        if waiting:
            offering.notes.append(f"{count(len(waiting), 'entry', 'entries')} left for the next poll")
            found = [None if n in waiting else article for n, article in enumerate(found)]
        empty = sum(article is None for article in found) - len(waiting)
        if empty:
            offering.notes.append(f"{count(empty, 'entry', 'entries')} without title and text left out")
        if doubtful := sum(article is not None and article.claimed_at is not None for article in found):
            offering.notes.append(f"{count(doubtful, 'date')} not to be believed")
        return [article for article in found if article is not None]

    def _article(self, source: Source, candidate: Candidate, page: Page | None) -> Article | None:
        article = build(source, candidate.entry, page, now=self._now) if candidate.entry else candidate.article
        if article is None:
            return None
        others = tuple(name for name in candidate.ids if name != article.id and name not in article.aliases)
        own = candidate.known.id if candidate.known else article.id
        return replace(
            article,
            id=own,
            aliases=(*article.aliases, *others),
            version=version(*candidate.said) if candidate.said else "",
        )

    def _waits(self, candidate: Candidate, article: Article | None, pages: Pages) -> bool:
        """Say whether a fresh entry with next to no text of its own is better left for the next poll.

        That is where its page could not be had now.
        """
        if candidate.known or candidate.entry is None or candidate.entry.link not in pages.passing:
            return False
        text = sum(len(block.text) for block in article.blocks) if article else 0
        published_at = article.published_at if article else None
        return text < SHORT and published_at is not None and self._now - published_at < PATIENCE

    def _is_patient(self, candidate: Candidate) -> bool:
        """Say whether a page that could not be had is still worth asking for in the next polls."""
        published_at = candidate.entry.published_at if candidate.entry else None
        since = published_at or (candidate.known.since if candidate.known else self._now)
        return self._now - since < LONGEST_PATIENCE

    async def _fetch_page(self, source: Source, entry: Entry) -> Page:
        async with Room() as room:
            answer = await self._visits.get(source, entry.link, accept=_PAGE_TYPES, room=room)
            return await self._documents.page(source, answer, entry.title)

    async def _ask(
        self,
        source: Source,
        accept: str,
        state: SourceState,
        heard: Heard,
        room: Room,
        *,
        conditional: bool,
        allowed: Allowed | None = None,
    ) -> Answer | None:
        """Ask where the source has moved for good; where nobody serves it there, at its address in the settings."""
        # What was learned under other settings holds for nothing: another pattern may want what this one left out.
        conditional = conditional and (not state.body_hash or state.body_hash.endswith(mark_of(source)))
        get = partial(self._fetcher.get, accept=accept, heard=heard, room=room, allowed=allowed)
        since = state if conditional else None
        if moved := direct(state):
            try:
                answer = await get(moved, source, state=since)
            except FetchError:
                if heard.status in PASSING:
                    raise
                heard.moved_to, heard.detour = "", False
                room.leave()
            else:
                heard.direct = True
                return answer
        return await get(source.url, source, state=since)

    async def _look_at_feed(self, source: Source, state: SourceState, heard: Heard, room: Room) -> Offering:
        answer = await self._ask(source, _FEED_TYPES, state, heard, room, conditional=True)
        if answer is None:
            return unchanged(state)
        offering = offered_by(source, answer)
        if offering.body_hash == state.body_hash:
            offering.unchanged = True
            return offering
        try:
            found = await self._documents.feed(source, answer)
        except ParseError as e:
            why = e.reason  # and not `e`: kept, it keeps the document it was raised over
        else:
            take(source, offering, found)
            return offering
        return await self._look_at_named(source, state, answer, why, room)

    async def _look_at_named(self, source: Source, state: SourceState, page: Answer, why: str, room: Room) -> Offering:
        """Read the feed that a web page in the place of a feed names, this once; the settings should name it."""
        named = await self._documents.apart(source, page, feeds_of, page) if "web page" in why else ()
        if not named:
            raise ParseError(source.name, why)
        room.leave()
        answer = await self._fetcher.get(named[0], source, accept=_FEED_TYPES, room=room)
        if answer is None:
            raise ParseError(source.name, why)
        offering = replace(offered_by(source, answer), etag="", last_modified="")  # the validators of another address
        offering.notes.append(
            f"its address is a web page; the feed it names was read: {named[0]}, put that into its url"
        )
        if offering.body_hash == state.body_hash:
            offering.unchanged = True
            return offering
        try:
            found = await self._documents.feed(source, answer)
        except ParseError as e:
            raise ParseError(source.name, f"the page names {named[0]}, but there is {e.reason}") from e
        take(source, offering, found)
        return offering

    async def _look_at_page(self, source: Source, state: SourceState, heard: Heard, room: Room) -> Offering:
        if not await self._robots.allow(source, direct(state) or source.url):
            raise FetchError(source.name, "robots.txt forbids this page")
        own = article_id(address(source.url))
        # Without its article the validators are worth nothing: it would be called unchanged and never be had.
        known = bool(await self._known([own]))
        allowed = partial(self._robots.allow, source)
        answer = await self._ask(source, _PAGE_TYPES, state, heard, room, conditional=known, allowed=allowed)
        if answer is None:
            return unchanged(state)
        offering = offered_by(source, answer)
        if known and offering.body_hash == state.body_hash:
            offering.unchanged = True
            return offering
        page = await self._documents.page(source, answer, "")
        if page.gap and not page.blocks:
            raise ParseError(source.name, page.gap)
        offering.notes += page.notes
        entry = Entry(source.url, page.title, None, "", "")
        article = build(source, entry, page, now=self._now)
        said = (page.title, *(block.text for block in page.blocks))
        offering.candidates.append(Candidate((own,), article=article, said=said))
        return offering

    async def _look_into_folder(self, source: Source) -> Offering:
        if source.path is None:
            raise FetchError(source.name, "a folder without a path")
        names = await asyncio.to_thread(files, source.name, source.path)
        known = await self._known(file_id(source.name, path.name) for path in names)
        read = partial(read_folder, now=self._now, known=known, read_page=self._documents.from_thread())
        shelf = await asyncio.to_thread(read, source.name, source.path)
        offering = Offering(known=shelf.known)
        for article in shelf.articles:
            tongue = language(source.language) or article.language
            offering.candidates.append(
                Candidate((article.id, *article.aliases), article=replace(article, language=tongue))
            )
        if shelf.skipped:
            offering.notes.append(f"{count(len(shelf.skipped), 'file')} left out ({listed(shelf.skipped)})")
        return offering

    async def _known(self, ids: Iterable[ArticleId]) -> set[ArticleId]:
        asked = list(ids)
        return set(await asyncio.to_thread(self.memory.known, asked)) if asked else set()
