"""`collect`, `build`, `rebuild`, `classify`: from sources to a draft."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import show
from digest.cli.context import IssueArgument, Json, Now, at, issue_key, leave, parts_of, run_of, settings_of
from digest.cli.output import plural, table

NOTHING = 7
"""Nothing new, nothing built; only with --fail-empty."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.command()(collect)
    app.command()(build)
    app.command()(rebuild)
    app.command()(classify)


def collect(
    ctx: typer.Context,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="NAME", help="Only this source; may be given several times.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and tell, but keep nothing.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Read the sources and keep what is new."""
    from digest.pipeline import gather

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        total = len(source or parts.settings.sources)
        with run.voice.progress("Reading sources", total) as step:
            got = asyncio.run(
                gather(parts, now=at(now), names=source or (), keep=not dry_run, progress=lambda _: step(1))
            )
    run.voice.say(show.collected(got))
    rows = [(r.name, r.status, r.new, r.known, r.updated, r.reason) for r in got.reports]
    headings = ("source", "status", "new", "known", "updated", "")
    run.voice.data(show.gathered_json(got), lambda: table(rows, headings))
    leave(75 if got.reports and len(got.failed) == len(got.reports) else 0)


def build(
    ctx: typer.Context,
    edition: Annotated[
        str, typer.Argument(metavar="EDITION", help="Its name in digest.toml; without it, the first one there.")
    ] = "",
    now: Now = "",
    fail_empty: Annotated[bool, typer.Option("--fail-empty", help="Exit with 7 if there is nothing new.")] = False,
    json: Json = False,
) -> None:
    """Make an edition's next issue of what was collected; run again, its draft is made anew."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        name = edition or next(iter(parts.settings.editions), "")
        with run.voice.progress("Placing passages", None) as step:
            built = pipeline.build(parts, name, now=at(now), progress=step)
    run.voice.detail(show.aside(built.content))
    run.voice.say("\n".join((show.built(built), *built.remarks)))
    run.voice.data(show.built_json(built), lambda: show.outline(built.content))
    leave(NOTHING if built.empty and fail_empty else 0)


def rebuild(
    ctx: typer.Context,
    issue: IssueArgument,
    verify: Annotated[
        bool, typer.Option("--verify", help="Change nothing; say whether the bytes come out as they were kept.")
    ] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Make an issue again, from the articles it was made from."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        if not verify:
            built = pipeline.rebuild(parts, issue_key(issue), now=at(now))
            run.voice.say("\n".join((show.built(built), *built.remarks)))
            run.voice.data(show.built_json(built), lambda: show.outline(built.content))
            return
        checked = pipeline.verify(parts, issue_key(issue))
    run.voice.data(
        {
            "issue": checked.issue.id,
            "same": checked.same,
            "differences": list(checked.differences),
            "skeletons": checked.skeletons,
        },
        lambda: (
            f"No. {checked.issue.number}: content and {plural(checked.skeletons, 'variant')} are the same to the byte"
            if checked.same
            else "\n".join(checked.differences)
        ),
    )
    leave(0 if checked.same else 1)


def classify(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Text, HTML or Markdown.")],
    json: Json = False,
) -> None:
    """Show how an article is cut into passages and where each one goes."""
    from digest.classify import classify as place
    from digest.collect import read_document
    from digest.encoder import open_encoder
    from digest.meaning import notebook
    from digest.shelf import Shelf

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    weights = Shelf(settings.data / "weights").current()
    meaning = notebook(open_encoder(settings.semantic), weights)
    placements = place(read_document(file, now=at("")), settings.sections, weights, meaning)
    run.voice.data([show.placement_json(p) for p in placements], lambda: show.placed(placements))
