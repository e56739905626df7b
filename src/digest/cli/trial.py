"""How one source was read for a try: as lines for people, as JSON for programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from digest.cli.show import gathered_json, moment, told
from digest.collect.phrases import lasting
from digest.collect.text import line, shorten
from digest.model.news import ArticleKind

if TYPE_CHECKING:
    from digest.collect import SourceReport
    from digest.model.news import Article
    from digest.pipeline import Gathered

_CHARS = 100
"""Of a header field that is shown."""


def tried(got: Gathered, took: timedelta, now: datetime) -> str:
    """Return how one source was read, what its server said of it, and the newest of what is new in it."""
    report = got.reports[0]
    counts = "" if report.status == "failed" else f"{report.new:,} new, {report.known:,} known"
    first = (report.status, trouble(report), counts, report.reason, f"took {took.total_seconds():.1f} s")
    lines = [f"{report.name}: " + "; ".join(filter(None, first))]
    if said := [*_served(report), *_again(report, now)]:
        lines.append("  " + "; ".join(said))
    return "\n".join(lines + [f"  {moment(a.at)}  {a.title}{_aside(a)}" for a in newest(got)])


def tried_json(got: Gathered, took: timedelta) -> dict[str, Any]:
    """Return the same for programs."""
    report = got.reports[0]
    titles = [
        {
            "title": a.title,
            "url": a.url,
            "published_at": told(a.published_at),
            "claimed_at": told(a.claimed_at),
            "kind": a.kind.value,
            "characters": sum(len(block.text) for block in a.blocks),
            "gap": a.gap,
            "image": a.image.url if a.image else "",
        }
        for a in newest(got)
    ]
    return {
        **gathered_json(got)["sources"][0],
        "trouble": trouble(report),
        "seconds": round(took.total_seconds(), 3),
        "http_status": report.heard.status or None,
        "content_type": _header(report, "content-type"),
        "etag": report.state.etag if report.state else "",
        "last_modified": report.state.last_modified if report.state else "",
        "cache_control": _header(report, "cache-control"),
        "expires": _header(report, "expires"),
        "retry_after": _header(report, "retry-after"),
        "moved_to": report.heard.moved_to,
        "next_at": told(report.state.next_at if report.state else None),
        "newest": titles,
    }


def trouble(report: SourceReport) -> str:
    """Return what kind of trouble a source is in; empty where it is in none."""
    if report.status != "failed":
        return ""
    if not report.heard.status:
        return "not reached"
    return "refused by its server" if report.heard.status >= 400 else "not understood"


def newest(got: Gathered) -> list[Article]:
    """Return the five newest of the articles that a poll brought."""
    return sorted(got.found, key=lambda article: article.at, reverse=True)[:5]


def _aside(article: Article) -> str:
    """What is out of the ordinary with an article."""
    said = [article.kind.value] if article.kind is not ArticleKind.NEWS else []
    said += [article.gap] if article.gap else []
    said += [f"dated {moment(article.claimed_at)}, which is not believed"] if article.claimed_at else []
    return f"  ({'; '.join(said)})" if said else ""


def _served(report: SourceReport) -> list[str]:
    """What its server says of the document: type, how long it is fresh, how it is known again."""
    if report.heard.status != 200 or report.state is None:
        return []
    named = {"ETag": report.state.etag, "Last-Modified": report.state.last_modified}
    known = " and ".join(name for name, value in named.items() if value)
    fresh = [(title, _header(report, title.lower())) for title in ("Cache-Control", "Expires")]
    return [
        _header(report, "content-type") or "no content type",
        *(f"{title} {value!r}" for title, value in fresh if value),
        f"known again by its {known}" if known else "without ETag and Last-Modified, so it is sent whole each time",
        *([f"sends for good to {report.heard.moved_to}"] if report.heard.moved_to else []),
    ]


def _again(report: SourceReport, now: datetime) -> list[str]:
    if report.state is None or report.state.next_at is None or report.state.retired:
        return []
    return [f"would be read again in {lasting(report.state.next_at - now)}"]


def _header(report: SourceReport, name: str) -> str:
    return shorten(line(report.heard.headers.get(name, "")), _CHARS)
