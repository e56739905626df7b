"""A folder of lists, written as people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digest.subscribers import Lists, read_lists

SECTIONS = ("military", "diplomacy", "peace_summit")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the lists."""
    made = tmp_path / "subscribers"
    made.mkdir()
    return made


@pytest.fixture
def read(folder: Path) -> Callable[..., Lists]:
    """Writes a file's bytes or text, then reads the folder."""

    def read_with(text: str | bytes, name: str = "weekday.csv") -> Lists:
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return read_lists(folder, section_ids=SECTIONS, timezone="Europe/Helsinki")

    return read_with
