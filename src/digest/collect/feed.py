"""Feed bytes to entries: RSS, RDF and Atom by fastfeedparser, by feedparser where that fails, and JSON Feed.

Both parsers get bytes that this module has put in order before: one encoding, no document type, nothing declared.
Neither is ever given a str, nor feedparser bare bytes: they would open it as an address or a path.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from xml.parsers import expat

import fastfeedparser
import feedparser

from digest.collect import jsonfeed
from digest.collect.dates import plausible, read_date
from digest.collect.encoding import binary, decode
from digest.collect.markup import swarms
from digest.collect.text import language, plain, title, web_link
from digest.errors import ParseError

MOST_ENTRIES: Final = 2_000
_MOST_LOOKED_AT: Final = 20_000
"""Of a feed with more entries than anyone reads, only so many are looked at, in its order."""
_SLOW_PARSER_BYTES: Final = 1_000_000
"""feedparser takes a second for a megabyte, and many for a hostile one: beyond this it is not asked."""
_START: Final = re.compile(r"<(?:\?xml|!DOCTYPE|!--|(?:\w{1,40}:)?(?:rss|feed|rdf)\b)", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]{0,400}>", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,60}:)?([\w.-]{1,60})")
_TAG: Final = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed."""

    link: str
    """Absolute, http or https."""
    title: str
    """One plain line; may be empty."""
    published_at: datetime | None
    summary: str
    """HTML as the feed has it, hostile."""
    content: str
    """The text in HTML where the feed carries it; hostile, may be empty."""
    author: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says."""

    entries: tuple[Entry, ...]
    """Newest first; those without a date after those with one, in the feed's order."""
    without_link: int = 0
    """Entries left out because they lead nowhere on the web."""
    surplus: int = 0
    """Entries beyond the newest 2,000, left out."""
    broken: str = ""
    """What is wrong with its XML, of which parsers made what they could; empty if nothing is."""


def parse(source: str, body: bytes, *, url: str, now: datetime, charset: str = "") -> Feed:
    """Return the entries of a feed fetched from `url`; ParseError with a reason where the answer is none."""
    text = decode(body, charset).strip().lstrip("\ufeff")
    if not text:
        raise ParseError(source, "no feed: the answer is empty")
    if binary(body):
        raise ParseError(source, "no feed: the answer is a binary file")
    broken = ""
    if text[0] in "{[":
        raw, tongue = jsonfeed.items(source, text)
    else:
        ordered = _in_order(source, text)
        raw, tongue = _xml_items(source, ordered, url)
        broken = _broken(ordered)
    looked_at = raw[:_MOST_LOOKED_AT]
    entries = [entry for item in looked_at if (entry := _entry(item, url, tongue, now)) is not None]
    if raw and not entries:
        raise ParseError(source, f"no feed: {broken or f'none of its entries ({len(raw)}) has a web address'}")
    entries.sort(key=lambda e: e.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    kept = tuple(entries[:MOST_ENTRIES])
    surplus = len(raw) - len(looked_at) + len(entries) - len(kept)
    return Feed(kept, len(looked_at) - len(entries), surplus, broken)


def _in_order(source: str, text: str) -> bytes:
    """The document as UTF-8 without what stands before it, its declaration and its document type."""
    begin = _START.search(text[:8_192])
    if begin is None:
        kind = "a web page" if re.search(r"<(?:html|body|head|div|p)\b", text[:8_192], re.I) else "plain text"
        raise ParseError(source, f"no feed: the answer is {kind}")
    rest = _without_prolog(source, text[begin.start() :])
    root = _ROOT.match(rest)
    name = root[1].lower() if root else ""
    if name in ("html", "body", "head", "div"):
        raise ParseError(source, "no feed: the answer is a web page")
    if name not in ("rss", "feed", "rdf", "channel"):
        raise ParseError(
            source, f"no feed: the answer is another kind of XML (<{name}>)" if name else "no feed: broken XML"
        )
    if swarms(rest):
        raise ParseError(source, "no feed: an element of too many attributes")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + rest.encode("utf-8", "replace")


def _without_prolog(source: str, text: str) -> str:
    """Pass over declaration, comments, instructions and document type; entities are refused (CWE-776, CWE-611)."""
    while True:
        text = text.lstrip()
        if text.startswith("<!--"):
            end, size = text.find("-->"), 3
        elif text.startswith("<?"):
            end, size = text.find(">"), 1
        elif text[:9].upper() == "<!DOCTYPE":
            end, size = text.find(">"), 1
            subset = text.find("[")
            if 0 <= subset < end:
                raise ParseError(source, "no feed: its document type declares entities")
            if re.match(r"\s+html\b", text[9:40], re.IGNORECASE):
                raise ParseError(source, "no feed: the answer is a web page")
        else:
            return text
        if end < 0:
            raise ParseError(source, "no feed: broken XML")
        text = text[end + size :]


def _xml_items(source: str, body: bytes, url: str) -> tuple[list[Mapping[str, Any]], str]:
    try:
        feed = fastfeedparser.parse(body, include_tags=False, include_media=False, include_enclosures=False)
        if feed.entries:
            return feed.entries, str(feed.feed.get("language") or "")
    except Exception:  # noqa: S110 - whatever the quick parser trips over, the patient one is asked next
        pass
    return _patient_items(source, body, url)


def _patient_items(source: str, body: bytes, url: str) -> tuple[list[Mapping[str, Any]], str]:
    if len(body) > _SLOW_PARSER_BYTES:
        raise ParseError(source, "no feed: broken XML, too large to be repaired")
    try:
        feed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        )
    except Exception as e:
        raise ParseError(source, "no feed: broken XML") from e
    if not feed.entries and (feed.bozo or not feed.version):
        raise ParseError(source, _complaint(feed.get("bozo_exception")))
    return feed.entries, str(feed.feed.get("language") or "")


