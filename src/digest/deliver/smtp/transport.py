"""The way to one mail server: connects, encrypts, greets, logs in."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

from digest.deliver.smtp.dialogue import Login, Times, greeting
from digest.deliver.smtp.session import SmtpSession, converse, encrypt
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
    times: Times = RFC_TIMES
    """How long replies may take: minutes, as RFC 5321 asks for, whatever `timeout` is."""
    tls: ssl.SSLContext | None = None
    """Checks certificates; None: against the machine's authorities."""

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
            steps = greeting(
                hello=self.hello or wire.own_literal,
                starttls=self.security is Security.STARTTLS,
                safe=self.security is Security.TLS or wire.loopback,
                login=self.login,
                times=self.times,
            )
            offer = await converse(wire, steps, self.times, lambda _: self._encrypt(wire))
        except BaseException:
            wire.abort()
            raise
        return SmtpSession(wire, offer, self.times, sender=self.sender)

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
        await encrypt(wire, self.tls or _authorities(), self.host, self.timeout.total_seconds())


@cache
def _authorities() -> ssl.SSLContext:
    """Return what trusts the machine's authorities; reading them takes a while."""
    return ssl.create_default_context()
