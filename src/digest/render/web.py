"""The frozen issue as a web page, and the archive that lists the issues. Nothing of a subscriber is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from digest.model.issue import Content
from digest.render.addresses import Ways, archive_url, feed_url, issue_url
from digest.render.clean import clean, short
from digest.render.labels import Labels
from digest.render.look import Look
from digest.render.titles import SUBJECT
from digest.render.view import Page, page

ISSUE = "issue.html.j2"
LIST = "archive.html.j2"
ENTRY = "entry.html.j2"


@dataclass(frozen=True, slots=True)
class Site:
    """What the public pages of all editions have in common."""

    title: str
    language: str
    """BCP 47, of the archive."""
    public_url: str
    """Without a slash at its end."""
    postal_address: str
    domain: str
    """The sender's: what the ids of the feed's entries are made in (RFC 4151)."""
    pages: Look
    """The templates of the pages, with the labels."""

    def __post_init__(self) -> None:
        for name in ("title", "postal_address"):
            object.__setattr__(self, name, clean(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Listed:
    """An issue as the archive lists it."""

    id: int
    edition: str
    title: str
    """The edition's."""
    number: int
    local_date: date
    language: str
    subject: str
    preheader: str
    at: datetime
    """When it was put into its final form: the Date of its mail."""
    noindex: bool = False
    """Whether search engines are asked to leave it out."""

    @property
    def month(self) -> str:
        """The name of its month in addresses, `2026-11`."""
        return f"{self.local_date:%Y-%m}"


def listed(issue: int, content: Content, *, noindex: bool = False) -> Listed:
    """Return how the archive lists an issue, its words cleaned."""
    return Listed(
        id=issue,
        edition=content.edition,
        title=clean(content.title),
        number=content.number,
        local_date=content.local_date,
        language=content.language,
        subject=short(content.subject, SUBJECT),
        preheader=clean(content.preheader),
        at=content.built_at,
        noindex=noindex,
    )


def issue_page(
    issue: Listed,
    content: Content,
    site: Site,
    ways: Ways,
    *,
    before: Listed | None = None,
    after: Listed | None = None,
) -> str:
    """Return the page of an issue: everything in it, nothing folded, with the issues of its edition beside it."""
    labels = site.pages.speak(content.language, site.language)
    return site.pages.fill(
        ISSUE,
        {
            "site": site,
            "issue": issue,
            "page": page(content, labels, site.postal_address),
            "canonical": issue_url(site.public_url, issue.id),
            "locale": _locale(labels),
            "before": before,
            "after": after,
            **_common(site, labels, ways),
        },
    )


def archive_page(
    issues: Sequence[Listed],
    site: Site,
    ways: Ways,
    *,
    months: Sequence[str] = (),
    month: str = "",
    latest: tuple[Listed, Content] | None = None,
) -> str:
    """Return a page that lists issues, the newest first: the archive's first page, or the page of a `month`.

    `months` are the names of all months that have a page. The first page opens with the `latest` issue.
    """
    labels = site.pages.speak(site.language)
    shown = [(name, list(group)) for name, group in groupby(issues, key=lambda issue: issue.month)]
    return site.pages.fill(
        LIST,
        {
            "site": site,
            "canonical": f"{archive_url(site.public_url)}/{month}" if month else archive_url(site.public_url),
            "month": month,
            "shown": [(_month(name, labels), group) for name, group in shown],
            "years": [
                (year, [(name, _month(name, labels)) for name in names])
                for year, names in groupby(months, key=lambda name: name[:4])
            ],
            "latest": latest and latest[0],
            "page": latest and page(latest[1], site.pages.speak(latest[1].language, site.language), ""),
            "noindex": any(issue.noindex for issue in (*issues, *(latest or ())[:1])),
            "locale": _locale(labels),
            **_common(site, labels, ways),
        },
    )


def entry_html(content: Content, site: Site) -> tuple[Page, str]:
    """Return an issue's view and its stories as HTML that needs no style, for a feed's entry."""
    labels = site.pages.speak(content.language, site.language)
    view = page(content, labels, site.postal_address)
    return view, site.pages.fill(ENTRY, {"page": view, "labels": labels, "say": labels.say_html})


def _common(site: Site, labels: Labels, ways: Ways) -> dict[str, object]:
    return {
        "ways": ways,
        "labels": labels,
        "say": labels.say_html,
        "language": labels.language,
        "direction": labels.direction,
        "archive_url": archive_url(site.public_url),
        "feed_url": feed_url(site.public_url),
    }


def _month(name: str, labels: Labels) -> str:
    return labels.month(date.fromisoformat(f"{name}-01"))


def _locale(labels: Labels) -> str:
    """Return the language as Open Graph names it, `en_GB`; empty where no territory is known."""
    locale = labels.locale
    return f"{locale.language}_{locale.territory}" if locale.territory else ""