def _broken(body: bytes) -> str:
    """Say where a document stops being XML; empty where it is. Entities of a document type do not count: it is gone."""
    checker = expat.ParserCreate()
    checker.UseForeignDTD(True)
    try:
        checker.Parse(body, True)
    except expat.ExpatError as e:
        return f"broken XML near line {e.lineno} ({expat.ErrorString(e.code)})"
    return ""


def _complaint(error: object) -> str:
    at = getattr(error, "getLineNumber", lambda: None)()
    said = plain(str(getattr(error, "getMessage", lambda: "")()))[:80]
    # The line is one too few where the declaration was put in order, and more where something stood before it.
    return "no feed: broken XML" + (f" near line {at}" if at else "") + (f" ({said})" if said else "")


def _entry(item: Mapping[str, Any], url: str, tongue: str, now: datetime) -> Entry | None:
    said = _link(item)
    link = web_link(said, url) if said else _permalink(_str(item, "id"))
    if not link:
        return None
    summary = _str(item, "summary") or _str(item, "description")
    content = _content(item.get("content"), but=summary)
    return Entry(
        link=link,
        title=title(_str(item, "title")),
        published_at=plausible(_date(item, "published") or _date(item, "updated"), now),
        summary="" if content and _begins(content, summary) else summary,
        content=content,
        author=plain(_str(item, "author"))[:200],
        language=language(_str(item, "language") or tongue),
    )


def _date(item: Mapping[str, Any], key: str) -> datetime | None:
    read = item.get(f"{key}_parsed")  # feedparser knows more spellings, and gives UTC
    if isinstance(read, time.struct_time):
        try:
            return datetime(*read[:6], tzinfo=UTC)
        except ValueError:
            return None
    return read_date(_str(item, key))


def _permalink(guid: str) -> str:
    # RSS 2.0: a guid is the address of the item where there is no link, unless it says otherwise.
    return web_link(guid) if guid.startswith(("http://", "https://")) else ""


def _link(item: Mapping[str, Any]) -> str:
    """The link to the item's page: of Atom's links the alternate, which is what no `rel` means (RFC 4287, 4.2.7.2)."""
    said, pages, others = _str(item, "link"), [], set()
    for link in _mappings(item.get("links")):
        if (_str(link, "rel") or "alternate") == "alternate":
            pages.append(_str(link, "href"))
        else:
            others.add(_str(link, "href"))
    return pages[0] if pages and (not said or said in others) else said


def _content(parts: object, *, but: str) -> str:
    # RSS has one text only, which the parser tells twice.
    return next((value for part in _mappings(parts) if (value := _str(part, "value")).strip() and value != but), "")


def _mappings(parts: object) -> list[Mapping[str, Any]]:
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []


def _begins(content: str, summary: str) -> bool:
    """Whether a summary is only the beginning of the text, as fastfeedparser makes one where the feed has none."""
    words = "".join(_TAG.sub("", summary)[:60].split())
    return bool(words) and "".join(_TAG.sub("", content[:4_000]).split()).startswith(words[:40])


def _str(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
