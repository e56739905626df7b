"""Files that are written whole or not at all, whatever happens meanwhile and whoever else may write in the folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
"""How a draft is opened: nobody's file but ours, and no link to one."""


def replace(path: Path, data: bytes, *, mode: int = 0o600, only_if: Callable[[], bool] = lambda: True) -> bool:
    """Put `data` at `path` at once, on disk before the name is; raises OSError, and what stood there stays.

    A link at `path` is replaced, not followed. `mode` holds whatever the umask is. `only_if` is asked last of all;
    returns whether it was put.
    """
    with _draft(path.parent, data, mode) as draft:
        if not only_if():
            return False
        draft.replace(path)
    settle(path.parent)
    return True


def create(path: Path, data: bytes, *, mode: int = 0o600) -> bool:
    """Put `data` at `path` unless something stands there; return whether it was put. Raises OSError."""
    with _draft(path.parent, data, mode) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
    settle(path.parent)
    return True


def add(path: Path, data: bytes) -> None:
    """Put `data` at `path`, where nothing may stand yet, for its owner alone; raises OSError.

    Not at once and not synced: for folders that are themselves thrown away where they are not finished.
    """
    with os.fdopen(os.open(path, NEW, 0o600), "wb") as file:
        file.write(data)


def settle(folder: Path) -> None:
    """Have the folder's names on disk: a file that was synced may else be lost with its name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _draft(folder: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Yield a file in `folder` that holds `data`, on disk; what is left of it afterwards goes."""
    draft = folder / f".digest-{secrets.token_hex(16)}"
    descriptor = os.open(draft, NEW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def stamp(folder: Path) -> str:
    """Return a hash over the names, sizes and times of change of all files in a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            state = path.stat()
        except OSError:  # gone between two looks, as editors save by renaming
            continue
        found.append((str(path), state.st_size, state.st_mtime_ns))
    return sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:16]
