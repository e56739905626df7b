"""One source at a time: what it offers, and the articles behind what is new in it."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import zip_longest
from typing import Final

from digest.collect.articles import address, build
from digest.collect.cache import Cache
from digest.collect.decide import Lead, hint, newest_first, whole
from digest.collect.feeds.discover import feeds_of
from digest.collect.feeds.entries import Entry, Offer
from digest.collect.feeds.feed import MOST_ENTRIES, Offers
from digest.collect.folder import file_id, files, read_folder
from digest.collect.http.fetch import PASSING, Allowed, Answer, Fetcher
from digest.collect.http.pace import Heard
from digest.collect.http.robots import Robots
from digest.collect.http.room import Room
from digest.collect.http.visits import Visits
from digest.collect.identity import article_id
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
from digest.model.patterns import first_found

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


@dataclass(slots=True)
class Look:
    """What a source offers."""

    leads: list[Lead] = field(default_factory=list)
    known: int = 0
    """Of a folder, files that were not read again."""
    unchanged: bool = False
    notes: list[str] = field(default_factory=list)
    """What could not be had, in phrases for the operator."""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""

    def forget(self) -> None:
        """Let the next poll see the document anew, since not all of it could be had."""
        self.etag = self.last_modified = self.body_hash = ""


class Reader:
    """Reads sources of every kind."""

    def __init__(
        self, fetcher: Fetcher, memory: Memory, now: datetime, *, workers: Workers, cache: Cache | None = None
    ) -> None:
        self._fetcher, self.memory, self._now = fetcher, memory, now
        self._robots = Robots(fetcher, now, cache)
        self._visits = Visits(fetcher, self._robots, now, cache)
        self._documents = Documents(workers, cache, now)

    async def look(self, source: Source, state: SourceState, heard: Heard | None = None) -> Look:
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

    async def read(self, source: Source, look: Look, leads: Sequence[Lead]) -> list[Article]:
        """Return the articles behind leads of what a source offers, in that order, and note what could not be had."""
        pages = Pages(
            source.name,
            lambda entry: self._fetch_page(source, entry),
            lambda entry: self._visits.allow(source, entry.link),
        )
        # Either all leads have an entry or none has.
        asked = [lead.entry for lead in leads if lead.entry and source.follow]
        seen = await asyncio.gather(*map(pages.page, asked)) if asked else ()
        found = [self._article(source, lead, page) for lead, page in zip_longest(leads, seen)]
        look.notes += pages.notes()
        unread = pages.passing | pages.later
        late = {n for n, lead in enumerate(leads) if lead.entry and lead.entry.link in unread}
        waiting = {n for n in late if self._waits(leads[n], found[n], pages)}
        if late:
            look.forget()  # or the feed would be called unchanged, and the pages never be had
            found = [self._unfinished(article) if n in late else article for n, article in enumerate(found)]
        if waiting:
            look.notes.append(f"{count(len(waiting), 'entry', 'entries')} left for the next poll")
            found = [None if n in waiting else article for n, article in enumerate(found)]
        empty = sum(article is None for article in found) - len(waiting)
        if empty:
            look.notes.append(f"{count(empty, 'entry', 'entries')} without title and text left out")
        if doubtful := sum(article is not None and article.claimed_at is not None for article in found):
            look.notes.append(f"{count(doubtful, 'date')} not to be believed")
        return [article for article in found if article is not None]

    def _article(self, source: Source, lead: Lead, page: Page | None) -> Article | None:
        article = build(source, lead.entry, page, now=self._now) if lead.entry else lead.article
        if article is None:
            return None
        others = tuple(name for name in lead.ids if name != article.id and name not in article.aliases)
        own = lead.known.id if lead.known else article.id
        return replace(
            article, id=own, aliases=(*article.aliases, *others), version=version(*lead.said) if lead.said else ""
        )

    def _waits(self, lead: Lead, article: Article | None, pages: Pages) -> bool:
        """Say whether an entry whose page could not be had now is better left for the next poll.

        A fresh one with next to no text of its own is, and one that is known already.
        """
        if lead.known is not None:
            return True
        if lead.entry is None or lead.entry.link not in pages.passing:
            return False
        text = sum(len(block.text) for block in article.blocks) if article else 0
        published_at = article.published_at if article else None
        return text < SHORT and published_at is not None and self._now - published_at < PATIENCE

    def _unfinished(self, article: Article | None) -> Article | None:
        """Return an article with a version that does not hold, as long as its page is worth waiting for."""
        if article is None or self._now - article.at >= LONGEST_PATIENCE:
            return article
        return replace(article, version=UNFINISHED)

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

    async def _look_at_feed(self, source: Source, state: SourceState, heard: Heard, room: Room) -> Look:
        answer = await self._ask(source, _FEED_TYPES, state, heard, room, conditional=True)
        if answer is None:
            return _unchanged(state)
        look = _look(source, answer)
        if look.body_hash == state.body_hash:
            look.unchanged = True
            return look
        try:
            found = await self._documents.feed(source, answer)
        except ParseError as e:
            why = e.reason  # and not `e`: kept, it keeps the document it was raised over
        else:
            _offer(source, look, found)
            return look
        return await self._look_at_named(source, state, answer, why, room)

    async def _look_at_named(self, source: Source, state: SourceState, page: Answer, why: str, room: Room) -> Look:
        """Read the feed that a web page in the place of a feed names, this once; the settings should name it."""
        named = await self._documents.apart(source, page, feeds_of, page) if "web page" in why else ()
        if not named:
            raise ParseError(source.name, why)
        room.leave()
        answer = await self._fetcher.get(named[0], source, accept=_FEED_TYPES, room=room)
        if answer is None:
            raise ParseError(source.name, why)
        look = replace(_look(source, answer), etag="", last_modified="")  # the validators of another address
        look.notes.append(f"its address is a web page; the feed it names was read: {named[0]}, put that into its url")
        if look.body_hash == state.body_hash:
            look.unchanged = True
            return look
        try:
            found = await self._documents.feed(source, answer)
        except ParseError as e:
            raise ParseError(source.name, f"the page names {named[0]}, but there is {e.reason}") from e
        _offer(source, look, found)
        return look

    async def _look_at_page(self, source: Source, state: SourceState, heard: Heard, room: Room) -> Look:
        if not await self._robots.allow(source, direct(state) or source.url):
            raise FetchError(source.name, "robots.txt forbids this page")
        own = article_id(address(source.url))
        # Without its article the validators are worth nothing: it would be called unchanged and never be had.
        known = bool(await self._known([own]))
        allowed = partial(self._robots.allow, source)
        answer = await self._ask(source, _PAGE_TYPES, state, heard, room, conditional=known, allowed=allowed)
        if answer is None:
            return _unchanged(state)
        look = _look(source, answer)
        if known and look.body_hash == state.body_hash:
            look.unchanged = True
            return look
        page = await self._documents.page(source, answer, "")
        if page.gap and not page.blocks:
            raise ParseError(source.name, page.gap)
        look.notes += page.notes
        entry = Entry(source.url, page.title, None, "", "")
        article = build(source, entry, page, now=self._now)
        said = (page.title, *(block.text for block in page.blocks))
        look.leads.append(Lead((own,), article=article, said=said))
        return look

    async def _look_into_folder(self, source: Source) -> Look:
        if source.path is None:
            raise FetchError(source.name, "a folder without a path")
        names = await asyncio.to_thread(files, source.name, source.path)
        known = await self._known(file_id(source.name, path.name) for path in names)
        read = partial(read_folder, now=self._now, known=known, read_page=self._documents.from_thread())
        shelf = await asyncio.to_thread(read, source.name, source.path)
        look = Look(known=shelf.known)
        for article in shelf.articles:
            tongue = language(source.language) or article.language
            look.leads.append(Lead((article.id, *article.aliases), article=replace(article, language=tongue)))
        if shelf.skipped:
            look.notes.append(f"{count(len(shelf.skipped), 'file')} left out ({listed(shelf.skipped)})")
        return look

    async def _known(self, ids: Iterable[ArticleId]) -> set[ArticleId]:
        asked = list(ids)
        return set(await asyncio.to_thread(self.memory.known, asked)) if asked else set()


def with_hints(source: Source, leads: Iterable[Lead], known: Container[ArticleId]) -> list[Lead]:
    """Return the leads, those not known by their address with a further id by which they are if they have moved."""
    found = []
    for lead in leads:
        if lead.ids[0] not in known:
            lead = whole(lead)
            name = hint(source.name, lead.entry) if lead.entry else None
            lead = replace(lead, ids=(*lead.ids, name)) if name else lead
        found.append(lead)
    return found


def _look(source: Source, answer: Answer) -> Look:
    body_hash = sha256(answer.body).hexdigest()[:48] + mark_of(source)
    return Look(etag=answer.etag, last_modified=answer.last_modified, body_hash=body_hash)


def mark_of(source: Source) -> str:
    """Return 16 hex digits of the settings that decide what is made of a source's documents."""
    settings = (source.kind, source.follow, source.timezone, source.select, source.remove, source.keep, source.drop)
    return sha256(repr(settings).encode()).hexdigest()[:16]


