"""A few messages at once over a transport, which stand in no outbox and in no journal: test sends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from digest.deliver.hand import Row
from digest.deliver.needs import Message, Session, Transport
from digest.errors import Crowded, RelayError
from digest.model.delivery import Claim, DeliveryState, Outcome

TRIES: Final = 3
"""So many connections may end under a message before it was begun, or in a row before any; then it is deferred."""
PATIENCE: Final = 30.0
"""Seconds to wait for a connection where others have all of them."""
ASK: Final = 0.25
"""Seconds between two questions meanwhile."""


async def send_few(transport: Transport, mails: Sequence[tuple[Claim, Message]]) -> list[Outcome]:
    """Send each of the messages once, over one connection if that holds; return what became of them, in their order.

    A message that no server took because connections ended counts as deferred. Raises RelayError where no mail server
    lets us in at all, Crowded where others gave no connection up in time; what was answered before it went away is
    returned, and the rest is deferred with the reason.
    """
    pile, idle = Pile(mails), 0
    try:
        while pile.left and idle < TRIES:
            before = pile.moves
            await _serve(await _opened(transport), pile)
            idle = idle + 1 if pile.moves == before else 0
    except RelayError as error:
        if not pile.outcomes:
            raise
        pile.give_up(str(error))
    pile.give_up("the mail server ended the connection before a message")
    return [pile.outcomes[number] for number in range(len(mails))]


async def _opened(transport: Transport) -> Session:
    """Return a session, once others leave a connection to us."""
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    while True:
        try:
            return await transport.open()
        except Crowded:
            if loop.time() >= until:
                raise
        await asyncio.sleep(ASK)


async def _serve(session: Session, pile: Pile) -> None:
    pile.session = session
    try:
        await session.serve(pile)
        await session.close()
    finally:
        session.abort()


class Pile:
    """What a session asks of whoever has messages for it (see `needs.Work`)."""

    def __init__(self, mails: Sequence[tuple[Claim, Message]]) -> None:
        rows = [(Row(claim, 0.0), message) for claim, message in mails]
        self._waiting = deque(rows)
        self._given: dict[int, tuple[Row, Message]] = {}
        self._numbers = {id(row): number for number, (row, _) in enumerate(rows)}
        self.outcomes: dict[int, Outcome] = {}
        """By the place of the message among all."""
        self.moves = 0
        """How often a message was given to a connection."""
        self.session: Session | None = None

    @property
    def left(self) -> bool:
        """Whether a message waits for a connection."""
        return bool(self._waiting)

    def next(self) -> tuple[Row, Message] | None:
        """Return the next message."""
        if not self._waiting:
            return None
        row, message = self._waiting.popleft()
        self._given[id(row)] = row, message
        self.moves += 1
        return row, message

    def begin(self, row: Row) -> bool:
        """Say yes: no claim could have gone stale."""
        return True

    def done(self, row: Row, outcome: Outcome) -> None:
        """Take what became of a message; one that was not taken goes over the next connection."""
        given = self._given.pop(id(row))
        if outcome.state is DeliveryState.QUEUED:
            row.drops += 1
            if row.drops < TRIES:
                self._waiting.append(given)
                return
            outcome = Outcome(DeliveryState.DEFERRED, outcome.code, outcome.text)
        self.outcomes[self._numbers[id(row)]] = outcome
        if not (self._waiting or self._given) and self.session is not None:
            self.session.stop()

    def spoil(self, row: Row, error: Exception) -> None:
        """End the connection over a message that is none."""
        raise error

    def give_up(self, why: str) -> None:
        """Defer what waits."""
        for row, _ in self._waiting:
            self.outcomes[self._numbers[id(row)]] = Outcome(DeliveryState.DEFERRED, 0, why)
        self._waiting.clear()
