"""A lane keeps one connection busy with rows, as many at a time as the connection takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from digest.deliver.desk import CUT_OFF, GIVEN_BACK, Desk
from digest.deliver.hand import Row
from digest.deliver.hush import hushed
from digest.deliver.needs import Message, Session
from digest.errors import RelayError
from digest.model.delivery import DeliveryState, Outcome

DROPS: Final = 3
"""So many connections lost in a row, with nothing sent between, end a lane; so many under one row, its turn."""


class Lane:
    """Sends rows over a session, which it renews when it is lost."""

    def __init__(self, desk: Desk, closed: Callable[[Lane], None]) -> None:
        self._desk, self._closed = desk, closed
        self._session: Session | None = None
        self._first: Row | None = None
        self._rows: dict[int, Row] = {}
        self._lost: Outcome | None = None
        self._answered = False
        self._drops = 0
        self.error: RelayError | None = None
        """Why it gave up."""

    @property
    def connected(self) -> bool:
        """Whether it has a session, as far as it knows."""
        return self._session is not None

    @property
    def busy(self) -> bool:
        """Whether it has rows in work."""
        return bool(self._rows or self._first)

    async def work(self) -> None:
        """Serve until the hand is closed or the mail server is lost; every row taken is settled or put back."""
        try:
            while (row := await self._desk.hand.take()) is not None:
                self._first = row
                await self._serve()
        except RelayError as error:
            self.error = error
        except Exception as error:
            self._desk.fail(error)
        finally:
            self._let_go()
            self._closed(self)

    def stop(self) -> bool:
        """Begin nothing more; return whether that ends the lane: one that is still connecting must be cancelled."""
        if self._session is not None:
            self._session.stop()
        return self._session is not None or self._first is None

    # What the session asks of the lane (see `needs.Work`).

    def next(self) -> tuple[Row, Message] | None:
        """Return the next row that may be begun, and its message."""
        while (row := self._first or self._desk.hand.pop()) is not None:
            self._first = None
            if not self._desk.fresh(row):
                self._desk.settle(row, GIVEN_BACK)
                continue
            try:
                message = self._desk.compose(row)
            except Exception as error:
                self._desk.spoil(row, error)
                continue
            self._rows[id(row)] = row
            return row, message
        return None

    def begin(self, row: Row) -> bool:
        """Say whether the row may be begun."""
        return self._desk.begin(row)

    def done(self, row: Row, outcome: Outcome) -> None:
        """Settle what has an outcome; put back what lost its connection."""
        del self._rows[id(row)]
        if outcome.state is DeliveryState.QUEUED and not row.forbidden:
            self._lose(row, outcome)
            return
        if outcome.state is DeliveryState.IN_DOUBT:
            self._lost = self._lost or outcome
        elif outcome.state is not DeliveryState.QUEUED:
            self._answered = True
        self._desk.settle(row, outcome)

    def spoil(self, row: Row, error: Exception) -> None:
        """Keep aside a row whose message is none."""
        del self._rows[id(row)]
        self._desk.spoil(row, error)

    # The inside.

    async def _serve(self) -> None:
        """Open a session and keep it busy to its end. Raises RelayError after too many that brought nothing."""
        session = await self._desk.open()
        self._session, self._lost, self._answered = session, None, False
        self._desk.hand.listeners.add(session.wake)
        try:
            await session.serve(self)
            await session.close()
        finally:
            self._desk.hand.listeners.discard(session.wake)
            session.abort()
            self._session = None
        if self._lost is None:
            self._drops = 0
            return
        self._drops = 1 if self._answered else self._drops + 1
        if self._drops >= DROPS:
            raise RelayError(f"the mail server ended {DROPS} connections in a row; the last: {_told(self._lost)}")

    def _lose(self, row: Row, outcome: Outcome) -> None:
        """Put back a row that was not taken; defer one on which the server hangs up again and again."""
        blamed = self._lost is None and self._blamed(row)  # only the first of several: the others were behind it
        self._lost = self._lost or outcome
        if blamed:
            self._desk.settle(row, Outcome(DeliveryState.DEFERRED, outcome.code, outcome.text))
        else:
            self._desk.put_back(row)

    def _blamed(self, row: Row) -> bool:
        """Say whether it is this message that the server hangs up on: others got through meanwhile."""
        row.drops += 1
        row.seen = self._desk.answers if row.drops == 1 else row.seen
        return row.drops >= DROPS and self._desk.answers > row.seen

    def _let_go(self) -> None:
        """Let go of what is in work, where the lane gave up or was cancelled."""
        left = [*self._rows.values(), *([self._first] if self._first else [])]
        self._rows, self._first = {}, None
        for row in left:
            if row.begun:
                self._desk.settle(row, CUT_OFF)
            else:
                self._desk.hand.put_back(row)


def _told(outcome: Outcome) -> str:
    return hushed(f"{outcome.code} {outcome.text}" if outcome.code else outcome.text)
