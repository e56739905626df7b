"""Documents read where they can do no harm: small feeds on the spot, all else in a process of its own.

What a page says is remembered by its content, so that the same bytes are not taken apart twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, Final, ParamSpec, TypeVar

from pydantic import TypeAdapter, ValidationError

from digest.collect.cache import Cache
from digest.collect.encoding import binary
from digest.collect.feeds.feed import Offers, made, offers, parse
from digest.collect.feeds.xmlfeed import Odd
from digest.collect.folder import ReadPage
from digest.collect.http.fetch import Answer
from digest.collect.pages import extract
from digest.collect.text import line, shorten
from digest.collect.workers import Workers
from digest.errors import ParseError
from digest.model.news import Source

P = ParamSpec("P")
T = TypeVar("T")

SMALL: Final = 128_000
"""Bytes of a feed that is parsed on the spot: milliseconds, and a fraction of a second for the worst."""
LARGE: Final = 1_000_000
"""Bytes from which on documents are read one after the other, each in a process that ends with it."""
KEPT: Final = timedelta(days=7)
"""How long it is remembered what a page says."""
READING: Final = "page 1"
"""The way pages are read; raised when it changes, so that nothing read the old way is remembered."""
_PAGE_KINDS: Final = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "")
_PAGE: Final = TypeAdapter(extract.Page)


class Documents:
    """Reads the documents of one poll."""

    def __init__(self, workers: Workers, cache: Cache | None, now: datetime) -> None:
        self._workers, self._cache, self._now = workers, cache, now

    async def feed(self, source: Source, answer: Answer) -> Offers:
        """Return what a feed offers; ParseError where the answer is none."""
        how: Mapping[str, Any] = {
            "url": answer.url,
            "charset": answer.charset,
            "now": self._now,
            "timezone": source.timezone,
        }
        if len(answer.body) <= SMALL:
            try:
                return offers(source.name, answer.body, **how, quick=True)
            except Odd:
                pass  # what the quick parser does not understand needs the patient one, which may take its time
        return made(await self.apart(source, answer, partial(parse, source.name, answer.body, **how)))

    async def page(self, source: Source, answer: Answer, title: str) -> extract.Page:
        """Return what a page says; ParseError where it is none. `title` is the headline that a feed gave it."""
        if answer.content_type not in _PAGE_KINDS:
            raise ParseError(source.name, f"no page but {shorten(line(answer.content_type), 60)}")
        if binary(answer.body):
            raise ParseError(source.name, "no page but a binary file")
        how = {
            "charset": answer.charset,
            "title_known": title,
            "url": answer.url,
            "select": source.select,
            "remove": source.remove,
            "timezone": source.timezone,
        }
        key = _key(answer.body, how)
        page = await asyncio.to_thread(self._remembered, key)
        if page is None:
            page = await self.apart(source, answer, partial(extract.page, source.name, answer.body, **how))
            await asyncio.to_thread(self._remember, key, page)
        return page

    async def apart(
        self, source: Source, answer: Answer, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do work on an answer in a process of its own; ParseError where it takes too much."""
        return await self._run(source.name, len(answer.body), work, *args, **kwargs)

    def from_thread(self) -> ReadPage:
        """Return what reads saved pages in the same way; for a thread, while the loop that calls this runs."""
        loop = asyncio.get_running_loop()

        def read(source: str, body: bytes) -> extract.Page:
            work = self._run(source, len(body), extract.page, source, body)
            return asyncio.run_coroutine_threadsafe(work, loop).result()

        return read

    async def _run(self, source: str, size: int, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        run = self._workers.run if size < LARGE else self._workers.run_alone
        return await run(source, work, *args, **kwargs)

    def _remembered(self, key: str) -> extract.Page | None:
        kept = self._cache.get(key, now=self._now) if self._cache else None
        try:
            return _PAGE.validate_json(kept) if kept else None
        except ValidationError:  # of an older digest
            return None

    def _remember(self, key: str, page: extract.Page) -> None:
        if self._cache:
            self._cache.put(key, _PAGE.dump_json(page), until=self._now + KEPT)


def _key(body: bytes, how: Mapping[str, str]) -> str:
    asked = sha256("\0".join((READING, *how.values())).encode("utf-8", "surrogatepass"))
    return f"page:{sha256(body).hexdigest()}:{asked.hexdigest()[:16]}"
