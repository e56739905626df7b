"""Feeds fetched and parsed by aiohttp and fastfeedparser with nothing around them: what collecting is measured by."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import fastfeedparser

AT_ONCE = 16
ITS_OWN_DATES = fastfeedparser.main._parse_date
"""What the library reads dates with. Collecting puts its own in the place of that, so this is imported before it."""


def collect(urls: Sequence[str], etags: dict[str, str]) -> None:
    """Fetch and parse every feed, and throw away what comes of it; `etags` are those of the last time."""
    digests = fastfeedparser.main._parse_date
    fastfeedparser.main._parse_date = ITS_OWN_DATES
    try:
        asyncio.run(_collect(urls, etags))
    finally:
        fastfeedparser.main._parse_date = digests


async def _collect(urls: Sequence[str], etags: dict[str, str]) -> None:
    turns = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def read(url: str) -> None:
            async with turns, session.get(url, headers={"If-None-Match": etags.get(url, "")}) as response:
                body = await response.read()
                etags[url] = response.headers.get("ETag", "")
                if response.status == 200:
                    fastfeedparser.parse(body)

        await asyncio.gather(*map(read, urls))
