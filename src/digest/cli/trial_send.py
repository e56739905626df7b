"""`test-send`: an issue's mail to named addresses, marked and not counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import loop
from digest.cli.context import IssueArgument, Json, Now, at, issue_key, leave, parts_of, run_of
from digest.cli.issuing import person
from digest.cli.output import plural, table
from digest.cli.sending import PARTLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.pipeline import Tried


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command("test-send")(send_test)


def send_test(
    ctx: typer.Context,
    issue: IssueArgument,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="ADDRESS", help="To whom; may be repeated, up to twenty.")
    ] = None,
    reader: Annotated[
        str,
        typer.Option("--as", metavar="ADDRESS", help="As the subscriber with this address gets it; else all of it."),
    ] = "",
    now: Now = "",
    json: Json = False,
) -> None:
    """Send an issue's mail to named addresses to look at: marked [Test], not counted, its links act for nobody."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        if not to:
            last = ", ".join(pipeline.test_addresses(parts, found.edition))
            raise typer.BadParameter(f"say to whom: --to ADDRESS{f'; last time: {last}' if last else ''}")
        done = loop.run(pipeline.test_send(parts, found, to, as_address=reader, by=person(), now=at(now)))
    counts = Counter(each.outcome.state.value for each in done)
    run.voice.say(f"No. {found.number} as a test: {plural(counts['accepted'], 'mail')} of {len(done):,} accepted")
    run.voice.data({"issue": found.id, "as": reader, "results": [as_json(each) for each in done]}, lambda: told(done))
    leave(0 if counts["accepted"] == len(done) else PARTLY)  # nobody tries a test again: deferred is not sent


def told(done: Sequence[Tried]) -> str:
    """Return what the mail server said to each, as lines."""
    rows = [(t.address, t.outcome.state.value.replace("_", " "), t.outcome.code or "", t.outcome.text) for t in done]
    return table(rows)


def as_json(tried: Tried) -> dict[str, object]:
    """Return one of them for programs."""
    outcome = tried.outcome
    return {"address": tried.address, "state": outcome.state.value, "code": outcome.code, "text": outcome.text}
