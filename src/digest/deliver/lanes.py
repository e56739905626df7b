"""A lane keeps one connection busy with rows, as many at a time as the connection takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from digest.deliver.desk import CUT_OFF, GIVEN_BACK, Desk
from digest.deliver.hand import Row
from digest.deliver.hush import hushed
from digest.deliver.needs import Message, Session
from digest.deliver.pace import GRAIN
from digest.deliver.retry import rest_after
from digest.errors import Crowded, RelayError
from digest.model.delivery import DeliveryState, Outcome

DROPS: Final = 3
"""So many connections lost in a row, with nothing sent between, end a lane; so many under one row, its turn."""
REFUSALS: Final = 3
"""So many connections refused to a lane, with no answer to any lane between, and it hopes no more."""
LONGEST_WAIT: Final = 5.0
"""Seconds after which a lane that waits for a relay's rate looks whether another relay has come back."""
ENDED_EARLY: Final = Outcome(DeliveryState.QUEUED, 0, "the mail server ended the connection before a message")


class Lane:
    """Sends rows over a session, which it renews when it is lost."""

    def __init__(self, desk: Desk, trouble: Callable[[RelayError], None], closed: Callable[[Lane], None]) -> None:
        """Take whom to tell that a connection was refused, and whom that this lane has ended."""
        self._desk, self._trouble, self._closed = desk, trouble, closed
        self._session: Session | None = None
        self._first: Row | None = None
        self._rows: dict[int, Row] = {}
        self._lost: Outcome | None = None
        self._answered = False
        self._drops = 0
        self._refusals = self._in_vain = 0
        self._heard = 0
        self._resting = False
        self.error: RelayError | None = None
        """Why it gave up."""

    @property
    def hopeless(self) -> bool:
        """Whether it gave up, or was refused again and again while no lane got an answer."""
        return self.error is not None or (self._in_vain >= REFUSALS and self._heard == self._desk.answers)

    @property
    def busy(self) -> bool:
        """Whether it has rows in work."""
        return bool(self._rows or self._first)

    @property
    def connected(self) -> bool:
        """Whether it has a session."""
        return self._session is not None

    async def work(self) -> None:
        """Serve until the hand is closed or the mail server is lost; every row taken is settled or put back."""
        try:
            while (row := await self._desk.hand.take()) is not None:
                self._first = row
                if (pause := self._desk.ready_in()) > 0:
                    await self._wait_for_turn(pause)
                elif (session := await self._opened()) is not None:
                    await self._serve(session)
        except RelayError as error:
            self.error = error
        except Exception as error:
            self._desk.fail(error)
        finally:
            self._let_go()
            self._closed(self)

    def stop(self) -> bool:
        """Begin nothing more; return whether that ends the lane: one that connects or rests must be cancelled."""
        if self._session is not None:
            self._session.stop()
        return self._session is not None or (self._first is None and not self._resting)

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

    async def _opened(self) -> Session | None:
        """Return a new session; None where there may be none by now, and, after a rest, where the server refuses one
        and has let us in before.

        Raises RelayError where it never did.
        """
        try:
            session = await self._desk.open()
        except Crowded:
            session = None
        except RelayError as error:
            if not self._desk.opened or self._desk.lost is not None:
                raise
            await self._rest(error)
            return None
        if session is None:
            self._restore_first()
            return None
        self._refusals = self._in_vain = 0
        return session

    async def _wait_for_turn(self, pause: float) -> None:
        """Leave the row to lanes that may send, and make no connection before it may carry something."""
        self._restore_first()
        await self._sleep(min(max(pause, GRAIN), LONGEST_WAIT))

    async def _rest(self, error: RelayError) -> None:
        """Leave the row to other lanes, and wait longer at each refusal: the server may have too many connections."""
        self._put_first_back()
        self._refusals += 1
        self._in_vain = self._in_vain + 1 if self._heard == self._desk.answers else 1
        self._heard = self._desk.answers
        self._trouble(error)
        await self._sleep(rest_after(self._refusals, chance=self._desk.chance()))

    async def _sleep(self, seconds: float) -> None:
        self._resting = True
        try:
            await asyncio.sleep(seconds)
        finally:
            self._resting = False

    async def _serve(self, session: Session) -> None:
        """Keep a session busy to its end. Raises RelayError after too many that brought nothing."""
        self._session, self._lost, self._answered = session, None, False
        if session.held:  # others were quicker to connect
            self._restore_first()
        self._desk.hand.listeners.add(session.wake)
        try:
            await session.serve(self)
            await session.close()
        finally:
            self._desk.hand.listeners.discard(session.wake)
            session.abort()
            self._session = None
        if self._first is not None:  # it was over before it asked for a message
            self._put_first_back()
            self._lost = None if self._desk.ending or session.leaving else ENDED_EARLY
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

    def _put_first_back(self) -> None:
        if self._first is not None:
            self._desk.hand.put_back(self._first)
            self._first = None

    def _restore_first(self) -> None:
        if self._first is not None:
            self._desk.hand.restore(self._first)
            self._first = None

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
