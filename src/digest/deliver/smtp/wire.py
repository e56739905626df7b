"""A connection as SMTP sees it: bytes out, replies in."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol, cast

from digest.deliver.smtp.replies import GarbledReply, Reply, ReplyReader
from digest.errors import RelayError

HIGH: Final = 256 * 1024
"""Bytes that may wait here for the socket to take them before no further message is begun."""


QUICKACK: Final[int] = getattr(socket, "TCP_QUICKACK", 0)
"""Where the system has it: acknowledge what was read at once (tcp(7); to be said again after each read).

A server that answers the message in one packet and the commands behind it in the next holds the second back until the
first is acknowledged (Nagle), which a kernel otherwise does 40 ms later: postfix took twenty messages a second of one
connection by PIPELINING, and takes ten times as many.
"""


class Listener(Protocol):
    """Who is told what happens on a wire, besides those who wait in `reply`."""

    def stirred(self) -> None:
        """Something came, the connection ended, or there is room to write again."""


class Wire(asyncio.Protocol):
    """One TCP connection to a mail server, encrypted or not. Used by one task at a time."""

    def __init__(self) -> None:
        self._replies = ReplyReader()
        self._transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._stirred = asyncio.Event()
        self._gone = asyncio.Event()
        self.listener: Listener | None = None
        self.lost = ""
        """Why the connection is of no more use; empty while it stands."""
        self.room = True
        """Whether the socket keeps up with what is written."""

    @property
    def alive(self) -> bool:
        """Whether the connection stands, and the server has not spoken unasked."""
        return not self.lost and not self._replies.unread

    @property
    def partial(self) -> bool:
        """Whether a part of a reply has come."""
        return self._replies.unread

    @property
    def unsent(self) -> int:
        """How many of the bytes written have not gone out yet."""
        return self._link.get_write_buffer_size()

    @property
    def loopback(self) -> bool:
        """Whether the other end is this machine, by the address really connected to."""
        return is_loopback(self._address("peername"))

    @property
    def own_literal(self) -> str:
        """This end's address as a greeting carries it (RFC 5321, 4.1.3)."""
        address = self._address("sockname").partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def write(self, pieces: Sequence[bytes]) -> None:
        """Write the pieces one after the other; what happens to a connection that has ended is told by `replies`."""
        if not self.lost:
            self._link.writelines(pieces)

    def replies(self) -> list[Reply]:
        """Return the replies that are complete; a garbled one ends the connection (see `lost`)."""
        found: list[Reply] = []
        try:
            while (reply := self._replies.next()) is not None:
                found.append(reply)
        except GarbledReply as error:
            self._lose(str(error))
        return found

    async def reply(self, timeout: float) -> Reply:
        """Return the next reply. Raises RelayError if there is none in `timeout` seconds, or ever."""
        try:
            async with asyncio.timeout(timeout):
                while (reply := self._replies.next()) is None:
                    if self.lost:
                        raise RelayError(self.lost)
                    self._stirred.clear()
                    await self._stirred.wait()
        except TimeoutError as error:
            raise RelayError(f"no answer from the mail server in {timeout:g} s") from error
        return reply

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout: float) -> None:
        """Encrypt, and forget what came before. Raises OSError (ssl.SSLError is one)."""
        self._replies.clear()
        loop = asyncio.get_running_loop()
        encrypted = await loop.start_tls(
            self._link, self, context, server_hostname=host, ssl_handshake_timeout=timeout, ssl_shutdown_timeout=2
        )
        if encrypted is None or self.lost:
            raise ConnectionResetError(self.lost or "the mail server hung up while encryption began")
        self._transport = encrypted
        encrypted.set_write_buffer_limits(high=HIGH)

    async def close(self, timeout: float) -> None:
        """Close, and wait until that is done or `timeout` seconds are over."""
        if self._transport is not None:
            self._transport.close()
        try:
            async with asyncio.timeout(timeout):
                await self._gone.wait()
        except TimeoutError:
            self.abort()

    def abort(self) -> None:
        """Drop the connection; what was not sent never is."""
        self.lost = self.lost or "the connection was dropped"
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio has connected."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=HIGH)
        if QUICKACK:
            self._socket = transport.get_extra_info("socket")

    def data_received(self, data: bytes) -> None:
        """Asyncio has read something."""
        if self._socket is not None:
            with suppress(OSError):  # only quicker with it
                self._socket.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)
        try:
            self._replies.feed(data)
        except GarbledReply as error:
            self._lose(str(error))
        self._tell()

    def eof_received(self) -> bool:
        """Asyncio has read the end; the connection is closed."""
        self.lost = self.lost or "the mail server hung up"
        self._tell()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio has closed, or was cut off."""
        cause = f": {exc}" if exc else ""
        self.lost = self.lost or f"the connection to the mail server ended{cause}"
        self._gone.set()
        self._tell()

    def pause_writing(self) -> None:
        """Asyncio's buffer is full."""
        self.room = False

    def resume_writing(self) -> None:
        """Asyncio's buffer has room again."""
        self.room = True
        self._tell()

    @property
    def _link(self) -> asyncio.Transport:
        if self._transport is None:
            raise RelayError("there is no connection to the mail server")
        return self._transport

    def _address(self, end: str) -> str:
        """Return the address of an end. Raises RelayError where it is not known: the connection was reset already."""
        known = self._link.get_extra_info(end)
        if not known:
            raise RelayError(self.lost or "the mail server hung up")
        return str(known[0])

    def _lose(self, why: str) -> None:
        self.lost = self.lost or why
        self.abort()

    def _tell(self) -> None:
        self._stirred.set()
        if self.listener is not None:
            self.listener.stirred()


def is_loopback(address: str) -> bool:
    """Say whether the address is this machine's own.

    >>> [is_loopback(a) for a in ("127.0.0.2", "::1", "::ffff:127.0.0.1", "192.0.2.7")]
    [True, True, True, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
