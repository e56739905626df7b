"""Tellings of one event become one story.

Precision goes first: a false merge misleads, a missed one only repeats. Each telling meets only those it shares a
rare word with (an inverted index), so the cost grows little faster than the number of articles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from digest.compose.sentences import sentences
from digest.compose.telling import Telling
from digest.compose.vectors import Vector, cosine, rarity, stem, stems, vector
from digest.model.news import SectionId
from digest.model.words import words

ALIKE: Final = 0.30
"""Cosine to one member from which a telling may join a story."""
ALIKE_TO_ALL: Final = 0.24
"""The same, on average over its members: keeps stories from growing link by link."""
WINDOW: Final = timedelta(hours=48)
"""Between the first and the last report of one event."""
IN_HEADLINE: Final = 2.0
"""How often a word of the headline counts."""
NAMED: Final = 1.5
"""How much more than its rarity a name or a number counts."""
OPENING: Final = 3
"""Sentences of a passage that say what happened."""
COMMON: Final = 60
"""Tellings a word may stand in and still bring two of them together."""
TELLING_WORDS: Final = 12
"""A text's rarest words, by which others on the same event are sought."""


def gathered(tellings: Sequence[Telling]) -> list[list[Telling]]:
    """Return the tellings grouped by event; each article at most once in a group, in a fixed order.

    A group's members stand in one section or in several: see `settle`.
    """
    ordered = sorted(tellings, key=lambda telling: (telling.article.at, telling.key))
    vectors = _vectors(ordered)
    keys = [_keys(vector) for vector in vectors]
    index: dict[str, list[int]] = defaultdict(list)
    group_of: list[int] = []
    groups: list[list[int]] = []
    for i in range(len(ordered)):
        near = _near(keys[i], index)
        joined = _best_group(i, near, ordered, vectors, groups, group_of)
        if joined is None:
            joined = len(groups)
            groups.append([])
        groups[joined].append(i)
        group_of.append(joined)
        for word in keys[i]:
            index[word].append(i)
    return [[ordered[i] for i in group] for group in groups]


def _vectors(tellings: Sequence[Telling]) -> list[Vector]:
    bags = [_bag(telling) for telling in tellings]
    names = _names(tellings)
    rare = {word: weight * (NAMED if word in names else 1.0) for word, weight in rarity(bags).items()}
    return [vector(bag, rare) for bag in bags]


def _names(tellings: Sequence[Telling]) -> frozenset[str]:
    """Return the stems of words that stand capitalised within sentences, and of numbers."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for telling in tellings:
        text = opening(telling)
        for word in words(text):
            first = text[word.start]
            if first.isdigit():
                capital[word.folded] += 1
            elif not first.isupper():
                small[stem(word.folded)] += 1
            elif word.start > 1 and text[word.start - 2] not in ".!?:":
                capital[stem(word.folded)] += 1
    return frozenset(word for word, count in capital.items() if count > 4 * small[word])


def _bag(telling: Telling) -> dict[str, float]:
    bag: dict[str, float] = dict.fromkeys(stems(telling.headline), IN_HEADLINE)
    for word in stems(opening(telling)):
        bag[word] = bag.get(word, 0.0) + 1.0
    return bag


def opening(telling: Telling) -> str:
    """Return the first sentences of the told passage."""
    said: list[str] = []
    for paragraph in telling.told.passage.paragraphs[:OPENING]:
        said += sentences(paragraph[:2000])
    return " ".join(said[:OPENING])


def _keys(own: Vector) -> list[str]:
    return sorted(own, key=lambda word: (-own[word], word))[:TELLING_WORDS]


def _near(keys: Sequence[str], index: Mapping[str, list[int]]) -> set[int]:
    """Return the earlier tellings that share a telling word, among the words that not too many have."""
    return {other for word in keys if len(index.get(word, ())) <= COMMON for other in index.get(word, ())}


def _best_group(
    i: int,
    near: set[int],
    tellings: Sequence[Telling],
    vectors: Sequence[Vector],
    groups: Sequence[Sequence[int]],
    group_of: Sequence[int],
) -> int | None:
    best, best_score = None, 0.0
    tried: set[int] = set()
    for other in sorted(near):
        group = group_of[other]
        if group in tried or cosine(vectors[i], vectors[other]) < ALIKE:
            continue
        tried.add(group)
        members = groups[group]
        mean = sum(cosine(vectors[i], vectors[member]) for member in members) / len(members)
        if mean >= ALIKE_TO_ALL and mean > best_score and _may_join(tellings[i], [tellings[m] for m in members]):
            best, best_score = group, mean
    return best


def _may_join(telling: Telling, members: Sequence[Telling]) -> bool:
    return telling.article.at - members[0].article.at <= WINDOW and all(
        member.article.id != telling.article.id for member in members
    )


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
