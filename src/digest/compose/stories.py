"""Tellings of one event become one story.

Precision goes first: a false merge misleads, a missed one only repeats. Each telling meets only those it shares a
rare word with (an inverted index), so the cost grows little faster than the number of articles. Names alone make no
event: two reports must share a word of what happened, and may not contradict each other on day, place or toll.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from digest.compose.facts import Facts, facts
from digest.compose.reports import Group, Index, Report, weightiest
from digest.compose.telling import Telling, opening
from digest.compose.vectors import cosine, rarity, stem, stems, vector
from digest.model.news import SectionId
from digest.model.words import words

ALIKE: Final = 0.30
"""Cosine to one member from which a telling may join a story."""
ALIKE_TO_ALL: Final = 0.24
"""The same, on average over its members: keeps stories from growing link by link."""
IN_HEADLINE: Final = 2.0
"""How often a word of the headline counts."""
NAMED: Final = 1.5
"""How much more than its rarity a name or a number counts."""
WIDE: Final = 12
"""Reports, or one in so many of them, that may name a place before it says nothing of where: a country, a front."""


def gathered(tellings: Sequence[Telling]) -> list[list[Telling]]:
    """Return the tellings grouped by event; each article at most once in a group, in a fixed order.

    A group's members stand in one section or in several: see `settle`.
    """
    ordered = sorted(tellings, key=lambda telling: (telling.article.at, telling.key))
    reports = _reports(ordered)
    index = Index()
    groups: list[Group] = []
    group_of: list[Group] = []
    for i, report in enumerate(reports):
        near = index.near(report)
        group = _best_group(report, near, reports, group_of)
        if group is None:
            group = Group()
            groups.append(group)
        group.add(i, report)
        group_of.append(group)
        index.add(i, report)
    return [[ordered[i] for i in group.members] for group in groups]


def _reports(tellings: Sequence[Telling]) -> list[Report]:
    said = [opening(telling) for telling in tellings]
    bags = [_bag(telling.headline, text) for telling, text in zip(tellings, said, strict=True)]
    names = _names(said)
    rare = {word: weight * (NAMED if word in names else 1.0) for word, weight in rarity(bags).items()}
    known = [facts(f"{telling.headline}. {text}") for telling, text in zip(tellings, said, strict=True)]
    wide = _wide_places(known)
    vectors = [vector(bag, rare) for bag in bags]
    return [
        Report(
            article=telling.article.id,
            at=telling.article.at,
            vector=own,
            matter=frozenset(own) - names,
            facts=replace(fact, places=fact.places - wide),
            keys=weightiest(own),
        )
        for telling, own, fact in zip(tellings, vectors, known, strict=True)
    ]


def _wide_places(known: Sequence[Facts]) -> frozenset[str]:
    """Return the places that too many reports name to tell one event from another."""
    counts = Counter(place for fact in known for place in fact.places)
    most = max(WIDE, len(known) // WIDE)
    return frozenset(place for place, count in counts.items() if count > most)


def _names(texts: Sequence[str]) -> frozenset[str]:
    """Return the stems of words that stand capitalised within sentences, and of numbers."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        for word in words(text):
            first = text[word.start]
            if first.isdigit():
                capital[word.folded] += 1
            elif not first.isupper():
                small[stem(word.folded)] += 1
            elif word.start > 1 and text[word.start - 2] not in ".!?:":
                capital[stem(word.folded)] += 1
    return frozenset(word for word, count in capital.items() if count > 4 * small[word])


def _bag(headline: str, text: str) -> dict[str, float]:
    bag: dict[str, float] = dict.fromkeys(stems(headline), IN_HEADLINE)
    for word in stems(text):
        bag[word] = bag.get(word, 0.0) + 1.0
    return bag


def _best_group(
    report: Report, near: Sequence[int], reports: Sequence[Report], group_of: Sequence[Group]
) -> Group | None:
    links: dict[int, tuple[Group, float]] = {}
    for other in near:
        group = group_of[other]
        like = cosine(report.vector, reports[other].vector)
        if like >= ALIKE and report.shares_matter(reports[other]):
            best = links.get(id(group), (group, 0.0))[1]
            links[id(group)] = group, max(like, best)
    joinable = [
        (group.mean(report), group)
        for group, like in links.values()
        if group.mean(report) >= ALIKE_TO_ALL and group.takes(report, like)
    ]
    return max(joinable, key=lambda pair: (pair[0], -pair[1].members[0]))[1] if joinable else None


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
