"""A connection as SMTP sees it: bytes out, replies in."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from typing import Final, cast

from digest.deliver.smtp.replies import GarbledReply, Reply, ReplyReader
from digest.errors import RelayError

BLOCK: Final = 65536
"""Bytes handed over at a time; the next go when the socket has room again."""


class Wire(asyncio.Protocol):
    """One TCP connection to a mail server, encrypted or not. Used by one task at a time."""

    def __init__(self) -> None:
        self._replies = ReplyReader()
        self._transport: asyncio.Transport | None = None
        self._lost = ""
        self._stirred = asyncio.Event()
        self._room = True
        self._gone = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether the connection stands, and the server has not spoken unasked."""
        return not self._lost and not self._replies.unread

    @property
    def unsent(self) -> bool:
        """Whether some of what was said has not gone out yet."""
        return self._link.get_write_buffer_size() > 0

    @property
    def loopback(self) -> bool:
        """Whether the other end is this machine, by the address really connected to."""
        return is_loopback(self._link.get_extra_info("peername")[0])

    @property
    def own_literal(self) -> str:
        """This end's address as a greeting carries it (RFC 5321, 4.1.3)."""
        address = self._link.get_extra_info("sockname")[0].partition("%")[0]
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    async def say(self, data: bytes, timeout: float) -> bool:
        """Hand over `data`, in at most `timeout` seconds a block; False if the server answered before it had it all.

        A connection that ends meanwhile is reported by `reply`, since the server may have said why. Raises RelayError
        if the server takes nothing for too long.
        """
        for start in range(0, len(data), BLOCK):
            if self._lost or (start and self._replies.unread):
                return False
            self._link.write(data[start : start + BLOCK])
            await self._until_room(timeout)
        return True

    async def reply(self, timeout: float) -> Reply:
        """Return the next reply. Raises RelayError if there is none in `timeout` seconds, or ever."""
        try:
            async with asyncio.timeout(timeout):
                while (reply := self._replies.next()) is None:
                    if self._lost:
                        raise RelayError(self._lost)
                    await self._stir()
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
        if encrypted is None or self._lost:
            raise ConnectionResetError(self._lost or "the mail server hung up while encryption began")
        self._transport = encrypted

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
        self._lost = self._lost or "the connection was dropped"
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio has connected."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Asyncio has read something."""
        try:
            self._replies.feed(data)
        except GarbledReply as error:
            self._lost = str(error)
            self.abort()
        self._stirred.set()

    def eof_received(self) -> bool:
        """Asyncio has read the end; the connection is closed."""
        self._lost = self._lost or "the mail server hung up"
        self._stirred.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Asyncio has closed, or was cut off."""
        cause = f": {exc}" if exc else ""
        self._lost = self._lost or f"the connection to the mail server ended{cause}"
        self._stirred.set()
        self._gone.set()

    def pause_writing(self) -> None:
        """Asyncio's buffer is full."""
        self._room = False

    def resume_writing(self) -> None:
        """Asyncio's buffer has room again."""
        self._room = True
        self._stirred.set()

    @property
    def _link(self) -> asyncio.Transport:
        if self._transport is None:
            raise RelayError("there is no connection to the mail server")
        return self._transport

    async def _until_room(self, timeout: float) -> None:
        """Wait until more can be written, the connection is gone or the server speaks."""
        try:
            async with asyncio.timeout(timeout):
                while not (self._room or self._lost or self._replies.unread):
                    await self._stir()
        except TimeoutError as error:
            raise RelayError(f"the mail server took nothing for {timeout:g} s") from error

    async def _stir(self) -> None:
        """Wait until something happens on the connection."""
        self._stirred.clear()
        await self._stirred.wait()


def is_loopback(address: str) -> bool:
    """Say whether the address is this machine's own.

    >>> [is_loopback(a) for a in ("127.0.0.2", "::1", "::ffff:127.0.0.1", "192.0.2.7")]
    [True, True, True, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
