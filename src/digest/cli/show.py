"""What outcomes look like, as JSON for programs and as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from digest.cli.output import plural
from digest.model.delivery import WHOLE, Cut
from digest.model.issue import Content, Issue, Item
from digest.model.news import BOILERPLATE, OTHER, ArticleId, Placement

if TYPE_CHECKING:
    from digest.deliver import Estimate
    from digest.pipeline import Built, Gathered


def collected(got: Gathered) -> str:
    """Return what a poll brought, in a sentence."""
    read = len(got.reports) - len(got.failed)
    text = f"Collected {plural(got.articles, 'new article')} from {read} of {plural(len(got.reports), 'source')}"
    if got.updated:
        text += f", {got.updated:,} updated"
    if got.failed:
        text += " (" + "; ".join(f"{report.name}: {report.reason}" for report in got.failed) + ")"
    return text


def gathered_json(got: Gathered) -> dict[str, Any]:
    """Return a poll as the contract of `collect --json` has it."""
    return {
        "sources": [
            {
                "name": r.name,
                "status": r.status,
                "reason": r.reason,
                "new": r.new,
                "known": r.known,
                "updated": r.updated,
            }
            for r in got.reports
        ],
        "articles": got.articles,
        "updated": got.updated,
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
    if result.cut != WHOLE:
        text += f"\n{cut(content, result.cut)}"
    return f"{text}\nNext:  digest check {issue.id}   or   digest preview {issue.id} --open"


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
        "remarks": list(result.remarks),
        "subject": content.subject,
        "preheader": content.preheader,
        "cut": cut_json(result.cut),
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


def cut(content: Content, cut: Cut) -> str:
    """Return what a mail leaves to the web page, with the headlines that are told there alone; empty for nothing."""
    said = []
    if cut.shortened:
        said.append(f"{plural(len(cut.shortened), 'summary', 'summaries')} shortened")
    if cut.folded:
        said.append(f"{plural(len(cut.folded), 'story', 'stories')} on the web page alone")
    if cut.bare:
        said.append(f"{plural(len(cut.bare), 'story', 'stories')} without links to each outlet")
    told = [f"  {s.title}: {item.headline}" for s in content.sections for item in s.items if item.anchor in cut.folded]
    return "\n".join([f"Too long to arrive whole: {', '.join(said)}", *told]) if said else ""


def cut_json(cut: Cut) -> dict[str, Any]:
    """Return the same for programs: stories by their anchors."""
    return {"shortened": list(cut.shortened), "folded": list(cut.folded), "bare": list(cut.bare)}


def item_json(item: Item, url: dict[ArticleId, str]) -> dict[str, Any]:
    """Return a story as JSON."""
    return {
        "anchor": item.anchor,
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
        "voices": item.voices,
        "claimed_by": list(item.claimed_by),
        "figures": [
            {"what": f.what, "said": [{"number": n, "sources": list(names)} for n, names in f.said]}
            for f in item.figures
        ],
        "follows": item.follows and {"number": item.follows.number, "headline": item.follows.headline},
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
    """Return why each story stands where it stands, and what an issue does not show, as lines with their reasons."""
    shown = [(item, f"{item.score:.2f}; {'; '.join(item.reasons)}") for s in content.sections for item in s.items]
    passed = [(out.heading or textwrap.shorten(out.text, 60, placeholder=" …"), out.reason) for out in content.left_out]
    dropped = [(textwrap.shorten(line.text, 60, placeholder=" …"), line.reason) for line in content.boilerplate]
    return "\n".join(
        [f"shown        {item.headline}  ({why})" for item, why in shown]
        + [f"left out     {what}  ({why})" for what, why in passed]
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


def estimate_json(made: Estimate) -> dict[str, Any]:
    """Return how long a send takes: `seconds` is null where nobody knows."""
    return {
        "messages": made.messages,
        "deferred": made.deferred,
        "rate": made.rate,
        "seconds": None if made.duration is None else round(made.duration.total_seconds(), 1),
        "basis": made.basis.name.lower(),
    }


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
        "override": issue.override,
        **({"counts": counts} if counts is not None else {}),
    }
