"""Sources in, articles kept: one poll of some or all sources."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.collect import SourceReport, collect
from digest.errors import UnknownError
from digest.model.news import Article, ArticleId, Known, Source, SourceState
from digest.parts import Parts
from digest.store import Store


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a poll brought."""

    reports: tuple[SourceReport, ...]
    """One a source, in the order of digest.toml."""
    articles: int
    """New ones, now kept."""
    found: tuple[Article, ...] = ()
    """The new ones themselves, in the order of the sources; only of a rehearsal, which keeps nothing."""

    @property
    def updated(self) -> int:
        """How many known articles have new words."""
        return sum(report.updated for report in self.reports)

    @property
    def failed(self) -> tuple[SourceReport, ...]:
        """The sources that could not be read."""
        return tuple(report for report in self.reports if report.status == "failed")


@dataclass(frozen=True, slots=True)
class StoreMemory:
    """What collecting asks of the past, answered by the store."""

    store: Store
    anew: bool = False
    """Whether sources are read as if for the first time; articles are known all the same."""

    def states(self, names: Iterable[str]) -> Mapping[str, SourceState]:
        """Return what is remembered of the sources; anew, only whether their servers have asked us to wait."""
        states = self.store.sources.states(names)
        if not self.anew:
            return states
        return {n: SourceState(n, url=s.url, asked_until=s.asked_until) for n, s in states.items()}

    def known(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, Known]:
        """Return the articles that are kept already, by those of the ids that lead to them."""
        return self.store.articles.known(ids)

    def articles(self, ids: Iterable[ArticleId]) -> list[Article]:
        """Return articles as they are kept, without those whose words are forgotten."""
        return list(self.store.articles.kept(ids).values())

    def knows_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        """Return those of the fingerprints that are kept already."""
        return self.store.articles.knows_fingerprints(fingerprints)


async def gather(
    parts: Parts,
    *,
    now: datetime,
    names: Iterable[str] = (),
    keep: bool = True,
    anew: bool = False,
    progress: Callable[[SourceReport], None] | None = None,
    spread: timedelta = timedelta(),
) -> Gathered:
    """Poll the sources (all, or those named), keep what is new, and return what each one brought.

    With `keep` false nothing is written: a rehearsal. With `anew` no source may answer that nothing changed, so that
    all it has is looked at, and one that was gone is asked again; a server that asked us to wait is left alone. The
    sources begin one after the other over the time of `spread`. Raises UnknownError for a name that is not in
    digest.toml, ValueError for `anew` with `keep`: what was learned of a source would be forgotten.
    """
    if anew and keep:
        raise ValueError("a poll that takes every source anew is a rehearsal: keep=False")
    sources = chosen(parts.settings.sources, tuple(names))
    reports: list[SourceReport] = []
    found: list[Article] = []
    many = 0
    portions = collect(
        sources,
        now=now,
        memory=StoreMemory(parts.store, anew),
        user_agent=parts.settings.user_agent,
        progress=progress,
        spread=spread,
        workers=parts.workers,
        cache=parts.cache,
    )
    async with aclosing(portions):
        async for got in portions:
            if keep:
                states = [report.state for report in got.reports if report.state]
                articles = (*got.articles, *got.copies)
                await asyncio.to_thread(parts.store.keep, articles, got.updates, states, now, got.addresses)
            else:
                found += got.articles
            many += len(got.articles)
            reports += got.reports
    return Gathered(tuple(reports), many, tuple(found))


def chosen(sources: Iterable[Source], names: tuple[str, ...]) -> tuple[Source, ...]:
    """Return the sources of these names, all where none is named."""
    every = {source.name: source for source in sources}
    for name in names:
        if name not in every:
            raise UnknownError(f"no source is called {name!r}; there are: {', '.join(every) or 'none'}")
    return tuple(every[name] for name in names) if names else tuple(every.values())
