"""What the edition's readers know already: a story that was sent comes back only with something new, and says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import reduce
from math import inf
from typing import Final

from digest.compose.classes import LOCAL, classes
from digest.compose.facts import Facts
from digest.compose.names import Names
from digest.compose.reading import Reading, read, read_text
from digest.compose.reports import Group, Report, weightiest
from digest.compose.telling import Telling
from digest.compose.usual import usual
from digest.compose.vectors import Vector, cosine, rarity, vector
from digest.model.issue import Archive, Told

SAME: Final = 0.34
"""Cosine from which a report goes on with a story that was told."""
IN_TOWN: Final = 0.20
"""The same where both are of one town and sort of event."""
AGAIN: Final = timedelta(hours=24)
"""After which an attack on the same town is another one."""
FRESH: Final = 0.30
"""Share of a report's words, by weight, that must be new where no number is."""
RETOLD: Final = 0.60
"""The same of a report that is not newer, by `LATER`, than what was told: other words are no news."""
LATER: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Recollection:
    """How a story stands to one that was sent."""

    told: Told
    repeats: frozenset[int]
    """The numbers of its tellings, from 0, that say nothing that was not sent."""
    novelty: float
    """Share of the other tellings' words, by weight, that were not sent, 0 to 1; 0 where there are none."""
    new: tuple[str, ...]
    """The numbers and towns of theirs that were not: `11 dead`, `izium`."""


@dataclass(frozen=True, slots=True)
class Past:
    """One way in which a story was told."""

    number: int
    """Of the story."""
    report: Report


class Memory:
    """What earlier issues told, to be compared with."""

    def __init__(self, told: Sequence[Told], names: Names, archive: Archive) -> None:
        self._told, self._names = told, names
        self._readings = [
            (number, reading, _when(each)) for number, each in enumerate(told) for reading in _ways(each, names)
        ]
        self._archive = usual(archive)

    def recall(self, groups: Sequence[Sequence[Telling]]) -> list[Recollection | None]:
        """Return for each group of tellings what it goes on with; None for what is new."""
        if not self._told:
            return [None] * len(groups)
        readings = [[(read(telling, self._names), telling.article.at) for telling in group] for group in groups]
        bags = [*(r.bag for rs in readings for r, _ in rs), *(r.bag for _, r, _ in self._readings)]
        rare = rarity(bags, self._archive)
        past = [Past(number, _report(reading, at, rare)) for number, reading, at in self._readings]
        by_word: dict[str, list[Past]] = {}
        for each in past:
            for word in each.report.keys:
                by_word.setdefault(word, []).append(each)
        return [
            self._recalled([_report(reading, at, rare) for reading, at in group], past, by_word) for group in readings
        ]

    def _recalled(
        self, group: Sequence[Report], past: Sequence[Past], by_word: Mapping[str, Sequence[Past]]
    ) -> Recollection | None:
        best, found = 0.0, None
        for report in group:
            near = {id(each): each for word in report.keys for each in by_word.get(word, ())}
            for each in near.values():
                like = cosine(each.report.vector, report.vector)
                if like > best and like >= _needed(each.report, report) and _alone(each.report).bears(report, like):
                    best, found = like, each.number
        if found is None:
            return None
        return _compared(group, self._told[found], [each.report for each in past if each.number == found])


def _compared(group: Sequence[Report], told: Told, before: Sequence[Report]) -> Recollection:
    words = frozenset(word for report in before for word in report.vector)
    facts = reduce(Facts.together, (report.facts for report in before))
    novelty = [_novelty(report.vector, words) for report in group]
    new = [tuple(_new(report.facts, facts)) for report in group]
    needed = [FRESH if report.at > _when(told) + LATER else RETOLD for report in group]
    repeats = frozenset(i for i in range(len(group)) if not new[i] and novelty[i] < needed[i])
    fresh = [i for i in range(len(group)) if i not in repeats]
    mean = sum(novelty[i] for i in fresh) / max(1, len(fresh))
    return Recollection(told, repeats, round(mean, 4), tuple(dict.fromkeys(fact for i in fresh for fact in new[i])))


def _ways(told: Told, names: Names) -> Iterator[Reading]:
    """Yield the ways in which a story was told: under its own headline, and as each of its articles put it."""
    at = _when(told)
    own, *others = told.text.split("\n")
    yield read_text(told.headline, own, names, at)
    for other in others:
        yield read_text("", other, names, at)


def _when(told: Told) -> datetime:
    return told.at or datetime.combine(told.day, time(12), UTC)


def _report(reading: Reading, at: datetime, rare: dict[str, float]) -> Report:
    own = vector(reading.bag, rare)
    return Report(
        article="",
        at=at,
        vector=own,
        matter=frozenset(own),
        facts=reading.facts,
        classes=classes(own),
        countries=frozenset(),
        keys=weightiest(own),
        places=frozenset(),
        source="",
        is_news=True,
    )


def _alone(report: Report) -> Group:
    """Return a story of the report alone, without its tolls: those of a story that goes on grow."""
    group = Group()
    group.add(0, replace(report, facts=replace(report.facts, tolls={})))
    return group


def _needed(before: Report, now: Report) -> float:
    """Return the cosine from which a report goes on with what was told.

    What befalls a town befalls it again: a day later only a report that names the same day speaks of the same.
    """
    if not before.classes & now.classes & LOCAL:
        return SAME
    same_day = (before.facts.days | before.facts.weekdays) & (now.facts.days | now.facts.weekdays)
    if now.at - before.at > AGAIN and not same_day:
        return inf
    return IN_TOWN if before.facts.towns & now.facts.towns else SAME


def _novelty(now: Vector, before: frozenset[str]) -> float:
    return sum(weight * weight for word, weight in now.items() if word not in before)


def _new(now: Facts, before: Facts) -> Iterator[str]:
    for kind, counts in now.tolls.items():
        yield from (f"{count} {kind}" for count in sorted(counts - before.tolls.get(kind, frozenset())))
    yield from sorted(now.towns - before.towns)
