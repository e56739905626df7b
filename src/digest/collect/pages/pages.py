"""The pages behind a feed's links: fetched a few at a time, and never more of them than is polite."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from pebble import ProcessExpired

from digest.collect.feeds.entries import Entry
from digest.collect.pages.extract import Page
from digest.collect.pages.stubs import CONSENT, PAYWALL, SCRIPT
from digest.collect.phrases import count, listed
from digest.errors import FetchError, SourceError

MOST_PAGES: Final = 50
"""Of one source in one poll, the newest; the others have the feed's own text until the next polls."""
MOST_TIME: Final = timedelta(minutes=2)
"""For the pages of one source in one poll, so that a slow host does not keep the others' news from being kept."""
_AT_ONCE: Final = 2
_STUBS: Final = {
    PAYWALL: "behind a paywall",
    CONSENT: "with nothing but a demand for consent",
    SCRIPT: "without text but by script",
}
"""What the pages are, of which an article says that as its gap."""
_PATIENCE: Final = 3
"""How many pages may take all that reading may take before the rest are not asked for."""
_TIRESOME: Final = (OSError, MemoryError, ProcessExpired)


class Pages:
    """The pages of one source in one poll."""

    def __init__(
        self,
        source: str,
        fetch: Callable[[Entry], Awaitable[Page]],
        allowed: Callable[[Entry], Awaitable[bool]],
    ) -> None:
        self._source, self._fetch, self._allowed = source, fetch, allowed
        self._forbidden = 0
        self._wanted = self._asked = self._tiresome = 0
        self._ends_at = 0.0
        """By the loop's clock; 0 before the first page."""
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._failures: list[str] = []
        self._gaps: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()
        self.passing: set[str] = set()
        """Links whose pages could not be had now, but perhaps later."""
        self.later: set[str] = set()
        """Links whose pages were not asked for this time."""

    async def page(self, entry: Entry) -> Page | None:
        """Return the page behind an entry; None where it cannot be had, and `notes` says why.

        Turns are taken in the order of asking, so the newest entry should ask first.
        """
        async with self._turns:
            self._wanted += 1
            loop = asyncio.get_running_loop()
            self._ends_at = self._ends_at or loop.time() + MOST_TIME.total_seconds()
            if self._asked < MOST_PAGES and loop.time() < self._ends_at:
                self._asked += 1
                return await self._ask(entry)
            self.later.add(entry.link)
            return None

    async def _ask(self, entry: Entry) -> Page | None:
        try:
            if self._tiresome >= _PATIENCE:
                raise FetchError(self._source, "not asked, since the others took too much to read", passing=True)
            if not await self._allowed(entry):
                self._forbidden += 1
                return None
            page = await self._fetch(entry)
        except SourceError as e:
            self._tiresome += isinstance(e.__cause__, _TIRESOME) and not isinstance(e, FetchError)
            self._failures.append(e.reason)
            if isinstance(e, FetchError) and e.passing:
                self.passing.add(entry.link)
            return None
        self._gaps.update([page.gap] if page.gap else [])
        self._remarks.update(page.notes)
        return page

    def notes(self) -> list[str]:
        """Say what became of the pages that could not be had or read; their articles have the feed's text."""
        asked, notes = self._asked, []
        if self._forbidden:
            notes.append(f"robots.txt forbids {self._forbidden} of {count(asked, 'page')}")
        if self._failures:
            notes.append(f"{len(self._failures)} of {count(asked, 'page')} failed: {listed(self._failures)}")
        for gap, number in self._gaps.items():
            whose = "its article has" if number == 1 else "their articles have"
            notes.append(f"{count(number, 'page')} {_STUBS[gap]}, {whose} the feed's text")
        notes += [f"{remark} on {number} of {count(asked, 'page')}" for remark, number in self._remarks.items()]
        if self._wanted > asked:
            notes.append(f"{asked} of {self._wanted} pages asked for, the others in the next polls")
        return notes
