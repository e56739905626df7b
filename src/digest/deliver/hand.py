"""Rows that a worker has claimed and whose turn has not come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from digest.model.delivery import Claim


@dataclass(slots=True, eq=False)
class Row:
    """A claimed delivery on its way through this process."""

    claim: Claim
    asked_at: float
    """When the claim was asked for, on the worker's clock; it goes stale from then."""
    begun: bool = False
    """Whether a byte may be out from which the server could complete the message."""
    forbidden: bool = False
    """Whether it was not to be begun any more when its turn came."""
    drops: int = 0
    """How many connections ended under it before it was begun."""
    seen: int = 0
    """How many answers the run had got at the first of them."""
    relay: str = ""
    """The relay it went to last; empty before that."""


class Hand:
    """Claimed rows whose turn has not come, in order."""

    def __init__(self) -> None:
        self._rows: deque[Row] = deque()
        self._open = True
        self._arrived = asyncio.Event()
        self._telling = False
        self.listeners: set[Callable[[], None]] = set()
        """Who is told, a little later, that rows have come."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._rows)

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows behind the others."""
        self._rows.extend(rows)
        self._arrived.set()
        if self.listeners and not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def put_back(self, row: Row) -> None:
        """Take back a row that was not begun; the others go first, in case it is this one that the server dislikes."""
        self.add([row])

    def restore(self, row: Row) -> None:
        """Take back a row that may not go just now; it stays the first, for whoever may send."""
        self._rows.appendleft(row)
        self.add(())

    def pop(self) -> Row | None:
        """Return the next row if there is one."""
        return self._rows.popleft() if self._open and self._rows else None

    def drop(self, asked_by: float) -> list[Row]:
        """Return the rows that were asked for until then; they are here no more."""
        old = [row for row in self._rows if row.asked_at <= asked_by]
        if old:
            self._rows = deque(row for row in self._rows if row.asked_at > asked_by)
        return old

    async def take(self) -> Row | None:
        """Return the next row, when there is one; None once the hand is closed."""
        while self._open and not self._rows:
            self._arrived.clear()
            await self._arrived.wait()
        return self._rows.popleft() if self._open else None

    def close(self) -> list[Row]:
        """Give nothing out any more; return what was left."""
        self._open = False
        self._arrived.set()
        left = list(self._rows)
        self._rows.clear()
        return left

    def _tell(self) -> None:
        self._telling = False
        for listener in tuple(self.listeners):
            listener()
