"""What somebody should be woken for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Trouble(StrEnum):
    """Kinds of what can be wrong."""

    LATE = "late"
    """An issue is not out by its hour."""
    HELD = "held"
    BRAKE = "brake"
    """Too many messages of an issue were refused, and the rest waits."""
    DOUBT = "doubt"
    """Nobody knows of some messages whether they arrived."""
    SOURCE = "source"
    """A source has brought nothing for a day."""
    PUT_BACK = "put_back"
    """The database is older than what was sent."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is wrong, for as long as it is."""

    trouble: Trouble
    about: str
    """What has it, so that it is told once: an issue's id, a source's name."""
    text: str
    """A sentence without its full stop, as of when it began; no reader's address stands in it."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An alert as it is kept: with since when it is so, and until when it was."""

    id: int
    alert: Alert
    begun_at: datetime
    ended_at: datetime | None
    """None: it still is so."""
