"""What outcomes look like, as JSON for programs and as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from digest.cli.output import plural
from digest.model.issue import Content, Issue, Item
from digest.model.news import BOILERPLATE, OTHER, Article, ArticleId, Placement, Source, SourceState

if TYPE_CHECKING:
    from digest.pipeline import Built, Gathered


def collected(got: Gathered) -> str:
    """Return what a poll brought, in a sentence."""
    read = len(got.reports) - len(got.failed)
    text = f"Collected {plural(got.articles, 'new article')} from {read} of {plural(len(got.reports), 'source')}"
    if got.failed:
        text += " (" + "; ".join(f"{report.name}: {report.reason}" for report in got.failed) + ")"
    return text


def gathered_json(got: Gathered) -> dict[str, Any]:
    """Return a poll as the contract of `collect --json` has it."""
    return {
        "sources": [
            {"name": r.name, "status": r.status, "reason": r.reason, "new": r.new, "known": r.known}
            for r in got.reports
        ],
        "articles": got.articles,
    }


def built(result: Built) -> str:
    """Return what was built, and what to do next."""
    issue, content = result.issue, result.content
    if result.empty:
        return f"Nothing new: No. {issue.number} is skipped\nNext:  digest collect"
    parts = ", ".join(f"{section.title} {len(section.items)}" for section in content.sections)
    text = f"No. {issue.number}  {plural(content.stories, 'story', 'stories')}: {parts}"
    if issue.reason:
        text += f"\nIt is {issue.state.value}: {issue.reason}"
    return f"{text}\nNext:  digest preview {issue.id} --open   or   digest approve {issue.id}"


def built_json(result: Built) -> dict[str, Any]:
    """Return an issue as the contract of `build --json` has it; articles are named by their URL."""
    issue, content = result.issue, result.content
    url = {article.id: article.url for article in result.articles}
    return {
        "issue": issue.id,
        "number": issue.number,
        "edition": issue.edition,
        "state": issue.state.value,
        "reason": issue.reason,
        "subject": content.subject,
        "preheader": content.preheader,
        "sections": [
            {"id": s.id, "title": s.title, "stories": [item_json(item, url) for item in s.items]}
            for s in content.sections
        ],
        "left_out": [
            {
                "article": url.get(out.article, out.article),
                "heading": out.heading,
                "text": out.text,
                "score": out.score,
                "reason": out.reason,
            }
            for out in content.left_out
        ],
        "boilerplate": [
            {"article": url.get(line.article, line.article), "text": line.text, "reason": line.reason}
            for line in content.boilerplate
        ],
    }


def item_json(item: Item, url: dict[ArticleId, str]) -> dict[str, Any]:
    """Return a story as JSON."""
    return {
        "headline": item.headline,
        "summary": " ".join(item.summary),
        "score": item.score,
        "url": item.url,
        "sources": [{"name": credit.name, "url": credit.url} for credit in item.credits],
        "passages": [
            {
                "article": url.get(p.article, p.article),
                "heading": p.heading,
                "score": p.score,
                "evidence": list(p.evidence),
            }
            for p in item.passages
        ],
        "reasons": list(item.reasons),
        "also_in": list(item.also_in),
    }


def outline(content: Content) -> str:
    """Return an issue's sections and headlines as lines."""
    lines = []
    for section in content.sections:
        lines.append(section.title)
        for item in section.items:
            outlets = ", ".join(dict.fromkeys(credit.name for credit in item.credits))
            lines.append(f"  {item.headline}  ({outlets})")
    return "\n".join(lines)


def aside(content: Content) -> str:
    """Return what an issue does not show as lines, each with its reason."""
    passed = [(out.heading or textwrap.shorten(out.text, 60, placeholder=" …"), out.reason) for out in content.left_out]
    dropped = [(textwrap.shorten(line.text, 60, placeholder=" …"), line.reason) for line in content.boilerplate]
    return "\n".join(
        [f"left out     {what}  ({why})" for what, why in passed]
        + [f"boilerplate  {what}  ({why})" for what, why in dropped]
    )


