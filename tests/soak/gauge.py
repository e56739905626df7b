"""What a process and its folder hold: memory, files that are open, threads, bytes on the disk."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import text

from digest.store import Store

PAGE = os.sysconf("SC_PAGE_SIZE")
KB = 1024


@dataclass(frozen=True)
class Reading:
    """At the end of a day."""

    memory: int
    """KB that are in memory (resident), after all garbage is collected."""
    workers: int
    """The same of the processes that it started, together."""
    objects: int
    """Those that are alive: what is kept by mistake shows here first, without the heap's own unrest."""
    files: int
    threads: int
    database: int
    """KB."""
    beside: int
    """KB of everything else in the data folder."""


def read(store: Store, data: Path) -> Reading:
    gc.collect()
    return Reading(
        memory=resident(os.getpid()),
        workers=sum(map(resident, children(os.getpid()))),
        objects=len(gc.get_objects()),
        files=sum(1 for _ in Path("/proc/self/fd").iterdir()),
        threads=threading.active_count(),
        database=database(store),
        beside=sum(f.stat().st_size for f in data.rglob("*") if f.is_file() and "digest.db" not in f.name) // KB,
    )


def resident(process: int) -> int:
    """KB; 0 for one that has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE // KB
    except (FileNotFoundError, ProcessLookupError):
        return 0


def children(process: int) -> list[int]:
    """Those that it started, and those that they did."""
    mine: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        mine += map(int, task.read_text().split())
    return [*mine, *(each for child in mine for each in children(child))]


def database(store: Store) -> int:
    """KB of the pages in use, whatever of them still stands in the log that SQLite writes ahead."""
    with store.database.read() as connection:
        pages, free, size = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size // KB


def tables(store: Store) -> list[tuple[str, int]]:
    """What takes the most of the database, with its indices, in KB."""
    wanted = (
        "SELECT m.tbl_name, sum(s.pgsize) / 1024 FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
        "GROUP BY m.tbl_name ORDER BY 2 DESC LIMIT 6"
    )
    with store.database.read() as connection:
        return [(name, kb) for name, kb in connection.execute(text(wanted))]


def grown(readings: Sequence[int], *, after: int, week: int = 7) -> int:
    """How much more the last week has than the week that begins `after` days; by medians, so one day says nothing.

    >>> grown([9, 9, 1, 2, 3, 11, 12, 13], after=2, week=3)
    10
    """
    return round(median(readings[-week:]) - median(readings[after : after + week]))
