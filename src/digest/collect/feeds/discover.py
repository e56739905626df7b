"""The feed of a site: an address as a person knows it, to the feed that the daemon reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from digest.collect import text
from digest.collect.encoding import binary, decode
from digest.collect.feeds import feed
from digest.collect.http.fetch import Answer, Fetcher, Limits
from digest.collect.http.pace import ASKS_TO_WAIT, Heard
from digest.collect.markup import swarms, tree
from digest.collect.notation import read_json
from digest.collect.workers import Workers
from digest.errors import FetchError, ParseError
from digest.model.news import Source, SourceKind

_ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, text/html;q=0.9,"
    " application/xhtml+xml;q=0.9, application/xml;q=0.8, */*;q=0.1"
)
_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_MOST_FEEDS: Final = 20
PLACES: Final = ("feed", "rss", "rss.xml", "atom.xml", "feed.xml", "index.xml", "feed.json")
"""Where sites keep a feed that their pages do not name, the likeliest first."""
_COMMENTS: Final = re.compile(r"comment|kommentar|comentar|coment[aá]ri|reacties|коммент|комент", re.IGNORECASE)
_PARTS: Final = frozenset({"category", "categories", "tag", "tags", "author", "authors", "topic", "topics"})
"""Folders in which sites keep the feeds of a part of them."""
_NAME_CHARS: Final = 80
_TITLE_CHARS: Final = 300
_HEAD_CHARS: Final = 200_000
"""A feed's title stands before its entries."""
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,400}>")


@dataclass(frozen=True, slots=True)
class Found:
    """The feed behind an address."""

    feed_url: str
    title: str
    """Of the feed, one plain line of at most 80 characters; may be empty."""
    others: tuple[str, ...] = ()
    """Further feeds that the page names, the likeliest first."""
    guessed: bool = False
    """Whether no page named it: it lies where sites usually keep one."""


async def discover(
    url: str,
    *,
    now: datetime,
    user_agent: str,
    timeout: timedelta = timedelta(seconds=30),
    allow_private: bool = False,
    workers: Workers | None = None,
) -> Found:
    """Return the feed at `url`, else that of the web page there, else one that lies where sites usually keep it.

    Of the feeds that a page names (`<link rel="alternate">`) one of all its news goes before one of a part or of
    comments. Where it names none, `PLACES` are asked for one after the other, until one answers with a feed or nobody
    answers any more. `timeout` is for each document; all are read by `workers`, without them by one of its own.
    Raises FetchError where there is none, ParseError where it is neither a feed nor a page with one.
    """
    source = Source(_host(url), SourceKind.FEED, url=url, allow_private=allow_private)
    with ExitStack() as stack:
        hands = workers or stack.enter_context(Workers(1))
        async with Fetcher(user_agent, Limits(total=timeout)) as fetcher:
            return await _Search(source, fetcher, hands, now).found()


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or text.line(url)
    except ValueError:
        return text.line(url)


@dataclass(frozen=True, slots=True)
class _Search:
    source: Source
    fetcher: Fetcher
    workers: Workers
    now: datetime

    async def found(self) -> Found:
        url = self.source.url
        answer = await self._get(url)
        try:
            return Found(url, await self._title(answer))
        except ParseError as e:
            named = await self.workers.run(self.source.name, feeds_of, answer)
            if not named:
                return await self._guess(answer, e)
        chosen = await self._get(named[0])
        try:
            return Found(named[0], await self._title(chosen), named[1:])
        except ParseError as e:
            others = f"; it also names {', '.join(named[1:])}" if named[1:] else ""
            raise ParseError(self.source.name, f"the page names {named[0]}, but there is {e.reason}{others}") from e

    async def _guess(self, page: Answer, error: ParseError) -> Found:
        """Look where sites usually keep their feed; ParseError where none is there, or `error` is not of a page."""
        if not error.reason.endswith("the answer is a web page"):
            raise error
        for url in likely(page.url):
            heard = Heard()
            try:
                answer = await self.fetcher.get(url, self.source, accept=_ACCEPT, heard=heard)
                if answer is not None:
                    return Found(url, await self._title(answer), guessed=True)
            except ParseError:
                continue
            except FetchError:
                if not heard.status or heard.status in ASKS_TO_WAIT:
                    break  # nobody there, or too busy: the rest would fare no better
        raise ParseError(
            self.source.name,
            'the page names no feed (<link rel="alternate">), and none is where sites usually keep one;'
            " give the address of the feed itself",
        ) from error

    async def _get(self, url: str) -> Answer:
        answer = await self.fetcher.get(url, self.source, accept=_ACCEPT)
        if answer is None:
            raise FetchError(self.source.name, "answered 304")
        return answer

    async def _title(self, answer: Answer) -> str:
        return await self.workers.run(self.source.name, _title, self.source.name, answer, self.now)


