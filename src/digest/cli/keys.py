"""`keys`: the secrets behind readers' links and behind suppressions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import Json, leave, parts_of, run_of
from digest.cli.output import table
from digest.errors import SettingsError

if TYPE_CHECKING:
    from digest.subscribers import Keyring

group = typer.Typer(help="The keys of readers' links and of suppressions.", no_args_is_help=True)

GONE = 1
"""A key that was made is not there."""


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    app.add_typer(group, name="keys")


@group.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the keys, what each is for, and those that are gone."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        ring, gone = parts.keyring, parts.keyring.missing(parts.store.subscribers.keys_made())
        folder = parts.keys
    rows = [(k.id, k.mark, f"{made(ring, k.id):%Y-%m-%d}", role(ring, k.id)) for k in ring.all]
    rows += [(name, "", "", "is gone") for name in gone]
    columns = ("key", "mark", "made", "for")
    run.voice.data([dict(zip(columns, row, strict=True)) for row in rows], lambda: table(rows, columns))
    if gone:
        run.voice.say(f"Put {', '.join(f'{name}.key' for name in gone)} back into {folder} from a backup.")
    leave(GONE if gone else 0)


@group.command()
def rotate(
    ctx: typer.Context,
    lost: Annotated[
        list[str] | None,
        typer.Option("--lost", metavar="KEY", help="A key that is gone for good; the links made with it are dead."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a new key that signs links from now on; those made with older ones stay valid, and so do suppressions."""
    run = run_of(ctx, json=json)
    with parts_of(run) as parts:
        ring, people = parts.keyring, parts.store.subscribers
        hashing = ring.hashing  # without k1 nobody's suppression holds, and no new key makes up for it
        gone = [name for name in ring.missing(people.keys_made()) if name not in (lost or ())]
        if gone:
            again = " ".join(f"--lost {name}" for name in gone)
            raise SettingsError(
                f"{', '.join(gone)} is gone, and every link made with it opens nothing; put it back from a backup, or "
                f"say that it is lost: digest keys rotate {again}",
                where=str(parts.keys),
            )
        key = ring.rotate(people.keys_made())
        people.note_key(key.number)
        folder = parts.keys
    said = f"{key.id} signs links from now on; older keys stay valid, and {hashing.id} goes on hashing addresses."
    run.voice.data({"key": key.id, "keys": [each.id for each in ring.all]}, said)
    run.voice.say(f"Put {folder} into the backup: without it every link in every mail is dead.")


def role(ring: Keyring, name: str) -> str:
    """Return what a key is for."""
    uses = ("hashes addresses" if name == ring.hashing.id else "", "signs links" if name == ring.current.id else "")
    return ", ".join(filter(None, uses)) or "reads older links"


def made(ring: Keyring, name: str) -> datetime:
    """Return when a key was made, by its file."""
    return datetime.fromtimestamp((ring.folder / f"{name}.key").stat().st_mtime, UTC)
