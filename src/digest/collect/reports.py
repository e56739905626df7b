"""What collecting needs to know and what it tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from digest.collect.pace import Heard
from digest.model.news import Article, ArticleId, SourceState


class Memory(Protocol):
    """What is remembered from earlier polls. Called from threads, several at a time."""

    def state(self, name: str) -> SourceState:
        """Return what is remembered of a source; one never polled has nothing but its name."""

    def knows(self, ids: Iterable[ArticleId]) -> set[ArticleId]:
        """Return those of the ids that are known."""

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
    state: SourceState | None = None
    """To be remembered for the next poll, together with the articles; None for nothing."""
    news: tuple[str, ...] = ()
    """What of this is told once, even to who does not want to hear every failure; phrases like the reason."""
    heard: Heard = field(default_factory=Heard)
    """What its server said besides; nothing where it was not asked."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a poll of all sources brought."""

    articles: tuple[Article, ...]
    """The new ones, in the order of the sources and of their entries; none twice, by id or by fingerprint."""
    reports: tuple[SourceReport, ...]
    """One a source, in their order."""
