"""The Atom feed of issues (RFC 4287), one entry an issue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from digest.model.issue import Content
from digest.render.addresses import archive_url, feed_url, issue_url
from digest.render.clean import clean
from digest.render.web import Listed, Site, entry_html

ATOM: Final = "http://www.w3.org/2005/Atom"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""`updated` of a feed without entries, which it must have (RFC 4287, 4.1.1)."""


def atom(issues: Iterable[tuple[Listed, Content]], site: Site) -> bytes:
    """Return the feed of these issues, the newest first, each whole.

    An entry's id holds the domain, date, edition and number, so that it stays when the pages move.
    """
    told = list(issues)
    root = etree.XML(f'<feed xmlns="{ATOM}"/>')
    root.set(_LANGUAGE, site.pages.speak(site.language).language)
    _text(root, "id", archive_url(site.public_url))
    _text(root, "title", site.title)
    _text(root, "updated", _moment(max((issue.at for issue, _ in told), default=_NEVER)))
    _text(etree.SubElement(root, f"{{{ATOM}}}author"), "name", site.title)
    _link(root, "self", feed_url(site.public_url), "application/atom+xml")
    _link(root, "alternate", archive_url(site.public_url), "text/html")
    for issue, content in told:
        _entry(root, issue, content, site)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return made + b"\n"


def entry_id(issue: Listed, domain: str) -> str:
    """Return an entry's id, a tag URI (RFC 4151)."""
    return f"tag:{domain.lower()},{issue.local_date:%Y-%m-%d}:{issue.edition}/{issue.number}"


def _entry(root: etree._Element, issue: Listed, content: Content, site: Site) -> None:
    view, html = entry_html(content, site)
    entry = etree.SubElement(root, f"{{{ATOM}}}entry")
    entry.set(_LANGUAGE, view.language)
    _text(entry, "id", entry_id(issue, site.domain))
    _text(entry, "title", issue.subject)
    _text(entry, "published", _moment(issue.at))
    _text(entry, "updated", _moment(issue.at))
    _link(entry, "alternate", issue_url(site.public_url, issue.id), "text/html")
    etree.SubElement(entry, f"{{{ATOM}}}category", term=issue.edition, label=issue.title)
    if issue.preheader:
        _text(entry, "summary", issue.preheader)
    etree.SubElement(entry, f"{{{ATOM}}}content", type="html").text = html


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = clean(text)


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, type=kind, href=href)


def _moment(at: datetime) -> str:
    """Return the instant as RFC 3339 has it, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
