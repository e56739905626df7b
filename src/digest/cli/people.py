"""`subscribers`: the lists as files and as kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import person
from digest.cli.context import Json, Now, at, leave, parts_of, run_of
from digest.cli.output import plural, table
from digest.errors import UnknownError

if TYPE_CHECKING:
    from digest.parts import Parts
    from digest.pipeline import Brought

group = typer.Typer(help="Who reads: the lists as files, and as they are kept.", no_args_is_help=True)

BAD_ROWS = 1
"""Some rows could not be taken."""

WARNINGS = 10
"""So many sorts of warnings are told."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    person.add_to(group)
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
    """Say what is wrong with the files under subscribers/, and what to look at in them; changes nothing.

    Addresses that look mistyped or are an office's are only pointed out: they are mailed.
    """
    from digest import pipeline
    from digest.cli.context import settings_of
    from digest.subscribers import Keyring, read_lists

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    ids = [section.id for section in settings.sections]
    keyring = Keyring(settings.data / "keys")
    lists = read_lists(settings.subscribers, section_ids=ids, timezone=settings.timezone, keyring=keyring)
    good = sum(len(rows) for rows in lists.rows.values())
    hints = [*lists.hints, *pipeline.never(settings, lists.rows)]
    run.voice.say(
        f"{plural(good, 'row')} in {plural(len(lists.rows), 'list')}; {plural(len(lists.problems), 'problem')}, "
        f"{len(hints)} to look at"
    )
    told = {"rows": good, "problems": list(lists.problems), "hints": hints}
    run.voice.data(told, "\n".join((*lists.problems, *hints)))
    leave(BAD_ROWS if lists.problems else 0)


@group.command()
def export(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LIST", help="One list; without it, all.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Instead of to the terminal.")] = None,
    json: Json = False,
) -> None:
    """Put out the readers with their preferences and consent as CSV; those who unsubscribed too, so that they stay so.

    The file of one list can be imported again.
    """
    from digest.model.people import Row
    from digest.subscribers import LIST_COLUMNS, as_csv, cells, write_table

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        if name:
            require_list(name, parts)
        found = parts.store.subscribers.all(name or None, gone=True)
    one = () if name else ("list",)
    columns = (*one, *LIST_COLUMNS, "consent", "since")
    rows = [
        (
            *(s.list for _ in one),
            *cells(Row(s.list, s.subscriber.email, s.subscriber.name, s.preferences, s.joined_on)),
            s.consent.value,
            s.since.isoformat() if s.since else "",
        )
        for s in found
    ]
    if out is not None:
        write_table(out, columns, rows)
        run.voice.data({"file": str(out), "readers": len(rows)}, f"{plural(len(rows), 'row')} in {out}.")
        return
    data = [dict(zip(columns, row, strict=True)) for row in rows]
    run.voice.data(data, lambda: as_csv(columns, rows).rstrip())


@group.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file, as another program exports it.")],
    name: Annotated[str, typer.Option("--list", metavar="LIST", help="The list its readers join.")],
    program: Annotated[
        str, typer.Option("--from", metavar="PROGRAM", help="Whose export it is; else its columns tell.")
    ] = "",
    gone: Annotated[
        bool, typer.Option("--gone", help="The file holds those who left the list, whatever its rows say.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of the file.")] = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Bring another program's readers onto a list; who left or bounced there is kept out here.

    Knows the exports of listmonk, Mailchimp, Mailtrain, Ghost, Substack and phpList, and any CSV file with a column
    email.
    """
    from digest import pipeline

    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        brought = pipeline.bring(parts, file, name, program=program, gone=gone, now=at(now), dry_run=dry_run)
    found = brought.found
    run.voice.data(told(brought, dry_run=dry_run), lambda: shown(brought, name, dry_run=dry_run))
    if found.advice:
        run.voice.say(f"Mind: {found.advice}.")
    for warning, times in found.warnings.most_common(WARNINGS):
        run.voice.say(f"{warning} ({plural(times, 'row')})")
    leave(BAD_ROWS if found.rejects else 0)


def told(brought: Brought, *, dry_run: bool) -> dict[str, object]:
    """Return an import as JSON has it."""
    found = brought.found
    return {
        "program": found.program,
        "columns": found.became,
        "passed_over": [column for column in found.columns if column not in found.became],
        "new": len(found.rows),
        "known": found.known,
        "repeated": found.repeated,
        "kept_out": brought.kept_out,
        "gone": dict(Counter(each.standing.value for each in found.gone.values())),
        "rejected": len(found.rejects),
        "rejects": str(brought.rejects) if brought.rejects and not dry_run else None,
        "newly_suppressed": brought.barred,
        "newly_unsubscribed": brought.ended,
        "advice": found.advice,
        "dry_run": dry_run,
    }


def shown(brought: Brought, name: str, *, dry_run: bool) -> str:
    """Return an import in words."""
    found = brought.found
    gone = Counter(each.standing.value for each in found.gone.values())
    passed = [column for column in found.columns if column not in found.became]
    columns = ", ".join(f"{column} -> {what}" for column, what in found.became.items())
    lines = [
        f"An export of {found.program}. {columns}" + (f"; passed over: {', '.join(passed)}" if passed else ""),
        f"{plural(len(found.rows), 'reader')} new on {name}, {found.known:,} on it already, "
        f"{brought.kept_out:,} kept out (unsubscribed, moved or suppressed here)",
    ]
    if gone:
        lines.append("Not to be mailed: " + ", ".join(f"{n:,} {standing}" for standing, n in sorted(gone.items())))
    if found.repeated:
        lines.append(f"{plural(found.repeated, 'row')} of an address that another row has")
    if found.rejects:
        first = found.rejects[0]
        where = "would go" if dry_run else "went"
        lines.append(
            f"{plural(len(found.rejects), 'row')} not taken; they {where} to {brought.rejects}. "
            f"The first, row {first.line}: {first.reason}"
        )
    lines.append("Nothing was changed (--dry-run)." if dry_run else "Done; the same import again changes nothing.")
    return "\n".join(lines)


@group.command()
def segments(ctx: typer.Context, now: Now = "", json: Json = False) -> None:
    """Say how many readers each segment of digest.toml has now, of every edition, used there or not."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        people, settings, day = parts.store.subscribers, parts.settings, at(now).date()
        rows = [
            (
                segment.name,
                edition.id,
                sum(
                    1 for _ in people.audience(edition.lists, day, [segment.within(edition.timezone, edition.language)])
                ),
                sum(1 for _ in people.audience(edition.lists, day)),
                "yes" if segment.name in {each.name for each in edition.segments} else "no",
            )
            for segment in settings.segments.values()
            for edition in settings.editions.values()
        ]
    columns = ("segment", "edition", "readers", "of", "used")
    run.voice.data([dict(zip(columns, row, strict=True)) for row in rows], lambda: table(rows, columns))


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
        f"{sum(report.kept_out.values()):,} kept out (unsubscribed, moved to another address, or suppressed)"
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
