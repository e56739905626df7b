"""All sources polled, some hundred at a time: look at each, tell new from known in their order, fetch the pages.

Expected trouble of a source becomes its report; so does a surprise, which is logged besides. Only cancelling gets out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from digest.collect.articles import renewed
from digest.collect.cache import Cache
from digest.collect.decide import Told, tell_apart
from digest.collect.http.fetch import Fetcher, Limits
from digest.collect.http.pace import Heard
from digest.collect.offering import Offering, with_hints
from digest.collect.reports import Collected, Memory, SourceReport, Status
from digest.collect.sources import Reader
from digest.collect.standing import failed, known, resting, succeeded
from digest.collect.telling import gone, moved, news
from digest.collect.text import line, shorten
from digest.collect.workers import Workers
from digest.errors import SourceError
from digest.model.news import Article, ArticleId, Known, Source, SourceState

TIMEOUT: Final = timedelta(seconds=30)
PORTION: Final = 200
"""Sources whose news are held at once; what a portion brought is kept before the next begins."""
_MOST_REASON: Final = 2_000
Progress = Callable[[SourceReport], None]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Poll:
    """One source on its way through the run."""

    source: Source
    state: SourceState
    offering: Offering = field(default_factory=Offering)
    told: Told = field(default_factory=Told)
    articles: list[Article] = field(default_factory=list)
    updates: list[Article] = field(default_factory=list)
    copies: list[Article] = field(default_factory=list)
    failure: str = ""
    resting: str = ""
    """Why it was not asked at all."""
    heard: Heard = field(default_factory=Heard)

    @property
    def done(self) -> bool:
        """Whether there is nothing to read in it."""
        return bool(self.failure or self.resting or self.offering.unchanged)

    def report(self, now: datetime) -> SourceReport:
        name = self.source.name
        if self.resting:
            return SourceReport(name, Status.UNCHANGED, self.resting)
        if self.failure:
            state = failed(self.source, self.state, self.heard, now, shorten(self.failure, 300))
            reason = "; ".join(filter(None, (self.failure, gone(self.state, state))))
            told = news(self.state, state)
            return SourceReport(name, Status.FAILED, reason, news=told, heard=self.heard, state=state)
        offering = self.offering
        said = {"etag": offering.etag, "last_modified": offering.last_modified, "body_hash": offering.body_hash}
        state = succeeded(self.source, self.state, self.heard, now, **said)
        return SourceReport(
            name,
            Status.UNCHANGED if offering.unchanged else Status.OK,
            shorten(line("; ".join(filter(None, (*offering.notes, moved(self.state, state))))), _MOST_REASON),
            new=len(self.articles),
            known=offering.known + self.told.known,
            updated=sum(article.updated_at == now for article in self.updates),
            news=news(self.state, state),
            heard=self.heard,
            state=state,
        )


async def collect(
    sources: Sequence[Source],
    *,
    now: datetime,
    memory: Memory,
    user_agent: str,
    timeout: timedelta = TIMEOUT,
    progress: Progress | None = None,
    spread: timedelta = timedelta(),
    workers: Workers | None = None,
    cache: Cache | None = None,
) -> AsyncGenerator[Collected, None]:
    """Yield what is new in the sources, and a report of each, some hundred sources at a time.

    `timeout` is for one document with its redirects. `progress` hears of each source when it is done, in the order
    they finish; its count of new articles may then still hold copies of another source's. Nothing is written anywhere:
    whoever keeps what was yielded before asking for more loses nothing when the run is killed, and what was not kept is
    found again by the next run. The sources begin one after the other over the time of `spread`, those of a portion
    all at once where it is nothing. Those that are retired, or whose server has asked us to wait, are not asked; their
    report says so and has no state.

    Large and patient work is done by `workers`, without them by some of this run's own; `cache` remembers pages.
    """
    with ExitStack() as stack:
        hands = workers or stack.enter_context(Workers())
        async with Fetcher(user_agent, Limits(total=timeout)) as fetcher:
            reader = Reader(fetcher, memory, now, workers=hands, cache=cache)
            for first in range(0, len(sources), PORTION):
                some = sources[first : first + PORTION]
                yield await _collect(some, reader, now, progress, spread / len(sources))
        if cache:
            await asyncio.to_thread(cache.prune, now=now)


async def _collect(
    sources: Sequence[Source], reader: Reader, now: datetime, progress: Progress | None, gap: timedelta
) -> Collected:
    def tell(poll: _Poll) -> None:
        if progress is not None:
            progress(poll.report(now))

    memory = reader.memory
    states = await asyncio.to_thread(memory.states, [source.name for source in sources])
    polls = [_Poll(source, known(source, states[source.name])) for source in sources]
    await asyncio.gather(*(_look(poll, reader, now, tell, n * gap.total_seconds()) for n, poll in enumerate(polls)))
    await _tell_apart(polls, memory, now)
    await asyncio.gather(*(_read(poll, reader, now, tell) for poll in polls if not poll.done))
    await _unique(polls, memory)
    return Collected(
        articles=tuple(article for poll in polls for article in poll.articles),
        updates=tuple(article for poll in polls for article in poll.updates),
        copies=tuple(article for poll in polls for article in poll.copies),
        addresses=tuple(pair for poll in polls for pair in poll.told.moved),
        reports=tuple(poll.report(now) for poll in polls),
    )


async def _look(poll: _Poll, reader: Reader, now: datetime, tell: Callable[[_Poll], None], delay: float) -> None:
    poll.resting = resting(poll.state, now)
    if not poll.resting:
        await asyncio.sleep(delay)
        await _guarded(poll, _looked(poll, reader))
    if poll.done:
        tell(poll)


async def _looked(poll: _Poll, reader: Reader) -> None:
    poll.offering = await reader.look(poll.source, poll.state, poll.heard)


async def _tell_apart(polls: Sequence[_Poll], memory: Memory, now: datetime) -> None:
    """An article that several sources carry is the first one's, in the order of the sources."""
    names = [name for poll in polls for candidate in poll.offering.candidates for name in candidate.ids]
    found = dict(await _known(memory, names))
    for poll in polls:
        with _caught(poll):
            poll.offering.candidates = with_hints(poll.source, poll.offering.candidates, found)
    hints = [candidate.ids[-1] for poll in polls for candidate in poll.offering.candidates if len(candidate.ids) > 1]
    found |= await _known(memory, [name for name in hints if name not in found])
    taken: set[ArticleId] = set()
    for poll in polls:
        with _caught(poll):
            poll.told = tell_apart(poll.source.name, poll.offering.candidates, found, taken, now)
            if poll.told.postponed:
                poll.offering.forget()
        poll.offering.candidates = []


