"""A folder of lists, written as people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digest.subscribers import Key, Keyring, Lists, read_lists

SECTIONS = ("military", "diplomacy", "peace_summit")
KEY = Key("k1", b"k" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the lists."""
    made = tmp_path / "subscribers"
    made.mkdir()
    return made


@pytest.fixture
def read(folder: Path) -> Callable[..., Lists]:
    """Writes a file's bytes or text, then reads the folder."""

    def read_with(text: str | bytes, name: str = "weekday.csv", keyring: Keyring | None = None) -> Lists:
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return read_lists(folder, section_ids=SECTIONS, timezone="Europe/Helsinki", keyring=keyring)

    return read_with


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    """A ring whose only key is KEY."""
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    (keys / "k1.key").touch(mode=0o600)
    (keys / "k1.key").write_text(KEY.secret.hex())
    return Keyring(keys)
