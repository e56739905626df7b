"""Tellings of one event become one story.

Precision goes first: a false merge misleads, a missed one only repeats. Each telling meets only those it shares a
rare word with (an inverted index), so the cost grows little faster than the number of articles. Names alone make no
event: two reports must share a word of what happened, and may not contradict each other on day, place or toll.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from digest.compose.classes import classes
from digest.compose.copies import Copies
from digest.compose.names import Names, names
from digest.compose.reading import Reading, read
from digest.compose.reports import ALIKE, FIRM, Group, Index, Report, weightiest
from digest.compose.running import run_together
from digest.compose.telling import Telling
from digest.compose.usual import usual
from digest.compose.vectors import NO_ARCHIVE, cosine, rarity, vector
from digest.model.issue import Archive, OwnName
from digest.model.news import ArticleId, SectionId

ALIKE_TO_ALL: Final = 0.24
"""Cosine to its members on average from which a telling may join a story: keeps stories from growing link by link."""
NAMED: Final = 1.5
"""How much more than its rarity a name or a number counts."""
MOST: Final = 0.5
"""Share of a story's members that a telling must agree with which is like none of them in its words."""
ALL_BUT: Final = 0.75
"""Share of the pairs of two stories that must agree for the two to become one."""
NEAREST: Final = 20
"""Stories of a town, the last ones, with which a further one is compared."""
SAMPLE: Final = 8
"""Members of a story that are compared with those of another."""
WIDE: Final = 12
"""Reports, or one in so many of them, that may name a place before it says nothing of where: a country, a front."""


def gathered(
    tellings: Sequence[Telling], own_names: tuple[OwnName, ...] = (), archive: Archive = NO_ARCHIVE
) -> list[list[Telling]]:
    """Return the tellings grouped by event; each article at most once in a group, in a fixed order.

    `archive` says how common words are beyond these tellings; while it is small, estimates help it out.

    A group's members stand in one section or in several: see `settle`.
    """
    ordered = sorted(tellings, key=lambda telling: (telling.article.at, telling.key))
    reports = _reports(ordered, names(own_names), usual(archive))
    index, copies, carried = Index(), Copies(), Carried()
    groups: list[Group] = []
    group_of: list[Group] = []
    for i, report in enumerate(reports):
        found = [*copies.originals(i, ordered[i].sketch), *carried.originals(i, ordered[i])]
        found.sort(key=lambda copy: ordered[copy[0]].section != ordered[i].section)
        group = _group_of_copy(report, found, group_of) or _best_group(report, index.near(report), reports, group_of)
        if group is None:
            group = Group()
            groups.append(group)
        group.add(i, report)
        group_of.append(group)
        index.add(i, report)
    stories = run_together(joined(groups, reports), reports, [telling.section for telling in ordered])
    return [[ordered[i] for i in sorted(group.members)] for group in stories]


def joined(groups: Sequence[Group], reports: Sequence[Report]) -> list[Group]:
    """Return the groups, those groups made one whose reports agree though none came in between."""
    kept: list[Group] = []
    by_site: dict[str, deque[Group]] = {}
    for group in groups:
        sites = sorted(set().union(*(reports[i].facts.towns for i in group.members)))
        near = {id(other): other for site in sites for other in by_site.get(site, ())}
        home = next((other for other in near.values() if _agree(group, other, reports)), None)
        if home is None:
            kept.append(group)
            for site in sites:
                by_site.setdefault(site, deque(maxlen=NEAREST)).append(group)
        else:
            for i in group.members:
                home.add(i, reports[i])
    return kept


def _agree(one: Group, other: Group, reports: Sequence[Report]) -> bool:
    pairs = [(reports[a], reports[b]) for a in one.members[:SAMPLE] for b in other.members[:SAMPLE]]
    agreeing = sum(cosine(a.vector, b.vector) >= a.alike_enough(b) for a, b in pairs)
    return agreeing >= ALL_BUT * len(pairs) and other.takes_all(one)


def _reports(tellings: Sequence[Telling], names: Names, archive: Archive) -> list[Report]:
    readings = [read(telling, names) for telling in tellings]
    proper = _names(readings)
    rare = {
        word: weight * (NAMED if word in proper else 1.0)
        for word, weight in rarity([r.bag for r in readings], archive).items()
    }
    wide = _wide(Counter(place for reading in readings for place in reading.facts.places), len(readings))
    common = _wide(Counter(country for reading in readings for country in reading.countries), len(readings))
    return [
        _report(telling, reading, rare, proper, wide, common)
        for telling, reading in zip(tellings, readings, strict=True)
    ]


