"""The secret keys behind tokens and suppressions: kept as files, made at first use, never thrown away.

One file a key, `k1.key`, 64 hex digits; tokens are made with the highest number, the others still read what is old.
Addresses are hashed with k1 alone and for ever: the address behind a suppression is forgotten, so its hash can never be
made anew. Lose the folder and every unsubscribe link and every suppression is lost with it: it belongs into the backup.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from digest.errors import SettingsError
from digest.files import create, settle

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

    @property
    def mark(self) -> str:
        """The id with what only this secret gives, so that another key of the same id is seen to be another.

        >>> Key("k1", b"k" * 32).mark
        'k1-b41bb1'
        """
        return f"{self.id}-{hmac.digest(self.secret, b'digest key', hashlib.sha256).hex()[:6]}"


class Keyring:
    """The keys of a folder, read once. Raises SettingsError where others may read them or a file is no key."""

    def __init__(self, folder: Path, *, at_start: Callable[[], None] = lambda: None) -> None:
        """Take the keys of `folder`. Before a first key is made `at_start` is asked: what it raises stops that."""
        self.folder = folder
        self._at_start = at_start

    @property
    def empty(self) -> bool:
        """Whether there is no key yet, or none any more; looking makes none."""
        return not self.folder.is_dir() or not self._files()

    @property
    def hashing(self) -> Key:
        """The key that addresses are hashed with, k1, whatever was made since; made if there is no key at all."""
        if self.all[0].number != 1:
            path = self.folder / "k1.key"
            raise SettingsError("it is gone, and every suppression with it. Put it back from a backup", where=str(path))
        return self.all[0]

    @property
    def current(self) -> Key:
        """The key for tokens that are made from now on."""
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
        if self.empty:
            self._at_start()
        make_folder(self.folder)
        if not self._files():
            self._make(1)
        return tuple(_read(path) for path in self._files())

    def missing(self, made: int) -> tuple[str, ...]:
        """Return the ids that have no key here although `made` is the highest number that was ever made."""
        there = {key.number for key in self.all}
        return tuple(f"k{n}" for n in range(1, max(made, *there) + 1) if n not in there)

    def rotate(self, made: int = 0) -> Key:
        """Make a new current key and return it; the old ones stay valid. Its number is above `made` as well."""
        self._make(max(self.current.number, made) + 1)
        del self.all
        return self.current

    def _files(self) -> list[Path]:
        """The key files by number."""
        try:
            found = [(int(match[1]), path) for path in self.folder.iterdir() if (match := NAME.fullmatch(path.name))]
        except OSError as e:
            raise SettingsError(f"the keys cannot be listed: {e.strerror}", where=str(self.folder)) from e
        return [path for _, path in sorted(found)]

    def _make(self, number: int) -> None:
        """Write a new key; when another process was quicker, its key counts."""
        path = self.folder / f"k{number}.key"
        try:
            create(path, f"{secrets.token_hex(LENGTH)}\n".encode("ascii"))
        except OSError as e:
            raise SettingsError(f"the key cannot be written: {e.strerror}", where=str(path)) from e


def make_folder(folder: Path) -> None:
    """See to it that a folder for keys is there and nobody else's; raises SettingsError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settle(folder.parent)
    except OSError as e:
        raise SettingsError(f"no folder for keys can be made: {e.strerror}", where=str(folder)) from e
    only_owner(folder, "0700")


def _read(path: Path) -> Key:
    """Return the key in a file."""
    only_owner(path, "0600")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as e:
        raise SettingsError(f"the key cannot be read: {e.strerror}", where=str(path)) from e
    except ValueError:
        secret = b""
    if len(secret) != LENGTH:
        raise SettingsError(f"no key: {2 * LENGTH} hex digits expected. Put it back from a backup", where=str(path))
    return Key(path.stem, secret)


def only_owner(path: Path, mode: str) -> None:
    """Refuse a path that others may read or write; raises SettingsError."""
    try:
        rights = stat.S_IMODE(path.stat().st_mode)
    except OSError as e:
        raise SettingsError(f"cannot be looked at: {e.strerror}", where=str(path)) from e
    if rights & OTHERS:
        raise SettingsError(f"others may use the keys (mode {rights:04o}). Run: chmod {mode} {path}", where=str(path))
