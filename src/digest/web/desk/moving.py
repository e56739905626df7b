"""Moves: what the outline's buttons and forms ask for, made on the revision that was on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from starlette.responses import Response

from digest import pipeline
from digest.edit import (
    Correct,
    Down,
    EditorsMove,
    HoldBack,
    Lead,
    Merge,
    PassageRef,
    Preheader,
    Ref,
    Reword,
    Split,
    Subject,
    To,
    ToSection,
    Up,
    Write,
    at,
    found,
)
from digest.errors import MoveError, Stale, Unaware
from digest.model.editors import Right
from digest.model.issue import Content
from digest.pipeline import Edited, Met
from digest.web.desk.doors import Door, Visit
from digest.web.desk.forms import number
from digest.web.desk.gone import gone_on
from digest.web.desk.view import read_view

Asked: TypeAlias = EditorsMove | Up | Down
Reading: TypeAlias = Callable[[Content, Mapping[str, str]], Asked]
GONE: Final = "there is no such story in the issue; look at it again"
ONCE: Final = 40
"""Characters of what tells one form from all others."""
MOST: Final = 4
"""Of what others did meanwhile, sentences that are told with a move."""


def edit(visit: Visit) -> Response:
    """Make the move that a form asks for, and show the issue with the story in hand."""
    try:
        met = pipeline.meet(
            visit.parts,
            visit.issue_id,
            lambda seen: asked(seen, visit.form),
            by=visit.by,
            now=visit.now,
            revision=number(visit.form, "revision"),
            approved=visit.form.get("approved", ""),
        )
    except Unaware as stale:
        again = {name: value for name, value in visit.form.items() if name != "approved"} | {"approved": stale.stood}
        return gone_on(visit, visit.parts.store.issues.find(visit.issue_id).number, stale.since, again)
    except Stale as stale:
        return gone_on(visit, visit.parts.store.issues.find(visit.issue_id).number, stale.since)
    return met_with(visit, met)


def met_with(visit: Visit, met: Met) -> Response:
    """Show what became of a move: the issue, or what is to be chosen."""
    if met.waits:
        return visit.go(f"/issues/{visit.issue_id}/choose", met.now.said and f"{met.now.said}.")
    what = met.now.said or ("It was made already" if met.made_before else "It is so already")
    return _shown(visit, met.now, met.move, f"{what}. {_meanwhile(met.since)}".strip())


def _meanwhile(since: Sequence[str]) -> str:
    """Return what others did, in a sentence; of many things the last.

    >>> _meanwhile(["Held back “A” (Tomas)", "Built again"])
    'Meanwhile: held back “A” (Tomas); built again.'
    """
    told = [f"{each[:1].lower()}{each[1:]}" for each in since[-MOST:]]
    more = [f"{len(since) - MOST} more"] if len(since) > MOST else []
    return f"Meanwhile: {'; '.join([*more, *told])}." if told else ""


def undo(visit: Visit) -> Response:
    """Take the last move back."""
    return _again(visit, pipeline.undo)


def redo(visit: Visit) -> Response:
    """Make the move again that was taken back."""
    return _again(visit, pipeline.redo)


def _again(visit: Visit, do: Callable[..., Edited]) -> Response:
    seen = number(visit.form, "revision")
    try:
        done = do(visit.parts, visit.issue_id, by=visit.by, now=visit.now, revision=seen)
    except Stale as stale:
        return gone_on(visit, visit.parts.store.issues.find(visit.issue_id).number, stale.since)
    return _shown(visit, done, None, f"{done.said}.")


def _shown(visit: Visit, done: Edited, move: Asked | None, said: str) -> Response:
    ref = getattr(move, "story", None)
    items = [item for section in done.content.sections for item in section.items]
    item = found(ref, items) if isinstance(ref, Ref) else None
    view = read_view(visit.form)
    kept = view.at if any(each.anchor == view.at for each in items) else ""
    anchor = item.anchor if item else kept
    return visit.go(f"{view.link(done.issue.id, at=anchor)}{f'#o-{anchor}' if anchor else ''}", said)


# ------------------------------------------------------------------------------------------- from a form to a move


def asked(content: Content, form: Mapping[str, str]) -> Asked:
    """Return the move that a form asks for; raises MoveError for what is none."""
    what, _, more = form.get("do", "").partition(":")
    read = MOVES.get(what)
    if read is None:
        raise MoveError("that is no move")
    return read(content, {**form, "more": more})


def _story(content: Content, form: Mapping[str, str], name: str = "story") -> Ref:
    ref = at(content, form.get(name, ""))
    if ref is None:
        raise MoveError(GONE)
    return ref


def _to(content: Content, form: Mapping[str, str]) -> Asked:
    before = form.get("before", "")
    return To(_story(content, form), number(form, "position"), at(content, before) if before else None)


def _split(content: Content, form: Mapping[str, str]) -> Asked:
    anchor = form.get("story", "")
    item = next((item for section in content.sections for item in section.items if item.anchor == anchor), None)
    if item is None:
        raise MoveError(GONE)
    off = [cited for place, cited in enumerate(item.passages) if form.get(f"off-{place}")]
    return Split(_story(content, form), tuple(PassageRef(c.article, c.position, c.heading) for c in off))


def _section(form: Mapping[str, str]) -> str:
    return form["more"] or form.get("section", "")


MOVES: Final[dict[str, Reading]] = {
    "up": lambda content, form: Up(_story(content, form)),
    "down": lambda content, form: Down(_story(content, form)),
    "to": _to,
    "section": lambda content, form: ToSection(
        _story(content, form), _section(form), number(form, "position") if "position" in form else None
    ),
    "lead": lambda content, form: Lead(_story(content, form)),
    "hold": lambda content, form: HoldBack(_story(content, form), strange=form["more"] == "strange"),
    "merge": lambda content, form: Merge(_story(content, form), _story(content, form, "other")),
    "split": _split,
    "reword": lambda content, form: Reword(
        _story(content, form), form.get("headline"), (form["summary"],) if "summary" in form else None
    ),
    "write": lambda content, form: Write(
        headline=form.get("headline", ""),
        section=_section(form),
        summary=(form.get("summary", ""),),
        url=form.get("url", ""),
        outlet=form.get("outlet", ""),
        once=form.get("once", "")[:ONCE],
    ),
    "correct": lambda content, form: Correct(number(form, "number"), form.get("text", ""), form.get("headline", "")),
    "subject": lambda content, form: Subject(form.get("text", "")),
    "preheader": lambda content, form: Preheader(form.get("text", "")),
    "bring": lambda content, form: pipeline.bring_in(form.get("key", ""), _section(form)),
}
"""What a form's `do` may say, each with how the move is read; behind a colon stands what only buttons tell apart."""

DOORS: Final = (
    Door("POST", "/issues/{issue:number}/edit", Right.EDITOR, edit),
    Door("POST", "/issues/{issue:number}/undo", Right.EDITOR, undo),
    Door("POST", "/issues/{issue:number}/redo", Right.EDITOR, redo),
)
