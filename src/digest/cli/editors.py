"""`editors`: who may sign in at the desk."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize

import typer

from digest.cli.context import Json, Now, at, parts_of, run_of
from digest.cli.output import table
from digest.errors import DigestError, PasswordError
from digest.model.editors import LONGEST_NAME, Right

if TYPE_CHECKING:
    from digest.cli.output import Voice

group = typer.Typer(help="Who may sign in at the desk, and what each may do there.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As it is typed at sign-in, and as the record has it.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, not from the keyboard.")
]
RightOption = Annotated[Right, typer.Option("--right", help="What they may do; each also what those before it may.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="editors")


@group.command()
def add(
    ctx: typer.Context,
    name: Name,
    right: RightOption = Right.EDITOR,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Only a trusted proxy's word lets them in.")
    ] = False,
    password_stdin: FromStdin = False,
    now: Now = "",
    json: Json = False,
) -> None:
    """Let somebody in; one who is there already gets the right."""
    from digest.web.passwords import hashed

    run = run_of(ctx, json=json)
    name = proper(name)
    with parts_of(run) as parts:
        editors = parts.store.editors
        new = editors.find(name) is None
        kept = hashed(password(run.voice, from_stdin=password_stdin)) if new and not no_password else ""
        if new:
            new = editors.add(name, right, kept, at(now))
        if not new:
            editors.set_right(name, right)
    run.voice.say(f"{name} may sign in as {right}." if new else f"{name} is {right} now.")
    run.voice.data({"name": name, "right": right.value, "new": new}, "")


@group.command("password")
def password_(ctx: typer.Context, name: Name, password_stdin: FromStdin = False) -> None:
    """Give somebody another password; wherever they are signed in, they are signed out."""
    from digest.web.passwords import hashed

    run = run_of(ctx)
    with parts_of(run) as parts:
        parts.store.editors.set_password(name, hashed(password(run.voice, from_stdin=password_stdin)))
    run.voice.say(f"{name} has another password; their sessions have ended.")


@group.command()
def remove(ctx: typer.Context, name: Name) -> None:
    """Let somebody in no more, wherever they are signed in."""
    run = run_of(ctx)
    with parts_of(run) as parts:
        parts.store.editors.remove(name)
    run.voice.say(f"{name} may sign in no more; their sessions have ended.")


@group.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List who may sign in."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        found = parts.store.editors.all()
    rows = [(e.name, e.right.value, f"{e.since:%Y-%m-%d}", "" if e.password else "through the proxy") for e in found]
    data = [{"name": e.name, "right": e.right.value, "since": e.since, "password": e.password} for e in found]
    run.voice.data(data, lambda: table(rows, ("name", "right", "since", "")))


def proper(name: str) -> str:
    """Return a name fit for the record; raises BadParameter.

    >>> proper("  Ada Rehn ")
    'Ada Rehn'
    """
    name = normalize("NFC", " ".join(name.split()))
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise typer.BadParameter(f"a name has 1 to {LONGEST_NAME} printable characters")
    return name


def password(voice: Voice, *, from_stdin: bool) -> str:
    """Return a password as it is typed, twice the same, or as standard input has it; raises PasswordError."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not (voice.ask and sys.stdin.isatty()):
        raise DigestError("there is no terminal to ask for the password at; give it with --password-stdin")
    from getpass import getpass

    typed = getpass("Password: ")
    if getpass("Once more: ") != typed:
        raise PasswordError("the two were not the same; nothing was changed")
    return typed
