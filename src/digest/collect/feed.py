"""Feed bytes to entries: RSS, RDF and Atom by fastfeedparser, by feedparser where that fails, and JSON Feed.

Both parsers get bytes that this module has put in order before: one encoding, no document type, nothing declared.
Neither is ever given a str, nor feedparser bare bytes: they would open it as an address or a path.
"""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html.entities import html5
from itertools import islice
from typing import Any, Final
from xml.parsers import expat

import fastfeedparser
import feedparser

from digest.collect import jsonfeed
from digest.collect.dates import plausible, read_date
from digest.collect.encoding import as_xml, binary, decode
from digest.collect.markup import swarms
from digest.collect.text import language, plain, title, web_link
from digest.errors import ParseError

MOST_ENTRIES: Final = 2_000
_MOST_LOOKED_AT: Final = 20_000
"""Of a feed with more entries than anyone reads, only so many are looked at, in its order."""
_MOST_PARTS: Final = 300_000
"""Tags and attributes that are read, up to 400 bytes of memory each: beyond, a feed is cut off."""
_MOST_TEXT: Final = 1_000_000
"""Characters of a text of one entry, pictures written out in it included."""
_PIECE: Final = 1_000_000
"""Characters of a feed that are put in order at a time."""
_SLOW_PARSER_BYTES: Final = 500_000
"""feedparser takes a second for a megabyte, and many for a deep one: beyond this it is not asked."""
_START: Final = re.compile(r"<(?:\?xml|!DOCTYPE|!--|(?:\w{1,40}:)?(?:rss|feed|rdf)\b)", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,60}:)?([\w.-]{1,60})")
_TAG: Final = re.compile(r"<[^>]+>")
_NAMED: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")
_SPACE: Final = re.compile(r"\s*")
_PART: Final = re.compile("[<=]")
_ITEM: Final = re.compile(r"<(?:[\w.-]{1,60}:)?(?:item|entry)[\s/>]", re.IGNORECASE)


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
class _Raw:
    """What a parser made of a feed."""

    items: Sequence[Mapping[str, Any]]
    beyond: int = 0
    """Items that were counted only."""
    language: str = ""
    broken: str = ""


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
    raw = _raw(source, body, url, charset)
    entries = [entry for item in raw.items if (entry := _entry(item, url, raw.language, now)) is not None]
    if raw.items and not entries:
        many = len(raw.items) + raw.beyond
        raise ParseError(source, f"no feed: {raw.broken or f'none of its entries ({many}) has a web address'}")
    without_link = len(raw.items) - len(entries)
    entries.sort(key=lambda e: e.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    kept = tuple(entries[:MOST_ENTRIES])
    return Feed(kept, without_link, raw.beyond + len(entries) - len(kept), raw.broken)


def _raw(source: str, body: bytes, url: str, charset: str) -> _Raw:
    text = decode(body, charset).strip().lstrip("\ufeff")
    if not text:
        raise ParseError(source, "no feed: the answer is empty")
    if binary(body):
        raise ParseError(source, "no feed: the answer is a binary file")
    if text[0] in "{[":
        listed, tongue = jsonfeed.items(source, text)
        looked_at = [jsonfeed.item(each) for each in listed[:_MOST_LOOKED_AT]]
        return _Raw(looked_at, len(listed) - len(looked_at), tongue)
    begin = _begin(source, text)
    end = _end(text, begin)
    beyond = sum(1 for _ in _ITEM.finditer(text, end))
    cut = end < len(text)
    ordered = _ordered(source, text, begin, end)
    del text  # four times its bytes where it has a character of the higher planes
    found, tongue = _xml_items(source, ordered, url, patient=not cut)
    looked_at = found[:_MOST_LOOKED_AT]
    broken = f"more than {_MOST_PARTS:,} tags and attributes" if cut and not beyond else ""
    return _Raw(looked_at, beyond + len(found) - len(looked_at), tongue, broken or ("" if cut else _broken(ordered)))


def _begin(source: str, text: str) -> int:
    """Return where the root element begins: behind what stands before the document, and behind its prolog."""
    found = _START.search(text[:8_192])
    if found is None:
        kind = "a web page" if re.search(r"<(?:html|body|head|div|p)\b", text[:8_192], re.I) else "plain text"
        raise ParseError(source, f"no feed: the answer is {kind}")
    begin = _after_prolog(source, text, found.start())
    root = _ROOT.match(text, begin)
    name = root[1].lower() if root else ""
    if name in ("html", "body", "head", "div"):
        raise ParseError(source, "no feed: the answer is a web page")
    if name not in ("rss", "feed", "rdf", "channel"):
        raise ParseError(
            source, f"no feed: the answer is another kind of XML (<{name}>)" if name else "no feed: broken XML"
        )
    return begin


def _end(text: str, begin: int) -> int:
    """Return where the part ends that is read: whole items where possible, and no more than memory has room for."""
    end = len(text)
    if text.count("<", begin) + text.count("=", begin) > _MOST_PARTS:
        end = next(islice(_PART.finditer(text, begin), _MOST_PARTS, None)).start()
    if text.count("<", begin, end) > _MOST_LOOKED_AT:
        last = next(islice(_ITEM.finditer(text, begin, end), _MOST_LOOKED_AT, None), None)
        end = last.start() if last else end
    return end


def _ordered(source: str, text: str, begin: int, end: int) -> bytes:
    if swarms(text):
        raise ParseError(source, "no feed: an element of too many attributes")
    out = bytearray(b'<?xml version="1.0" encoding="utf-8"?>\n')
    while begin < end:  # a piece at a time: a character that is put in takes a hundred bytes meanwhile
        stop = min(text.find(";", begin + _PIECE) + 1 or end, end)
        out += as_xml(_NAMED.sub(_character, text[begin:stop]))
        begin = stop
    return bytes(out)


def _character(name: re.Match[str]) -> str:
    # XML knows five names, HTML two thousand: a parser would drop the letter, and all behind a name nobody knows.
    return html.escape(html5.get(name[1], name[0]))


def _after_prolog(source: str, text: str, at: int) -> int:
    """Pass over declaration, comments, instructions and document type; entities are refused (CWE-776, CWE-611)."""
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if text.startswith("<!--", at):
            end, size = text.find("-->", at), 3
        elif text.startswith("<?", at):
            end, size = text.find(">", at), 1
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            end, size = text.find(">", at), 1
            if text.find("[", at, end) >= 0:
                raise ParseError(source, "no feed: its document type declares entities")
            if re.match(r"\s+html\b", text[at + 9 : at + 40], re.IGNORECASE):
                raise ParseError(source, "no feed: the answer is a web page")
        else:
            return at
        if end < 0:
            raise ParseError(source, "no feed: broken XML")
        at = end + size


def _xml_items(source: str, body: bytes, url: str, *, patient: bool) -> tuple[list[Mapping[str, Any]], str]:
    try:
        feed = fastfeedparser.parse(body, include_tags=False, include_media=False, include_enclosures=False)
        if feed.entries:
            return feed.entries, str(feed.feed.get("language") or "")
    except Exception:  # noqa: S110 - whatever the quick parser trips over, the patient one is asked next
        pass
    if not patient or len(body) > _SLOW_PARSER_BYTES:
        raise ParseError(source, "no feed: broken XML, too large to be repaired")
    return _patient_items(source, body, url)


def _patient_items(source: str, body: bytes, url: str) -> tuple[list[Mapping[str, Any]], str]:
    try:
        feed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        )
    except Exception as e:
        raise ParseError(source, "no feed: broken XML") from e
    if not feed.entries and (feed.bozo or not feed.version):
        raise ParseError(source, _complaint(feed.get("bozo_exception")))
    # Plain dicts: its own look for a date under another name, and warn of it.
    return [dict(entry) for entry in feed.entries], str(feed.feed.get("language") or "")


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
    summary = (_str(item, "summary") or _str(item, "description"))[:_MOST_TEXT]
    content = _content(item.get("content"), but=summary)[:_MOST_TEXT]
    return Entry(
        link=link,
        title=title(_str(item, "title")),
        published_at=plausible(_date(item, "published") or _date(item, "updated"), now),
        summary="" if content and _begins(content, summary) else summary,
        content=content,
        author=plain(_str(item, "author")[:2_000])[:200],
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
