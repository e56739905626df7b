"""Feed bytes to entries, whatever kind of feed it is and whichever parser read it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from datetime import timezone as offset_zone
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.collect.dates import plausible, settled, stated
from digest.collect.encoding import binary, decode
from digest.collect.feeds import jsonfeed, xmlfeed
from digest.collect.feeds.items import Items
from digest.collect.text import language, line, plain, shorten, title, web_link
from digest.errors import ParseError

MOST_ENTRIES: Final = 2_000
_MOST_TEXT: Final = 1_000_000
"""Characters of a text of one entry, pictures written out in it included."""
_MOST_GUID: Final = 500
_MOST_CATEGORIES: Final = 10
_MOST_CATEGORY: Final = 80
_MOST_OF_A_LINE: Final = 2_000
"""Characters of an author or a category that are looked at, their markup included."""
_MOST_AUTHOR: Final = 200
_MAILED: Final = re.compile(r"(?<![^\s(,;])[^\s@(),;]{1,100}@[^\s@(),;]{1,200}")
_TAG: Final = re.compile(r"<[^>]+>")
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


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
    guid: str = ""
    """What the feed calls it, at most 500 characters; empty where another entry of the feed is called the same."""
    categories: tuple[str, ...] = ()
    """Plain lines, as the feed has them: at most 10, of at most 80 characters."""
    claimed_at: datetime | None = None
    """The date that was read but cannot be believed; `published_at` is None then."""


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


def parse(
    source: str,
    body: bytes,
    *,
    url: str,
    now: datetime,
    charset: str = "",
    timezone: str = "",
    quick: bool = False,
) -> Feed:
    """Return the entries of a feed fetched from `url`; ParseError with a reason where the answer is none.

    Dates without a zone are those of `timezone` (IANA); where it is empty, of the zone most other dates of the feed
    are in, else of UTC. With `quick` only the quick parser is asked, and `xmlfeed.Odd` raised where it fails.
    """
    raw = _raw(source, body, url, charset, quick=quick)
    home = ZoneInfo(timezone) if timezone else None
    dates = [_date(item) for item in raw.items]
    zone = home or _common_zone(dates, raw.document)
    tongue, at = language(raw.language), (settled(date, zone) for date in dates)
    made = (_entry(item, url, tongue, date, now) for item, date in zip(raw.items, at, strict=True))
    entries = [entry for entry in made if entry is not None]
    if raw.items and not entries:
        many = len(raw.items) + raw.beyond
        raise ParseError(source, f"no feed: {raw.broken or f'none of its entries ({many}) has a web address'}")
    without_link = len(raw.items) - len(entries)
    names = Counter(entry.guid for entry in entries)
    if len(names) < len(entries):
        entries = [replace(entry, guid="") if names[entry.guid] > 1 else entry for entry in entries]
    entries.sort(key=lambda e: e.published_at or _NEVER, reverse=True)
    kept = tuple(entries[:MOST_ENTRIES])
    return Feed(kept, without_link, raw.beyond + len(entries) - len(kept), raw.broken)


def _raw(source: str, body: bytes, url: str, charset: str, *, quick: bool) -> Items:
    text = decode(body, charset).strip().lstrip("\ufeff")
    if not text:
        raise ParseError(source, "no feed: the answer is empty")
    if binary(body):
        raise ParseError(source, "no feed: the answer is a binary file")
    if text[0] in "{[":
        return jsonfeed.items(source, text)
    document = xmlfeed.document(source, text)
    del text  # four times its bytes where it has a character of the higher planes
    return xmlfeed.items(source, document, url, quick=quick)


def _date(item: Mapping[str, Any]) -> datetime | None:
    name = item.get("id")
    for key in ("published", "updated"):
        said = item.get(key)
        # Where there is no date, fastfeedparser gives the entry's name for one.
        if isinstance(said, str) and said.strip() != name and (at := stated(said)) is not None:
            return at
    return None


def _common_zone(dates: Sequence[datetime | None], document: bytes) -> tzinfo:
    """The zone of dates that name none: that of most of the others, also of the feed's own."""
    if not any(at is not None and at.tzinfo is None for at in dates):
        return UTC
    # fastfeedparser gives what names a zone in UTC: which zone it was only the document tells.
    said = map(stated, xmlfeed.dates(document)) if document else dates
    offsets = Counter(ahead for at in said if at is not None and (ahead := at.utcoffset()) is not None)
    return offset_zone(offsets.most_common(1)[0][0]) if offsets else UTC


def _entry(item: Mapping[str, Any], url: str, tongue: str, at: datetime | None, now: datetime) -> Entry | None:
    name = _str(item, "id")
    said = _link(item)
    link = web_link(said, url) if said else _permalink(name)
    if not link:
        return None
    summary = (_str(item, "summary") or _str(item, "description"))[:_MOST_TEXT].strip()
    content = _content(item.get("content"), but=summary)[:_MOST_TEXT]
    author, tags, own = _str(item, "author"), item.get("tags"), _str(item, "language")
    published_at = plausible(at, now)
    return Entry(
        link=link,
        title=title(_str(item, "title")),
        published_at=published_at,
        summary="" if content and _begins(content, summary) else summary,
        content=content,
        author=_author(author) if author else "",
        language=language(own) if own else tongue,
        guid=line(name[:_MOST_GUID]),
        categories=_categories(tags) if tags else (),
        claimed_at=None if published_at else at,
    )


def _author(said: str) -> str:
    """A name; of `ada@tarn.example (Ada Lind)`, as RSS has it, what is no address."""
    said = plain(said[:_MOST_OF_A_LINE])
    if "@" in said:
        said = line(_MAILED.sub("", said).replace("()", "")).strip(" ,;")
        said = said[1:-1] if said.startswith("(") and said.endswith(")") and said.count("(") == 1 else said
    return shorten(said, _MOST_AUTHOR)


def _categories(tags: object) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for tag in _mappings(tags)[: 10 * _MOST_CATEGORIES]:
        # Atom's label is what people are to read (RFC 4287, 4.2.2.3).
        words = plain((_str(tag, "label") or _str(tag, "term"))[:_MOST_OF_A_LINE])
        if words and len(found) < _MOST_CATEGORIES:
            found[shorten(words, _MOST_CATEGORY)] = None
    return tuple(found)


def _permalink(guid: str) -> str:
    # RSS 2.0: a guid is the address of the item where there is no link, unless it says otherwise.
    return web_link(guid) if guid.startswith(("http://", "https://")) else ""


def _link(item: Mapping[str, Any]) -> str:
    """The link to the item's page: of Atom's links the alternate, which is what no `rel` means (RFC 4287, 4.2.7.2)."""
    said, links = _str(item, "link"), item.get("links")
    if not links:
        return said
    pages, others = [], set()
    for link in _mappings(links):
        if (_str(link, "rel") or "alternate") == "alternate":
            pages.append(_str(link, "href"))
        else:
            others.add(_str(link, "href"))
    return pages[0] if pages and (not said or said in others) else said


def _content(parts: object, *, but: str) -> str:
    # RSS has one text only, which the parser tells twice.
    return next((value for part in _mappings(parts) if (value := _str(part, "value").strip()) and value != but), "")


def _mappings(parts: object) -> list[Mapping[str, Any]]:
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _begins(content: str, summary: str) -> bool:
    """Whether a summary is only the beginning of the text, as fastfeedparser makes one where the feed has none."""
    if not summary:
        return False
    words = "".join(_TAG.sub("", summary)[:60].split())
    return bool(words) and "".join(_TAG.sub("", content[:4_000]).split()).startswith(words[:40])


def _str(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
