"""How many bytes a mail's HTML has once its personal fields are filled in, and how many it may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from digest.errors import LookError
from digest.model.issue import Content, Item
from digest.render.addresses import issue_url
from digest.render.clean import clean, short
from digest.render.mail import MailSettings
from digest.render.slots import Slots, link_field

LIMIT: Final = 92_160
"""Bytes of HTML. Gmail cuts a message near 102 KB, and what it cuts off is the way out."""

_LINK: Final = 160
"""Of a link behind the public address: its path, and a token, which grows with the edition's name."""
_LONGEST_ID: Final = 9_999_999_999
_SETTINGS: Final = 700
"""Of the settings line without its sections, in any language: days, an hour, a zone."""


def room(mail: MailSettings, edition: str, titles: Iterable[str], links: Sequence[str] = ()) -> dict[str, int]:
    """Return how many bytes each personal field takes at most; `titles` are those of the edition's sections.

    `links` are those that are counted, of which each has room for its own address too: in a test send it stands there.
    """
    page = len(escape(issue_url(mail.public_url, _LONGEST_ID)))
    link = len(escape(mail.public_url)) + _LINK + 2 * len(edition.encode())
    settings = _SETTINGS + sum(len(escape(clean(title)).encode()) + len(", and ") for title in titles)
    fields = {"web_url": page, "preferences_url": link, "unsubscribe_url": link, "settings": settings}
    return fields | {link_field(n): max(link, len(escape(url))) for n, url in enumerate(["", *links] if links else [])}


def filled(html: str, slots: Slots, room: Mapping[str, int]) -> int:
    """Return the bytes of the HTML when each of its slots holds as much as it may."""
    return sum(len(literal.encode()) + (room[field] if field else 0) for literal, field in slots.split(html))


def too_large(content: Content, size: int) -> LookError:
    """Return the error for an issue that has `size` bytes when all is taken away that may be; it names what takes most.

    That is a section, or the corrections of earlier issues, which nothing takes away.
    """
    section = max((s for s in content.sections if s.items), key=lambda section: _weight(section.items[0]))
    lead, corrections = section.items[0], content.corrections
    if sum(_bytes(c.headline, c.text) for c in corrections) > _weight(lead):
        most = f"The corrections take most, {len(corrections)} of them: put what they say into fewer and shorter ones"
    else:
        most = (
            f"Section {section.id} takes most, for {short(lead.headline, 60)!r}: mute an outlet that tells it "
            "(mute_outlets), or give the edition fewer sections"
        )
    told = f"{size:,} bytes of HTML with one sentence on one story of each section; at most {LIMIT:,} arrive whole"
    return LookError(f"{told}. {most}")


def _weight(item: Item) -> int:
    """Return how much text and how many addresses a story brings, its markup left aside."""
    outlets = (text for credit in item.credits for text in (credit.name, credit.url))
    return _bytes(item.headline, item.url, *item.summary, *item.claimed_by, *outlets)


def _bytes(*texts: str) -> int:
    return sum(len(escape(text).encode("utf-8", "replace")) for text in texts)