def _title(source: str, answer: Answer, now: datetime) -> str:
    """The title of the feed that the answer is; ParseError where it is none."""
    feed.parse(source, answer.body, url=answer.url, charset=answer.charset, now=now)
    return title_of(decode(answer.body, answer.charset))


def likely(url: str) -> tuple[str, ...]:
    """Return where the feed of a page may be that names none: beside it if it is a folder, and at the root.

    >>> likely("https://ilma.example/")[:2]
    ('https://ilma.example/feed', 'https://ilma.example/rss')
    >>> len(likely("https://ilma.example/news/")), likely("https://ilma.example/news/")[0]
    (14, 'https://ilma.example/news/feed')
    """
    path = urlsplit(url).path
    folders = ("./", "/") if path.endswith("/") and path != "/" else ("/",)
    return tuple(urljoin(url, folder + place) for folder in folders for place in PLACES)


def feeds_of(answer: Answer) -> tuple[str, ...]:
    """Return the feeds that a web page names, absolute and each once, the likeliest first; none where it is no page."""
    if binary(answer.body):
        return ()
    markup = decode(answer.body, answer.charset)
    root = None if swarms(markup) else tree(markup)
    if root is None:
        return ()
    base = next((text.web_link(str(b.get("href")), answer.url) for b in root.iter("base") if b.get("href")), "")
    found: dict[str, str] = {}
    for link, title in _alternates(root):
        if url := text.web_link(link, base or answer.url):
            found.setdefault(url, title)
        if len(found) == _MOST_FEEDS:
            break
    return tuple(sorted(found, key=lambda url: _rank(url, found[url], answer.url)))


def _alternates(root: etree._Element) -> Iterator[tuple[str, str]]:
    for link in root.iter("link"):
        kind = str(link.get("type", "")).partition(";")[0].strip().lower()
        if "alternate" in str(link.get("rel", "")).lower().split() and kind in _TYPES and link.get("href"):
            yield str(link.get("href")), str(link.get("title", ""))[:_TITLE_CHARS]


def _rank(url: str, title: str, page: str) -> int:
    """How far a feed is from all the news of a page: 0 for the part that the page itself is of, then all, then less."""
    folders = urlsplit(url).path.lower().split("/")[:-1]
    if "comments" in folders or _COMMENTS.search(title):
        return 3
    if _PARTS.isdisjoint(folders):
        return 1
    own = [part for part in urlsplit(page).path.lower().split("/") if part]
    return 0 if [part for part in folders if part and part not in ("feed", "rss", "atom")] == own else 2


def title_of(document: str) -> str:
    """Return the title of a feed; empty where it has none.

    >>> title_of("<feed xmlns='http://www.w3.org/2005/Atom'><title>Ilma &amp; Tarn</title></feed>")
    'Ilma & Tarn'
    """
    document = document.strip().lstrip("\ufeff")
    said = _json_title(document) if document[:1] == "{" else _xml_title(document)
    return text.shorten(text.title(said), _NAME_CHARS)


def _json_title(document: str) -> str:
    try:
        said = read_json(document).get("title")
    except (ValueError, RecursionError):
        return ""
    return said if isinstance(said, str) else ""


def _xml_title(document: str) -> str:
    parser = etree.XMLPullParser(
        ("end",), encoding="utf-8", recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        parser.feed(_DECLARATION.sub("", document, count=1)[:_HEAD_CHARS].encode("utf-8", "replace"))
    except etree.XMLSyntaxError:
        return ""
    for _, element in parser.read_events():
        if not isinstance(element, etree._Element):
            continue
        parent = element.getparent()
        if _name(element) == "title" and parent is not None and _name(parent) in ("channel", "feed"):
            return "".join(str(piece) for piece in element.itertext())
    return ""


def _name(element: etree._Element) -> str:
    # Not by etree.QName, which refuses the prefixes that nobody has declared.
    return re.split("[}:]", element.tag)[-1].lower() if isinstance(element.tag, str) else ""


def feed_key(url: str) -> str:
    """Return what two addresses of one feed have in common: not scheme, default port, case of the host or fragment.

    >>> feed_key("HTTPS://Ilma.example:443/feed/#top") == feed_key("http://ilma.example/feed")
    True
    """
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{(parts.hostname or '').rstrip('.')}:{port}{parts.path.rstrip('/')}{query}"
