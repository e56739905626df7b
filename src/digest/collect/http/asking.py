"""Whether links lead anywhere: each asked once, over guarded connections, and nothing of its page is kept."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from digest.collect.http.guard import InsideAddress, outside_socket
from digest.collect.http.places import checked, host_of, joined, may_be_inside
from digest.collect.text import line, shorten
from digest.errors import FetchError
from digest.model.links import Asked
from digest.model.news import Source, SourceKind

PATIENCE: Final = timedelta(seconds=10)
"""For one link with all its redirects; a machine that is busy with other things answers late, and is there."""
AT_ONCE: Final = 16
REDIRECTS: Final = 5
ENOUGH: Final = 2
"""Links of a host that gave no answer, after which its others are not waited for."""
ONLY_GET: Final = frozenset({400, 403, 404, 405, 406, 409, 410, 500, 501, 503})
"""Statuses with which servers also answer a HEAD that they do not like, so that the link is asked again with GET."""
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NOBODY: Final = Source("link", SourceKind.PAGE)


async def ask(
    urls: Iterable[str], *, user_agent: str, sources: Sequence[Source] = (), patience: timedelta = PATIENCE
) -> tuple[Asked, ...]:
    """Return what came of asking each of the addresses, in their order: HEAD first, GET where HEAD is not liked.

    Nothing inside is reached but the own host and port of those `sources` that have leave for it; a redirect is
    followed only to where the link itself might lead. One question at a time to a host.
    """
    async with _Asker(user_agent, tuple(s for s in sources if s.allow_private), patience) as asker:
        return tuple(await asyncio.gather(*(asker.ask(url) for url in dict.fromkeys(urls))))


@dataclass(slots=True)
class _Asker:
    """Asks links; an async context manager."""

    user_agent: str
    inside: tuple[Source, ...]
    patience: timedelta
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _sessions: dict[bool, aiohttp.ClientSession] = field(default_factory=dict)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _hosts: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _silent: Counter[str] = field(default_factory=Counter)
    """How often a host gave no answer at all."""

    async def __aenter__(self) -> Self:
        for guarded in (True, False):
            self._sessions[guarded] = await self._stack.enter_async_context(self._open(guarded=guarded))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _open(self, *, guarded: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, socket_factory=outside_socket if guarded else None),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.user_agent, "Accept": "text/html,*/*;q=0.5"},
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
        )

    async def ask(self, url: str) -> Asked:
        """Return what came of asking one link."""
        try:
            place = checked(_NOBODY, url)
        except FetchError as e:
            return Asked(url, reason=e.reason, at=url)
        loop = asyncio.get_running_loop()
        async with self._hosts[host_of(place)], self._turns:  # the host's turn first: who waits takes no place
            if self._silent[host_of(place)] >= ENOUGH:
                return Asked(url, reason="not asked: its host did not answer before", at=url)
            began = loop.time()
            try:
                async with asyncio.timeout(self.patience.total_seconds()):
                    status, at = await self._follow(place, self._leave(place))
            except (aiohttp.ClientError, OSError, ValueError) as e:
                self._silent[host_of(place)] += not isinstance(e, FetchError)
                return Asked(url, reason=self._reason(e), at=url, took=timedelta(seconds=loop.time() - began))
        return Asked(url, status, at=at, took=timedelta(seconds=loop.time() - began))

    def _leave(self, place: URL) -> tuple[Source, ...]:
        """Return the sources that let a link, wherever it is redirected, reach their own host inside."""
        return tuple(source for source in self.inside if may_be_inside(source, place))

    async def _follow(self, place: URL, leave: Sequence[Source]) -> tuple[int, str]:
        method = "HEAD"
        for _ in range(REDIRECTS + 2):  # one of them is the change to GET
            status, headers = await self._once(method, place, leave)
            if status in _REDIRECTS and (location := headers.get("Location")):
                place = checked(_NOBODY, joined(_NOBODY, place, location))
            elif method == "HEAD" and status in ONLY_GET:
                method = "GET"
            else:
                return status, str(place)
        raise FetchError(_NOBODY.name, f"more than {REDIRECTS} redirects")

    async def _once(self, method: str, place: URL, leave: Sequence[Source]) -> tuple[int, Mapping[str, str]]:
        inside = any(may_be_inside(source, place) for source in leave)
        async with self._sessions[not inside].request(method, place, allow_redirects=False) as response:
            return response.status, response.headers

    def _reason(self, error: Exception) -> str:
        inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
        match inner:
            case FetchError():
                return inner.reason
            case InsideAddress():
                return f"leads to {inner.address}, an address inside"
            case TimeoutError():
                return f"no answer in {self.patience.total_seconds():g} seconds"
            case ConnectionError() | aiohttp.ServerDisconnectedError():
                return "no connection" if isinstance(inner, ConnectionRefusedError) else "the answer broke off"
            case _:
                return shorten(line(str(inner)) or type(inner).__name__, 120)
