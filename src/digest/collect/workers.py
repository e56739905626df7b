"""Work on hostile documents in processes of their own, which may neither last nor grow, and can be ended.

lxml and what stands on it run in C: no time-out reaches into them, and what they take nobody can take back. So
whatever is large or patient goes where it can be ended from outside.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from functools import cache
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from digest.collect.pool import Pool
from digest.errors import ParseError

P = ParamSpec("P")
T = TypeVar("T")

MOST_WORK: Final = timedelta(seconds=10)
"""Of a processor's time for one piece of work."""
MOST_BYTES: Final = 140_000_000
"""More than a process holds when it begins its first piece of work."""
_WAIT: Final = 3
"""So many times its time on the clock work may last on a busy machine."""
_TASKS: Final = 500
"""After so many a process makes room for a new one, so that what leaks stays small."""
_FULL: Final = 70
"""The exit code of a process that has no more room."""


class Workers:
    """Processes for work on hostile documents; they start with the first piece of work, and end with `close`."""

    def __init__(
        self, most: int | None = None, *, most_work: timedelta = MOST_WORK, most_bytes: int = MOST_BYTES
    ) -> None:
        self._most = most or min(os.cpu_count() or 1, 8)
        self._seconds, self._bytes = ceil(most_work.total_seconds()), most_bytes
        self._pools: dict[bool, ProcessPool] = {}
        self._lock = Lock()

    async def run(self, source: str, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function of a module gives in one of the processes.

        ParseError of `source` where it takes too long, too much memory, or breaks; what it raises itself comes as it
        is. Cancelled, the process ends with the work.
        """
        try:
            return await self._done(False, source, work, args, kwargs)
        except _Full:  # perhaps of what earlier work has left behind
            return await self.run_alone(source, work, *args, **kwargs)

    async def run_alone(self, source: str, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the same, in a process that does nothing before and after, and one after the other."""
        try:
            return await self._done(True, source, work, args, kwargs)
        except _Full as e:
            raise ParseError(source, f"it takes more than {self._bytes / 1e6:g} MB of memory to read") from e

    async def _done(
        self, alone: bool, source: str, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T:
        try:
            return await self._run(alone, source, work, args, kwargs)
        except BrokenProcessPool:  # somebody ended a process of the pool: that is no fault of this work
            if alone not in self._pools:  # closed
                raise
            return await self._run(alone, source, work, args, kwargs)

    async def _run(
        self, alone: bool, source: str, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T:
        task = (self._seconds, self._bytes, work, args, kwargs)
        future = self._scheduled(self._started(alone=alone), task)
        try:
            return await asyncio.wrap_future(future)
        except FutureTimeout as e:
            raise ParseError(source, f"it takes longer than {_WAIT * self._seconds} s to read") from e
        except ProcessExpired as e:
            if e.exitcode == _FULL:
                raise _Full from e
            if e.exitcode == -signal.SIGXCPU:
                raise ParseError(source, f"it takes more than {self._seconds} s of work to read") from e
            raise ParseError(source, f"it broke what reads it ({_how(e.exitcode)})") from e
        finally:
            del future, task  # it holds the error, which holds this frame: the document would live on in the circle

    def _scheduled(self, pool: ProcessPool, task: tuple[Any, ...]) -> ProcessFuture[Any]:
        try:
            future: ProcessFuture[Any] = pool.schedule(bounded, task, timeout=_WAIT * self._seconds)
        except RuntimeError as e:
            raise BrokenProcessPool(str(e)) from e
        if not pool.active:  # it broke just now, and perhaps nobody has the task
            raise BrokenProcessPool("the pool broke")
        return future

    def _started(self, *, alone: bool) -> ProcessPool:
        with self._lock:
            if alone in self._pools and not self._pools[alone].active:  # broken
                self._pools.pop(alone).join()
            if alone not in self._pools:
                many, tasks = (1, 1) if alone else (self._most, _TASKS)
                # spawn: a forked process would hold our locks and sockets (docs/design.md, "Never twice").
                self._pools[alone] = Pool(many, tasks, _quiet, context=get_context("spawn"))
            return self._pools[alone]

    def close(self) -> None:
        """End the processes and whatever they do."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.stop()
        for pool in pools:
            pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class _Full(MemoryError):
    """The process had no room for the work."""


def bounded(seconds: int, most_bytes: int, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """Do the work in so many seconds of a processor, and with so much more memory than the process had at first.

    What is not enough ends the process: SIGXCPU for time, an exit code of our own for memory (RLIMIT_DATA, where the
    system counts it).
    """
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time()) + seconds, resource.RLIM_INFINITY))
    if held := _held_at_first():
        resource.setrlimit(resource.RLIMIT_DATA, (held + most_bytes, resource.RLIM_INFINITY))
    try:
        return work(*args, **kwargs)
    except MemoryError:
        os._exit(_FULL)
    finally:  # whoever ended while it hands over what it made would never give back the pipe that all share
        resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@cache
def _held_at_first() -> int:
    """Bytes of private, writable memory of this process before its first work; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    said = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").partition("VmData:")[2].split()
    return int(said[0]) * 1024 if said else 0


def _quiet() -> None:
    # Ctrl-C at a terminal reaches every process of the group; when these end is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _how(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
