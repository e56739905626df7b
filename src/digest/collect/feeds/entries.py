"""The items of a feed as parsers give them, to entries: what an item offers at once, the rest when it is asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from datetime import timezone as offset_zone
from functools import cached_property
from itertools import starmap
from typing import Any, Final
from zoneinfo import ZoneInfo

from digest.collect.dates import plausible, settled, stated
from digest.collect.feeds.items import Items
from digest.collect.feeds.xmlfeed import dates
from digest.collect.text import language, line, plain, shorten, title, web_link

_MOST_TEXT: Final = 1_000_000
"""Characters of a text of one entry, pictures written out in it included."""
_MOST_GUID: Final = 500
_MOST_CATEGORIES: Final = 10
_MOST_CATEGORY: Final = 80
_MOST_OF_A_LINE: Final = 2_000
"""Characters of an author or a category that are looked at, their markup included."""
_MOST_AUTHOR: Final = 200
_MAILED: Final = re.compile(r"(?<![^\s(,;])[^\s@(),;]{1,100}@[^\s@(),;]{1,200}")
_TAG: Final = re.compile(r"<[^<>]*>")
_MOST_OF_A_BEGINNING: Final = 4_000
"""Characters of two texts in which it is looked whether one begins like the other."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)


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


@dataclass(slots=True)
class Offer:
    """One item of a feed, as far as it takes to tell whether it is news."""

    link: str
    said: tuple[str, str, str]
    """Title, summary and content of its entry."""
    rest: tuple[Any, ...]
    """What else `make` needs; plain texts, so that what parsers made around them is let go at once."""
    make: Callable[[Offer], Entry]

    def entry(self) -> Entry:
        """Return the whole of it, made now."""
        return self.make(self)


class Entries:
    """Makes the entries of one feed, which was fetched from `url`."""

    def __init__(self, raw: Items, url: str, *, now: datetime, timezone: str) -> None:
        self._document, self._tongue = raw.document, raw.language
        self._url, self._now, self._timezone = url, now, timezone
        self._named: list[str] = []
        """What the items that lead somewhere are called."""
        self._dated: list[tuple[str, str, str]] = []
        """The dates of all items, and what they are called."""

    def offers(self, items: Iterable[Mapping[str, Any]]) -> tuple[Offer, ...]:
        """Return what those items offer that lead to a page on the web, in the feed's order."""
        make = self._entry
        return tuple(offer for item in items if (offer := self._offer(item, make)))

    def _offer(self, item: Mapping[str, Any], make: Callable[[Offer], Entry]) -> Offer | None:
        name, said = _str(item, "id"), _link(item)
        dates = (_str(item, "published"), _str(item, "updated"), name)
        self._dated.append(dates)
        link = web_link(said, self._url) if said else _permalink(name)
        if not link:
            return None
        self._named.append(name)
        summary = (_str(item, "summary") or _str(item, "description"))[:_MOST_TEXT].strip()
        content = _content(item.get("content"), but=summary)[:_MOST_TEXT]
        texts = (title(_str(item, "title")), "" if content and _begins(content, summary) else summary, content)
        tags = item.get("tags")
        rest = (dates, _str(item, "author"), _str(item, "language"), _labels(tags) if tags else ())
        return Offer(link, texts, rest, make)

    def _entry(self, offer: Offer) -> Entry:
        dates, author, own, labels = offer.rest
        date = _first(*dates)
        at = settled(date, self._zone if date is not None and date.tzinfo is None else UTC)
        published_at, guid = plausible(at, self._now), _guid(dates[-1])
        words, summary, content = offer.said
        return Entry(
            link=offer.link,
            title=words,
            published_at=published_at,
            summary=summary,
            content=content,
            author=_author(author) if author else "",
            language=language(own) if own else self._language,
            guid=guid if self._names[guid] == 1 else "",
            categories=_categories(labels),
            claimed_at=None if published_at else at,
        )

    @cached_property
    def _zone(self) -> tzinfo:
        """Of dates that name none."""
        return ZoneInfo(self._timezone) if self._timezone else _common_zone(self._dated, self._document)

    @cached_property
    def _names(self) -> Counter[str]:
        return Counter(map(_guid, self._named))

    @cached_property
    def _language(self) -> str:
        return language(self._tongue)


def when(entry: Entry) -> datetime:
    """Return when an entry was published; long ago where nobody says."""
    return entry.published_at or NEVER


def _first(published: str, updated: str, name: str) -> datetime | None:
    """When an item was published, or else changed; where there is no date fastfeedparser gives its name for one."""
    said = (each for each in (published, updated) if each and each.strip() != name)
    return next((at for each in said if (at := stated(each)) is not None), None)


def _common_zone(dated: Iterable[tuple[str, str, str]], document: bytes) -> tzinfo:
    """The zone of dates that name none: that of most of the others, also of the feed's own."""
    said = map(stated, dates(document)) if document else starmap(_first, dated)
    offsets = Counter(ahead for at in said if at is not None and (ahead := at.utcoffset()) is not None)
    return offset_zone(offsets.most_common(1)[0][0]) if offsets else UTC


def _guid(said: str) -> str:
    return line(said[:_MOST_GUID])


def _author(said: str) -> str:
    """A name; of `ada@tarn.example (Ada Lind)`, as RSS has it, what is no address."""
    said = plain(said[:_MOST_OF_A_LINE])
    if "@" in said:
        said = line(_MAILED.sub("", said).replace("()", "")).strip(" ,;")
        said = said[1:-1] if said.startswith("(") and said.endswith(")") and said.count("(") == 1 else said
    return shorten(said, _MOST_AUTHOR)


def _labels(tags: object) -> tuple[str, ...]:
    # Atom's label is what people are to read (RFC 4287, 4.2.2.3).
    some = _mappings(tags)[: 10 * _MOST_CATEGORIES]
    return tuple((_str(tag, "label") or _str(tag, "term"))[:_MOST_OF_A_LINE] for tag in some)


def _categories(labels: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for label in labels:
        words = plain(label)
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
    words, text = ("".join(_TAG.sub("", said[:_MOST_OF_A_BEGINNING]).split()) for said in (summary, content))
    return bool(words) and text.startswith(words[:40])


def _str(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
