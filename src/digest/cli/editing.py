"""`edit`: an issue's stories moved, told otherwise or held back, for those who have no browser at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from digest.cli.context import IssueArgument, Json, at, issue_key, parts_of, run_of
from digest.cli.issuing import person
from digest.cli.output import table
from digest.errors import UnknownError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.edit import Down, EditorsMove, Ref, Up
    from digest.model.issue import Content
    from digest.pipeline import Edited, Offer

WAYS: Final = {
    "up": "STORY",
    "down": "STORY",
    "lead": "STORY",
    "hold-back": "STORY",
    "section": "STORY SECTION",
    "bring-in": "OFFER SECTION",
    "merge": "STORY OTHER",
    "headline": "STORY TEXT",
    "summary": "STORY TEXT",
    "subject": "TEXT",
    "preheader": "TEXT",
    "undo": "",
    "redo": "",
}
"""Each move, with what it needs to be told."""
OFFERS: Final = 30
"""What could be brought in, at most."""


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(edit)


def edit(
    ctx: typer.Context,
    issue: IssueArgument,
    move: Annotated[
        str, typer.Argument(metavar="MOVE", help=f"One of {', '.join(WAYS)}; none lists the stories.")
    ] = "",
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="WHAT", help="A story as the list calls it, and what becomes of it."),
    ] = None,
    rev: Annotated[
        int | None, typer.Option("--rev", metavar="N", help="The revision you read; any other is refused.")
    ] = None,
    json: Json = False,
) -> None:
    """Move an issue's stories, tell them otherwise, hold them back or bring others in; alone, list what there is."""
    from digest import pipeline

    run, words = run_of(ctx, json=json), tuple(what or ())
    if move and move not in WAYS:
        raise typer.BadParameter(f"{move!r} is no move; there are: {', '.join(WAYS)}")
    if move and len(words) != len(WAYS[move].split()):
        raise typer.BadParameter(f"it is written: digest edit {issue} {move} {WAYS[move]}".rstrip())
    with parts_of(run) as parts:
        now, done = at(""), pipeline.look_in(parts, parts.store.issues.find(issue_key(issue)).id)
        seen = done.issue.revision if rev is None else rev
        offers = pipeline.offered(parts, done.issue, now=now, limit=OFFERS) if move in ("", "bring-in") else []
        if move in ("undo", "redo"):
            take = pipeline.undo if move == "undo" else pipeline.redo
            done = take(parts, done.issue.id, by=person(), now=now, revision=seen)
        elif move:
            asked = _asked(move, words, done.content, offers)
            done = pipeline.edit(parts, done.issue.id, asked, by=person(), now=now, revision=seen)
    for line in (done.said, *(f"A move does not apply any more: {each}" for each in done.lost)):
        if line:
            run.voice.say(line)
    run.voice.data(_json(done, offers), "" if move else lambda: _listed(done, offers))


def _asked(move: str, words: Sequence[str], content: Content, offers: Sequence[Offer]) -> EditorsMove | Up | Down:
    """Return the move that the words ask for; UnknownError for a story that is not there."""
    from digest.edit import Down, HoldBack, Lead, Merge, Preheader, Reword, Subject, ToSection, Up
    from digest.pipeline import bring_in

    first, last = words[0], words[-1]
    match move:
        case "bring-in":
            number = int(first) if first.isdecimal() and len(first) < 4 else 0
            if not 0 < number <= len(offers):
                there = f"there are: 1 to {len(offers)}" if offers else "nothing is offered"
                raise UnknownError(f"there is no offer {first}; {there}")
            return bring_in(offers[number - 1].key, last)
        case "subject":
            return Subject(last)
        case "preheader":
            return Preheader(last)
        case "section":
            return ToSection(_story(content, first), last)
        case "merge":
            return Merge(_story(content, first), _story(content, last))
        case "headline":
            return Reword(_story(content, first), headline=last)
        case "summary":
            return Reword(_story(content, first), summary=(last,))
        case "up":
            return Up(_story(content, first))
        case "down":
            return Down(_story(content, first))
        case "lead":
            return Lead(_story(content, first))
    return HoldBack(_story(content, first))


def _story(content: Content, name: str) -> Ref:
    from digest.edit import at as ref_at

    ref = ref_at(content, name)
    if ref is None:
        names = ", ".join(item.anchor for section in content.sections for item in section.items)
        raise UnknownError(f"no story {name}; there are: {names}")
    return ref


def _listed(done: Edited, offers: Sequence[Offer]) -> str:
    """Return the stories by the names that moves take, and what could be brought in by its number."""
    content = done.content
    stories = [(item.anchor, item.headline) for section in content.sections for item in section.items]
    parts = [f"Revision {done.issue.revision}: {content.subject}", table(stories)]
    if offers:
        rows = [(str(n), offer.headline, offer.outlet, offer.reason) for n, offer in enumerate(offers, 1)]
        parts.append(f"Could be brought in:\n{table(rows)}")
    parts += [f"{name} would take: {text}" for name, text in (("undo", done.undo), ("redo", done.redo)) if text]
    return "\n\n".join(parts)


def _json(done: Edited, offers: Sequence[Offer]) -> dict[str, object]:
    sections = {
        section.id: [{"story": item.anchor, "headline": item.headline} for item in section.items]
        for section in done.content.sections
    }
    return {
        "issue": done.issue.id,
        "state": done.issue.state.value,
        "revision": done.issue.revision,
        "said": done.said,
        "undo": done.undo,
        "redo": done.redo,
        "lost": list(done.lost),
        "sections": sections,
        "offers": [
            {"offer": n, "headline": offer.headline, "source": offer.outlet, "reason": offer.reason}
            for n, offer in enumerate(offers, 1)
        ],
    }
