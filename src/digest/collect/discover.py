"""The feed of a site: an address as a person knows it, to the feed that the daemon reads."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from digest.collect import feed, text
from digest.collect.encoding import binary, decode
from digest.collect.fetch import Answer, Fetcher, Limits
from digest.collect.markup import swarms, tree
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
_NAME_CHARS: Final = 80
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
    """Further feeds that the page names, in its order."""


async def discover(
    url: str, *, now: datetime, user_agent: str, timeout: timedelta = timedelta(seconds=30), allow_private: bool = False
) -> Found:
    """Return the feed at `url`, or the first that the web page there names (`<link rel="alternate">`).

    `timeout` is for each of the two documents. Raises FetchError where there is none, ParseError where it is neither a
    feed nor a page that names one.
    """
    source = Source(urlsplit(url).hostname or url, SourceKind.FEED, url=url, allow_private=allow_private)
    async with Fetcher(user_agent, Limits(total=timeout)) as fetcher:
        answer = await _get(fetcher, source, url)
        try:
            return Found(url, await _title(source, answer, now))
        except ParseError as e:
            named = await asyncio.to_thread(feeds_of, answer)
            if not named:
                raise ParseError(source.name, _neither(e.reason)) from e
        chosen = await _get(fetcher, source, named[0])
        try:
            return Found(named[0], await _title(source, chosen, now), named[1:])
        except ParseError as e:
            others = f"; it also names {', '.join(named[1:])}" if named[1:] else ""
            raise ParseError(source.name, f"the page names {named[0]}, but there is {e.reason}{others}") from e


async def _get(fetcher: Fetcher, source: Source, url: str) -> Answer:
    answer = await fetcher.get(url, source, accept=_ACCEPT)
    if answer is None:
        raise FetchError(source.name, "answered 304")
    return answer


async def _title(source: Source, answer: Answer, now: datetime) -> str:
    """The title of the feed that the answer is; ParseError where it is none."""
    await asyncio.to_thread(feed.parse, source.name, answer.body, url=answer.url, charset=answer.charset, now=now)
    return await asyncio.to_thread(title_of, decode(answer.body, answer.charset))


def _neither(reason: str) -> str:
    if reason.endswith("the answer is a web page"):
        return 'the page names no feed (<link rel="alternate">); give the address of the feed itself'
    return reason


def feeds_of(answer: Answer) -> tuple[str, ...]:
    """Return the feeds that a web page names, absolute and each once; none where it is no page."""
    if binary(answer.body):
        return ()
    markup = decode(answer.body, answer.charset)
    root = None if swarms(markup) else tree(markup)
    if root is None:
        return ()
    base = next((text.web_link(str(b.get("href")), answer.url) for b in root.iter("base") if b.get("href")), "")
    found = (text.web_link(link, base or answer.url) for link in _alternates(root))
    return tuple(dict.fromkeys(filter(None, found)))[:_MOST_FEEDS]


def _alternates(root: etree._Element) -> Iterator[str]:
    for link in root.iter("link"):
        kind = str(link.get("type", "")).partition(";")[0].strip().lower()
        if "alternate" in str(link.get("rel", "")).lower().split() and kind in _TYPES and link.get("href"):
            yield str(link.get("href"))


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
        said = json.loads(document).get("title")
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
