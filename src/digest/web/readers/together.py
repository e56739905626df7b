"""Many small requests done in one go: what comes while the database writes waits, and is written together next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from starlette.concurrency import run_in_threadpool

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MOST: Final = 1000
"""Requests of one go, so that others who write get their turn."""

GATHERING: Final = 0.02
"""Seconds that a go waits for company: what nobody notices spares most of the commits while many come."""


class Together(Generic[Asked, Answer]):
    """Hands requests to `do`, which answers all of them in their order; one call at a time, in a thread.

    A durable commit takes as long for a thousand as for one, so nobody waits longer than for two of them.
    """

    def __init__(self, do: Callable[[list[Asked]], Sequence[Answer]]) -> None:
        self._do = do
        self._waiting: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._going: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Return the answer once it is durable; raises what `do` raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())
        return await answer

    async def _go(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHERING)
            turn, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                answers = await run_in_threadpool(self._do, [asked for asked, _ in turn])
            except Exception as error:
                for _, waiting in turn:
                    if not waiting.done():
                        waiting.set_exception(error)
            else:
                for (_, waiting), answer in zip(turn, answers, strict=True):
                    if not waiting.done():
                        waiting.set_result(answer)
