"""RSS, RDF and Atom to items: by fastfeedparser, by feedparser where that fails.

Both parsers get bytes that this module has put in order before: one encoding, no document type, nothing declared.
Neither is ever given a str, nor feedparser bare bytes: they would open it as an address or a path.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from itertools import islice
from typing import Any, Final, TypeAlias
from xml.parsers import expat

import fastfeedparser
import feedparser

from digest.collect.encoding import as_xml
from digest.collect.feeds.items import MOST_LOOKED_AT, Items
from digest.collect.markup import swarms
from digest.collect.text import plain
from digest.errors import ParseError

_MOST_PARTS: Final = 300_000
"""Tags and attributes that are read, up to 400 bytes of memory each: beyond, a feed is cut off."""
_PIECE: Final = 1_000_000
"""Characters of a feed that are put in order at a time."""
_MOST_DATES: Final = 4_000
"""Dates that are looked at to learn a feed's zone."""
_SLOW_PARSER_BYTES: Final = 500_000
"""feedparser takes a second for a megabyte, and many for a deep one: beyond this it is not asked."""
_SLOW_PARSER_PARTS: Final = 1_000
"""Comments and bases of addresses, over which it takes time and memory by the square of their number."""
_START: Final = re.compile(r"<(?:\?xml|!DOCTYPE|!--|(?:\w{1,40}:)?(?:rss|feed|rdf)\b)", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:[\w.-]{1,60}:)?([\w.-]{1,60})")
_NAMED: Final = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")
_HALF: Final = re.compile(r"&#(?:x([dD][89A-Fa-f][0-9A-Fa-f]{2})|(5[5-7][0-9]{3}));")
_HALVES: Final = re.compile(rf"(?:{_HALF.pattern}){{1,1000}}")
_DATE: Final = re.compile(
    rb"<(?:[\w.-]{1,60}:)?(?:pubDate|lastBuildDate|date|published|updated|issued|modified)(?:\s[^<>]{0,200})?>"
    rb"\s{0,200}(?:<!\[CDATA\[)?([^<\]]{1,80})",
    re.IGNORECASE,
)
_SPACE: Final = re.compile(r"\s*")
_PART: Final = re.compile("[<=]")
_ITEM: Final = re.compile(r"<(?:[\w.-]{1,60}:)?(?:item|entry)[\s/>]", re.IGNORECASE)

# What it does not know for a date it would guess at, for milliseconds each, and call what names no zone UTC. As it is
# asked here, it hands on what stands there.
fastfeedparser.main._parse_date = str


_Parsed: TypeAlias = tuple[list[Mapping[str, Any]], Mapping[str, Any]]
"""Items, and what the feed says of itself."""


class Odd(ParseError):
    """A feed that the quick parser does not understand, and the patient one was not to be asked."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed in XML, in order: nothing in it can mislead a parser."""

    body: bytes
    beyond: int
    """Items that stand behind what is read of it."""
    cut: bool
    """Whether anything stands there."""


def document(source: str, text: str) -> Document:
    """Return the part of an answer that parsers are given; ParseError where it is no feed in XML."""
    begin = _begin(source, text)
    end = _end(text, begin)
    beyond = sum(1 for _ in _ITEM.finditer(text, end))
    return Document(_ordered(source, text, begin, end), beyond, end < len(text))


def items(source: str, feed: Document, url: str, *, quick: bool = False) -> Items:
    """Return the items of a feed fetched from `url`; ParseError where parsers find it is none.

    With `quick` the patient parser is not asked, and Odd raised where the quick one fails.
    """
    found, about = _parsed(source, feed.body, url, patient=not feed.cut, quick=quick)
    if feed.cut:
        broken = "" if feed.beyond else f"more than {_MOST_PARTS:,} tags and attributes"
    else:
        broken = _broken(feed.body)
    return Items(
        found[:MOST_LOOKED_AT],
        beyond=feed.beyond + max(len(found) - MOST_LOOKED_AT, 0),
        language=str(about.get("language") or ""),
        document=feed.body,
        broken=broken,
    )


