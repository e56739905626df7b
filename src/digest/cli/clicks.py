"""`clicks`: how often somebody came over an issue's links, where they are counted."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from digest.cli.context import Json, issue_key, parts_of, run_of
from digest.cli.output import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model.clicks import LinkClicks
    from digest.model.issue import Issue

HEAD: Final = ("link", "human", "unsure", "machine", "story", "leads to")


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(clicks)


def clicks(
    ctx: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="An issue's id or `latest`.")] = "latest",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    json: Json = False,
) -> None:
    """Say how often each link of an issue was followed: by people, by programs, and by who may be either."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.issues.find(issue_key(issue))
        counts, rows = pipeline.counts(parts, found), pipeline.followed(parts, found)
    if as_csv:
        print_csv(rows)
        return
    if not counts:
        run.voice.say(
            f"The links of No. {found.number} are not counted; say clicks = true in [edition.{found.edition}] "
            "before an issue is approved"
        )
    run.voice.data(as_json(found, rows, counts=counts), lambda: lines(rows))


def as_json(issue: Issue, rows: Sequence[LinkClicks], *, counts: bool) -> dict[str, Any]:
    """Return the contract of `clicks --json`."""
    return {
        "issue": issue.id,
        "number": issue.number,
        "edition": issue.edition,
        "counted": counts,
        "links": [asdict(row) for row in rows],
    }


def lines(rows: Sequence[LinkClicks]) -> str:
    """Return the counts as a table; empty for none."""
    cells = [(row.number, row.human, row.unsure, row.machine, row.headline, row.outlet or row.url) for row in rows]
    return table(cells, HEAD) if cells else ""


def print_csv(rows: Sequence[LinkClicks]) -> None:
    """Print a line a link, no cell one that a spreadsheet runs: headlines are others' words."""
    from digest.subscribers.csvfile import clean, escaped

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("link", "url", "headline", "outlet", "human", "unsure", "machine"))
    for row in rows:
        told = (escaped(clean(text)) for text in (row.url, row.headline, row.outlet))
        writer.writerow((row.number, *told, row.human, row.unsure, row.machine))
