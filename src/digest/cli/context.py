"""What every command shares: its options, the settings it names, and the instant it runs at."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import Voice

if TYPE_CHECKING:
    from digest.parts import Parts
    from digest.settings import Settings


@dataclass(frozen=True, slots=True)
class Run:
    """The options before the command."""

    config: Path | None
    """The settings file; None: where `digest.settings.find` expects it."""
    voice: Voice


Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Now = Annotated[str, typer.Option("--now", metavar="ISO", help="Act as if it were this instant; for replays.")]
IssueArgument = Annotated[str, typer.Argument(metavar="ISSUE", help="An issue's id, `latest` or `draft`.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


def run_of(ctx: typer.Context, *, json: bool = False) -> Run:
    """Return the run's options, with `--json` from either side of the command."""
    run: Run = ctx.obj
    return replace(run, voice=replace(run.voice, json=run.voice.json or json))


def settings_of(run: Run) -> Settings:
    """Return the settings of this run; raises SettingsError."""
    from digest.settings import find, load

    return load(run.config or find())


@contextmanager
def parts_of(run: Run) -> Iterator[Parts]:
    """Yield the parts of this run; the database is made where there is none."""
    from digest.parts import open_parts

    with open_parts(settings_of(run)) as parts:
        gc.freeze()  # what was imported stays: to go through all of it again and again is a tenth of a poll's work
        yield parts


def agree(parts: Parts, voice: Voice, *, now: str = "") -> None:
    """Make what is kept of the lists agree with their files, and tell what is wrong with them. Raises ListError."""
    from digest import pipeline

    for problem in pipeline.sync(parts, now=at(now)).lists.problems:
        voice.say(problem)


def at(now: str) -> datetime:
    """Return the instant that `--now` names, UTC where it names no zone; this moment where it is empty.

    >>> at("2026-11-22T06:00:00Z").isoformat(), at("2026-11-22").isoformat()
    ('2026-11-22T06:00:00+00:00', '2026-11-22T00:00:00+00:00')
    """
    if not now:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise typer.BadParameter(f"{now!r} is no ISO 8601 instant such as 2026-11-22T06:00:00Z") from None
    if not 1970 < moment.year < 9000:
        raise typer.BadParameter(f"{now!r} is not of these times")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def issue_key(text: str) -> int | str:
    """Return the id or the word that names an issue.

    >>> issue_key("412"), issue_key("latest")
    (412, 'latest')
    """
    if text.isdecimal():
        return int(text)
    if text in ("latest", "draft"):
        return text
    raise typer.BadParameter(f"{text!r} is no issue: give its id, `latest` or `draft`")


def leave(code: int) -> None:
    """End the command with an exit code that is not an error's."""
    if code:
        sys.stdout.flush()
        raise typer.Exit(code)
