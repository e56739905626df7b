"""What somebody else did meanwhile, told to whoever meant what was there before."""

from __future__ import annotations

from starlette.responses import Response

from digest.store.history import told
from digest.web.desk.doors import Visit
from digest.web.desk.view import read_view


def gone_on(visit: Visit, issue_number: int, done: tuple[str, ...]) -> Response:
    """Return the page that says so, with the words that were typed, so that none of them is lost."""
    back = read_view(visit.form).link(visit.issue_id)
    return visit.page("stale", status=409, number=issue_number, since=done, back=back)


def since(visit: Visit, seen: int) -> tuple[str, ...]:
    """Return what was done to the issue after a revision, in words."""
    history = visit.parts.store.edits.history(visit.issue_id)
    return tuple(told(each) for each in history if each.number > seen)