async def _known(memory: Memory, ids: list[ArticleId]) -> Mapping[ArticleId, Known]:
    return await asyncio.to_thread(memory.known, ids) if ids else {}


async def _read(poll: _Poll, reader: Reader, now: datetime, tell: Callable[[_Poll], None]) -> None:
    await _guarded(poll, _articles(poll, reader, now))
    tell(poll)


async def _articles(poll: _Poll, reader: Reader, now: datetime) -> None:
    found = await reader.read(poll.source, poll.offering, [*poll.told.new, *poll.told.changed])
    changed = {candidate.known.id for candidate in poll.told.changed if candidate.known}
    updates = {article.id: article for article in found if article.id in changed}
    poll.articles = [article for article in found if article.id not in changed]
    if updates:
        kept = await asyncio.to_thread(reader.memory.articles, list(updates))
        bare = updates.keys() - {old.id for old in kept}  # of whom only the version is noted, lest they be read again
        poll.updates = [renewed(old, updates[old.id], now=now) for old in kept] + [
            updates[name] for name in sorted(bare)
        ]
    poll.told.known += len(poll.told.changed) - sum(article.updated_at == now for article in poll.updates)


async def _guarded(poll: _Poll, work: Awaitable[None]) -> None:
    with _caught(poll):
        await work


@contextmanager
def _caught(poll: _Poll) -> Iterator[None]:
    try:
        yield
    except SourceError as e:
        poll.failure = shorten(line(e.reason), _MOST_REASON)
    except Exception as e:
        # One source's surprise must not cost the others theirs.
        log.exception("source failed unexpectedly", extra={"source": poll.source.name})
        poll.failure = f"unexpected {type(e).__name__}: {shorten(line(str(e)), 200)}"


async def _unique(polls: Sequence[_Poll], memory: Memory) -> None:
    """Set apart what is known after all, or was told by an earlier source."""
    found = [article for poll in polls for article in poll.articles]
    if not found:
        return
    # A page may have told of another address than its feed's link: that one is asked for only now.
    ids = set(await _known(memory, [article.id for article in found]))
    prints = set(await asyncio.to_thread(memory.knows_fingerprints, [article.fingerprint for article in found]))
    for poll in polls:
        offered, poll.articles = poll.articles, []
        for article in offered:
            known_already = article.id in ids or article.fingerprint in prints
            (poll.copies if known_already else poll.articles).append(article)
            ids.update((article.id, *article.aliases))
            prints.add(article.fingerprint)
        poll.told.known += len(poll.copies)
