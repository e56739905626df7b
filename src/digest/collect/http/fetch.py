"""Bytes over HTTP, on our terms: guarded addresses, time-outs, a cap on size, polite numbers, conditional requests."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Final, NoReturn, Self, TypeAlias

import aiohttp
from yarl import URL

from digest.collect.http import body as bodies
from digest.collect.http.fields import charset, codings, conditional, conditions, joint, validator
from digest.collect.http.guard import InsideAddress, outside_socket
from digest.collect.http.pace import Heard
from digest.collect.http.places import checked, host_of, joined, may_be_inside
from digest.collect.http.room import Room
from digest.collect.text import line, shorten
from digest.errors import FetchError, ForbiddenAddress
from digest.model.news import Source, SourceState

Allowed: TypeAlias = Callable[[str], Awaitable[bool]]
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD: Final = frozenset({301, 308})


PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses of a server that may answer better later (RFC 9110, 15; RFC 6585, 4)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how large, how many at once."""

    total: timedelta = timedelta(seconds=30)
    """For one document with all its redirects, without waiting for a turn."""
    connect: timedelta = timedelta(seconds=10)
    body_bytes: int = 15_000_000
    """As sent and as decompressed, each."""
    redirects: int = 5
    at_once: int = 16
    """Documents asked for and not yet read."""
    large_bytes: int = 1_000_000
    large_at_once: int = 4
    """Of those at once, so many may be larger than that."""
    per_host: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A document as it was answered."""

    url: str
    """Where it was found at last, behind all redirects."""
    body: bytes
    content_type: str
    """Type and subtype in lower case; empty if nobody says."""
    charset: str
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class _Hop:
    """One answer on the way: a document, a place to go on to, or neither where nothing changed."""

    answer: Answer | None = None
    location: str = ""


@dataclass(slots=True)
class Fetcher:
    """Fetches documents; an async context manager, to be used within one event loop.

    Sources with `allow_private` reach their own host and port over a session of their own, so that no connection to
    an inside address is ever lent to another source.
    """

    user_agent: str
    limits: Limits = Limits()
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _sessions: dict[tuple[str, int] | None, aiohttp.ClientSession] = field(default_factory=dict)
    _turns: asyncio.Semaphore = field(init=False)
    _large: asyncio.Semaphore = field(init=False)
    _host_turns: defaultdict[str, asyncio.Semaphore] = field(init=False)
    _delays: dict[str, float] = field(default_factory=dict)
    _free_at: dict[str, float] = field(default_factory=dict)
    """When a host that wants to be asked slowly may be asked again, by the loop's clock."""

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.limits.at_once)
        self._large = asyncio.Semaphore(self.limits.large_at_once)
        self._host_turns = defaultdict(lambda: asyncio.Semaphore(self.limits.per_host))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(
        self,
        url: str,
        source: Source,
        *,
        accept: str,
        state: SourceState | None = None,
        heard: Heard | None = None,
        room: Room | None = None,
        allowed: Allowed | None = None,
    ) -> Answer | None:
        """Return the document at `url`; None if it has not changed since `state` was remembered.

        FetchError says why there is none, ForbiddenAddress that it would have led inside. `heard` is filled in with
        what was said besides, also where there is no document. The document takes up place in `room` until it is left;
        without one it is supposed to be read at once. `allowed` is asked whether a redirect may be followed.
        """
        async with Room() as own:
            heard = Heard() if heard is None else heard
            return await self._get(url, source, accept, state, heard, room or own, allowed)

    async def _get(
        self,
        url: str,
        source: Source,
        accept: str,
        state: SourceState | None,
        heard: Heard,
        room: Room,
        allowed: Allowed | None,
    ) -> Answer | None:
        for_good = True
        headers = {"Accept": accept} | conditions(state)
        left, loop = self.limits.total.total_seconds(), asyncio.get_running_loop()
        for _ in range(self.limits.redirects + 1):
            place = checked(source, url)
            async with self._turn(place, room):
                began = loop.time()
                heard.forget()
                hop = await self._hop(source, place, headers, left, heard, room)
                left -= loop.time() - began
            if not hop.location:
                if hop.answer is None and not conditional(headers):
                    raise FetchError(source.name, "answered 304, though nothing was remembered")
                return hop.answer
            room.leave()  # or those who have room would wait for a host, and who has the host for room
            url = joined(source, place, hop.location)
            # Nobody is led from a secure address to an open one for longer than this once.
            for_good = for_good and heard.status in _FOR_GOOD and (place.scheme == "http" or url.startswith("https:"))
            if for_good:
                heard.moved_to = url
            heard.detour = not for_good
            if allowed is not None and not await allowed(url):
                raise FetchError(source.name, "redirects to where robots.txt forbids")
        raise FetchError(source.name, f"more than {self.limits.redirects} redirects")

    def slow(self, place: URL, delay: timedelta) -> None:
        """Leave so much time between two questions to a host from now on; the longest that was asked for."""
        host = host_of(place)
        self._delays[host] = max(delay.total_seconds(), self._delays.get(host, 0))

    @asynccontextmanager
    async def _turn(self, place: URL, room: Room) -> AsyncIterator[None]:
        host, loop = host_of(place), asyncio.get_running_loop()
        # The host's turn first: who waits for a busy host takes no place from the others.
        async with self._host_turns[host]:
            if (pause := self._free_at.get(host, 0) - loop.time()) > 0:
                await asyncio.sleep(pause)
            try:
                await room.take(self._turns)
                yield
            finally:
                if delay := self._delays.get(host):
                    self._free_at[host] = loop.time() + delay

    async def _hop(
        self, source: Source, place: URL, headers: Mapping[str, str], left: float, heard: Heard, room: Room
    ) -> _Hop:
        try:
            async with asyncio.timeout(left) as clock:
                async with self._session(source, place).get(place, headers=headers, allow_redirects=False) as response:
                    heard.hear(response.status, joint(response.headers))
                    return await self._read(source, response, room, clock)
        except (aiohttp.ClientError, OSError, ValueError) as e:
            if isinstance(e, FetchError):
                raise
            self._explain(source, place, e)

    async def _read(self, source: Source, response: aiohttp.ClientResponse, room: Room, clock: asyncio.Timeout) -> _Hop:
        if response.status in _REDIRECTS and (location := response.headers.get("Location")):
            return _Hop(location=location)
        if response.status == 304:
            return _Hop()
        if response.status != 200:
            passing = response.status in PASSING
            raise FetchError(source.name, f"answered {response.status}", passing=passing)
        body = await self._body(source, response, room, clock)
        kind = response.headers.get("Content-Type", "").split(";", 1)[0].strip().lower()
        return _Hop(
            Answer(
                url=str(response.url),
                body=body,
                content_type=kind,
                charset=charset(response.headers.get("Content-Type", "")),
                etag=validator(response.headers.get("ETag")),
                last_modified=validator(response.headers.get("Last-Modified")),
            )
        )

    async def _body(
        self, source: Source, response: aiohttp.ClientResponse, room: Room, clock: asyncio.Timeout
    ) -> bytes:
        out = bytearray()
        try:
            if (response.content_length or 0) > self.limits.body_bytes:
                raise bodies.TooLarge
            decoder = bodies.decoder(codings(response.headers), self.limits.body_bytes)
            async for piece in response.content.iter_any():
                out += decoder.feed(piece)
                if len(out) > self.limits.large_bytes and not room.has(self._large):
                    await _untimed(room.take(self._large), clock)
            decoder.close()
        except bodies.TooLarge as e:
            raise FetchError(source.name, f"larger than {self.limits.body_bytes / 1e6:g} MB") from e
        except bodies.Broken as e:
            raise FetchError(source.name, f"the answer is {e}") from e
        return bytes(out)

    def _session(self, source: Source, place: URL) -> aiohttp.ClientSession:
        own = may_be_inside(source, place)
        key = (place.host or "", place.port or 0) if own else None
        if key not in self._sessions:
            self._sessions[key] = self._open(guarded=not own)
            self._stack.push_async_callback(self._sessions[key].close)
        return self._sessions[key]

    def _open(self, *, guarded: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=outside_socket if guarded else None),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.user_agent, "Accept-Encoding": bodies.ACCEPT_ENCODING},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self.limits.connect.total_seconds()),
            auto_decompress=False,
            trust_env=False,
        )

    def _explain(self, source: Source, place: URL, error: Exception) -> NoReturn:
        inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        if isinstance(inner, InsideAddress):
            reason = f"{place.host} leads to {inner.address}, an address inside"
            raise ForbiddenAddress(source.name, reason) from error
        raise FetchError(source.name, self._phrase(place, error, inner), passing=True) from error

    def _phrase(self, place: URL, error: Exception, inner: Exception) -> str:
        match error:
            case aiohttp.ClientConnectorDNSError():
                return f"no such host: {place.host}"
            case aiohttp.ServerTimeoutError():
                return f"no connection to {place.host} in {self.limits.connect}"
            case TimeoutError():
                return f"no answer in {self.limits.total}"
            case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
                why = getattr(inner, "verify_message", "") or getattr(inner, "reason", "")
                return f"no secure connection to {place.host}" + (f": {line(str(why))}" if why else "")
            case aiohttp.ClientConnectorError():
                return f"no connection to {place.host}: {getattr(inner, 'strerror', None) or 'refused'}".lower()
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | ConnectionError():
                return "the answer broke off"
            case aiohttp.ClientResponseError():
                return f"no proper answer: {shorten(line(error.message.partition(':')[0]), 120)}"
            case aiohttp.InvalidURL():
                return f"no usable address: {shorten(line(str(error)), 120)}"
            case UnicodeError():  # of a name that no DNS knows how to ask for
                return f"no usable address: {shorten(line(str(place)), 120)}"
            case ssl.SSLError():
                return f"no secure connection to {place.host}"
            case _:
                return f"no proper answer ({shorten(line(str(error)) or type(error).__name__, 120)})"


async def _untimed(waiting: Awaitable[None], clock: asyncio.Timeout) -> None:
    """Wait for something that is no fault of the server's, while the clock stands still."""
    loop, until = asyncio.get_running_loop(), clock.when()
    left = until - loop.time() if until is not None else 0
    clock.reschedule(None)
    await waiting
    clock.reschedule(loop.time() + left)
