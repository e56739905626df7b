"""`subscribers`: the lists as files and as kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import Json, Now, at, leave, parts_of, run_of
from digest.cli.output import plural, table
from digest.errors import UnknownError

if TYPE_CHECKING:
    from digest.parts import Parts

group = typer.Typer(help="Who reads: the lists as files, and as they are kept.", no_args_is_help=True)

BAD_ROWS = 1
"""Some rows could not be taken."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="subscribers")


@group.command("list")
def list_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LIST", help="One list; without it, all.")] = "",
    json: Json = False,
) -> None:
    """List who is on the lists, and whether they may be mailed."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.subscribers.all(name or None)
        if name and not found:
            require_list(name, parts)
    rows = [(s.list, s.subscriber.id, s.subscriber.email, s.subscriber.name, s.consent.value) for s in found]
    data = [
        {"list": s.list, "id": s.subscriber.id, "email": s.subscriber.email, "consent": s.consent.value} for s in found
    ]
    run.voice.data(data, lambda: table(rows, ("list", "id", "address", "name", "consent")))


def require_list(name: str, parts: Parts) -> None:
    """Refuse a list that no edition goes to and nobody is on."""
    known = {each for edition in parts.settings.editions.values() for each in edition.lists}
    if name not in known:
        there = sorted(known | {each.list for each in parts.store.subscribers.all()})
        raise UnknownError(f"no list is called {name!r}; there are: {', '.join(there) or 'none'}")


@group.command()
def lint(ctx: typer.Context, json: Json = False) -> None:
    """Say what is wrong with the files under subscribers/; changes nothing."""
    from digest.cli.context import settings_of
    from digest.subscribers import Keyring, read_lists

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    ids = [section.id for section in settings.sections]
    keyring = Keyring(settings.data / "keys")
    lists = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone, keyring=keyring)
    good = sum(len(rows) for rows in lists.rows.values())
    run.voice.say(
        f"{plural(good, 'row')} in {plural(len(lists.rows), 'list')}; {plural(len(lists.problems), 'problem')}"
    )
    run.voice.data({"rows": good, "problems": list(lists.problems)}, "\n".join(lists.problems))
    leave(BAD_ROWS if lists.problems else 0)


@group.command()
def sync(ctx: typer.Context, now: Now = "", json: Json = False) -> None:
    """Take over what the files say; nobody who unsubscribed comes back by it."""
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
