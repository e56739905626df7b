"""One connection to a mail server at work: the dialogue held over it, and the times kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from digest.deliver.hand import Row
from digest.deliver.needs import Work
from digest.deliver.pace import Pace
from digest.deliver.smtp.dialogue import Dialogue, Stage
from digest.deliver.smtp.envelope import Envelope
from digest.deliver.smtp.letters import Writer
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.times import Times
from digest.deliver.smtp.wire import HIGH, Wire
from digest.errors import RelayError
from digest.model.delivery import Claim, Outcome

LEAVE = 2.0
"""Seconds for taking leave: nothing depends on it."""
CUT_OFF = "sending was cut off before the mail server answered"


class SmtpSession:
    """A greeted connection that messages go over. It serves once."""

    def __init__(
        self,
        wire: Wire,
        offer: Offer,
        times: Times,
        *,
        sender: Callable[[Claim], str],
        most: int = 0,
        lmtp: bool = False,
        pace: Pace | None = None,
        relay: str = "",
    ) -> None:
        self._wire, self._times, self._sender, self._pace, self._relay = wire, times, sender, pace, relay
        self._writer = Writer(offer)
        self._dialogue: Dialogue[Row] = Dialogue(offer=offer, begin=self._begin, done=self._done, most=most, lmtp=lmtp)
        self._loop = asyncio.get_running_loop()
        self._work: Work | None = None
        self._over = asyncio.Event()
        self._error: Exception | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0
        self._unsent = self._written = 0
        self.closed = False
        """Whether the connection is gone for good."""
        self.opened_at = 0.0
        """On the clock of whoever had it opened."""

    @property
    def usable(self) -> bool:
        """Whether the server still listens, and nothing is awaited of it."""
        return self._dialogue.settled and self._wire.alive

    @property
    def held(self) -> bool:
        """Whether the relay's rate lets no message go just now."""
        return self._pace is not None and self._pace.ready_in() > 0

    @property
    def fruitless(self) -> bool:
        """Whether it ended without a single message taken, though some were tried."""
        return self._dialogue.fruitless

    @property
    def carried(self) -> int:
        """How many messages it was given."""
        return self._dialogue.carried

    @property
    def leaving(self) -> bool:
        """Whether it was told to `leave`."""
        return self._dialogue.leaving

    async def serve(self, work: Work) -> None:
        """Send what `work` gives until `stop`, or until the connection is of no more use (see `digest.deliver`)."""
        self._work, self._wire.listener = work, self
        try:
            self.stirred()
            await self._over.wait()
        except asyncio.CancelledError:
            self._lose(CUT_OFF)
            raise
        finally:
            self._wire.listener = None
            if self._timer is not None:
                self._timer.cancel()
        if self._error is not None:
            raise self._error

    def wake(self) -> None:
        """Look whether there is more to send."""
        if self._work is not None and not self._over.is_set():
            self._guarded(self._send)

    def leave(self) -> None:
        """Take no more messages, and end when those it was given have their outcome."""
        self._dialogue.leaving = True
        self._end_if_done()

    def stop(self) -> None:
        """Begin nothing more; the session ends when what is begun has its answer."""
        self._guarded(self._dialogue.stop)
        self._end_if_done()

    async def close(self) -> None:
        """Say QUIT where the server still listens, and close."""
        if self.usable:
            try:
                self._wire.write([b"QUIT\r\n"])
                await self._wire.reply(LEAVE)
            except RelayError:
                pass  # it hung up first
        else:
            self._wire.abort()
        await self._wire.close(LEAVE)
        self.closed = True

    def abort(self) -> None:
        """Drop the connection at once."""
        if not self.closed:
            self._lose(CUT_OFF)
            self.closed = True

    def stirred(self) -> None:
        """Take what has come (a hook of the wire), and send more."""
        if not self._over.is_set():
            self._guarded(self._hear)

    # ---------------------------------------------------------------------------------------------- inside

    def _hear(self) -> None:
        wire, dialogue = self._wire, self._dialogue
        if replies := wire.replies():
            self._since = self._loop.time()
        dialogue.heard(replies, gone=dialogue.said - self._waiting(), more=wire.partial, ended=wire.lost)
        self._send()

    def _send(self) -> None:
        """Put in as many messages as there is room for, and write."""
        work, dialogue, wire = self._work, self._dialogue, self._wire
        assert work is not None
        while dialogue.room > 0 and wire.room and self._in_turn() and (next_up := work.next()) is not None:
            row, message = next_up
            try:
                letter = self._writer.write(Envelope(self._sender(row.claim), row.claim.recipient.email), message)
            except ValueError as error:
                work.spoil(row, error)
                continue
            if isinstance(letter, Outcome):
                work.done(row, letter)
            else:
                row.relay = self._relay
                dialogue.put(row, letter)
                if self._pace is not None:
                    self._pace.spend()
                if dialogue.said - self._written >= HIGH:
                    self._write()  # which says whether there is room for more
        self._write()
        self._end_if_done()

    def _in_turn(self) -> bool:
        """Say whether the relay's rate lets a message go now; if not, look again when it does."""
        return self._pace is None or self._pace.ready(self.wake)

    def _write(self) -> None:
        """Write what is to be said: as much as there is at once, since every write is a call of the system."""
        if pieces := self._dialogue.take():
            self._wire.write(pieces)
            self._written = self._dialogue.said
            self._since = self._loop.time()
            if self._timer is None:
                self._timer = self._loop.call_later(self._times.shortest, self._look)

    def _begin(self, row: Row) -> bool:
        assert self._work is not None
        return self._work.begin(row)

    def _done(self, row: Row, outcome: Outcome) -> None:
        assert self._work is not None
        self._work.done(row, outcome)

    def _end_if_done(self) -> None:
        """End where nothing more can be sent and everything has its outcome."""
        dialogue = self._dialogue
        if dialogue.fault:
            self._wire.abort()
        if not dialogue.open and dialogue.idle:
            self._over.set()

    def _lose(self, why: str) -> None:
        """Give every message its outcome and drop the connection."""
        self._wire.abort()
        self._guarded(lambda: self._dialogue.lost(why))
        self._over.set()

    def _guarded(self, act: Callable[[], None]) -> None:
        """Act; an error of the program, here or in those who are told, ends the session and comes out of `serve`."""
        try:
            act()
        except Exception as error:
            failed, self._error = self._error is not None, self._error or error
            if not failed:
                self._lose(CUT_OFF)
            self._over.set()

    # ---------------------------------------------------------------------------------------------- times

    def _waiting(self) -> int:
        return 0 if self._wire.lost else self._wire.unsent

    def _look(self) -> None:
        """See whether the server takes too long; rarely, since a timer a message would cost more than the message."""
        self._timer = None
        awaits, loop = self._dialogue.awaits, self._loop
        if awaits is None or self._over.is_set():
            return
        unsent, before = self._waiting(), self._unsent
        self._unsent = unsent
        if unsent != before:
            self._since = loop.time()
        limit = self._times.block if unsent else self._limit(awaits)
        left = self._since + limit - loop.time()
        if left > 0:
            self._timer = loop.call_later(min(left, self._times.shortest), self._look)
        elif unsent:
            self._lose(f"the mail server took nothing for {limit:g} s")
        else:
            self._lose(f"no answer from the mail server in {limit:g} s")

    def _limit(self, stage: Stage) -> float:
        if stage is Stage.END:
            return self._times.dot
        return self._times.data if stage is Stage.DATA else self._times.command
