"""What a case costs the process that polls it: each table in a process of its own, which a case may end or hang."""

from __future__ import annotations

import ctypes
import gc
import resource
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from .case import WHOLE, Case, Outcome, outcome
from .server import HostileServer

PATIENCE = 60
"""Seconds after which a case is called hung."""
UNKNOWN = "hung, or ended the process"
CEILING = 4_000_000_000
"""Bytes of address space: what grows beyond is stopped before the machine is."""


@dataclass
class Weight:
    """What became of a case and what it cost."""

    outcome: Outcome = UNKNOWN
    seconds: float = PATIENCE
    megabytes: int = 0
    """The most memory of the polling process, beyond what it had before."""
    workers: int = 0
    """The most memory of any process that it started, in megabytes."""
    knocks: int = 0
    """Connections where nobody may connect."""


def table(name: str) -> Mapping[str, Case]:
    return import_module(f"{__package__}.tables.{name}").CASES


def weigh(name: str) -> dict[str, Weight]:
    """Return the weight of every case of a table."""
    cases = table(name) | {"at_rest": Case(WHOLE, ["Ferren bridge"])}
    server = HostileServer(cases)
    try:
        weights: dict[str, Weight] = {}
        while left := [each for each in cases if each != "at_rest" and each not in weights]:
            weights |= _apart(name, left, {each: stage.port for each, stage in server.stages.items()})
        for each, weight in weights.items():
            weight.knocks = server.stages[each].knocks
        return weights
    finally:
        server.close()


def _apart(name: str, left: Sequence[str], ports: Mapping[str, int]) -> dict[str, Weight]:
    """The weights of these cases, up to and with the first that ends the process."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(name, left, ports, there))
    process.start()
    there.close()
    weights: dict[str, Weight] = {}
    for each in left:
        weights[each] = Weight()
        try:
            if not here.poll(PATIENCE):
                break
            weights[each] = here.recv()
        except EOFError:
            break
    process.join(0 if weights[each].outcome == UNKNOWN else 10)  # so that it ends its own processes, if it can
    process.kill()
    process.join()
    here.close()
    return weights


def _work(name: str, left: Sequence[str], ports: Mapping[str, int], out: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))
    outcome(Case(WHOLE, []), ports["at_rest"])
    cases, trim = table(name), ctypes.CDLL(None).malloc_trim
    for each in left:
        gc.collect()
        trim(0)  # what the case before gave back and the C library kept is not this one's
        rest = status("self", "VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew (proc(5))
        began = time.monotonic()
        with _children() as seen:
            told = outcome(cases[each], ports[each])
        seconds = time.monotonic() - began
        out.send(Weight(told, seconds, max(status("self", "VmHWM") - rest, 0), max(seen.values(), default=0)))


@contextmanager
def _children() -> Iterator[dict[str, int]]:
    """Offering after the processes that this one starts, as long as they live."""
    seen: dict[str, int] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            look()

    def look() -> None:
        for file in Path("/proc/self/task").glob("*/children"):
            with suppress(OSError):  # a thread that has ended meanwhile
                for child in file.read_text(encoding="ascii").split():
                    seen[child] = max(seen.get(child, 0), status(child, "VmHWM"))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield seen
    done.set()
    watcher.join()
    look()


def status(process: str, field_: str) -> int:
    try:
        said = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # it has ended meanwhile
        return 0
    value = said.partition(f"{field_}:")[2].split()
    return int(value[0]) // 1024 if value else 0
