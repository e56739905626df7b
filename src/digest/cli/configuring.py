"""`config`: is digest.toml right, and what does it come to."""

from __future__ import annotations

import json as codec
from typing import Annotated

import typer

from digest.cli.context import Json, run_of, settings_of
from digest.cli.output import plural, table

MORE = "a sentence encoder would be asked where words leave a passage in doubt: two more in a hundred go right"
"""As measured in docs/design.md."""

group = typer.Typer(help="The settings: whether they are right, what is in force, and why.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="config")


@group.command()
def check(ctx: typer.Context, json: Json = False) -> None:
    """Say whether the settings are right; if not, each problem with its file and line."""
    from digest.encoder import Missing, open_encoder
    from digest.remarks import remarks

    run = run_of(ctx, json=json)
    settings = settings_of(run)
    told = remarks(settings)
    encoder = open_encoder(settings.semantic)
    without = str(encoder) if isinstance(encoder, Missing) else ""
    run.voice.data(
        {
            "ok": True,
            "file": str(settings.path),
            "sections": len(settings.sections),
            "sources": len(settings.sources),
            "editions": list(settings.editions),
            "not_yet": list(settings.not_yet),
            "remarks": list(told),
            "encoder": "" if isinstance(encoder, Missing) else encoder.name,
            "without_encoder": without,
        },
        f"{settings.path} is right: {plural(len(settings.sections), 'section')}, "
        f"{plural(len(settings.sources), 'source')}, {plural(len(settings.editions), 'edition')}",
    )
    for line in told:
        run.voice.say(line)
    if without and settings.semantic:
        run.voice.say(f"{MORE}; {without}")


@group.command()
def show(
    ctx: typer.Context,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
    json: Json = False,
) -> None:
    """Show every setting that is in force; secrets stay hidden."""
    run = run_of(ctx, json=json)
    rows = settings_of(run).origins()
    data = [{"key": row.key, "value": row.value, "origin": row.origin} for row in rows]
    shown = [(row.key, row.value, row.origin) if origin else (row.key, row.value) for row in rows]
    run.voice.data(data, lambda: table(shown))


@group.command()
def path(ctx: typer.Context) -> None:
    """Say which file the settings are read from."""
    from digest.settings import find

    run = run_of(ctx)
    file = str((run.config or find()).resolve())
    run.voice.data({"file": file}, file)


@group.command()
def schema(ctx: typer.Context) -> None:
    """Print the JSON Schema of digest.toml, for text editors."""
    from digest.settings import schema as of_settings

    run_of(ctx).voice.data(of_settings(), lambda: codec.dumps(of_settings(), indent=2))
