"""A database that was put back from a backup: older than what was sent, so that its word alone is not enough."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from digest.deliver.journal import Left, take_over
from digest.deliver.lines import Reading
from digest.deliver.mark import Mark, raise_mark, read_mark
from digest.deliver.needs import Outbox
from digest.errors import JournalError, PutBack
from digest.model.delivery import DeliveryState, Result

log = logging.getLogger(__name__)

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
    if outbox.put_back():
        raise PutBack(f"the database was put back from a backup, older than what was sent; {CURE}")
    mark, left = read_mark(folder), _left(folder)
    try:
        readings = [journal.read(()) for journal in left]
        newest = max((mark, *(Mark(reading.claims, reading.issue) for reading in readings)))
        known = outbox.claims()  # asked last: a claim counts there before it is noted here
        if newest.number <= known:
            return
        whole = [journal.read(None) for journal in left]
        doubted = outbox.declare_put_back(_told(whole), claims=newest.number, now=now)
        _put_away(left, folder, newest)
    finally:
        for journal in left:
            journal.close()
    raise PutBack(
        f"the database is older than what was sent: it knows of {known} claims, and {newest.number} were made; "
        f"{doubted} messages are in doubt and {CURE}"
    )


def _put_away(left: list[Left], folder: Path, newest: Mark) -> None:
    """Set the journals aside and raise the mark, as far as the disk lets us: what is declared is what keeps mail in."""
    for journal in left:
        try:
            journal.set_aside(folder / ASIDE)
        except OSError as error:
            log.warning("a journal could not be set aside", extra={"path": str(journal.path), "why": str(error)})
    try:
        raise_mark(folder, newest)
    except JournalError as error:
        log.warning("the mark could not be raised", extra={"why": str(error)})


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
