"""A database that was put back from a backup: older than what was sent, so that its word alone is not enough."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from digest.deliver.journal import Left, take_over
from digest.deliver.lines import Reading
from digest.deliver.mark import Mark, raise_mark, read_mark
from digest.deliver.needs import Outbox
from digest.errors import PutBack
from digest.model.delivery import DeliveryState, Result

ASIDE: Final = "aside"
"""Where in the folder the journals of a newer database go."""
ID_LENGTH: Final = 32
KNOWN_ENDS: Final = (DeliveryState.ACCEPTED, DeliveryState.REFUSED)
CURE: Final = "nothing is sent; look at the issues (digest issues, digest settle ISSUE), then: digest settle --put-back"


def require_not_older(outbox: Outbox, folder: Path, *, now: datetime) -> None:
    """Raise PutBack where mail was sent from this folder that the database knows nothing of, or did so once.

    What is open in it then gets the outcome that the journals tell, or is in doubt, and nothing is claimed from it
    until somebody has said that it may be.
    """
    mark = read_mark(folder)  # before the database is asked: a claim counts there first
    if outbox.put_back():
        raise PutBack(f"the database was put back from a backup, older than what was sent; {CURE}")
    known = outbox.claims()
    left = _left(folder)
    try:
        readings = [journal.read(()) for journal in left]
        newest = max((mark, *(Mark(reading.claims, reading.issue) for reading in readings)))
        if newest.number <= known:
            return
        whole = [journal.read(None) for journal in left]
        doubted = outbox.declare_put_back(_told(whole), claims=newest.number, now=now)
        raise_mark(folder, newest)
        for journal in left:
            journal.set_aside(folder / ASIDE)
    finally:
        for journal in left:
            journal.close()
    raise PutBack(
        f"the database is older than what was sent: it knows of {known} claims, and {newest.number} were made; "
        f"{doubted} messages are in doubt and {CURE}"
    )


def _left(folder: Path) -> list[Left]:
    """Return the journals whose workers are dead, locked. One without a first line may be about to be locked."""
    names = sorted(path for path in folder.iterdir() if len(path.name) == ID_LENGTH)
    return [left for path in names if (left := _taken(path)) is not None]


def _taken(path: Path) -> Left | None:
    try:
        return take_over(path) if path.stat().st_size else None
    except FileNotFoundError:
        return None  # its worker has just ended in good order


def _told(readings: list[Reading]) -> dict[tuple[int, int], Result]:
    """Return what is certain of deliveries, whatever attempt it was."""
    return {
        (key.issue, key.seq): result
        for reading in readings
        for key, result in reading.results.items()
        if result.outcome.state in KNOWN_ENDS
    }
