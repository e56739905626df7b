"""One issue: its outline, its preview, its checks; and today's, where nobody says which."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from digest import pipeline
from digest.headline import headline
from digest.lifecycle import stood
from digest.model.editors import Right
from digest.web.desk import standing
from digest.web.desk.departing import departing
from digest.web.desk.doors import Door, Visit
from digest.web.desk.judging import Judged
from digest.web.desk.outline import benched, outline
from digest.web.desk.previews import inbox, mail_parts, whom
from digest.web.desk.sheet import Sheet, sheet
from digest.web.desk.view import CHOICES, FRAMED, MORE, View, read_view

POLL: Final = 2
"""Seconds after which a page that shows a send asks again."""


def today(visit: Visit) -> Response:
    """The issue that one wants to see: the list of issues where there is none."""
    found = pipeline.outlook(visit.parts, now=visit.now).issue
    return visit.go(f"/issues/{found.id}" if found else "/issues")


def page(visit: Visit) -> Response:
    """One issue. Checks that take long are left for the page to fetch, unless it says that it cannot."""
    its, view = sheet(visit), read_view(visit.request.query_params)
    waits = its.told and its.issue.state not in standing.GOING  # what has left is not checked any more
    known = its.judged() if waits and (its.is_checked or visit.asked("checks")) else None
    return visit.page("issue", **frame(its, view), **panes(its, view, known))


def frame(its: Sheet, view: View) -> dict[str, Any]:
    """Return what stands around the panes."""
    visit, issue, edition = its.visit, its.issue, its.edition
    parts = visit.parts
    going = None
    if issue.state in standing.GOING:  # counting reads every row, so not more often than a page asks again
        key = ("going", issue.id, issue.state, visit.now.timestamp() // POLL)
        going = visit.desk.kept.get(key, lambda: departing(parts, issue, visit.now))
    counts = going.counts if going else {}
    return {
        "issue": issue,
        "edition": edition,
        "view": view,
        "state": headline(issue, visit.now, edition=edition, counts=counts),
        "steps": standing.steps(issue.state),
        "clock": standing.clock(issue, edition, visit.now),
        "moves": {move.value for move in standing.open_moves(issue.state, visit.may)},
        "hour": standing.at_hour(issue, edition, visit.now),
        "stood": stood(issue),
        "approve": standing.approve_label(issue, edition, visit.now),
        "going": going,
        "waiting": len(parts.store.choices.of(issue.id, visit.by)),
        "now": visit.now,
    }


def panes(its: Sheet, view: View, found: Judged | None) -> dict[str, Any]:
    """Return what stands in the panes."""
    content = its.issue.content
    if content is None or not its.told:
        return {"told": False}
    edited = pipeline.look_in(its.visit.parts, its.issue.id)
    return {
        "told": True,
        "content": content,
        "blocks": outline(content, its.edition, found, its.visit.now),
        "edited": edited,
        "benched": benched(content, edited.held),
        "found": found,
        "crowd": its.crowd(),
        "takes": str(pipeline.forecast(its.visit.parts, its.issue, its.crowd().going)),
        "choices": CHOICES,
        "more": MORE,
        "framed": view.part in FRAMED,
        "whom": whom(its, view),
        "inbox": inbox(its, view),
        "bound": its.bound,
        "real_links": its.real_links(view.who),
        "parts": mail_parts(its, view),
    }


DOORS: Final = (
    Door("GET", "/", Right.VIEWER, today),
    Door("GET", "/issues/{issue:number}", Right.VIEWER, page),
)
