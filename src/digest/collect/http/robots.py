"""Whether a page may be fetched: the rules of its host, asked for when first needed and kept for a day."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from digest.collect.cache import Cache
from digest.collect.http.fetch import Fetcher
from digest.collect.http.pace import Heard, fresh
from digest.collect.http.places import checked, may_be_inside
from digest.collect.http.rules import Rules, parse
from digest.errors import FetchError
from digest.model.news import Source

KEPT: Final = timedelta(hours=24)
"""How long rules hold at most (RFC 9309, 2.4)."""
STALE: Final = timedelta(days=30)
"""How long they stand in for those of a host that cannot be asked (RFC 9309, 2.3.1.4)."""
LONGEST_DELAY: Final = timedelta(seconds=5)
"""However long a host wants us to wait between two pages: with it, fifty pages take some four minutes."""
_TYPES: Final = "text/plain, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rules in the cache."""

    rules: Rules
    until: datetime
    """When they are asked for anew."""


class Robots:
    """The rules of every host that is asked in one poll, each fetched once at most.

    With a cache, what one poll learned holds for those of the next day. What a host inside says to a source that may
    reach it is told to no other source, and is not kept.
    """

    def __init__(self, fetcher: Fetcher, now: datetime, cache: Cache | None = None) -> None:
        self._fetcher, self._now, self._cache = fetcher, now, cache
        self._rules: dict[tuple[bool, str], Rules | FetchError] = {}
        self._turns: defaultdict[tuple[bool, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def allow(self, source: Source, url: str) -> bool:
        """Return whether the host's rules let us fetch this address.

        A host that has no rules (an answer of 4xx but 429) lets us; FetchError where it cannot be asked for them now,
        and what it said before is no longer known. From now on its pages are fetched as slowly as it asks.
        """
        place = checked(source, url)
        # What one source may reach inside says nothing of what others may.
        key = (may_be_inside(source, place), str(place.origin()))
        async with self._turns[key]:
            if key not in self._rules:
                self._rules[key] = await self._learn(source, key[1], None if key[0] else self._cache)
        rules = self._rules[key]
        if isinstance(rules, FetchError):
            # With the cause of the first, by which a host that is silent is told from one that is in trouble.
            raise type(rules)(source.name, rules.reason, passing=rules.passing) from rules.__cause__
        self._fetcher.slow(place, min(rules.delay, LONGEST_DELAY))
        return await asyncio.to_thread(rules.allow, str(place))

    async def _learn(self, source: Source, origin: str, cache: Cache | None) -> Rules | FetchError:
        kept = await asyncio.to_thread(_read, cache, origin, self._now) if cache else None
        if kept and self._now < kept.until <= self._now + KEPT:
            return kept.rules
        heard = Heard()
        rules = await self._fetch(source, origin, heard)
        if isinstance(rules, FetchError):
            return kept.rules if kept else rules
        lasts = fresh(heard.headers, self._now)
        if cache:
            new = _Kept(rules, self._now + (KEPT if lasts is None else min(lasts, KEPT)))
            await asyncio.to_thread(cache.put, _key(origin), _written(new), until=self._now + STALE)
        return rules

    async def _fetch(self, source: Source, origin: str, heard: Heard) -> Rules | FetchError:
        try:
            answer = await self._fetcher.get(f"{origin}/robots.txt", source, accept=_TYPES, heard=heard)
        except FetchError as e:
            if not heard.status:
                return e
            if heard.status in (200, 429) or heard.status >= 500:
                return FetchError(source.name, f"robots.txt cannot be had: {e.reason}", passing=True)
            answer = None
        return await asyncio.to_thread(parse, answer.body) if answer else Rules()


def _key(origin: str) -> str:
    return f"robots {origin}"


def _read(cache: Cache, origin: str, now: datetime) -> _Kept | None:
    value = cache.get(_key(origin), now=now)
    try:
        said = json.loads(value) if value else None
        if said is None:
            return None
        patterns = tuple((str(pattern), bool(allows)) for pattern, allows in said["patterns"])
        rules = Rules(patterns, timedelta(seconds=said["delay"]))
        return _Kept(rules, datetime.fromtimestamp(said["until"], UTC))
    except (ValueError, TypeError, KeyError, OverflowError):  # of another version, or damaged
        return None


def _written(kept: _Kept) -> bytes:
    delay, until = kept.rules.delay.total_seconds(), kept.until.timestamp()
    return json.dumps({"patterns": kept.rules.patterns, "delay": delay, "until": until}).encode()
