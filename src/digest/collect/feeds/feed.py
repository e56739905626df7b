"""Feed bytes to entries, whatever kind of feed it is and whichever parser read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.collect.encoding import binary, decode
from digest.collect.feeds import jsonfeed, xmlfeed
from digest.collect.feeds.entries import Entries, Entry, Offer, when
from digest.collect.feeds.items import Items
from digest.errors import ParseError

MOST_ENTRIES: Final = 2_000


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


@dataclass(frozen=True, slots=True)
class Offers:
    """What a feed says, its entries still to be made: most of those that a poll sees are known."""

    offers: tuple[Offer, ...]
    """In no certain order."""
    without_link: int = 0
    surplus: int = 0
    broken: str = ""


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
    return _whole(_read(source, body, url, now, charset, timezone, quick=quick))


def offers(
    source: str, body: bytes, *, url: str, now: datetime, charset: str = "", timezone: str = "", quick: bool = False
) -> Offers:
    """Return what `parse` would, and as it would, its entries still to be made."""
    found = _read(source, body, url, now, charset, timezone, quick=quick)
    return found if len(found.offers) <= MOST_ENTRIES else made(_whole(found))


def made(feed: Feed) -> Offers:
    """Return what a feed offers whose entries are there already."""
    found = (Offer(e.link, (e.title, e.summary, e.content), (e,), _made) for e in feed.entries)
    return Offers(tuple(found), feed.without_link, feed.surplus, feed.broken)


def _made(offer: Offer) -> Entry:
    entry: Entry = offer.rest[0]
    return entry


def _read(source: str, body: bytes, url: str, now: datetime, charset: str, timezone: str, *, quick: bool) -> Offers:
    raw = _raw(source, body, url, charset, quick=quick)
    found = Entries(raw, url, now=now, timezone=timezone).offers(raw.items)
    if raw.items and not found:
        many = len(raw.items) + raw.beyond
        raise ParseError(source, f"no feed: {raw.broken or f'none of its entries ({many}) has a web address'}")
    return Offers(found, len(raw.items) - len(found), raw.beyond, raw.broken)


def _whole(found: Offers) -> Feed:
    entries = sorted((offer.entry() for offer in found.offers), key=when, reverse=True)
    kept = tuple(entries[:MOST_ENTRIES])
    return Feed(kept, found.without_link, found.surplus + len(entries) - len(kept), found.broken)


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
