"""Whether a worker lives: each holds the lock of a file for as long as its process does.

The lock is flock's, which the kernel keeps through SIGSTOP and drops at the process's death; not POSIX's (lockf), which
falls when any second descriptor of the file is closed. The file is the worker's journal (docs/design.md, 6).
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from digest.deliver.needs import Outbox
from digest.errors import SettingsError, StoreError

MOUNTS: Final = Path("/proc/self/mountinfo")
"""The kernel's list of mounted disks (proc(5))."""
REMOTE: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "lustre"}
)
"""Kinds of disk on which a lock of another machine cannot be relied upon."""


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
    host: str = "",
    boot: str = "",
) -> Iterator[Worker]:
    """Yield a new worker, its lock taken first and then its row; bury the dead of this host; retire it at the end.

    `data` is the data folder; `host` and `boot` are this machine's where they are not given. Raises SettingsError
    where the folder is on a network disk, StoreError where the worker would end while it still holds rows.
    """
    folder = journals(data)
    host, boot = host or socket.gethostname(), boot or boot_id()
    worker = _locked(folder)
    try:
        outbox.enlist(worker.id, host=host, boot=boot, now=now())
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
    """Declare dead whoever of this host's workers does not hold its lock; return the rows put in doubt, by worker.

    A file that is gone proves no death: its worker claims no more, and may finish what it began; so its rows are put
    in doubt like those of the dead, and never queued again.
    """
    buried = {}
    for worker in outbox.workers(host):
        if worker == me:
            continue
        path = folder / Path(worker).name
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
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


def journals(data: Path, *, mounts: Path = MOUNTS) -> Path:
    """Return the folder of the workers' files, made if need be, for this user only. Raises SettingsError."""
    folder = data / "journal"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    kind = disk_of(folder.resolve(), mounts)
    if kind in REMOTE:
        raise SettingsError(
            f"{folder} is on a network disk ({kind}), where locks prove nothing; use a local one", where="data"
        )
    return folder


def disk_of(path: Path, mounts: Path) -> str:
    """Return the kind of file system that `path` is on, by the kernel's list of mounts; empty if there is no list."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found, kind = -1, ""
    for line in lines:
        left, dash, right = line.partition(" - ")
        fields = left.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = Path(fields[4].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= found:
            found, kind = len(point.parts), right.split(" ")[0]
    return kind


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
