"""A PostgreSQL cluster of the tests' own: made in a temporary folder, reached by a socket in it, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

USER = "digest"
PATIENCE = 120
"""Seconds in which a server on a busy machine starts, stops, or lets go of a database."""
QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=16MB -c max_connections=60"


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs; None where none is installed."""
    # Debian keeps them off the PATH, and what lies on the PATH may be a wrapper: the versioned folders come first.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    candidates = [*reversed(folders), *([Path(found).resolve().parent] if found else [])]
    return next(
        (folder for folder in candidates if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None
    )


def memory() -> Path | None:
    """Return a folder in memory with room to spare, where a flush costs nothing; None where there is none."""
    folder = Path("/dev/shm")
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < 1 << 30:
        return None
    return folder


def unprivileged() -> str | None:
    """Return whom the server runs as: it refuses root. None where we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@dataclass
class Cluster:
    """A running server."""

    folder: Path

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database, as a copy of `template`; return its name."""
        name = f"t{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def disconnect_all(self, url: str) -> int:
        """End every connection to the database of that URL, and wait until they are; return how many there were."""
        name = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
            )
            told = [pid for pid, _ in ended]
            # A server process that was told to end keeps its locks until it gets the processor again.
            still, until = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", time.monotonic() + 60
            while connection.execute(still, (told,)).fetchone() != (0,):
                assert time.monotonic() < until, f"connections to {name} did not end in 60 s"
                time.sleep(0.01)
            return len(told)

    def waiting(self, url: str) -> int:
        """Return how many connections to the database of that URL wait for a lock that another one holds."""
        name = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            found = connection.execute(
                "SELECT FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'", (name,)
            )
            return len(found.fetchall())

    def _run(self, statement: str) -> None:
        """Run it once nobody is left in the database: a connection that was closed ends a while later on the server."""
        until = time.monotonic() + PATIENCE
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            while True:
                try:
                    connection.execute(statement.encode())
                except psycopg.errors.ObjectInUse:
                    if time.monotonic() > until:
                        raise
                else:
                    return


@contextmanager
def running(server: Path) -> Iterator[Cluster]:
    """Give a cluster that is stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-", dir=memory()))
    owner = unprivileged()
    if owner is not None:
        shutil.chown(folder, owner)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [str(server / program), *arguments]
        done = subprocess.run(
            command, cwd=folder, user=owner, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, capture_output=True
        )
        assert done.returncode == 0, f"{command}: {done.stderr.decode()}"

    try:
        run("initdb", "-D", str(data), "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"{QUICK} -c listen_addresses= -k {folder}"
        run("pg_ctl", "-D", str(data), "-w", "-t", str(PATIENCE), "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Cluster(folder)
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-t", str(PATIENCE), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
