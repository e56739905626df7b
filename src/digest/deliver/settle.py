"""A worker declared dead by somebody's word: for the host that never comes back, whose journals nobody can read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.deliver.journal import take_over
from digest.deliver.needs import Outbox
from digest.deliver.recover import Folder, recover_dead
from digest.errors import MoveError, UnknownError


@dataclass(frozen=True, slots=True)
class Declared:
    """What became of a worker that somebody called dead."""

    worker: str
    doubted: int
    """How many messages it held are in doubt now."""
    proven: bool
    """Whether its journal was here, its lock free: then its rows are what it tells, and the word was not needed."""


def declare_dead(outbox: Outbox, folder: Folder, name: str, *, now: datetime) -> Declared:
    """Declare the worker dead whose id begins with `name`. If it lives after all it claims nothing more.

    Raises UnknownError where no worker, or more than one, is called so; MoveError where it lives on this machine.
    """
    worker = _named(outbox, name)
    try:
        left = take_over(folder.path / worker)
    except FileNotFoundError:
        return Declared(worker, outbox.bury(worker, now=now), proven=False)
    if left is None:
        raise MoveError(
            f"worker {worker} lives on this machine: it holds the lock of its journal; end its process first"
        )
    left.close()
    recover_dead(outbox, folder, me="", now=now)
    return Declared(worker, 0, proven=True)


def _named(outbox: Outbox, name: str) -> str:
    known = outbox.workers() | outbox.workers(declared=True)
    found = [worker for worker in known if name and worker.startswith(name)]
    if len(found) != 1:
        there = ", ".join(known) or "none"
        raise UnknownError(f"{len(found) or 'no'} workers are called {name!r}; those not known to be dead: {there}")
    return found[0]
