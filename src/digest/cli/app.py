"""The tree of commands and the options before them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest import __version__
from digest.cli import (
    checking,
    clicks,
    configuring,
    daemon,
    dkim,
    editing,
    editors,
    issuing,
    jobs,
    keys,
    learning,
    log,
    news,
    pausing,
    people,
    publishing,
    retrying,
    sending,
    settling,
    sources,
    standing,
    starting,
    trial_send,
    web,
)
from digest.cli.context import Run
from digest.cli.output import Voice

app = typer.Typer(
    help="Turns a window of news into one email worth opening.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (
    starting,
    news,
    learning,
    sources,
    issuing,
    editing,
    checking,
    publishing,
    trial_send,
    sending,
    standing,
    clicks,
    log,
    pausing,
    settling,
    retrying,
    people,
    keys,
    dkim,
    configuring,
    daemon,
    jobs,
    web,
    editors,
):
    part.add_to(app)


def version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        print(f"digest {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "-c", "--config", metavar="FILE", help="The settings file; without it DIGEST_CONFIG, else digest.toml here."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print results as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print only results and errors.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Print more, such as what `build` left out and why.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the options for the command that follows."""
    ctx.obj = Run(config, Voice(json=json, quiet=quiet, verbose=verbose, color=not no_color, ask=not no_input))
