"""The folder of the workers' files, in the data folder: the disk it may be on, and the name it goes by."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from pathlib import Path
from typing import Final

from digest.errors import SettingsError

MOUNTS: Final = Path("/proc/self/mountinfo")
"""The kernel's list of mounted disks (proc(5))."""
REMOTE: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "lustre"}
)
"""Kinds of disk on which a lock of another machine cannot be relied upon."""
HOST: Final = "host"
"""The file in the folder that names it."""
NAME: Final = re.compile(r"[0-9a-f]{32}")


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


def host_id(folder: Path) -> str:
    """Return the name of this folder, a random one, made at the first call and kept in it for this user only.

    Workers are written down under it. The machine's own name would not do: containers and leases change it, and then
    nobody would look for those that died under the old one. Raises SettingsError for a file that is damaged.
    """
    path = folder / HOST
    if NAME.fullmatch(known := _known(path)):
        return known  # nobody is waited for, who may be frozen with the lock
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # of processes that start together, one names the folder
        text = os.read(descriptor, 100).decode("ascii", "replace").strip() or _write_name(descriptor, folder)
    finally:
        os.close(descriptor)
    if not NAME.fullmatch(text):
        raise SettingsError(
            f"{path} is damaged, it should hold 32 hex digits; end every digest that uses this folder and delete it",
            where="data",
        )
    return text


def boot_id() -> str:
    """Return what names this start of the machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


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


def _known(path: Path) -> str:
    """Return what the file says; empty where there is none."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _write_name(descriptor: int, folder: Path) -> str:
    """Write a new name to the empty file; it is on disk, and the folder lists it there, when this returns."""
    name = secrets.token_hex(16)
    os.write(descriptor, f"{name}\n".encode("ascii"))
    os.fsync(descriptor)
    listing = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(listing)
    finally:
        os.close(listing)
    return name
