"""Messages made before they are asked for, in threads beside the dialogue with the server: signing takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Final, Self

from digest.deliver import Message
from digest.model.delivery import Claim

DEPTH: Final = 64
"""Messages that wait, made or in the making, for their turn: enough for every connection, and little memory."""


class Ahead:
    """Makes messages with `compose`, a function of the claim alone, as soon as they are expected; a context.

    Used by one thread. Without threads each message is made when it is asked for.
    """

    def __init__(self, compose: Callable[[Claim], Message], threads: int) -> None:
        self._compose, self._count = compose, threads
        self._coming: dict[int, Claim] = {}
        self._made: dict[int, Future[Message]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._count:
            self._threads = self._stack.enter_context(ThreadPoolExecutor(self._count, thread_name_prefix="compose"))
        return self

    def __exit__(self, *exc: object) -> None:
        for future in self._made.values():
            future.cancel()
        self._stack.close()

    def expect(self, claims: Sequence[Claim]) -> None:
        """Begin with messages that will be asked for soon, in this order; one that was given back is made anew."""
        if self._threads is None:
            return
        for claim in claims:
            self._made.pop(claim.seq, None)
            self._coming[claim.seq] = claim
        self._begin(self._threads)

    def dismiss(self, claim: Claim) -> None:
        """Forget a message that will not be asked for: its claim was given back."""
        self._coming.pop(claim.seq, None)
        if (future := self._made.pop(claim.seq, None)) is not None:
            future.cancel()

    def compose(self, claim: Claim) -> Message:
        """Return the message; raises what making it raises."""
        if self._threads is None:
            return self._compose(claim)
        self._coming.pop(claim.seq, None)
        future = self._made.pop(claim.seq, None)
        self._begin(self._threads)
        return self._compose(claim) if future is None else future.result()

    def _begin(self, threads: ThreadPoolExecutor) -> None:
        while self._coming and len(self._made) < DEPTH:
            seq = next(iter(self._coming))
            self._made[seq] = threads.submit(self._compose, self._coming.pop(seq))
