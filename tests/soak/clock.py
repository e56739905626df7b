"""A clock that several processes share, and that its owner moves: a file with one line."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True)
class Clock:
    """It showed an instant at a second of the machine's clock, and runs so much faster from there on."""

    path: Path

    def put(self, now: datetime, speed: float) -> None:
        """Set it, for everybody at once."""
        new = self.path.with_suffix(".new")
        new.write_text(f"{now.timestamp()} {time.time()} {speed}")
        new.replace(self.path)

    def __call__(self) -> datetime:
        """What it shows now."""
        shown, at, speed = map(float, self.path.read_text().split())
        return datetime.fromtimestamp(shown, UTC) + timedelta(seconds=(time.time() - at) * speed)
