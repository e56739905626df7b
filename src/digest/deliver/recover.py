"""What becomes of the rows of a worker that is no more: its journal tells, and the journal's lock proves the death."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.deliver.journal import Journal, Left, take_over
from digest.deliver.journals import boot_id, host_id, journals
from digest.deliver.mark import OWN, fold
from digest.deliver.needs import Outbox

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of journals, and what is known of the machine and the editions whose messages they are about."""

    path: Path
    host: str
    """The name the folder goes by."""
    boot: str
    """Names this start of the machine; empty where the system does not say."""
    resend: Collection[str] = ()
    """Editions whose messages in doubt are sent again where their worker is proven dead."""

    @classmethod
    def of(cls, data: Path, *, resend: Collection[str] = (), boot: str = "") -> Folder:
        """Return the one in the data folder, made if need be. Raises SettingsError."""
        path = journals(data)
        return cls(path, host_id(path), boot or boot_id(), frozenset(resend))


def recover_dead(outbox: Outbox, folder: Folder, *, me: str, now: datetime) -> list[str]:
    """Recover the rows of every worker that left a journal in the folder without its lock; return their ids.

    Goes by the workers that are written down, never by the files: one that is gone proves no death. Its worker, if it
    was of this folder, claims no more and may finish what it began; its rows are in doubt, and never queued again.
    A worker of another host has its journal in another folder: nothing is said of it. Raises StoreError.
    """
    recovered = []
    alive = outbox.workers()
    for worker, host in (outbox.workers(declared=True) | alive).items():
        if worker == me:
            continue
        try:
            left = take_over(folder.path / Path(worker).name)
        except FileNotFoundError:
            # Asked again: it may have ended in good order meanwhile, which is on record before its journal goes.
            if host == folder.host and worker in alive and worker in outbox.workers():
                doubted = outbox.bury(worker, now=now)
                log.warning("a worker's journal is gone", extra={"worker": worker, "in_doubt": doubted})
            continue
        if left is None:
            continue  # it lives
        try:
            _recover(outbox, left, folder, worker, now)
            fold(folder.path, worker)
            left.drop()
        finally:
            left.close()
        recovered.append(worker)
    return recovered


def recover_own(outbox: Outbox, journal: Journal, folder: Folder, *, me: str, now: datetime) -> None:
    """End a worker that sends no more: what it still holds is settled by its own journal. Raises StoreError.

    Its journal goes only once that is on record.
    """
    _recover(outbox, journal, folder, me, now)
    fold(folder.path, me)
    if journal.there:
        journal.path.unlink(missing_ok=True)


def fold_left(folder: Folder) -> None:
    """Fold what workers noted in this folder that are no more, whether the outbox knows them or not."""
    for path in folder.path.glob(f"{OWN}*"):
        worker = path.name.removeprefix(OWN)
        try:
            left = take_over(folder.path / worker)
        except FileNotFoundError:
            fold(folder.path, worker)  # it had a journal before it noted anything
            continue
        if left is not None:
            fold(folder.path, worker)
            left.close()


def _recover(outbox: Outbox, journal: Journal | Left, folder: Folder, worker: str, now: datetime) -> None:
    """Have the rows of a worker that sends no more written down as its journal tells; it is dead after that.

    What is claimed later than this look at the rows was never begun: nobody is there any more to begin it.
    """
    account = journal.read(outbox.held(worker)).account(folder.boot)
    counts = outbox.recover(worker, account, resend=folder.resend, now=now)
    if counts:
        told = {state.value: count for state, count in counts.items()}
        log.warning("a worker ended before its messages did", extra={"worker": worker, "rows": told})
