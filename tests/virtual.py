"""An event loop whose time is not the world's: it stands while there is work, and leaps to the next timer."""

from __future__ import annotations

import asyncio
import fcntl
import selectors
import struct
import termios
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

LOOKS = 100
"""So often is it looked, a millisecond apart, whether what is on its way between two sockets comes after all."""
FAR = 5.0
"""Seconds of a leap behind which mostly a time-out lies: the world is given a moment before it."""


class _Leaping(selectors.DefaultSelector):
    """Waits for nothing but threads and what is on its way; what it would have waited is time that has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or (self.threads and timeout > 0):
            return super().select(None)
        events = super().select(0)
        if not events and timeout > 0:
            events = self._late() or super().select(0.01 if timeout > FAR else 0)
            self.now += 0 if events else timeout
        return events

    def _late(self) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what comes a moment later: a kernel with much to do carries bytes over loopback when it has time."""
        for _ in range(LOOKS):
            if not any(map(_on_its_way, self.get_map().values())):
                break
            if events := super().select(0.001):
                return events
        return []


def _on_its_way(key: selectors.SelectorKey) -> bool:
    """Say whether the socket waits to write or to be connected, or has sent what the other end has not got."""
    if key.events & selectors.EVENT_WRITE:
        return True
    try:
        (unsent,) = struct.unpack("i", fcntl.ioctl(key.fd, termios.TIOCOUTQ, bytes(4)))
    except OSError:
        return False  # it listens
    return unsent > 0


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sockets on loopback and threads work as ever; minutes between two timers take no time at all."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self._leaping.threads += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _future: object) -> None:
        self._leaping.threads -= 1


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end as `asyncio.run` does, in no more time than the work itself takes."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
