"""All sources polled at once: look at each, tell new from known in their order, fetch the pages of the new ones.

Expected trouble of a source becomes its report; so does a surprise, which is logged besides. Only cancelling gets out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from digest.collect.fetch import Fetcher, Limits
from digest.collect.pace import Heard
from digest.collect.reports import Collected, Memory, SourceReport, Status
from digest.collect.sources import Lead, Look, Reader
from digest.collect.standing import failed, known, resting, succeeded
from digest.collect.telling import gone, moved, news
from digest.collect.text import line, shorten
from digest.errors import SourceError
from digest.model.news import Article, ArticleId, Source, SourceState

TIMEOUT: Final = timedelta(seconds=30)
Progress = Callable[[SourceReport], None]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Poll:
    """One source on its way through the run."""

    source: Source
    state: SourceState
    look: Look
    articles: list[Article]
    failure: str = ""
    resting: str = ""
    """Why it was not asked at all."""
    heard: Heard = field(default_factory=Heard)

    @property
    def done(self) -> bool:
        """Whether there is nothing to read in it."""
        return bool(self.failure or self.resting or self.look.unchanged)

    def report(self, now: datetime) -> SourceReport:
        name = self.source.name
        if self.resting:
            return SourceReport(name, Status.UNCHANGED, self.resting)
        if self.failure:
            state = failed(self.source, self.state, self.heard, now, shorten(self.failure, 300))
            reason = "; ".join(filter(None, (self.failure, gone(self.state, state))))
            told = news(self.state, state)
            return SourceReport(name, Status.FAILED, reason, news=told, heard=self.heard, state=state)
        validators = {"etag": self.look.etag, "last_modified": self.look.last_modified}
        state = succeeded(self.source, self.state, self.heard, now, **validators)
        status = Status.UNCHANGED if self.look.unchanged else Status.OK
        notes = "; ".join(filter(None, (*self.look.notes, moved(self.state, state))))
        counts = {"new": len(self.articles), "known": self.look.known}
        return SourceReport(name, status, notes, **counts, news=news(self.state, state), heard=self.heard, state=state)


async def collect(
    sources: Sequence[Source],
    *,
    now: datetime,
    memory: Memory,
    user_agent: str,
    timeout: timedelta = TIMEOUT,
    progress: Progress | None = None,
    spread: timedelta = timedelta(),
) -> Collected:
    """Return what is new in the sources, and a report of each.

    `timeout` is for one document with its redirects. `progress` hears of each source when it is done, in the order
    they finish; its count of new articles may then still hold copies of another source's. Nothing is written
    anywhere: what is killed midway is simply found again by the next run. The sources begin one after the other over
    the time of `spread`, all at once where it is nothing. Those that are retired, or whose server has asked us to wait,
    are not asked; their report says so and has no state.
    """
    tell = progress or (lambda _: None)
    async with Fetcher(user_agent, Limits(total=timeout)) as fetcher:
        reader = Reader(fetcher, memory, now)
        gap = spread.total_seconds() / max(len(sources), 1)
        polls = await asyncio.gather(*(_look(source, reader, now, tell, n * gap) for n, source in enumerate(sources)))
        _claim(polls)
        await asyncio.gather(*(_read(poll, reader, now, tell) for poll in polls))
        articles = await _unique(polls, memory)
    return Collected(tuple(articles), tuple(poll.report(now) for poll in polls))


async def _look(source: Source, reader: Reader, now: datetime, tell: Progress, delay: float) -> _Poll:
    poll = _Poll(source, SourceState(source.name), Look(), [])

    async def look() -> None:
        poll.state = known(source, await asyncio.to_thread(reader.memory.state, source.name))
        poll.resting = resting(poll.state, now)
        if not poll.resting:
            await asyncio.sleep(delay)
            poll.look = await reader.look(source, poll.state, poll.heard)

    await _guarded(poll, look())
    if poll.done:
        tell(poll.report(now))
    return poll


def _claim(polls: Sequence[_Poll]) -> None:
    """An article that several sources carry is the first one's, in the order of the sources."""
    taken: set[ArticleId] = set()
    for poll in polls:
        leads: list[Lead] = []
        for lead in poll.look.leads:
            if taken.isdisjoint(lead.ids):
                leads.append(lead)
            else:
                poll.look.known += 1
            taken.update(lead.ids)
        poll.look.leads = leads


async def _read(poll: _Poll, reader: Reader, now: datetime, tell: Progress) -> None:
    if poll.done:
        return

    async def read() -> None:
        poll.articles = await reader.read(poll.source, poll.look)

    await _guarded(poll, read())
    tell(poll.report(now))


async def _guarded(poll: _Poll, work: Awaitable[None]) -> None:
    try:
        await work
    except SourceError as e:
        poll.failure = e.reason
    except Exception as e:
        # One source's surprise must not cost the others theirs.
        log.exception("source failed unexpectedly", extra={"source": poll.source.name})
        poll.failure = f"unexpected {type(e).__name__}: {shorten(line(str(e)), 200)}"


async def _unique(polls: Sequence[_Poll], memory: Memory) -> list[Article]:
    found = [article for poll in polls for article in poll.articles]
    # A page may have told of another address than its feed's link: that one is asked for only now.
    known = await asyncio.to_thread(memory.knows, [article.id for article in found])
    copies = await asyncio.to_thread(memory.knows_fingerprints, [article.fingerprint for article in found])
    ids, prints, kept = set(known), set(copies), []
    for poll in polls:
        mine = []
        for article in poll.articles:
            if article.id in ids or article.fingerprint in prints:
                poll.look.known += 1
                continue
            ids.update((article.id, *article.aliases))
            prints.add(article.fingerprint)
            mine.append(article)
        poll.articles = mine
        kept += mine
    return kept
