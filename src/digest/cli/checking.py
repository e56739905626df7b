"""`check`: an issue judged before it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import Json, Now, agree, at, issue_key, leave, parts_of, run_of
from digest.cli.output import plural, table
from digest.model.issue import State

if TYPE_CHECKING:
    from digest.check import Finding
    from digest.model.issue import Issue

RED = 4
"""Exit code: the check found what it was told to fail on."""


class FailOn(StrEnum):
    """What makes the command fail."""

    RED = "red"
    AMBER = "amber"


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(check)


def check(
    ctx: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="An issue's id, `latest` or `draft`.")] = "latest",
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="From which level on it ends with exit code 4.")] = (
        FailOn.RED
    ),
    links: Annotated[bool, typer.Option("--links", help="Also ask each link whether it answers.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Say what an inbox, a reader or an editor would hold against an issue: red, amber, green."""
    from digest import pipeline
    from digest.check import worst

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        agree(parts, run.voice, now=now)
        asked = None
        if links and found.content is not None and found.content.stories:
            run.voice.detail("Asking the links")
            asked = asyncio.run(pipeline.ask_links(parts, found))
        findings = pipeline.examine(parts, found, now=at(now), asked=asked)
    level = worst(findings)
    run.voice.data(
        {"issue": found.id, "level": level.value, "findings": [as_json(each) for each in findings]},
        lambda: lines(findings),
    )
    run.voice.say(verdict(found, findings))
    leave(RED if level.value in ("red", fail_on.value) else 0)


def lines(findings: Sequence[Finding]) -> str:
    """Return the findings as aligned lines, the cure of what is not green below each."""
    rows = [(f"  {one.level.value}", one.area.value, one.text, _where(one)) for one in findings]
    shown = table(rows).splitlines()
    out: list[str] = []
    for one, line in zip(findings, shown, strict=True):
        out += [line, *([f"         -> {one.cure}"] if one.cure else [])]
    return "\n".join(out)


def _where(one: Finding) -> str:
    return ": ".join(filter(None, (", ".join(one.places), one.seen)))


def verdict(issue: Issue, findings: Sequence[Finding]) -> str:
    """Return what it comes to, and what to do next."""
    red, amber = (sum(one.level.value == level for one in findings) for level in ("red", "amber"))
    if red:
        return f"No. {issue.number} is not fit to send: {red} red{f', {amber} amber' if amber else ''}"
    looks = plural(amber, "thing deserves a look", "things deserve a look") if amber else "nothing deserves a look"
    said = f"No. {issue.number} is fit to send; {looks}"
    return f"{said}\nNext:  digest approve {issue.id}" if issue.state is State.REVIEW else said


def as_json(one: Finding) -> dict[str, Any]:
    """Return a finding as the contract of `check --json` has it."""
    return {
        "level": one.level.value,
        "area": one.area.value,
        "text": one.text,
        "seen": one.seen,
        "places": list(one.places),
        "cure": one.cure,
    }
