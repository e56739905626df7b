"""digest.toml changed by a program: all or nothing, and never into a file that would not load."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from digest import files
from digest.errors import SettingsError
from digest.settings.load import load
from digest.settings.values import Settings

ROW: Final = re.compile(rb"[^\n]*\n|[^\n]+")
"""A line of a file with its end."""


def rewrite(
    path: Path,
    change: Callable[[bytes], bytes],
    environ: Mapping[str, str] | None = None,
    *,
    dry_run: bool = False,
) -> Settings:
    """Put what `change` makes of digest.toml in its place, and return the settings it then gives.

    All or nothing: the file changes only if it loads as it is and as it would be, and nobody else has changed it
    meanwhile. With `dry_run` it never does. Raises SettingsError.
    """
    path = path.absolute()
    with _alone(path.parent):
        load(path, environ)
        data = path.read_bytes()
        made = change(data)
        settings = _loaded(path, made, environ)
        if path.read_bytes() != data:
            raise SettingsError("someone else is changing it; it was left as it is, run this again", where=path.name)
        if not dry_run:
            target = path.resolve()
            files.replace(target, made, mode=target.stat().st_mode & 0o7777)
    return settings


def decoded(data: bytes) -> str:
    """Return the text of a file as parsers take it."""
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def says(data: bytes) -> str:
    """Return all that a file says, to be compared with another; empty where it is no TOML."""
    try:
        return said(tomllib.loads(decoded(data)))
    except tomllib.TOMLDecodeError:
        return ""


def said(tree: Mapping[str, object]) -> str:
    """Return the same of what was read: as text, since a number that is none equals nothing, not even itself."""
    return json.dumps(tree, sort_keys=True, default=str)


def listed(tree: Mapping[str, object], name: str) -> list[object]:
    """Return an array of what was read; empty where there is none."""
    value = tree.get(name)
    return value if isinstance(value, list) else []


def _loaded(path: Path, data: bytes, environ: Mapping[str, str] | None) -> Settings:
    """What a file of this content would give at this place."""
    draft = path.with_name(f".digest-{secrets.token_hex(16)}.toml")
    try:
        files.create(draft, data)
        return load(draft, environ)
    except SettingsError as e:
        told = str(e).replace(str(draft), path.name).replace(draft.name, path.name)
        raise SettingsError(f"it was left as it is, for this would be wrong: {told}", where=path.name) from e
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else change it meanwhile; the lock goes with its holder."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as e:
        raise SettingsError(f"it cannot be read: {e.strerror}", where=str(folder)) from e
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
