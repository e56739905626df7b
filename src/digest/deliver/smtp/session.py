"""The dialogue held over a connection: one session with a mail server."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

from digest.deliver.smtp.dialogue import CLOSING, Mark, Offer, Say, Steps, Times, transaction
from digest.deliver.smtp.envelope import Envelope
from digest.deliver.smtp.replies import Reply, one_line
from digest.deliver.smtp.wire import Wire
from digest.errors import RelayError
from digest.model.delivery import Claim, DeliveryState, Outcome

LEAVE = 2.0
"""Seconds for taking leave: nothing depends on it."""

T = TypeVar("T")
OnMark = Callable[[Mark], Awaitable[None]]


class NotNow(Exception):
    """`begin` said no."""


class SmtpSession:
    """A greeted connection that messages go over, one after the other."""

    def __init__(self, wire: Wire, offer: Offer, times: Times, *, sender: Callable[[Claim], str]) -> None:
        self._wire, self._offer, self._times, self._sender = wire, offer, times, sender
        self._broken_off = False
        self._usable = True

    @property
    def usable(self) -> bool:
        """Whether another message may be tried on it."""
        return self._usable and self._wire.alive

    async def send(self, claim: Claim, message: bytes, begin: Callable[[], bool]) -> Outcome:
        """Send one message; return what became of it (see `digest.deliver.Session`)."""

        async def on_mark(mark: Mark) -> None:
            if not begin():
                raise NotNow

        envelope = Envelope(self._sender(claim), claim.recipient.email)
        steps = transaction(envelope, message, self._offer, self._times, reset=self._broken_off)
        usable, self._usable = self._usable, False  # until it ends well: it may be cancelled
        try:
            outcome = await converse(self._wire, steps, self._times, on_mark)
        except NotNow:
            outcome = Outcome(DeliveryState.QUEUED, 0, "not begun: the claim was too old, or sending was stopped")
        except RelayError as error:
            outcome = Outcome(DeliveryState.QUEUED, 0, one_line(str(error)))
        except ValueError:
            self._usable = usable  # raised before anything was said
            raise
        if outcome.code != CLOSING and outcome.state not in (DeliveryState.QUEUED, DeliveryState.IN_DOUBT):
            self._usable = True
            self._broken_off = outcome.state is not DeliveryState.ACCEPTED
        return outcome

    async def close(self) -> None:
        """Say QUIT where the server still listens, and close."""
        if self.usable:
            try:
                await self._wire.say(b"QUIT\r\n", LEAVE)
                await self._wire.reply(LEAVE)
            except RelayError:
                pass  # it hung up first
        else:
            self._wire.abort()
        await self._wire.close(LEAVE)

    def abort(self) -> None:
        """Drop the connection at once."""
        self._usable = False
        self._wire.abort()


async def converse(wire: Wire, steps: Steps[T], times: Times, on_mark: OnMark) -> T:
    """Hold a dialogue to its end and return what it returns; errors of the connection are thrown into it."""
    try:
        step = next(steps)
        while True:
            try:
                answer = await _do(wire, step, times, on_mark)
            except RelayError as error:
                step = steps.throw(error)
            else:
                step = next(steps) if answer is None else steps.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


async def _do(wire: Wire, step: Say | Mark, times: Times, on_mark: OnMark) -> Reply | None:
    """Do one step; return the reply if there is one to it. Raises RelayError."""
    if isinstance(step, Mark):
        if step is Mark.BEGIN and not wire.alive:
            raise RelayError("the mail server hung up, or spoke out of turn")
        await on_mark(step)
        return None
    if step.data and not wire.alive:
        raise RelayError("the mail server hung up, or spoke out of turn")
    whole = await wire.say(step.data, times.block)
    reply = await wire.reply(step.timeout)
    if not whole or wire.unsent:
        wire.abort()  # the rest of the message would be read as commands
        if reply.kind < 4:
            raise RelayError(f"the mail server answered before it had the whole message: {reply}")
    return reply


async def encrypt(wire: Wire, context: ssl.SSLContext, host: str, timeout: float) -> None:
    """Encrypt the connection. Raises RelayError that says what is wrong with the certificate."""
    try:
        await wire.start_tls(context, host, timeout)
    except ssl.SSLCertVerificationError as error:
        raise RelayError(f"the mail server's certificate is not valid for {host}: {error.verify_message}") from error
    except OSError as error:
        raise RelayError(f"no encrypted connection: {error.strerror or error}") from error