def _report(
    telling: Telling,
    reading: Reading,
    rare: Mapping[str, float],
    proper: frozenset[str],
    wide: frozenset[str],
    common: frozenset[str],
) -> Report:
    own = vector(reading.bag, rare)
    facts = reading.facts
    return Report(
        article=telling.article.id,
        at=telling.article.at,
        vector=own,
        matter=frozenset(own) - proper,
        facts=replace(facts, places=facts.places - wide, towns=facts.towns - wide),
        classes=classes(own) if telling.article.kind.may_lead else frozenset(),
        countries=reading.countries - common,
        keys=weightiest(own),
        places=facts.places,
        source=telling.article.source,
        is_news=telling.article.kind.may_lead,
    )


def _wide(counts: Counter[str], texts: int) -> frozenset[str]:
    """Return the places that too many reports name to tell one event from another."""
    most = max(WIDE, texts // WIDE)
    return frozenset(place for place, count in counts.items() if count > most)


def _names(readings: Sequence[Reading]) -> frozenset[str]:
    """Return the stems of words that stand capitalised within sentences, of names, and of numbers."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for reading in readings:
        capital.update(reading.named)
        small.update(reading.small)
    return frozenset(word for word, count in capital.items() if count > 4 * small[word])


def _group_of_copy(report: Report, found: Sequence[tuple[int, float]], group_of: Sequence[Group]) -> Group | None:
    """Return the story of the first text that a report copies and that is no bulletin of another day or place."""
    groups = ((group_of[other], like) for other, like in found)
    return next((group for group, like in groups if group.takes(report, min(like, FIRM))), None)


def _best_group(
    report: Report, near: Sequence[int], reports: Sequence[Report], group_of: Sequence[Group]
) -> Group | None:
    """Return the story that a report belongs to; None where it begins one of its own."""
    links: dict[int, Link] = {}
    for other in near:
        like = cosine(report.vector, reports[other].vector)
        needed = report.alike_enough(reports[other])
        if like >= needed and (needed < ALIKE or report.shares_matter(reports[other])):
            link = links.setdefault(id(group_of[other]), Link(group_of[other]))
            link.like = max(like, link.like)
            link.agreeing += needed < ALIKE
    joinable = [
        (group.mean(report) + share, group)
        for group, like, share in ((link.group, link.like, link.share) for link in links.values())
        if (share > MOST or group.mean(report) >= ALIKE_TO_ALL) and group.takes(report, like)
    ]
    return max(joinable, key=lambda pair: (pair[0], -pair[1].members[0]))[1] if joinable else None


@dataclass(slots=True)
class Carried:
    """Finds what earlier copies of an article tell in the same section: outlets that share one may begin it elsewhere,
    and then it is not the passage told that is alike. Fed in order."""

    copies: Copies = field(default_factory=Copies)
    found: dict[ArticleId, list[tuple[int, float]]] = field(default_factory=dict)
    """The articles that each one copies, by their number."""
    told: dict[tuple[int, SectionId], int] = field(default_factory=dict)
    """What stands of each article in each section."""
    numbers: dict[ArticleId, int] = field(default_factory=dict)

    def originals(self, i: int, telling: Telling) -> list[tuple[int, float]]:
        """Take in the telling number `i`; return the earlier ones, each with the likeness of the articles."""
        article = telling.article.id
        if article not in self.numbers:
            self.numbers[article] = len(self.numbers)
            self.found[article] = self.copies.originals(self.numbers[article], telling.whole)
        self.told[self.numbers[article], telling.section] = i
        places = ((self.told.get((other, telling.section)), like) for other, like in self.found[article])
        return [(place, like) for place, like in places if place is not None]


@dataclass(slots=True)
class Link:
    """What binds a report to a story."""

    group: Group
    like: float = 0.0
    """Cosine to its nearest member."""
    agreeing: int = 0
    """Members that it agrees with on town and sort of event."""

    @property
    def share(self) -> float:
        """Agreeing members, as a share of all."""
        return self.agreeing / len(self.group.members)


def settle(groups: Sequence[Sequence[Telling]], order: Sequence[SectionId]) -> dict[SectionId, list[list[Telling]]]:
    """Return the groups by the section that shows them, so that no event stands in two sections.

    Where outlets' passages on one event were placed apart, the section with the highest sum of scores has it, the
    earlier of the edition's between equals. An article keeps its own telling in a section: one that would come
    there a second time stays where it was placed.
    """
    settled: dict[SectionId, list[list[Telling]]] = {section: [] for section in order}
    taken = {telling.key for group in groups for telling in group}
    for group in groups:
        winner = _winner(group, order)
        moved = []
        for telling in group:
            if telling.section == winner:
                moved.append(telling)
            elif (telling.article.id, winner) in taken:
                settled[telling.section].append([telling])
            else:
                taken.add((telling.article.id, winner))
                moved.append(telling)
        settled[winner].append(moved)
    return settled


def _winner(group: Sequence[Telling], order: Sequence[SectionId]) -> SectionId:
    weight = dict.fromkeys(order, 0.0)
    for telling in group:
        weight[telling.section] += telling.told.score
    return max(order, key=lambda section: weight[section])
