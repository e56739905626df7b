"""What is done to an issue as a whole: approved, held, released, given up; paused and stopped on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from digest import pipeline
from digest.errors import MoveError, Stale, Unfit
from digest.lifecycle import Move
from digest.model.editors import Right
from digest.web.desk import standing
from digest.web.desk.doors import Answer, Door, Visit
from digest.web.desk.forms import number, reason
from digest.web.desk.gone import gone_on, since
from digest.web.desk.issue import frame
from digest.web.desk.sheet import Sheet, sheet
from digest.web.desk.view import read_view


def approval(visit: Visit) -> Response:
    """The page on which an issue is approved: to how many, when, and what nobody has looked at yet."""
    return _approval(sheet(visit))


def _approval(its: Sheet, wrong: str = "", *, status: int = 200) -> Response:
    visit = its.visit
    view = read_view(visit.request.query_params)
    found = its.judged() if its.told else None
    values = {"found": found, "crowd": its.crowd() if its.told else None, "wrong": wrong}
    return visit.page("approve", status=status, **frame(its, view), **values)


def approve(visit: Visit) -> Response:
    """Approve what was read: the revision that the form names, with everything amber looked at."""
    its = sheet(visit)
    revision = number(visit.form, "revision")
    if revision != its.issue.revision:
        return gone_on(visit, its.issue.number, since(visit, revision))
    found = its.judged()
    override = reason(visit.form)
    if found.open and not visit.form.get("looked"):
        return _approval(its, "Say that you have looked at what is amber, or look at it one by one.", status=409)
    if found.red and not override:
        return _approval(its, "Say why it may go out all the same.", status=409)
    note_looks(its, [card.mark for card in found.open])
    try:
        issue = pipeline.approve(
            visit.parts, its.issue.id, by=visit.by, now=visit.now, revision=revision, override=override
        )
    except Stale as stale:
        return gone_on(visit, its.issue.number, stale.since)
    except Unfit as unfit:  # found since the page was made
        return _approval(its, str(unfit), status=409)
    hour = standing.at_hour(issue, its.edition, visit.now)
    when = f"for {hour}" if visit.now < issue.send_at else "; it leaves now"
    return visit.go(f"/issues/{issue.id}", f"Approved {when}.".replace(" ;", ";"))


def note_looks(its: Sheet, marks: list[str]) -> None:
    """Note that whoever asks looked at the findings of these marks."""
    visit = its.visit
    visit.parts.store.looked.add(its.issue.id, marks, revision=its.issue.revision, by=visit.by, now=visit.now)


def unapprove(visit: Visit) -> Response:
    """Take an approval back."""
    pipeline.unapprove(visit.parts, visit.issue_id, by=visit.by, now=visit.now)
    return visit.go(back(visit), "The approval is taken back; it is in review again.")


def reasoning(move: Move, headline: str, button: str, note: str) -> Answer:
    """Return the page that asks for the reason of a move."""

    def page(visit: Visit) -> Response:
        its = sheet(visit)
        view = read_view(visit.request.query_params)
        return visit.page(
            "reason", **frame(its, view), move=move.value, headline=headline, button=button, note=note, wrong=""
        )

    return page


def hold(visit: Visit) -> Response:
    """Keep the issue from going out."""
    why = _required_reason(visit)
    pipeline.hold(visit.parts, visit.issue_id, by=visit.by, reason=why, now=visit.now)
    return visit.go(back(visit), "Held. It does not go out until it is released and approved.")


def release(visit: Visit) -> Response:
    """Put a held issue back to review."""
    pipeline.release(visit.parts, visit.issue_id, by=visit.by, now=visit.now)
    return visit.go(back(visit), "Released; it is in review.")


def skip(visit: Visit) -> Response:
    """Give the issue up."""
    why = _required_reason(visit)
    pipeline.skip(visit.parts, visit.issue_id, by=visit.by, reason=why, now=visit.now)
    return visit.go(back(visit), "Skipped. Its articles may stand in the next issue.")


def pause(visit: Visit) -> Response:
    """Have a send wait."""
    pipeline.pause(visit.parts, visit.issue_id, by=visit.by, reason=f"paused by {visit.by}", now=visit.now)
    return visit.go(back(visit), "Paused; nothing more is begun within a second.")


def resume(visit: Visit) -> Response:
    """Let a send go on."""
    pipeline.resume(visit.parts, visit.issue_id, by=visit.by, now=visit.now)
    return visit.go(back(visit), "It goes on.")


def stop(visit: Visit) -> Response:
    """End a send for good."""
    why = _required_reason(visit)
    pipeline.stop(visit.parts, visit.issue_id, by=visit.by, reason=why, now=visit.now)
    return visit.go(back(visit), "Stopped. Who has not got it never will.")


def _required_reason(visit: Visit) -> str:
    why = reason(visit.form)
    if not why:
        raise MoveError("Say why; whoever comes next will want to know.")
    return why


def back(visit: Visit) -> str:
    """Return the issue's page, looked at as the form says."""
    return read_view(visit.form).link(visit.issue_id)


def _door(path: str, right: Right, get: Callable[[Visit], Response], post: Answer) -> tuple[Door, Door]:
    path = f"/issues/{{issue:int}}/{path}"
    return Door("GET", path, right, get), Door("POST", path, right, post)


HOLD: Final = reasoning(Move.HOLD, "Hold this issue?", "Hold it", "It does not go out until somebody releases it.")
SKIP: Final = reasoning(
    Move.SKIP, "Give this issue up?", "Skip it", "It is not sent. Its articles may stand in the next one."
)
STOP: Final = reasoning(
    Move.STOP, "Stop this issue for good?", "Stop it", "Who has not got it never will. To have it wait, pause it."
)
DOORS: Final = (
    *_door("approve", standing.ASKED[Move.APPROVE], approval, approve),
    *_door("hold", standing.ASKED[Move.HOLD], HOLD, hold),
    *_door("skip", standing.ASKED[Move.SKIP], SKIP, skip),
    *_door("stop", standing.ASKED[Move.STOP], STOP, stop),
    Door("POST", "/issues/{issue:int}/pause", standing.ASKED[Move.PAUSE], pause),
    Door("POST", "/issues/{issue:int}/resume", standing.ASKED[Move.RESUME], resume),
    Door("POST", "/issues/{issue:int}/unapprove", standing.ASKED[Move.UNAPPROVE], unapprove),
    Door("POST", "/issues/{issue:int}/release", standing.ASKED[Move.RELEASE], release),
)
