"""robots.txt: which pages a publisher wants no program to fetch (RFC 9309)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Final
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from digest.collect.fetch import Fetcher
from digest.collect.pace import Heard
from digest.errors import FetchError
from digest.model.news import Source

AGENT: Final = "digest"
"""The name by which rules address us."""
MOST_BYTES: Final = 500_000
"""Of a robots.txt that are read; the rest is as if it were not there."""
_TYPES: Final = "text/plain, */*;q=0.1"


class Robots:
    """The rules of every host that is asked in one poll, each fetched once, when first needed."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._rules: dict[tuple[bool, str], RobotFileParser | FetchError] = {}
        self._turns: defaultdict[tuple[bool, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def allow(self, source: Source, url: str) -> bool:
        """Return whether the host's rules let us fetch this address.

        A host that has no rules (an answer of 4xx) lets us; FetchError where it cannot be asked for them now.
        """
        try:
            origin = _origin(url)
            # What one source may reach inside says nothing of what others may.
            key = (source.allow_private and origin == _origin(source.url), origin)
        except ValueError as e:
            raise FetchError(source.name, "no usable address") from e
        async with self._turns[key]:
            if key not in self._rules:
                self._rules[key] = await self._fetch(source, origin)
        rules = self._rules[key]
        if isinstance(rules, FetchError):
            # With the cause of the first, by which a host that is silent is told from one that is in trouble.
            raise type(rules)(source.name, rules.reason, passing=rules.passing) from rules.__cause__
        return await asyncio.to_thread(_allows, rules, url)

    async def _fetch(self, source: Source, origin: str) -> RobotFileParser | FetchError:
        heard = Heard()
        try:
            answer = await self._fetcher.get(f"{origin}/robots.txt", source, accept=_TYPES, heard=heard)
        except FetchError as e:
            if not heard.status:
                return e
            if heard.status == 200 or heard.status >= 500:
                return FetchError(source.name, f"robots.txt cannot be had: {e.reason}", passing=True)
            answer = None
        return await asyncio.to_thread(parse, answer.body if answer else b"")


def parse(body: bytes) -> RobotFileParser:
    r"""Return the rules in a robots.txt; lines that cannot be read are passed over.

    >>> rules = parse(b"\xef\xbb\xbfUser-agent: *\nCrawl-delay: \xc2\xb2\nDisallow: /paid/\n")
    >>> [rules.can_fetch(AGENT, f"https://ilma.example/{name}/1") for name in ("paid", "news")]
    [False, True]
    """
    head, cut, _ = body[: MOST_BYTES + 1].rpartition(b"\n") if len(body) > MOST_BYTES else (body, b"", b"")
    lines = (head + cut).decode("utf-8-sig", "replace").splitlines()
    rules = RobotFileParser()
    try:
        rules.parse(lines)
    except ValueError:  # of an address or a number that is none
        rules = RobotFileParser()
        rules.parse([line for line in lines if _readable(line)])
    return rules


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _readable(line: str) -> bool:
    try:
        RobotFileParser().parse([f"User-agent: {AGENT}", line])
    except ValueError:
        return False
    return True


def _allows(rules: RobotFileParser, url: str) -> bool:
    try:
        return rules.can_fetch(AGENT, url)
    except ValueError:  # an address that the parser cannot take apart: nobody has allowed it
        return False
