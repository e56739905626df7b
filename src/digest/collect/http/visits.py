"""Pages asked for as their hosts want it: where their robots.txt allows, and not while they have asked us to wait.

A host that answers 429, or says for how long to wait, is not asked for another page in this poll, nor, with a cache to
remember it, in those until then. One that fails or does not answer three times in a row is left alone for this poll.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final

from digest.collect.cache import Cache
from digest.collect.http.fetch import Answer, Fetcher
from digest.collect.http.pace import LONGEST_WAIT, Heard, asked_until
from digest.collect.http.places import checked, host_of
from digest.collect.http.robots import Robots
from digest.collect.http.room import Room
from digest.errors import FetchError
from digest.model.news import Source

_TOO_MANY: Final = 429
_PATIENCE: Final = 3
"""How often in a row a host may fail before its other pages are not asked for."""


class Visits:
    """The pages that are asked for in one poll."""

    def __init__(self, fetcher: Fetcher, robots: Robots, now: datetime, cache: Cache | None = None) -> None:
        self._fetcher, self._robots, self._now, self._cache = fetcher, robots, now, cache
        self._closed: dict[str, str] = {}
        """Why hosts are not asked; empty for those that may be."""
        self._failures: Counter[str] = Counter()
        """In a row, by host."""
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def allow(self, source: Source, url: str) -> bool:
        """Return whether robots.txt lets us fetch a page; FetchError where its host is not to be asked now."""
        await self._open(source, host_of(checked(source, url)))
        return await self._robots.allow(source, url)

    async def get(self, source: Source, url: str, *, accept: str, room: Room) -> Answer:
        """Return the page at an address that is allowed; FetchError says why there is none.

        Wherever it redirects to must be allowed as well. It takes up place in `room` until that is left.
        """
        heard, asked = Heard(), ""
        async with AsyncExitStack() as turn:

            async def turn_to(place: str) -> None:
                nonlocal asked
                await turn.aclose()
                asked = host_of(checked(source, place))
                # One after the other, so that who waits for a host hears what it said to the one before.
                await turn.enter_async_context(self._turns[asked])
                await self._open(source, asked)

            async def allowed(place: str) -> bool:
                await turn_to(place)
                return await self._robots.allow(source, place)

            try:
                await turn_to(url)
                answer = await self._fetcher.get(url, source, accept=accept, heard=heard, room=room, allowed=allowed)
                self._failures[asked] = 0
            except FetchError:
                await self._heed(asked, heard)
                raise
        if answer is None:
            raise FetchError(source.name, "answered 304")
        return answer

    async def _open(self, source: Source, host: str) -> None:
        if host not in self._closed:
            until = await asyncio.to_thread(_read, self._cache, host, self._now) if self._cache else None
            self._closed.setdefault(host, _until(host, until) if until else "")
        if self._closed[host]:
            raise FetchError(source.name, self._closed[host], passing=True)

    async def _heed(self, host: str, heard: Heard) -> None:
        until = asked_until(heard, self._now)
        failed = heard.status >= 500 or not heard.status
        self._failures[host] = self._failures[host] + 1 if failed else 0
        if until:
            self._closed[host] = _until(host, until)
        elif heard.status == _TOO_MANY or self._failures[host] >= _PATIENCE:
            said = f"answered {heard.status}" if heard.status else "does not answer"
            self._closed[host] = f"not asked, since {host} {said}"
        if until and self._cache:
            value = str(until.timestamp()).encode()
            await asyncio.to_thread(self._cache.put, _key(host), value, until=until)


def _until(host: str, until: datetime) -> str:
    return f"not asked, since {host} wants us to wait until {until:%H:%M} UTC"


def _key(host: str) -> str:
    return f"wait:{host}"


def _read(cache: Cache, host: str, now: datetime) -> datetime | None:
    value = cache.get(_key(host), now=now)
    try:
        until = datetime.fromtimestamp(float(value), UTC) if value else None
    except (ValueError, OverflowError):  # damaged
        return None
    # A clock that was ahead must not keep us away for ever.
    return until if until and until <= now + LONGEST_WAIT else None
