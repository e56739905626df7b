"""What somebody else did meanwhile, told to whoever meant what was there before."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from digest.store.history import told
from digest.web.desk.doors import Visit
from digest.web.desk.view import read_view


def gone_on(visit: Visit, issue_number: int, done: tuple[str, ...], again: Mapping[str, str] | None = None) -> Response:
    """Return the page that says so, with the words that were typed, so that none of them is lost.

    It offers to send the form as it is `again`, where that may be done all the same.
    """
    back = read_view(visit.form).link(visit.issue_id)
    return visit.page(
        "stale", status=409, number=issue_number, since=done, back=back, again=again, issue_id=visit.issue_id
    )


def since(visit: Visit, seen: int) -> tuple[str, ...]:
    """Return what was done to the issue after a revision, in words."""
    history = visit.parts.store.edits.history(visit.issue_id)
    return tuple(told(each) for each in history if each.number > seen)
