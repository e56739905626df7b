"""Work on hostile documents in processes of their own, which may neither last nor grow, and can be killed.

lxml and what stands on it run in C: no time-out reaches into them, and what they take nobody can take back. So
whatever is large or patient goes where it can be ended from outside.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from digest.errors import ParseError

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=20)
"""For one piece of work, once it has begun."""
MOST_BYTES: Final = 150_000_000
"""More than the process held when the work began."""
_TASKS: Final = 500
"""After so many a process makes room for a new one, so that what leaks stays small."""


class Workers:
    """Processes for work on hostile documents; they start with the first piece of work, and end with `close`."""

    def __init__(
        self, most: int | None = None, *, patience: timedelta = PATIENCE, most_bytes: int = MOST_BYTES
    ) -> None:
        self._most = most or min(os.cpu_count() or 1, 8)
        self._patience, self._bytes = patience.total_seconds(), most_bytes
        self._pool: ProcessPool | None = None
        self._lock = Lock()

    async def run(self, source: str, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function of a module gives in one of the processes.

        ParseError of `source` where it takes too long, too much memory, or breaks; what it raises itself comes as it
        is. Cancelled, the process ends with the work.
        """
        future = self._started().schedule(bounded, (self._bytes, work, args, kwargs), timeout=self._patience)
        try:
            return await asyncio.wrap_future(future)
        except FutureTimeout as e:
            raise ParseError(source, f"it takes longer than {self._patience:g} s to read") from e
        except MemoryError as e:
            raise ParseError(source, f"it takes more than {self._bytes / 1e6:g} MB of memory to read") from e
        except ProcessExpired as e:
            raise ParseError(source, f"it broke what reads it ({_how(e.exitcode)})") from e

    def _started(self) -> ProcessPool:
        with self._lock:
            if self._pool is None:
                # spawn: a forked process would hold our locks and sockets (docs/design.md, "Never twice").
                self._pool = ProcessPool(self._most, _TASKS, _quiet, context=get_context("spawn"))
            return self._pool

    def close(self) -> None:
        """End the processes and whatever they do."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def bounded(most_bytes: int, work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """Do the work with so much more memory than is held now (RLIMIT_DATA, where the system counts it)."""
    held = _held()
    if held:
        resource.setrlimit(resource.RLIMIT_DATA, (held + most_bytes, resource.RLIM_INFINITY))
    try:
        return work(*args, **kwargs)
    finally:
        if _held() - held > most_bytes // 8:
            _give_back()


def _quiet() -> None:
    # Ctrl-C at a terminal reaches every process of the group; when these end is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _held() -> int:
    """Bytes of private, writable memory of this process; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    said = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").partition("VmData:")[2].split()
    return int(said[0]) * 1024 if said else 0


def _give_back() -> None:
    """Let what was freed go back to the system (glibc keeps it otherwise)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _how(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit {code}"
