"""One story at a time: its words, where it could go, why it is here; two side by side; and what could be brought in."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from starlette.responses import Response

from digest import pipeline
from digest.errors import UnknownError
from digest.model.editors import Right
from digest.model.issue import Content, Item
from digest.web.desk.doors import Door, Visit
from digest.web.desk.issue import frame
from digest.web.desk.sheet import sheet
from digest.web.desk.view import read_view
from digest.web.desk.wording import hour

OFFERS: Final = 40


def story(visit: Visit) -> Response:
    """One story: its words to change, its other moves, and why it is here."""
    its, view = sheet(visit), read_view(visit.request.query_params)
    anchor = visit.request.path_params["anchor"]
    content = its.issue.content
    place, item = _placed(content, anchor)
    assert content is not None, "a story that was found stands in it"
    return visit.page(
        "story",
        **frame(its, view),
        item=item,
        section=place,
        sections=its.edition.sections,
        others=[other for other in _items(content) if other.anchor != anchor],
        why=pipeline.why(visit.parts, its.issue, anchor),
        told_at=lambda at: hour(at, visit.now, content.timezone),
    )


def compare(visit: Visit) -> Response:
    """Two stories side by side, for whoever decides whether they are one."""
    its, view = sheet(visit), read_view(visit.request.query_params)
    content = its.issue.content
    pair = [_placed(content, visit.asked(name))[1] for name in ("one", "two")]
    return visit.page("compare", **frame(its, view), pair=pair)


def adding(visit: Visit) -> Response:
    """What could be brought into a section, by search or at once; and a story to write by hand."""
    its, view = sheet(visit), read_view(visit.request.query_params)
    section, query = visit.asked("section")[:80], visit.asked("q")[:200].strip()
    offers = pipeline.offered(visit.parts, its.issue, now=visit.now, section=section, query=query, limit=OFFERS)
    return visit.page(
        "add",
        **frame(its, view),
        offers=offers,
        section=section,
        query=query,
        sections=its.edition.sections,
        once=token_hex(12),
    )


def _items(content: Content | None) -> list[Item]:
    return [item for section in content.sections for item in section.items] if content else []


def _placed(content: Content | None, anchor: str) -> tuple[str, Item]:
    """Return (section, story) of an anchor; raises UnknownError."""
    for section in content.sections if content else ():
        for item in section.items:
            if item.anchor == anchor:
                return section.id, item
    raise UnknownError("That story is not in the issue any more.")


DOORS: Final = (
    Door("GET", "/issues/{issue:number}/story/{anchor}", Right.VIEWER, story),
    Door("GET", "/issues/{issue:number}/compare", Right.VIEWER, compare),
    Door("GET", "/issues/{issue:number}/add", Right.EDITOR, adding),
)
