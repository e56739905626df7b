"""The way to one mail server: connects, encrypts, greets, logs in."""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from digest.deliver.pace import Pace
from digest.deliver.smtp.greeting import Manners, Mark, greeting
from digest.deliver.smtp.login import Login
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.session import SmtpSession
from digest.deliver.smtp.times import Times
from digest.deliver.smtp.wire import Wire
from digest.errors import RelayError
from digest.model.delivery import Claim

RFC_TIMES = Times()


class Security(StrEnum):
    """How a connection is protected."""

    STARTTLS = "starttls"
    """Encrypted after the greeting, or given up."""
    TLS = "tls"
    """Encrypted from the first byte (RFC 8314)."""
    NONE = "none"
    """Only to this machine itself."""


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """A mail server and how to talk to it. Nothing is connected before `open`."""

    host: str
    port: int
    sender: Callable[[Claim], str]
    """The envelope sender of a message: where word of its failure goes."""
    security: Security = Security.STARTTLS
    login: Login | None = None
    connections: int = 4
    timeout: timedelta = timedelta(seconds=30)
    """For the connection, and for its encryption; every reply, the greeting first, has its own time in `times`."""
    hello: str = ""
    """The name we greet with; empty: our address."""
    per_connection: int = 0
    """How many messages go over a connection before another is opened; 0: any number."""
    lmtp: bool = False
    """Whether it speaks LMTP (RFC 2033)."""
    times: Times = RFC_TIMES
    """How long replies may take: minutes, as RFC 5321 asks for, whatever `timeout` is."""
    tls: ssl.SSLContext | None = None
    """Checks certificates; None: against the machine's authorities."""
    pace: Pace | None = None
    """How fast it may be sent to, over all its connections; None: as fast as it takes."""
    name: str = ""
    """What it is called where outcomes are told."""

    @property
    def rate(self) -> float:
        """Messages a second that may go at most; infinite without a pace."""
        return math.inf if self.pace is None else self.pace.rate

    def ready_in(self, *, anew: bool = False) -> float:
        """Return the seconds until a message may go, or a new connection (`anew`) may be made for one."""
        if self.pace is None:
            return 0.0
        return self.pace.connect_in() if anew else self.pace.ready_in()

    async def open(self) -> SmtpSession:
        """Return a session past greeting and login. Raises RelayError, its text names the server and the reason."""
        try:
            return await self._open()
        except RelayError as error:
            raise RelayError(f"{self.host}:{self.port}: {error}") from error

    async def _open(self) -> SmtpSession:
        wire = await self._connect()
        try:
            if self.security is Security.NONE and not wire.loopback:
                raise RelayError('security = "none" is for this machine only; set "starttls" or "tls"')
            if self.security is Security.TLS:
                await self._encrypt(wire)
            manners = Manners(
                hello=self.hello or wire.own_literal,
                starttls=self.security is Security.STARTTLS,
                safe=self.security is Security.TLS or wire.loopback,
                login=self.login,
                lmtp=self.lmtp,
            )
            offer = await self._greet(wire, manners)
            if self.lmtp:
                # One reply a recipient it took (RFC 2033, 4.2): what it will say must be known before more is said.
                offer = replace(offer, chunking=False)
        except BaseException:
            wire.abort()
            raise
        return SmtpSession(
            wire,
            offer,
            self.times,
            sender=self.sender,
            most=self.per_connection,
            lmtp=self.lmtp,
            pace=self.pace,
            relay=self.name,
        )

    async def _greet(self, wire: Wire, manners: Manners) -> Offer:
        """Hold the greeting over the wire."""
        steps = greeting(manners, self.times)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Mark):
                    await self._encrypt(wire)
                    step = next(steps)
                    continue
                if step.data and not wire.alive:
                    raise RelayError(wire.lost or "the mail server spoke out of turn")
                if step.data:
                    wire.write([step.data])
                step = steps.send(await wire.reply(step.timeout))
        except StopIteration as end:
            offer: Offer = end.value
            return offer
        finally:
            steps.close()

    async def _connect(self) -> Wire:
        seconds = self.timeout.total_seconds()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, wire = await loop.create_connection(Wire, self.host, self.port)
        except TimeoutError as error:
            raise RelayError(f"no connection in {seconds:g} s") from error
        except socket.gaierror as error:
            raise RelayError(f"no such host ({error.strerror})") from error
        except OSError as error:
            raise RelayError(f"no connection: {error.strerror or error}") from error
        return wire

    async def _encrypt(self, wire: Wire) -> None:
        """Encrypt the connection. Raises RelayError that says what is wrong with the certificate."""
        try:
            await wire.start_tls(self.tls or authorities(), self.host, self.timeout.total_seconds())
        except ssl.SSLCertVerificationError as error:
            told = f"the mail server's certificate is not valid for {self.host}: {error.verify_message}"
            raise RelayError(told) from error
        except OSError as error:
            raise RelayError(f"no encrypted connection: {error.strerror or error}") from error


@cache
def authorities(file: Path | None = None) -> ssl.SSLContext:
    """Return what trusts the machine's authorities, or only those in the file (PEM); reading them takes a while.

    Raises OSError, of which ssl.SSLError is one, for a file that cannot be read or holds no certificate.
    """
    return ssl.create_default_context(cafile=file)