def _unchanged(state: SourceState) -> Look:
    return Look(unchanged=True, etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash)


def _offer(source: Source, look: Look, found: Offers) -> None:
    """Put a feed's items into the look, each address once, as far as the source's patterns let them."""
    look.notes += _remarks(found)
    leads: dict[ArticleId, Lead] = {}
    unwanted = 0
    for offer in found.offers:
        if not wanted(source, offer):
            unwanted += 1
        elif url := address(offer.link):
            own = article_id(url)
            lead = Lead((own,), offer=offer, said=offer.said)
            leads[own] = newest_first((leads[own], lead))[0] if own in leads else lead
    if unwanted:
        look.notes.append(f"{count(unwanted, 'entry', 'entries')} left out by its `keep` and `drop`")
    look.leads = list(leads.values())


def wanted(source: Source, offer: Offer) -> bool:
    """Return whether a source's patterns let an item in."""
    title = offer.said[0]
    if source.keep and not first_found(source.keep, title, offer.link):
        return False
    return not (source.drop and first_found(source.drop, title, offer.link))


def _remarks(found: Offers) -> list[str]:
    notes = []
    if not found.offers:
        notes.append("the feed has no entries")
    if found.broken:
        notes.append(f"{found.broken}; what could be read of it was taken")
    if found.without_link:
        notes.append(f"{count(found.without_link, 'entry', 'entries')} without a web address left out")
    if found.surplus:
        notes.append(f"{count(found.surplus, 'entry', 'entries')} beyond the newest {MOST_ENTRIES} left out")
    return notes
