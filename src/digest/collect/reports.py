"""What collecting needs to know and what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from digest.collect.http.pace import Heard
from digest.model.news import Article, ArticleId, Known, SourceState


class Memory(Protocol):
    """What is remembered from earlier polls. Called from threads, several at a time."""

    def states(self, names: Iterable[str]) -> Mapping[str, SourceState]:
        """Return what is remembered of the sources; one never polled has nothing but its name."""

    def known(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, Known]:
        """Return the articles that the ids lead to, by these ids; unknown ones are left out."""

    def articles(self, ids: Iterable[ArticleId]) -> Sequence[Article]:
        """Return known articles as they are kept, without those whose words are forgotten."""

    def knows_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        """Return those of the fingerprints that are known."""


class Status(StrEnum):
    """How a poll of a source ended."""

    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a poll of one source brought."""

    name: str
    status: Status
    reason: str = ""
    """Why it failed; where it did not, what of it could not be had. A phrase that follows the name and a colon."""
    new: int = 0
    known: int = 0
    """Entries whose article was known, or stands in an earlier source of this run."""
    updated: int = 0
    """Known articles whose words have changed."""
    state: SourceState | None = None
    """To be remembered for the next poll, together with the articles; None for nothing."""
    news: tuple[str, ...] = ()
    """What of this is told once, even to who does not want to hear every failure; phrases like the reason."""
    heard: Heard = field(default_factory=Heard)
    """What its server said besides; nothing where it was not asked."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a poll of some sources brought."""

    articles: tuple[Article, ...]
    """The new ones, in the order of the sources and of their entries; none twice, by id or by fingerprint."""
    updates: tuple[Article, ...]
    """Known ones that were looked at again, with the words and the version they have now."""
    copies: tuple[Article, ...]
    """Those that turned out to be known, so that they are by their own address the next time."""
    addresses: tuple[tuple[ArticleId, ArticleId], ...]
    """Where known articles have moved to: (id of the address, id of the article)."""
    reports: tuple[SourceReport, ...]
    """One a source, in their order."""
