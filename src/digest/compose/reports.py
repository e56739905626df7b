"""What is compared of a telling, a story in the making, and the index by which the like are found."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from digest.compose.classes import LOCAL
from digest.compose.facts import Facts
from digest.compose.vectors import Vector
from digest.model.news import ArticleId

WINDOW: Final = timedelta(hours=48)
"""Between the first and the last report of one event."""
CLOSE: Final = timedelta(hours=18)
"""Between reports that agree on place and sort of event alone."""
ALIKE: Final = 0.34
"""Cosine to one member from which a telling may join a story."""
IN_TOWN: Final = 0.15
"""Cosine from which reports are of one event that agree on the town and the sort of event."""
FADING: Final = 0.60
"""Cosine that a report must reach which comes `WINDOW` after the last one; in proportion the sooner it comes."""
FIRM: Final = 0.55
"""Cosine to a member above which other figures, places or weekdays are the same event told differently."""
SURE: Final = 0.70
"""The same for headlines on other countries."""
CERTAIN: Final = 0.85
"""The same for weekdays with a day between them."""
COMMON: Final = 60
"""Reports of the last `WINDOW` that a word may stand in and still bring them all together."""
FEW: Final = 12
"""Reports, the last ones, that a more common word brings together: enough for a story that everybody tells."""
TELLING_WORDS: Final = 12
"""A text's weightiest words, by which others on the same event are sought."""
MANY: Final = 5
"""Shared words that make one event even if all are names."""
GLIMPSE: Final = 0.05
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
    classes: frozenset[str]
    """What sort of thing happened; empty for a round-up, which tells of many."""
    countries: frozenset[str]
    """Countries of its headline, without those that most are about."""
    keys: tuple[str, ...]
    """Its weightiest words, by which others on the same event are sought."""
    places: frozenset[str]
    """The places that it names, those too that too many name for `facts`."""
    source: str
    """The outlet; empty where that is not known."""
    is_news: bool
    """Whether it is no round-up, opinion or the like."""

    def shares_matter(self, other: Report) -> bool:
        """Return whether both say something of the same matter: names alone do not, unless there are many."""
        return bool(self.matter & other.matter) or len(self.vector.keys() & other.vector.keys()) >= MANY

    def alike_enough(self, other: Report) -> float:
        """Return the cosine from which two reports are of one event: less where two outlets agree on town and sort of
        event within half a day, since they then say the same in whatever words."""
        apart = abs(self.at - other.at)
        near = self.facts.towns & other.facts.towns and self.classes & other.classes & LOCAL
        twice = bool(self.source) and self.source == other.source  # an outlet speaks of one event or of another
        return IN_TOWN if near and apart <= CLOSE and not twice else max(ALIKE, FADING * (apart / WINDOW))


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
    classes: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    words: set[str] = field(default_factory=set)
    total: Vector = field(default_factory=dict)
    """The sum of the members' vectors."""

    def add(self, i: int, report: Report) -> None:
        """Take the report number `i` in."""
        self.members.append(i)
        self.articles.add(report.article)
        self.began_at = self.began_at or report.at
        self.facts = self.facts.together(report.facts)
        self.classes |= report.classes
        self.countries |= report.countries
        self.words |= report.vector.keys()
        for word, weight in report.vector.items():
            self.total[word] = self.total.get(word, 0.0) + weight

    def absorb(self, other: Group, reports: Sequence[Report]) -> bool:
        """Take in the other's reports if nothing says that they are of another time or of the same articles."""
        ours, theirs = self.facts, other.facts
        if self.articles & other.articles or _at_other_times(ours, theirs):
            return False
        for i in other.members:
            self.add(i, reports[i])
        return True

    def mean(self, report: Report) -> float:
        """Return the mean cosine of a report to the members."""
        shared = sum(weight * self.total[word] for word, weight in report.vector.items() if word in self.total)
        return shared / len(self.members)

    def takes(self, report: Report, like: float) -> bool:
        """Return whether a report as `like` as that to its nearest member may be of the same event."""
        late = self.began_at is not None and report.at - self.began_at > WINDOW
        return report.article not in self.articles and not late and self.bears(report, like)

    def bears(self, report: Report, like: float) -> bool:
        """Return whether what a report says otherwise may be said of the same event, as `like` as the report is."""
        never = self._elsewhere(report, known_only=True) or _at_other_times(self.facts, report.facts)
        return not never and like >= self._needed(report)

    def takes_all(self, other: Group) -> bool:
        """Return whether nothing that the other's reports say keeps them from being of this event."""
        ours, theirs = self.facts, other.facts
        return not (
            self.articles & other.articles
            or _at_other_times(ours, theirs)
            or _days_between(ours.weekdays, theirs.weekdays) > 1
            or _apart(ours.towns, theirs.towns)
            or _apart(self.countries, other.countries)
            or _apart(self.classes, other.classes)
        )

    def _needed(self, report: Report) -> float:
        """Return how like a report must be for what it says otherwise to be the same event told differently."""
        ours, theirs = self.facts, report.facts
        if _days_between(ours.weekdays, theirs.weekdays) > 1:
            return CERTAIN
        if _apart(self.countries, report.countries):
            return SURE
        weekday = _apart(ours.weekdays, theirs.weekdays) and not ours.days & theirs.days
        miscount = any(_apart(ours.tolls.get(kind, frozenset()), counts) for kind, counts in theirs.tolls.items())
        otherwise = _apart(self.classes, report.classes)
        if self._elsewhere(report) or weekday or otherwise or (miscount and not ours.places & theirs.places):
            return FIRM
        return 0.0

    def _elsewhere(self, report: Report, *, known_only: bool = False) -> bool:
        """Return whether a report is of other places, none of which the other side so much as mentions."""
        ours, theirs = self.facts, report.facts
        apart = _apart(ours.towns, theirs.towns) if known_only else _apart(ours.places, theirs.places)
        return apart and not theirs.places & self.words and not ours.places & report.vector.keys()


