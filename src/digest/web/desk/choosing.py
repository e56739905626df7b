"""Two texts for one place, side by side with what they were made of: their author takes one, or writes a third."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from digest import pipeline
from digest.edit import Correct, Preheader, Subject
from digest.edit.words import plain, stands_in
from digest.errors import Stale, Unaware
from digest.model.editors import Right
from digest.pipeline import Question
from digest.web.desk.doors import Answer, Door, Visit
from digest.web.desk.forms import number
from digest.web.desk.issue import frame
from digest.web.desk.marking import marked
from digest.web.desk.moving import met_with
from digest.web.desk.sheet import sheet
from digest.web.desk.view import read_view

THEIRS: Final = "theirs"
MINE: Final = "mine"
OTHER: Final = "other"
CHOSEN: Final = "That was chosen already."


def choosing(visit: Visit) -> Response:
    """The page on which one chooses."""
    return _page(visit)


def choose(visit: Visit) -> Response:
    """Take what was chosen. What was overtaken, or has words typed beside it, is to be chosen again."""
    taken, choice = visit.form.get("take", ""), number(visit.form, "choice")
    asked = next((each for each in _open(visit) if each.id == choice), None)
    if asked is None:
        return _chosen_already(visit)
    if taken not in (THEIRS, MINE, OTHER):
        return _page(visit, "Say which of the two it is to be.", status=409)
    if taken != OTHER and _beside(visit.form):
        return _page(visit, "You wrote other words as well. Say once more which it is to be.", status=409)
    text = {THEIRS: None, MINE: asked.mine, OTHER: visit.form.get("text", "")}[taken]
    try:
        met = pipeline.answer(
            visit.parts,
            visit.issue_id,
            choice,
            text,
            by=visit.by,
            now=visit.now,
            revision=number(visit.form, "revision"),
            shown=visit.form.get("shown", ""),
        )
    except Unaware as stale:
        return _page(visit, f"{stale.since[-1]} meanwhile; what you choose takes that back. Choose again.", status=409)
    except Stale:
        return _page(visit, "That was changed once more; choose again.", status=409)
    if _open(visit):
        return visit.go(f"/issues/{visit.issue_id}/choose", met.now.said and f"{met.now.said}.")
    return met_with(visit, met)


def place(question: Question) -> str:
    """Return what a text is, as a title: `Headline`, `Summary of “Crossing holds”`."""
    of = f" of “{question.headline}”" if question.headline else ""
    match question.move:
        case Subject():
            return "Subject"
        case Preheader():
            return "Preview line"
        case Correct(number=issue):
            return f"Correction of No. {issue}"
        case None:
            return "What you wrote"
    return f"Summary{of}" if question.move.headline is None else "Headline"


def _beside(form: Mapping[str, str]) -> bool:
    """Return whether the third text is another than the one that the page began with."""
    return "was" in form and plain(form.get("text", "")) != plain(form["was"])


def _chosen_already(visit: Visit) -> Response:
    """Say that it was chosen before; words that stand nowhere in the issue are shown, so that they are not lost."""
    wanted = visit.form.get("take") != THEIRS or _beside(visit.form)
    content = visit.parts.store.issues.find(visit.issue_id).content
    if not wanted or not visit.form.get("text", "").strip() or (content and stands_in(visit.form["text"], content)):
        return visit.go(f"/issues/{visit.issue_id}", CHOSEN)
    told = "What you wrote here is not in the mail. Put it where it belongs from the issue's page."
    return visit.page("error", status=409, headline=CHOSEN, text=told)


def _page(visit: Visit, wrong: str = "", *, status: int = 200) -> Response:
    its, view = sheet(visit), read_view(visit.request.query_params)
    third = {number(visit.form, "choice"): visit.form["text"]} if wrong and visit.form.get("text") else {}
    return visit.page(
        "choose",
        status=status,
        **frame(its, view),
        questions=_open(visit),
        place=place,
        marked=marked,
        wrong=wrong,
        third=third,
        once=visit.form.get("once", ""),
    )


def _open(visit: Visit) -> tuple[Question, ...]:
    return pipeline.questions(visit.parts, visit.issue_id, visit.by)


def chosen_first(do: Answer) -> Answer:
    """Return what does the same for whoever has nothing to choose, and has everybody else choose first."""

    def done(visit: Visit) -> Response:
        if visit.parts.store.choices.of(visit.issue_id, visit.by):
            return visit.go(f"/issues/{visit.issue_id}/choose", "Choose first: your words are not in the mail yet.")
        return do(visit)

    return done


DOORS: Final = (
    Door("GET", "/issues/{issue:number}/choose", Right.EDITOR, choosing),
    Door("POST", "/issues/{issue:number}/choose", Right.EDITOR, choose),
)
