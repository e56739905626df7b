"""A lane sends rows one after the other over a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from digest.deliver.desk import CUT_OFF, GIVEN_BACK, Desk
from digest.deliver.hand import Row
from digest.deliver.hush import hushed
from digest.deliver.needs import Session
from digest.errors import RelayError
from digest.model.delivery import DeliveryState, Outcome

DROPS: Final = 3
"""So many connections lost in a row, with nothing sent between, end a lane; so many under one row, its turn."""


class Lane:
    """Sends rows one after the other over a session, which it renews when it is lost."""

    def __init__(self, desk: Desk, closed: Callable[[Lane], None]) -> None:
        self._desk, self._closed = desk, closed
        self._session: Session | None = None
        self._drops = 0
        self.row: Row | None = None
        """What it has in work."""
        self.error: RelayError | None = None
        """Why it gave up."""

    @property
    def connected(self) -> bool:
        """Whether it has a session, as far as it knows."""
        return self._session is not None

    async def work(self) -> None:
        """Serve until the hand is closed or the mail server is lost; every row taken is settled or put back."""
        try:
            while (row := await self._desk.hand.take()) is not None:
                self.row = row
                await self._serve(row)
            if self._session is not None:
                await self._session.close()
        except RelayError as error:
            self.error = error
        finally:
            self._let_go()
            self._abort()
            self._closed(self)

    async def _serve(self, row: Row) -> None:
        if not self._desk.fresh(row):
            self._settle(row, GIVEN_BACK)
            return
        try:
            message = self._desk.compose(row)
            session = await self._connect()
            outcome = await session.send(row.claim, message, partial(self._desk.begin, row))
        except RelayError:
            raise
        except Exception as error:
            self._abort()
            self.row = None
            self._desk.spoil(row, error)
            return
        self._judge(row, outcome)

    def _judge(self, row: Row, outcome: Outcome) -> None:
        """Settle what has an outcome; put back what lost its connection. Raises RelayError after too many of those."""
        lost = outcome.state is DeliveryState.IN_DOUBT
        if outcome.state is not DeliveryState.QUEUED or row.forbidden:
            self._settle(row, outcome)
        elif self._blamed(row):
            lost = True
            self._settle(row, Outcome(DeliveryState.DEFERRED, outcome.code, outcome.text))
        else:
            lost = True
            self._desk.hand.put_back(row)
            self.row = None
        self._drops = self._drops + 1 if lost else 0
        if self._drops >= DROPS:
            raise RelayError(f"the mail server ended {DROPS} connections in a row; the last: {_told(outcome)}")

    def _blamed(self, row: Row) -> bool:
        """Say whether it is this message that the server hangs up on: others got through meanwhile."""
        row.drops += 1
        row.seen = self._desk.answers if row.drops == 1 else row.seen
        return row.drops >= DROPS and self._desk.answers > row.seen

    def _settle(self, row: Row, outcome: Outcome) -> None:
        self.row = None
        self._desk.settle(row, outcome)

    async def _connect(self) -> Session:
        if self._session is None or not self._session.usable:
            self._abort()
            self._session = await self._desk.open()
        return self._session

    def _let_go(self) -> None:
        """Let go of the row in work, if there is one: the lane gave up or was cancelled."""
        row, self.row = self.row, None
        if row is None:
            return
        if row.begun:
            self._desk.settle(row, CUT_OFF)
        else:
            self._desk.hand.put_back(row)

    def _abort(self) -> None:
        if self._session is not None:
            self._session.abort()
        self._session = None


def _told(outcome: Outcome) -> str:
    return hushed(f"{outcome.code} {outcome.text}" if outcome.code else outcome.text)