def _apart(one: frozenset[object], other: frozenset[object]) -> bool:
    return bool(one) and bool(other) and not one & other


def _at_other_times(one: Facts, other: Facts) -> bool:
    """Return whether two sides name other dates, or other hours of a bulletin."""
    return _apart(one.days, other.days) or _apart(one.hours, other.hours)


def _days_between(one: frozenset[tuple[int, int]], other: frozenset[tuple[int, int]]) -> int:
    """Return how many days lie between the nearest of the days named; 0 where one side names none."""
    if not one or not other:
        return 0
    return min(abs(_ordinal(a) - _ordinal(b)) for a in one for b in other)


def _ordinal(day: tuple[int, int]) -> int:
    return 31 * day[0] + day[1]


@dataclass(slots=True)
class Index:
    """Finds earlier reports that share weighty words, the common ones left aside; fed in order of time."""

    entries: dict[str, deque[tuple[int, datetime, float]]] = field(default_factory=lambda: defaultdict(deque))

    def add(self, i: int, report: Report) -> None:
        """Take the report number `i` in."""
        for word in {*report.keys, *report.facts.towns}:
            self.entries[word].append((i, report.at, report.vector.get(word, 0.0)))

    def near(self, report: Report) -> list[int]:
        """Return the numbers of earlier reports that may be like this one, in order."""
        shared: dict[int, float] = {}
        for word in {*report.keys, *report.facts.towns}:
            weight = report.vector.get(word, 0.0)
            for i, _, other in self._recent(word, report.at):
                shared[i] = shared.get(i, 0.0) + weight * other
        return sorted(i for i, like in shared.items() if like >= GLIMPSE)

    def _recent(self, word: str, at: datetime) -> Iterable[tuple[int, datetime, float]]:
        """Return the entries of the last `WINDOW`; of a word that many reports have only the last ones."""
        entries = self.entries.get(word)
        if entries is None:
            return ()
        while entries and at - entries[0][1] > WINDOW:
            entries.popleft()
        return entries if len(entries) <= COMMON else islice(reversed(entries), FEW)
