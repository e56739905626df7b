"""`subscribers`: the lists as files and as kept."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import Json, Now, at, leave, parts_of, run_of
from digest.cli.output import plural, table

group = typer.Typer(help="The lists, as files and as kept.", no_args_is_help=True)

BAD_ROWS = 1
"""Some rows could not be taken."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="subscribers")


@group.command("list")
def list_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[LIST]", help="One list; without it, all.")] = "",
    json: Json = False,
) -> None:
    """List the subscriptions."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.subscribers.all(name or None)
    rows = [(s.list, s.subscriber.id, s.subscriber.email, s.subscriber.name, s.consent.value) for s in found]
    data = [
        {"list": s.list, "id": s.subscriber.id, "email": s.subscriber.email, "consent": s.consent.value} for s in found
    ]
    run.voice.data(data, lambda: table(rows, ("list", "id", "address", "name", "consent")))


@group.command()
def lint(ctx: typer.Context, json: Json = False) -> None:
    """Read the files and say what is wrong with them; changes nothing."""
    from digest.cli.context import settings_of
    from digest.subscribers import read_lists

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    ids = [section.id for section in settings.sections]
    lists = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone)
    good = sum(len(rows) for rows in lists.rows.values())
    run.voice.say(
        f"{plural(good, 'row')} in {plural(len(lists.rows), 'list')}; {plural(len(lists.problems), 'problem')}"
    )
    run.voice.data({"rows": good, "problems": list(lists.problems)}, "\n".join(lists.problems))
    leave(BAD_ROWS if lists.problems else 0)


@group.command()
def sync(ctx: typer.Context, now: Now = "", json: Json = False) -> None:
    """Make what is kept agree with the files; nobody who left comes back by it."""
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        synced = pipeline.sync(parts, now=at(now))
    report, problems = synced.report, synced.lists.problems
    run.voice.say(
        f"{report.added:,} added, {report.changed:,} changed, {report.removed:,} gone from the files, "
        f"{sum(report.kept_out.values()):,} kept out (unsubscribed or suppressed)"
    )
    for problem in problems:
        run.voice.say(problem)
    run.voice.data(
        {
            "added": report.added,
            "changed": report.changed,
            "removed": report.removed,
            "kept_out": dict(report.kept_out),
            "problems": list(problems),
        },
        "",
    )
    leave(BAD_ROWS if problems else 0)