def placement_json(placement: Placement) -> dict[str, Any]:
    """Return a placement as the contract of `classify --json` has it."""
    return {
        "heading": placement.passage.heading,
        "text": placement.passage.text,
        "label": placement.section,
        "score": round(placement.score, 4),
        "evidence": list(placement.evidence),
        **({"dateline": placement.passage.dateline} if placement.passage.dateline else {}),
    }


def placed(placements: Sequence[Placement]) -> str:
    """Return placements as a person reads them."""
    lines = []
    for p in placements:
        weight = "" if p.section in (OTHER, BOILERPLATE) else f" {p.score:.2f}"
        lines.append(f"{p.section}{weight}  {p.passage.heading or '(no heading)'}")
        if p.passage.text:
            lines.append(textwrap.indent(textwrap.shorten(p.passage.text, 160, placeholder=" …"), "    "))
        if p.evidence:
            lines.append(f"    because: {', '.join(p.evidence)}")
    return "\n".join(lines)


def source_json(source: Source, state: SourceState) -> dict[str, Any]:
    """Return a source and its health."""
    return {
        "name": source.name,
        "kind": source.kind.value,
        "url": source.url or str(source.path or ""),
        "side": source.side,
        "weight": source.weight,
        "every_seconds": int(source.every.total_seconds()),
        "follow": source.follow,
        "last_try_at": told(state.last_try_at),
        "last_success_at": told(state.last_success_at),
        "next_at": told(state.next_at),
        "failures": state.failures,
        "reason": state.reason,
        "moved_to": state.moved_to,
        "retired": state.retired,
    }


def source_row(source: Source, state: SourceState) -> tuple[str, str, str, str, str]:
    """Return a source as a row of a table."""
    health = f"failed {plural(state.failures, 'time')}: {state.reason}" if state.failures else ""
    if state.retired:
        health = f"gone for good, not asked any more: {state.reason}"
    return source.name, source.kind.value, moment(state.last_success_at), health, source.url or str(source.path or "")


def tried(got: Gathered) -> str:
    """Return how one source was read, and the newest of what is new in it."""
    report = got.reports[0]
    counts = "" if report.status == "failed" else f"{report.new:,} new, {report.known:,} known"
    lines = [f"{report.name}: " + "; ".join(filter(None, (report.status, counts, report.reason)))]
    return "\n".join(lines + [f"  {moment(article.at)}  {article.title}" for article in newest(got)])


def tried_json(got: Gathered) -> dict[str, Any]:
    """Return the same for programs."""
    titles = [{"title": a.title, "published_at": told(a.published_at), "url": a.url} for a in newest(got)]
    return {**gathered_json(got)["sources"][0], "newest": titles}


def newest(got: Gathered) -> list[Article]:
    """Return the five newest of the articles that a poll brought."""
    return sorted(got.found, key=lambda article: article.at, reverse=True)[:5]


def told(at: datetime | None) -> str | None:
    """Return an instant for programs."""
    return at.isoformat() if at else None


def moment(at: datetime | None) -> str:
    """Return an instant to the minute; `never` for None."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"


def issue_json(issue: Issue, counts: dict[str, int] | None = None) -> dict[str, Any]:
    """Return how an issue stands."""
    return {
        "issue": issue.id,
        "number": issue.number,
        "edition": issue.edition,
        "local_date": issue.local_date.isoformat(),
        "slot": issue.slot,
        "state": issue.state.value,
        "revision": issue.revision,
        "subject": issue.content.subject if issue.content else "",
        "stories": issue.content.stories if issue.content else 0,
        "send_at": issue.send_at.isoformat(),
        "approved_by": issue.approved_by,
        "reason": issue.reason,
        **({"counts": counts} if counts is not None else {}),
    }
