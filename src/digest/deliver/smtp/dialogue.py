"""Messages over one connection (RFC 5321, 2920, 3030), without any socket: replies in, bytes and outcomes out.

How many messages are on their way at once is what the server allows:

    CHUNKING and PIPELINING   MAIL, RCPT, BDAT and the message in one go, up to DEPTH messages
    PIPELINING                MAIL, RCPT, DATA in one go, behind the message before; the message once DATA is answered
    CHUNKING, or neither      one command at a time

A server that was trusted with one message and took it is trusted with one more at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Generic, TypeVar

from digest.deliver.smtp.letters import Letter
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.replies import Reply
from digest.model.delivery import DeliveryState, Outcome

DEPTH: Final = 8
"""Messages that a connection may have in flight by CHUNKING."""
LOCKED_OUT: Final = frozenset({530, 534, 535, 538})
"""Codes that speak of our login, not of a message (RFC 4954, 6)."""
BAD_SEQUENCE: Final = 503
CLOSING: Final = 421
NOT_NOW: Final = "not begun: the claim was too old, or sending was stopped"

P = TypeVar("P")


class Stage(IntEnum):
    """What a reply answers, in the order of a message."""

    RSET = 0
    MAIL = 1
    RCPT = 2
    DATA = 3
    END = 4
    """The message itself: its last dot, or the chunk marked LAST."""


@dataclass(slots=True, eq=False)
class _Flight(Generic[P]):
    """A message on its way."""

    parcel: P
    letter: Letter
    said: Stage = Stage.RSET
    """The last that was said of it."""
    pending: int = 0
    """How many replies are still to come to what was said."""
    begun: bool = False
    told: bool = False
    """Whether its outcome was given."""
    no: Reply | None = None
    """The first reply that was no yes."""
    no_at: Stage = Stage.END
    named: bool = False
    """Whether the server took the recipient."""
    until: int = 0
    """The bytes said on this connection up to its end."""


@dataclass(slots=True, kw_only=True)
class Dialogue(Generic[P]):
    """What is said over a connection and what its replies mean. A parcel is whatever the caller knows a message by.

    `begin` is asked right before the bytes are handed out from which the server could complete a message; if it says
    no, those are not. `done` is told every parcel's outcome, once. `queued` means that the server has not taken the
    message, and is not about to: the connection ended before its begin, the server said that it was closing, or wants
    a login. `in_doubt`: begun, and nobody knows.
    """

    offer: Offer
    begin: Callable[[P], bool]
    done: Callable[[P, Outcome], None]
    most: int = 0
    """How many messages it may carry; 0: any number."""
    lmtp: bool = False
    said: int = 0
    """How many bytes were handed out."""
    fault: str = ""
    """Why the server cannot be trusted any further, or is no longer there; nothing more is said then."""
    closing: Reply | None = None
    """The reply by which the server said that it was closing, or wants a login."""
    _ended: bool = False
    _went_on: bool = False
    _reset: bool = False
    carried: int = 0
    """How many messages were put in."""
    leaving: bool = False
    """Whether no further message is to be put in; those that were go on as ever."""
    _took: int = 0
    _flights: deque[_Flight[P]] = field(default_factory=deque)
    _awaited: deque[tuple[_Flight[P], Stage]] = field(default_factory=deque)
    _out: list[bytes] = field(default_factory=list)
    _streams: bool = field(init=False)

    def __post_init__(self) -> None:
        """See what the server allows."""
        self._streams = self.offer.pipelining and self.offer.chunking

    @property
    def room(self) -> int:
        """How many more messages may be put in now."""
        if not self.open:
            return 0
        depth = min(DEPTH, 1 + self._took) if self._streams else 1 + self.offer.pipelining
        if self.most:
            depth = min(depth, len(self._flights) + self.most - self.carried)
        return depth - len(self._flights)

    @property
    def open(self) -> bool:
        """Whether another message may be put in, now or later."""
        full = self.most and self.carried >= self.most
        return not (self.fault or self.closing or self._ended or self.leaving or full)

    @property
    def idle(self) -> bool:
        """Whether every message that was put in has its outcome."""
        return all(flight.told for flight in self._flights)

    @property
    def fruitless(self) -> bool:
        """Whether the connection came to an end without a single message taken."""
        return bool(self.fault or self.closing) and self.carried > 0 and not self._took

    @property
    def settled(self) -> bool:
        """Whether no reply is awaited: the connection could take leave politely."""
        return not (self._awaited or self.fault or self.closing)

    @property
    def awaits(self) -> Stage | None:
        """What the next reply will answer; None if none is due."""
        return self._awaited[0][1] if self._awaited else None

    def put(self, parcel: P, letter: Letter) -> None:
        """Take a message; only where there is `room`."""
        self.carried += 1
        flight = _Flight(parcel, letter)
        self._flights.append(flight)
        if self._streams:
            self._stream(flight)
        else:
            self._advance()

    def take(self) -> list[bytes]:
        """Hand out what is to be said."""
        out, self._out = self._out, []
        return out

    def heard(self, replies: Sequence[Reply], *, gone: int, more: bool = False, ended: str = "") -> None:
        """Take replies that came together, `gone` being how many of the bytes said have left.

        `more`: a part of a further one has come; `ended`: the connection has, and why. What came before anything new
        was said can answer nothing new.
        """
        for reply in replies:
            if self.fault:
                return
            if not self._awaited:
                self.lost(f"the mail server spoke out of turn: {reply}")
                return
            flight, stage = self._awaited.popleft()
            flight.pending -= 1
            self._hear(flight, stage, reply, gone)
        if ended:
            self.lost(ended)
        elif more and not self._awaited:
            self.lost("the mail server spoke out of turn")
        elif self.closing is not None and not self._awaited:
            self.lost(f"the mail server is closing: {self.closing}")  # whose turn has not come takes another connection
        self._advance()

    def stop(self) -> None:
        """Begin nothing more; what is begun may still get its answers."""
        self._ended = True
        for flight in self._flights:
            if not flight.begun:
                unsaid = Outcome(DeliveryState.QUEUED, 0, NOT_NOW)
                self._tell(flight, unsaid if flight.no is None else self._refused(flight))

    def lost(self, why: str) -> None:
        """Give every message its outcome, the connection being of no more use."""
        self.fault = self.fault or why
        while self._flights:
            flight = self._flights.popleft()
            if not flight.told:
                self._tell(flight, self._left(flight))
        self._awaited.clear()
        self._out.clear()

    # ----------------------------------------------------------------------------------------------- saying

    def _stream(self, flight: _Flight[P]) -> None:
        """Say all of a message at once."""
        if not self._begin(flight):
            self._tell(flight, Outcome(DeliveryState.QUEUED, 0, NOT_NOW))
            self._flights.pop()
            return
        self._start_over(flight)
        letter = flight.letter
        self._say(flight, letter.mail + letter.rcpt + letter.go, Stage.MAIL, Stage.RCPT, Stage.END)
        self._say(flight, letter.body)

    def _advance(self) -> None:
        """Say what the replies so far allow."""
        if self._streams:
            return
        for flight in tuple(self._flights):
            if self.fault or self.closing or not self._step(flight):
                return

    def _step(self, flight: _Flight[P]) -> bool:
        """Say what may be said of a message; return whether the next one's turn has come behind it."""
        letter, together = flight.letter, self.offer.pipelining
        while flight.said < Stage.END:
            if flight.no is not None and flight.said < Stage.DATA:
                return False
            if flight.said is Stage.RSET and not flight.pending:
                if self._ended:
                    return False
                self._start_over(flight)
                if flight.pending and not together:
                    return False
                self._say(flight, letter.mail, Stage.MAIL)
            elif flight.pending and not (together and flight.said < Stage.DATA):
                return False
            elif flight.said is Stage.MAIL:
                self._say(flight, letter.rcpt, Stage.RCPT)
            elif flight.said is Stage.RCPT and not self.offer.chunking:
                self._say(flight, letter.go, Stage.DATA)
            else:
                self._finish_saying(flight)
        return together and not self.fault

    def _finish_saying(self, flight: _Flight[P]) -> None:
        """Say the message itself, or what ends it where there is nobody to take it."""
        letter = flight.letter
        if flight.no is not None:
            if self.lmtp or flight.named:
                self.lost("the mail server wants a message that it refused")  # a dot might be taken for one
                flight.said = Stage.END
            else:
                self._say(flight, b".\r\n", Stage.END)
        elif flight.told or not self._begin(flight):
            self.lost(NOT_NOW)  # there is no way out of DATA but to finish the message, or to hang up
            flight.said = Stage.END
        else:
            if self.offer.chunking:
                self._say(flight, letter.go)
            self._say(flight, letter.body, Stage.END)

    def _begin(self, flight: _Flight[P]) -> bool:
        flight.begun = self.begin(flight.parcel)
        return flight.begun

    def _start_over(self, flight: _Flight[P]) -> None:
        """Reset before this message, where the one before it was broken off."""
        if self._reset:
            self._reset = False
            self._say(flight, b"RSET\r\n", Stage.RSET)

    def _say(self, flight: _Flight[P], data: bytes, *stages: Stage) -> None:
        self._out.append(data)
        self.said += len(data)
        flight.until = self.said
        for stage in stages:
            self._awaited.append((flight, stage))
            flight.pending += 1
            flight.said = stage

    # ---------------------------------------------------------------------------------------------- hearing

    def _hear(self, flight: _Flight[P], stage: Stage, reply: Reply, gone: int) -> None:
        kind = reply.kind
        if reply.code == CLOSING:
            self.closing = reply
        elif self.closing is not None:
            self._went_on = True
        if stage is Stage.END:
            self._end(flight, reply, gone)
            return
        if kind == (3 if stage is Stage.DATA else 2):
            flight.named = flight.named or stage is Stage.RCPT
            return
        if stage is Stage.RSET:
            self.lost(f"the mail server cannot start over: {reply}")
        elif kind < 4:
            self.lost(f"the mail server answers out of turn: {reply}")
        else:
            if flight.no is None:
                flight.no, flight.no_at = reply, stage
            if reply.code in LOCKED_OUT and flight.no is reply:
                self.closing = self.closing or reply
            if not (flight.pending or flight.begun):
                self._leave(flight)

    def _end(self, flight: _Flight[P], reply: Reply, gone: int) -> None:
        """Take the answer to the message itself."""
        early = flight.until > gone
        if flight.no is not None and not (reply.kind == 2 and flight.named):
            self._leave(flight)
        elif early and reply.kind < 4:
            self.lost(f"the mail server answered before it had the whole message: {reply}")
            return
        elif reply.kind == 3:
            self._tell(flight, Outcome(DeliveryState.IN_DOUBT, reply.code, reply.text))
            self.lost(f"the mail server answers out of turn: {reply}")
            return
        elif reply.kind == 2:
            self._took += 1
            self._reset = self._reset or flight.no is not None
            self._tell(flight, Outcome(DeliveryState.ACCEPTED, reply.code, reply.text))
            self._flights.popleft()
        else:
            flight.no = reply
            self._leave(flight)
        if early:
            self.lost("the rest of the message would be read as commands")

    def _leave(self, flight: _Flight[P]) -> None:
        """Give up a message that the server does not want."""
        self._reset = True
        self._tell(flight, self._refused(flight))
        self._flights.remove(flight)

    def _refused(self, flight: _Flight[P]) -> Outcome:
        reply = flight.no
        assert reply is not None
        early = flight.no_at is not Stage.END
        if early and reply.code in LOCKED_OUT | {CLOSING}:
            return Outcome(DeliveryState.QUEUED, reply.code, reply.text)
        if flight.no_at is Stage.MAIL and reply.code == BAD_SEQUENCE:
            self.closing = self.closing or reply  # it speaks of the message before
            return Outcome(DeliveryState.QUEUED, reply.code, reply.text)
        state = DeliveryState.DEFERRED if reply.kind == 4 else DeliveryState.REFUSED
        return Outcome(state, reply.code, reply.text)

    def _left(self, flight: _Flight[P]) -> Outcome:
        """Return the outcome of a message whose last answer never came."""
        if flight.no is not None and not flight.named:
            return self._refused(flight)
        if not flight.begun:
            return Outcome(DeliveryState.QUEUED, 0, self.fault)
        if self.closing is not None and self.closing.code == CLOSING and not self._went_on:
            return Outcome(DeliveryState.QUEUED, CLOSING, self.closing.text)
        return Outcome(DeliveryState.IN_DOUBT, 0, self.fault)

    def _tell(self, flight: _Flight[P], outcome: Outcome) -> None:
        if not flight.told:
            flight.told = True
            self.done(flight.parcel, outcome)
