"""The secret keys behind tokens and suppressions: kept as files, made at first use, never thrown away.

One file a key, `k1.key`, 64 hex digits; the highest number is used for what is new, the others still read what is old.
Lose the folder and every unsubscribe link and every suppression is lost with it: it belongs into the backup.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from digest.errors import SettingsError

NAME: Final = re.compile(r"k([1-9][0-9]{0,3})\.key")
LENGTH: Final = 32
"""Bytes of a key: as long as the hash (RFC 2104, 3)."""
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
"""The rights of everybody but the owner."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and the name by which what it made remembers it."""

    id: str
    """`k1`, `k2`, …"""
    secret: bytes = field(repr=False)

    @property
    def number(self) -> int:
        """The number in its id."""
        return int(self.id[1:])


class Keyring:
    """The keys of a folder, read once. Raises SettingsError where others may read them or a file is no key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def current(self) -> Key:
        """The key for what is made from now on."""
        return self.all[-1]

    def by_id(self, key_id: str) -> Key | None:
        """Return the key of that id, also one that another process made meanwhile; None if it is not here."""
        name = f"{key_id}.key"
        if all(key.id != key_id for key in self.all) and NAME.fullmatch(name) and (self.folder / name).exists():
            del self.all
        return next((key for key in self.all if key.id == key_id), None)

    @cached_property
    def all(self) -> tuple[Key, ...]:
        """Every key, the oldest first; the first is made if there is none."""
        self._make_folder()
        if not self._files():
            self._make(1)
        return tuple(_read(path) for path in self._files())

    def rotate(self) -> Key:
        """Make a new current key and return it; the old ones stay valid."""
        self._make(self.current.number + 1)
        del self.all
        return self.current

    def _files(self) -> list[Path]:
        """The key files by number."""
        found = [(int(match[1]), path) for path in self.folder.iterdir() if (match := NAME.fullmatch(path.name))]
        return [path for _, path in sorted(found)]

    def _make_folder(self) -> None:
        """See to it that the folder is there and nobody else's."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as e:
            raise SettingsError(f"no folder for keys can be made: {e.strerror}", where=str(self.folder)) from e
        _only_owner(self.folder, "0700")

    def _make(self, number: int) -> None:
        """Write a new key; when another process was quicker, its key counts."""
        path, draft = self.folder / f"k{number}.key", self.folder / f".k{number}.{secrets.token_hex(8)}"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_bytes(LENGTH).hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                return
            finally:
                draft.unlink()
        except OSError as e:
            raise SettingsError(f"the key cannot be written: {e.strerror}", where=str(path)) from e


def _read(path: Path) -> Key:
    """Return the key in a file."""
    _only_owner(path, "0600")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as e:
        raise SettingsError(f"the key cannot be read: {e.strerror}", where=str(path)) from e
    except ValueError:
        secret = b""
    if len(secret) != LENGTH:
        raise SettingsError(f"no key: {2 * LENGTH} hex digits expected. Put it back from a backup", where=str(path))
    return Key(path.stem, secret)


def _only_owner(path: Path, mode: str) -> None:
    """Refuse a path that others may read or write."""
    try:
        rights = stat.S_IMODE(path.stat().st_mode)
    except OSError as e:
        raise SettingsError(f"cannot be looked at: {e.strerror}", where=str(path)) from e
    if rights & OTHERS:
        raise SettingsError(f"others may use the keys (mode {rights:04o}). Run: chmod {mode} {path}", where=str(path))
