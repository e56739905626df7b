from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

BASE = """\
[digest]
title = "The Aldovar Brief"
timezone = "Europe/Helsinki"

[[section]]
id = "harbour"
title = "At the harbour"
match = ["ferry*", "pier^2"]

[[source]]
name = "Ilma Courier"
url = "https://ilma-courier.example/feed.xml"

[edition.weekday]
draft = "Mon-Fri 06:00"
send = "Mon-Fri 07:00"
"""
"""The least that is right; 16 lines."""

RELAY = """
[[relay]]
name = "main"
host = "127.0.0.1"
port = 2525
security = "none"
username = "digest"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "digest.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written
