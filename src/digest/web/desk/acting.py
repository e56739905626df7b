"""What is done to an issue as a whole: approved, held, released, given up; paused and stopped on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.responses import Response

from digest import pipeline
from digest.errors import MoveError, Stale, Unfit
from digest.lifecycle import Move
from digest.model.editors import Right
from digest.web.desk import standing
from digest.web.desk.choosing import chosen_first
from digest.web.desk.doors import Answer, Door, Visit
from digest.web.desk.forms import number, reason
from digest.web.desk.gone import gone_on, since
from digest.web.desk.issue import frame
from digest.web.desk.sheet import Sheet, sheet
from digest.web.desk.view import read_view
from digest.web.desk.wording import sentence


def approval(visit: Visit) -> Response:
    """The page on which an issue is approved: to how many, when, and what nobody has looked at yet."""
    its = sheet(visit)
    seen = visit.asked("seen")
    if seen and its.told and seen != its.bound:  # the mail on the page that led here is not the one of now
        return gone_on(visit, its.issue.number, (sentence(pipeline.ALTERED),))
    return _approval(its)


def _approval(its: Sheet, wrong: str = "", *, status: int = 200) -> Response:
    visit = its.visit
    view = read_view(visit.request.query_params)
    values: dict[str, Any] = {"found": None, "crowd": None, "bound": "", "wrong": wrong}
    if its.told:
        values |= {"found": its.judged(), "crowd": its.crowd(), "bound": its.bound}
    return visit.page("approve", status=status, **frame(its, view), **values)


def approve(visit: Visit) -> Response:
    """Approve what was read: the revision and the bytes that the form names, and what the checks showed with it."""
    its = sheet(visit)
    revision = number(visit.form, "revision")
    if revision != its.issue.revision:
        return gone_on(visit, its.issue.number, since(visit, revision))
    found, shown = its.anew(), visit.form.get("shown", "").split()
    if any(card.mark not in shown for card in (*found.red, *found.open)):
        return _approval(its, "The checks have found something else since you looked.", status=409)
    override = reason(visit.form)
    if found.open and not visit.form.get("looked"):
        return _approval(its, "Say that you have looked at what is amber, or look at it one by one.", status=409)
    if found.red and not override:
        return _approval(its, "Say why it may go out all the same.", status=409)
    try:
        issue = pipeline.approve(
            visit.parts,
            its.issue.id,
            by=visit.by,
            now=visit.now,
            revision=revision,
            seen=visit.form.get("seen") or "nothing",
            override=override,
        )
    except Stale as stale:
        return gone_on(visit, its.issue.number, tuple(map(sentence, stale.since)))
    except Unfit as unfit:  # found since the page was made
        return _approval(its, str(unfit), status=409)
    note_looks(its, [card.mark for card in found.open])
    hour = standing.at_hour(issue, its.edition, visit.now)
    when = f"for {hour}" if visit.now < issue.send_at else "; it leaves now"
    return visit.go(f"/issues/{issue.id}", f"Approved {when}.".replace(" ;", ";"))


def note_looks(its: Sheet, marks: list[str]) -> None:
    """Note that whoever asks looked at the findings of these marks."""
    visit = its.visit
    visit.parts.store.looked.add(its.issue.id, marks, revision=its.issue.revision, by=visit.by, now=visit.now)


def as_it_stood(do: Answer) -> Answer:
    """Return what does the same to an issue that stands as the form says, and of another says how it stands now."""

    def done(visit: Visit) -> Response:
        try:
            return do(visit)
        except Stale as stale:
            number = visit.parts.store.issues.find(visit.issue_id).number
            return gone_on(visit, number, tuple(map(sentence, stale.since)))

    return done


def unapprove(visit: Visit) -> Response:
    """Take an approval back."""
    pipeline.unapprove(visit.parts, visit.issue_id, by=visit.by, now=visit.now, stood=stood(visit))
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
    pipeline.hold(visit.parts, visit.issue_id, by=visit.by, reason=why, now=visit.now, stood=stood(visit))
    return visit.go(back(visit), "Held. It does not go out until it is released and approved.")


def release(visit: Visit) -> Response:
    """Put a held issue back to review."""
    pipeline.release(visit.parts, visit.issue_id, by=visit.by, now=visit.now, stood=stood(visit))
    return visit.go(back(visit), "Released; it is in review.")


def skip(visit: Visit) -> Response:
    """Give the issue up."""
    why = _required_reason(visit)
    pipeline.skip(visit.parts, visit.issue_id, by=visit.by, reason=why, now=visit.now, stood=stood(visit))
    return visit.go(back(visit), "Skipped. Its articles may stand in the next issue.")


def pause(visit: Visit) -> Response:
    """Have a send wait."""
    pipeline.pause(
        visit.parts, visit.issue_id, by=visit.by, reason=f"paused by {visit.by}", now=visit.now, stood=stood(visit)
    )
    return visit.go(back(visit), "Paused; nothing more is begun within a second.")


def resume(visit: Visit) -> Response:
    """Let a send go on."""
    pipeline.resume(visit.parts, visit.issue_id, by=visit.by, now=visit.now, stood=stood(visit))
    return visit.go(back(visit), "It goes on.")


def stop(visit: Visit) -> Response:
    """End a send for good."""
    why = _required_reason(visit)
    pipeline.stop(visit.parts, visit.issue_id, by=visit.by, reason=why, now=visit.now, stood=stood(visit))
    return visit.go(back(visit), "Stopped. Who has not got it never will.")


def stood(visit: Visit) -> str:
    """Return how the issue stood on the page that a form was on; one that names nothing means none that there is."""
    return visit.form.get("stood") or "nothing"


def _required_reason(visit: Visit) -> str:
    why = reason(visit.form)
    if not why:
        raise MoveError("Say why; whoever comes next will want to know.")
    return why


def back(visit: Visit) -> str:
    """Return the issue's page, looked at as the form says."""
    return read_view(visit.form).link(visit.issue_id)


def _door(path: str, right: Right, get: Callable[[Visit], Response], post: Answer) -> tuple[Door, Door]:
    path = f"/issues/{{issue:number}}/{path}"
    return Door("GET", path, right, get), Door("POST", path, right, post)


HOLD: Final = reasoning(Move.HOLD, "Hold this issue?", "Hold it", "It does not go out until somebody releases it.")
SKIP: Final = reasoning(
    Move.SKIP, "Give this issue up?", "Skip it", "It is not sent. Its articles may stand in the next one."
)
STOP: Final = reasoning(
    Move.STOP, "Stop this issue for good?", "Stop it", "Who has not got it never will. To have it wait, pause it."
)
DOORS: Final = (
    *_door("approve", standing.ASKED[Move.APPROVE], chosen_first(approval), chosen_first(approve)),
    *_door("hold", standing.ASKED[Move.HOLD], HOLD, as_it_stood(hold)),
    *_door("skip", standing.ASKED[Move.SKIP], SKIP, as_it_stood(skip)),
    *_door("stop", standing.ASKED[Move.STOP], STOP, as_it_stood(stop)),
    Door("POST", "/issues/{issue:number}/pause", standing.ASKED[Move.PAUSE], as_it_stood(pause)),
    Door("POST", "/issues/{issue:number}/resume", standing.ASKED[Move.RESUME], as_it_stood(resume)),
    Door("POST", "/issues/{issue:number}/unapprove", standing.ASKED[Move.UNAPPROVE], as_it_stood(unapprove)),
    Door("POST", "/issues/{issue:number}/release", standing.ASKED[Move.RELEASE], as_it_stood(release)),
)
