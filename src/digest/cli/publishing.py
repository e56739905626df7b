"""`archive`: the issues that readers have, as pages for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import Json, parts_of, run_of
from digest.cli.output import plural
from digest.cli.starting import require_folder


def add_to(app: typer.Typer) -> None:
    """Hang the command into the tree."""
    app.command()(archive)


def archive(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that a web server shows under `public_url`.")
    ],
    json: Json = False,
) -> None:
    """Write the issues that were sent as web pages, with an Atom feed: of lists that say `archive = true`."""
    from digest.pipeline import write_archive

    run = run_of(ctx, json=json)
    require_folder(folder)
    with parts_of(run) as parts:
        done = write_archive(parts, folder)
        address = f"{parts.settings.public_url}/archive"
    text = (
        f"{plural(done.issues, 'issue')} in {folder / 'archive'}, for {address}: {plural(done.changed, 'file')} changed"
    )
    run.voice.say(f"{text}, {plural(done.removed, 'page')} removed" if done.removed else text)
    for edition in done.private:
        run.voice.say(f"{edition} is not shown: not all of its lists say archive = true in lists.toml")
    run.voice.data(
        {
            "folder": str(folder / "archive"),
            "url": address,
            "issues": done.issues,
            "changed": done.changed,
            "removed": done.removed,
            "private": list(done.private),
        },
        "",
    )
