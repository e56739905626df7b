"""What a case costs the process that polls it: a process apart, which a case may end or hang."""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import resource
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from digest.collect import Workers

from .case import WHOLE, Case, Outcome, outcome
from .server import HostileServer

PATIENCE = 120
"""Seconds after which a case is called hung."""
UNKNOWN = "hung, or ended the process"
CEILING = 4_000_000_000
"""Bytes of address space: what grows beyond is stopped before the machine is."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Weight:
    """What became of a case and what it cost."""

    outcome: Outcome = UNKNOWN
    seconds: float = PATIENCE
    """Of a processor, in the polling process and those that it started."""
    megabytes: int = 0
    """The most memory of the polling process, beyond what it had before."""
    workers: int = 0
    """The most memory of any process that it started, in megabytes."""
    knocks: int = 0
    """Connections where nobody may connect."""


def table(name: str) -> Mapping[str, Case]:
    return import_module(f"{__package__}.tables.{name}").CASES


class Scales:
    """Weighs one case after the other, in a process that goes on until a case ends or hangs it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._pipe: Connection | None = None

    def weigh(self, name: str, case: str) -> Weight:
        """Return the weight of a case of a table."""
        with HostileServer({case: table(name)[case]}) as server:
            weight = self._asked(name, case, server.stages[case].port)
            weight.knocks = server.stages[case].knocks
            return weight

    def close(self) -> None:
        self._stack.close()
        self._pipe = None

    def _asked(self, *what: Any) -> Weight:
        pipe = self._pipe or self._begun()
        with suppress(EOFError, BrokenPipeError):
            pipe.send(what)
            if pipe.poll(PATIENCE):
                return pipe.recv()
        self.close()
        return Weight()

    def _begun(self) -> Connection:
        context = get_context("spawn")
        at_rest = self._stack.enter_context(HostileServer({"at_rest": Case(WHOLE, ["Ferren bridge"])}))
        self._pipe, there = context.Pipe()
        process = context.Process(target=_work, args=(there, at_rest.stages["at_rest"].port))
        process.start()
        there.close()
        self._stack.callback(_ended, process, self._pipe)
        if not self._pipe.poll(PATIENCE):
            raise TimeoutError(f"no process that polls began in {PATIENCE} s")
        assert self._pipe.recv() == ["Ferren bridge"]
        return self._pipe


def _ended(process: Any, pipe: Connection) -> None:
    pipe.close()
    process.join(10)  # so that it ends its own processes, if it can
    process.kill()
    process.join()


def _work(pipe: Connection, at_rest: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
    workers = Workers(1, most_work=timedelta(minutes=1))  # or a slow machine would end what costs little
    atexit.register(workers.close)
    pipe.send(outcome(Case(WHOLE, []), at_rest, workers))
    trim = ctypes.CDLL(None).malloc_trim
    with suppress(EOFError):
        while True:
            name, case, port = pipe.recv()
            gc.collect()
            trim(0)  # what the case before gave back and the C library kept is not this one's
            rest = status("self", "VmRSS")
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew (proc(5))
            began = spent("self")
            with _children() as seen:
                told = outcome(table(name)[case], port, workers)
            seconds = spent("self") - began + sum(child.seconds for child in seen.values())
            megabytes = max(status("self", "VmHWM") - rest, 0)
            pipe.send(Weight(told, seconds, megabytes, max((child.megabytes for child in seen.values()), default=0)))


@dataclass
class Child:
    """A process that the polling one started."""

    before: float
    """Seconds of a processor that it had worked when it was first seen."""
    seconds: float = 0
    megabytes: int = 0


@contextmanager
def _children() -> Iterator[dict[str, Child]]:
    """Offering after the processes that this one starts, as long as they live."""
    seen: dict[str, Child] = {}
    done = threading.Event()

    def look(*, old: bool = False) -> None:
        for file in Path("/proc/self/task").glob("*/children"):
            with suppress(OSError):  # a thread that has ended meanwhile
                for pid in file.read_text(encoding="ascii").split():
                    child = seen.setdefault(pid, Child(spent(pid) if old else 0))
                    child.seconds = max(child.seconds, spent(pid) - child.before)
                    child.megabytes = max(child.megabytes, status(pid, "VmHWM"))

    def watch() -> None:
        while not done.wait(0.1):
            look()

    look(old=True)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield seen
    done.set()
    watcher.join()
    look()


def spent(process: str) -> float:
    """Seconds of a processor that a process has worked."""
    try:
        said = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # it has ended meanwhile
        return 0
    return sum(map(int, said.rpartition(")")[2].split()[11:13])) / TICKS


def status(process: str, field_: str) -> int:
    try:
        said = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # it has ended meanwhile
        return 0
    value = said.partition(f"{field_}:")[2].split()
    return int(value[0]) // 1024 if value else 0
