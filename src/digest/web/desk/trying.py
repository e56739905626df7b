"""What is tried of an issue: a finding looked at, its links asked, a test sent."""

from __future__ import annotations

import asyncio
import re
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from digest import pipeline
from digest.errors import DigestError
from digest.model.editors import Right
from digest.web.desk.acting import back, note_looks
from digest.web.desk.choosing import chosen_first
from digest.web.desk.doors import Door, Visit
from digest.web.desk.issue import frame
from digest.web.desk.sheet import Sheet, sheet
from digest.web.desk.view import read_view

MOST: Final = 1500
"""Characters of what mail servers said to a test."""


def look(visit: Visit) -> Response:
    """Note that somebody looked at something amber and leaves it as it is."""
    its = sheet(visit)
    known = {card.mark for card in its.judged().cards if not card.is_red}
    marks = [visit.form["mark"]] if visit.form.get("mark") in known else []
    note_looks(its, marks)
    return visit.go(back(visit), "Looked at." if marks else "That is not found any more.")


def ask_links(visit: Visit) -> Response:
    """Ask each link of the issue whether it answers."""
    its = sheet(visit)
    its.asked(asyncio.run(pipeline.ask_links(visit.parts, its.issue)))
    return visit.go(back(visit), "The links were asked.")


def trying(visit: Visit) -> Response:
    """The page that sends a test."""
    return _trying(sheet(visit))


def _trying(its: Sheet, *, wrong: str = "", status: int = 200) -> Response:
    visit, view = its.visit, read_view(its.visit.request.query_params)
    to = visit.form.get("to", "") or ", ".join(pipeline.test_addresses(visit.parts, its.issue.edition))
    return visit.page("test", status=status, **frame(its, view), to=to, wrong=wrong)


def try_it(visit: Visit) -> Response:
    """Send the issue as it is to a few addresses, marked as a test."""
    its = sheet(visit)
    addresses = [each for each in re.split(r"[,;\s]+", visit.form.get("to", "")) if each]
    who = visit.reader(visit.form.get("as", ""))
    try:
        told = asyncio.run(
            pipeline.test_send(
                visit.parts,
                its.issue,
                addresses,
                as_address=who if "@" in who else "",
                by=visit.by,
                now=visit.now,
            )
        )
    except DigestError as error:
        return _trying(its, wrong=str(error), status=409)
    at = visit.now.astimezone(ZoneInfo(its.edition.timezone))
    lines = [f"{each.address}: {each.outcome.state.value} {each.outcome.code} {each.outcome.text}" for each in told]
    return visit.go(back(visit), f"Test sent at {at:%H:%M:%S}. {'; '.join(lines)[:MOST]}")


DOORS: Final = (
    Door("POST", "/issues/{issue:number}/looked", Right.EDITOR, look),
    Door("POST", "/issues/{issue:number}/links", Right.EDITOR, ask_links),
    Door("GET", "/issues/{issue:number}/test", Right.EDITOR, chosen_first(trying)),
    Door("POST", "/issues/{issue:number}/test", Right.EDITOR, chosen_first(try_it)),
)