def dates(document: bytes) -> Iterator[str]:
    """Yield the dates of a feed and its items as they stand there, a few thousand at most."""
    return (said[1].decode("utf-8", "replace") for said in islice(_DATE.finditer(document), _MOST_DATES))


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
    if end - begin <= MOST_LOOKED_AT:
        return end  # room for nothing that is too much
    if text.count("<", begin) + text.count("=", begin) > _MOST_PARTS:
        end = next(islice(_PART.finditer(text, begin), _MOST_PARTS, None)).start()
    if text.count("<", begin, end) > MOST_LOOKED_AT:
        last = next(islice(_ITEM.finditer(text, begin, end), MOST_LOOKED_AT, None), None)
        end = last.start() if last else end
    return end


def _ordered(source: str, text: str, begin: int, end: int) -> bytes:
    if swarms(text):
        raise ParseError(source, "no feed: an element of too many attributes")
    out = bytearray(b'<?xml version="1.0" encoding="utf-8"?>\n')
    while begin < end:  # a piece at a time: a character that is put in takes a hundred bytes meanwhile
        stop = min(text.find(";", begin + _PIECE) + 1 or end, end)
        out += as_xml(_HALVES.sub(_whole, _NAMED.sub(_character, text[begin:stop])))
        begin = stop
    return bytes(out)


def _character(name: re.Match[str]) -> str:
    # XML knows five names, HTML two thousand: a parser would drop the letter, and all behind a name nobody knows.
    return html.escape(html5.get(name[1], name[0]))


def _whole(numbers: re.Match[str]) -> str:
    # Characters of the higher planes written as their two halves of UTF-16, for which a parser would drop the feed.
    return _HALF.sub(_half, numbers[0]).encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _half(number: re.Match[str]) -> str:
    code = int(number[1], 16) if number[1] else int(number[2])
    return chr(code) if 0xD800 <= code <= 0xDFFF else number[0]


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


def _parsed(source: str, body: bytes, url: str, *, patient: bool, quick: bool) -> _Parsed:
    found: _Parsed | None = None
    try:
        feed = fastfeedparser.parse(body, include_media=False, include_enclosures=False)
        found = (feed.entries, feed.feed) if feed.entries else None
    except Exception:  # noqa: S110 - whatever the quick parser trips over, the patient one is asked next
        pass
    if found is not None and not _overlooks(found[0], body):
        return found
    if patient and _can_be_repaired(body):
        if quick:
            raise Odd(source, "no feed: broken XML")
        return _better(source, body, url, found) if found else _patiently_parsed(source, body, url)
    if found is None:
        raise ParseError(source, "no feed: broken XML, too large or too odd to be repaired")
    return found


def _can_be_repaired(body: bytes) -> bool:
    parts = max(body.count(b"!--"), body.count(b"xml:base"))
    return len(body) <= _SLOW_PARSER_BYTES and parts <= _SLOW_PARSER_PARTS


def _overlooks(found: list[Mapping[str, Any]], body: bytes) -> bool:
    """Whether a feed has what the quick parser has no eye for: other links before the link, bases, XHTML, channels."""
    links = [item.get("link") for item in found]
    return (
        not all(links)
        or (any("://" not in str(link) for link in links) and b"xml:base" in body)
        or (not all(item.get("title") for item in found) and b"xhtml" in body)
        or body.count(b"<channel") > 1
    )


def _better(source: str, body: bytes, url: str, quick: _Parsed) -> _Parsed:
    try:
        patient = _patiently_parsed(source, body, url)
    except ParseError:
        return quick
    return patient if _wealth(patient[0]) >= _wealth(quick[0]) else quick


def _wealth(found: list[Mapping[str, Any]]) -> int:
    return sum(1 + bool(item.get("link")) + bool(item.get("title")) for item in found)


def _patiently_parsed(source: str, body: bytes, url: str) -> _Parsed:
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
    return [dict(entry) for entry in feed.entries], dict(feed.feed)


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
