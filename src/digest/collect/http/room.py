"""Room for the documents in hand, from before one is asked for until it has been read: so much memory, no more."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Room:
    """What one reader takes up; an async context manager that gives it back."""

    def __init__(self) -> None:
        self._taken: list[asyncio.Semaphore] = []

    async def take(self, place: asyncio.Semaphore) -> None:
        """Wait for one of so many places, unless this reader has one of them."""
        if place not in self._taken:
            await place.acquire()
            self._taken.append(place)

    def leave(self) -> None:
        """Give back what was taken: the document has been read."""
        while self._taken:
            self._taken.pop().release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.leave()
