"""A pool of processes that outlives the end of any of them, whenever it comes.

pebble gives a pool up where a process ends that had no work, and takes one for that which has just begun: its end may
be seen before its word is heard. What this one gives up, it gives up whole, so that nobody waits for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.context import BaseContext
from queue import Empty
from threading import Lock
from typing import Any

from pebble import ProcessPool
from pebble.pool.base_pool import PoolStatus, Task
from pebble.pool.process import PoolManager


class Pool(ProcessPool):
    """A pool that ends its processes before their pipes: one still starting would tell of a broken pipe at length."""

    def __init__(self, many: int, tasks: int, begin: Callable[[], None], *, context: BaseContext) -> None:
        super().__init__(many, tasks, begin, context=context)
        self._pool_manager = _Manager(self._context, context)

    def _stop_pool(self) -> None:
        if self._pool_manager_loop is not None:
            self._pool_manager_loop.join()
        self._pool_manager.worker_manager.force_stop_workers()
        rest: Callable[[], None] = super()._stop_pool
        rest()


class _Manager(PoolManager):
    """Hears a process out before it is told that it has ended: what it said may still be on the way.

    Else the pool would take one that begins its work and ends at once for one that had none.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._ended: deque[tuple[int, int]] = deque()
        """Processes that have ended, and how, of which not all has been heard."""
        self._breaking = Lock()

    def schedule(self, task: Task) -> None:
        super().schedule(task)
        if self.context.status is PoolStatus.ERROR:  # since it was taken out of the queue
            self._abort(BrokenProcessPool("the pool broke"))

    def handle_broken_pool(self, error: BrokenProcessPool) -> None:
        self.context.status = PoolStatus.ERROR
        with suppress(Empty):
            while True:
                if task := self.context.task_queue.get_nowait():
                    self.task_manager.register(task)
        self.context.task_queue.put(None)  # so that who waits for tasks ends
        self._abort(error)

    def _abort(self, error: BrokenProcessPool) -> None:
        with self._breaking:
            self.task_manager.tasks_abort(error)

    def update_workers(self) -> None:
        self._ended.extend(self.worker_manager.inspect_workers())
        self.worker_manager.create_workers()

    def process_next_message(self, timeout: float) -> None:
        ended, channel = len(self._ended), self.worker_manager.pool_channel
        try:
            said = channel is not None and channel.poll(timeout)
        except OSError as e:
            raise BrokenProcessPool("the pool is closed") from e
        if said:
            super().process_next_message(0)
            return
        for _ in range(ended):
            self.handle_worker_expiration(self._ended.popleft())

    def find_expired_task(self, worker_id: int) -> Task:
        for task in self.task_manager.tasks.copy().values():
            if task.worker_id == worker_id:
                return task
        raise BrokenProcessPool("a process has ended without work; the locks of all may have ended with it")
