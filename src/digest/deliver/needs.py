"""What delivering needs of others: rows to send and a place to write outcomes, and a way to a mail server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from digest.model.delivery import Claim, Claimed, Outcome, Result


class Outbox(Protocol):
    """Who gets an issue and what became of it. Every method is one durable transaction, and blocks.

    They are called from one thread at a time, not always the same one.
    """

    def enlist(self, worker: str, *, host: str, boot: str, now: datetime) -> None:
        """Write down that the worker lives."""

    def retire(self, worker: str, *, now: datetime) -> None:
        """Write down that the worker ended. Raises StoreError while it holds a claimed row, and changes nothing."""

    def workers(self) -> dict[str, str]:
        """Return the ids of the workers that are written down as living, each with its host, the oldest first."""

    def bury(self, worker: str, *, now: datetime) -> int:
        """Declare the worker dead and put the rows it holds in doubt; return how many."""

    def claim(self, issue: int, worker: str, *, limit: int, now: datetime) -> Claimed:
        """Give the worker at most `limit` rows that are due, or say why nothing may be sent; a limit of 0 only asks.

        Once the issue has expired, rows that wait become suppressed.
        """

    def record(self, worker: str, results: Sequence[Result], *, now: datetime) -> int:
        """Write what became of rows that the worker still owns at that attempt; return how many those were."""


class Session(Protocol):
    """A connection to a mail server, past greeting and login."""

    @property
    def usable(self) -> bool:
        """Whether another message may be tried on it."""

    async def send(self, claim: Claim, message: bytes, begin: Callable[[], bool]) -> Outcome:
        """Send one message; return what became of it.

        `begin` is called once, right before the first byte from which the server could complete the message; if it
        says no, not one such byte goes out. `queued`: it was not begun, for the reason in `text` (the connection
        ended, the server said 421, `begin` said no). `in_doubt`: begun, and nobody knows how it ended.
        """

    async def close(self) -> None:
        """Take leave politely where that is possible, and soon in any case."""

    def abort(self) -> None:
        """Drop the connection at once."""


class Transport(Protocol):
    """A way to a mail server."""

    @property
    def connections(self) -> int:
        """How many sessions may be open at once, at least 1."""

    async def open(self) -> Session:
        """Connect, greet and log in. Raises RelayError."""
