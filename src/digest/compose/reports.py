"""What is compared of a telling, a story in the making, and the index by which the like are found."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from digest.compose.facts import Facts
from digest.compose.vectors import Vector
from digest.model.news import ArticleId

WINDOW: Final = timedelta(hours=48)
"""Between the first and the last report of one event."""
FIRM: Final = 0.55
"""Cosine to a member above which other figures, places or weekdays are the same event told differently."""
CERTAIN: Final = 0.85
"""The same for another date."""
COMMON: Final = 60
"""Reports of the last `WINDOW` a word may stand in and still bring two of them together."""
TELLING_WORDS: Final = 12
"""A text's weightiest words, by which others on the same event are sought."""
MANY: Final = 5
"""Shared words that make one event even if all are names."""
GLIMPSE: Final = 0.10
"""Share of the cosine that these words alone must bring before the whole is reckoned."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one telling is compared by."""

    article: ArticleId
    at: datetime
    vector: Vector
    matter: frozenset[str]
    """Its words that are no names: what happened, not to whom."""
    facts: Facts
    keys: tuple[str, ...]
    """Its weightiest words, by which others on the same event are sought."""

    def shares_matter(self, other: Report) -> bool:
        """Return whether both say something of the same matter: names alone do not, unless there are many."""
        return bool(self.matter & other.matter) or len(self.vector.keys() & other.vector.keys()) >= MANY


def weightiest(vector: Vector) -> tuple[str, ...]:
    """Return the words that weigh most in a vector, `TELLING_WORDS` at the most."""
    return tuple(sorted(vector, key=lambda word: (-vector[word], word))[:TELLING_WORDS])


@dataclass(slots=True)
class Group:
    """A story in the making."""

    members: list[int] = field(default_factory=list)
    articles: set[ArticleId] = field(default_factory=set)
    began_at: datetime | None = None
    facts: Facts = field(default_factory=Facts)
    words: set[str] = field(default_factory=set)
    total: Vector = field(default_factory=dict)
    """The sum of the members' vectors."""

    def add(self, i: int, report: Report) -> None:
        """Take the report number `i` in."""
        self.members.append(i)
        self.articles.add(report.article)
        self.began_at = self.began_at or report.at
        self.facts = self.facts.together(report.facts)
        self.words |= report.vector.keys()
        for word, weight in report.vector.items():
            self.total[word] = self.total.get(word, 0.0) + weight

    def mean(self, report: Report) -> float:
        """Return the mean cosine of a report to the members."""
        shared = sum(weight * self.total[word] for word, weight in report.vector.items() if word in self.total)
        return shared / len(self.members)

    def takes(self, report: Report, like: float) -> bool:
        """Return whether a report as `like` as that to its nearest member may be of the same event."""
        if report.article in self.articles or (self.began_at and report.at - self.began_at > WINDOW):
            return False
        return like >= CERTAIN or not (
            _on_other_days(report.facts, self.facts) or (like < FIRM and self._differs(report))
        )

    def _differs(self, report: Report) -> bool:
        """Return whether a report names other places, other weekdays, or other figures without a place in common."""
        ours, theirs = self.facts, report.facts
        elsewhere = (
            _apart(ours.places, theirs.places)
            and not theirs.places & self.words
            and not ours.places & report.vector.keys()
        )
        weekday = _apart(ours.weekdays, theirs.weekdays) and not ours.days & theirs.days
        miscount = any(_apart(ours.tolls.get(kind, frozenset()), counts) for kind, counts in theirs.tolls.items())
        return elsewhere or weekday or (miscount and not ours.places & theirs.places)


def _on_other_days(one: Facts, other: Facts) -> bool:
    return _apart(one.days, other.days)


def _apart(one: frozenset[object], other: frozenset[object]) -> bool:
    return bool(one) and bool(other) and not one & other


@dataclass(slots=True)
class Index:
    """Finds earlier reports that share weighty words, the common ones left aside; fed in order of time."""

    entries: dict[str, deque[tuple[int, datetime, float]]] = field(default_factory=lambda: defaultdict(deque))

    def add(self, i: int, report: Report) -> None:
        """Take the report number `i` in."""
        for word in report.keys:
            self.entries[word].append((i, report.at, report.vector[word]))

    def near(self, report: Report) -> list[int]:
        """Return the numbers of earlier reports that may be like this one, in order."""
        shared: dict[int, float] = {}
        for word in report.keys:
            entries = self._recent(word, report.at)
            if len(entries) <= COMMON:
                weight = report.vector[word]
                for i, _, other in entries:
                    shared[i] = shared.get(i, 0.0) + weight * other
        return sorted(i for i, like in shared.items() if like >= GLIMPSE)

    def _recent(self, word: str, at: datetime) -> deque[tuple[int, datetime, float]]:
        entries = self.entries.get(word)
        if entries is None:
            return deque()
        while entries and at - entries[0][1] > WINDOW:
            entries.popleft()
        return entries
