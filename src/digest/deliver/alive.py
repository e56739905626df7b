"""Whether a worker lives: each holds the lock of a file for as long as its process does.

The lock is flock's, which the kernel keeps through SIGSTOP and drops at the process's death; not POSIX's (lockf), which
falls when any second descriptor of the file is closed. The file, in the data folder, is the worker's journal
(docs/design.md, "Never twice").
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.deliver.journals import host_id, journals
from digest.deliver.needs import Outbox
from digest.errors import StoreError


@dataclass(frozen=True, slots=True)
class Worker:
    """This process as a sender, alive as long as the lock is held."""

    id: str
    """Random, new at every start."""
    descriptor: int

    def holds(self) -> bool:
        """Say whether its file is still there; without it nobody can see that it lives, and it may claim no more."""
        return os.fstat(self.descriptor).st_nlink > 0


@contextmanager
def enlisted(
    outbox: Outbox,
    data: Path,
    *,
    now: Callable[[], datetime],
    boot: str = "",
) -> Iterator[Worker]:
    """Yield a new worker, its lock taken first and then its row; bury the dead of this folder; retire it at the end.

    `data` is the data folder; `boot` is this machine's where it is not given. Raises SettingsError where the folder is
    on a network disk or its name is damaged, StoreError where the worker would end while it still holds rows.
    """
    folder = journals(data)
    host = host_id(folder)
    worker = _locked(folder)
    try:
        outbox.enlist(worker.id, host=host, boot=boot or boot_id(), now=now())
        bury_dead(outbox, folder, host=host, me=worker.id, now=now())
        try:
            yield worker
        except BaseException:
            with suppress(StoreError):  # what went wrong first is what is told; the next start buries this worker
                _retire(outbox, worker, folder, now=now())
            raise
        _retire(outbox, worker, folder, now=now())
    finally:
        os.close(worker.descriptor)


def bury_dead(outbox: Outbox, folder: Path, *, host: str, me: str, now: datetime) -> dict[str, int]:
    """Declare dead whoever left a file in this folder without its lock; return the rows put in doubt, by worker.

    The lock is the proof, whatever host the worker was written under. A file that is gone proves no death: its worker
    claims no more, and may finish what it began; so, if the worker was of this `host`, its rows are put in doubt like
    those of the dead, and never queued again. Files of other hosts are in other folders: nothing is said of those.
    """
    buried = {}
    for worker, its_host in outbox.workers().items():
        if worker == me:
            continue
        path = folder / Path(worker).name
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            if its_host == host:
                buried[worker] = outbox.bury(worker, now=now)
            continue
        except OSError:
            continue  # nothing is proven about a file that cannot be opened
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            buried[worker] = outbox.bury(worker, now=now)
            path.unlink(missing_ok=True)
        except BlockingIOError:
            continue  # it lives
        finally:
            os.close(descriptor)
    return buried


def boot_id() -> str:
    """Return what names this start of the machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _locked(folder: Path) -> Worker:
    """Return a new worker that holds its lock."""
    name = secrets.token_hex(16)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(folder / name, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return Worker(name, descriptor)


def _retire(outbox: Outbox, worker: Worker, folder: Path, *, now: datetime) -> None:
    """End the worker; its file goes only once the outbox has seen that no row is claimed by it. Raises StoreError."""
    outbox.retire(worker.id, now=now)
    (folder / worker.id).unlink(missing_ok=True)
