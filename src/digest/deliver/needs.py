"""What delivering needs of others: rows to send and a place to write outcomes, and a way to a mail server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from digest.deliver.hand import Row
from digest.model.delivery import Account, Claim, Claimed, DeliveryState, Key, Outcome, Result

Message: TypeAlias = bytes | tuple[bytes, ...]
"""A message (RFC 5322), or the pieces it is made of in their order; pieces that messages share are looked at once."""


class Outbox(Protocol):
    """Who gets an issue and what became of it. Every method is one durable transaction, and blocks.

    They are called from one thread at a time, not always the same one.
    """

    def enlist(self, worker: str, *, host: str, boot: str, now: datetime) -> None:
        """Write down that the worker lives."""

    def workers(self, *, declared: bool = False) -> dict[str, str]:
        """Return the ids of the workers that are written down as living, each with its host, the oldest first.

        `declared`: of those instead that were declared dead without proof.
        """

    def bury(self, worker: str, *, now: datetime) -> int:
        """Declare a worker dead without proof, and put what it holds in doubt; return how many. It claims no more."""

    def held(self, worker: str) -> dict[Key, DeliveryState]:
        """Return the rows that name the worker, claimed or in doubt."""

    def recover(
        self, worker: str, account: Account, *, resend: Collection[str], now: datetime
    ) -> Mapping[DeliveryState, int]:
        """Write down a worker that sends no more as dead, and of the rows that name it what its journal tells.

        What it began and nobody knows the end of is in doubt, or queued again in the editions of `resend` while their
        issue is on its way. Returns how many rows were written, by state.
        """

    def claim(self, issue: int, worker: str, *, limit: int, now: datetime) -> Claimed:
        """Give the worker at most `limit` rows that are due, or say why nothing may be sent; a limit of 0 only asks.

        Once the issue has expired, rows that wait become suppressed.
        """

    def record(self, worker: str, results: Sequence[Result], *, now: datetime) -> int:
        """Write what became of rows that the worker still owns at that attempt; return how many those were."""

    def pull_brake(self, issue: int, *, hush: Callable[[str], str], now: datetime) -> bool:
        """Pause the issue where so much of it was refused that a claim was closed for it (`brake`).

        The reason quotes the last refusal, as `hush` leaves it.
        """

    def claims(self) -> int:
        """Return how many claims were ever made."""

    def put_back(self) -> bool:
        """Say whether it was found older than what was sent, and nobody has looked since: nothing is claimed then."""

    def declare_put_back(self, told: Mapping[tuple[int, int], Result], *, claims: int, now: datetime) -> int:
        """Write down that it is older than what was sent, so that nothing is claimed; return how many are in doubt.

        `told` is what journals say of deliveries (issue, seq); `claims` is how many claims they and the mark know of.
        Every open row takes the outcome told, or is in doubt; what is approved is held.
        """


class Worker(Protocol):
    """This process as a sender, with its journal."""

    @property
    def id(self) -> str:
        """Its name in the outbox, new at every start."""

    def holds(self) -> bool:
        """Say whether it still has the proof of its life; without it, it claims no more."""

    def claimed(self, number: int, issue: int) -> None:
        """Note a claim before anything of it is begun. Blocks. Raises JournalError."""

    def begin(self, claim: Claim, relay: str = "") -> None:
        """Note that a message is begun, and with which relay, where its death does not undo it.

        Raises JournalError: then begin nothing.
        """

    def ended(self, claim: Claim, outcome: Outcome, not_before: datetime | None) -> None:
        """Note what became of a message."""

    def account(self, keys: Collection[Key]) -> Account:
        """Return what it noted of claims."""

    def look_round(self, now: datetime) -> None:
        """Recover what workers left that died meanwhile. Blocks. Raises StoreError."""


class Work(Protocol):
    """Messages for a session to send, and where it tells what became of them. Called on the event loop."""

    def next(self) -> tuple[Row, Message] | None:
        """Return the next message; None where there is none just now."""

    def begin(self, row: Row) -> bool:
        """Say whether the message may be begun.

        Called right before the first byte from which the server could complete it; on no, not one such byte goes out.
        """

    def done(self, row: Row, outcome: Outcome) -> None:
        """Take what became of a message; every one that `next` gave gets one outcome, or is spoilt.

        `queued`: the server has not taken it, for the reason in `text` (the connection ended before its begin, the
        server said that it was closing, `begin` said no). `in_doubt`: begun, and nobody knows how it ended.
        """

    def spoil(self, row: Row, error: Exception) -> None:
        """Take back a message that is none; nothing of it was sent."""


class Session(Protocol):
    """A connection to a mail server, past greeting and login. It may have several messages in flight."""

    @property
    def held(self) -> bool:
        """Whether it may send nothing just now, whatever there is: the relay's rate lets no message go."""

    @property
    def leaving(self) -> bool:
        """Whether it takes no more messages since another run of sending is to have its place."""

    async def serve(self, work: Work) -> None:
        """Send what `work` gives until `stop`, or until the connection is of no more use.

        Every message it took has its outcome when this returns, however it does. Raises what `work` raises.
        """

    def wake(self) -> None:
        """Look whether `work` has more."""

    def stop(self) -> None:
        """Begin nothing more, tell at once what was not begun, and end when the rest has its answers."""

    async def close(self) -> None:
        """Take leave politely where that is possible, and soon in any case."""

    def abort(self) -> None:
        """Drop the connection at once."""


class Transport(Protocol):
    """A way to a mail server."""

    @property
    def connections(self) -> int:
        """How many sessions may be open at once, at least 1."""

    @property
    def rate(self) -> float:
        """Messages a second that may go at most; infinite where nothing holds them."""

    def ready_in(self, *, anew: bool = False) -> float:
        """Return the seconds until a message may go; `anew`: over a connection that is yet to be made.

        Who asks anew wants that connection: where others have all there may be, one of them gives its own up.
        """

    async def open(self) -> Session:
        """Connect, greet and log in. Raises RelayError; Crowded where others have to give a connection up first."""
