"""What stands in a section and what falls below its line: no source and no subject has it to itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from digest.compose.names import Names
from digest.compose.rank import Ranked
from digest.compose.reading import read
from digest.compose.usual import usual
from digest.compose.vectors import Vector, cosine, rarity, vector
from digest.model.issue import Archive, Ranking

ONE_SUBJECT: Final = 0.18
"""Cosine from which two stories are of one subject, though not of one event."""
CONSIDERED: Final = 4
"""Times as many stories as a section holds among which it is chosen."""


def arranged(order: Sequence[Ranked], ranking: Ranking, *, room: int, names: Names, archive: Archive) -> list[Ranked]:
    """Return a section's stories in the order in which they stand, from the order of their scores.

    What may lead comes before what may not if that would open the section; what is over a source's or a subject's
    share of the section's `room` goes behind the others, so that it stands only where there are too few of them.
    """
    near, rest = list(order[: CONSIDERED * room]), list(order[CONSIDERED * room :])
    leads = next((each for each in near if each.told[0].article.kind.may_lead), None)
    if leads:
        near = [leads, *(each for each in near if each is not leads)]
    spread = _behind(near, ranking.per_source, _only_source, "that {} alone reports")
    return [*_spread_by_subject(spread, ranking.per_subject, names, archive), *rest]


def _behind(order: list[Ranked], most: int, of: Callable[[Ranked], str], why: str) -> list[Ranked]:
    """Return the stories, those behind that are more than `most` of one kind; an empty kind is none."""
    counts: Counter[str] = Counter()
    first: list[Ranked] = []
    over: list[Ranked] = []
    for each in order:
        kind = of(each)
        counts[kind] += 1
        if kind and most and counts[kind] > most:
            over.append(_because(each, f"behind the others: {_ordinal(counts[kind])} {why.format(kind)}"))
        else:
            first.append(each)
    return [*first, *over]


def _only_source(each: Ranked) -> str:
    """Return the source that alone reports a story; empty where there are several."""
    first, *others = {telling.article.source for telling in each.told}
    return "" if others else first


def _spread_by_subject(order: list[Ranked], most: int, names: Names, archive: Archive) -> list[Ranked]:
    subjects = _subjects(order, names, archive)
    title = {subject: each.told[0].headline for subject, each in reversed(list(zip(subjects, order, strict=True)))}
    of = {id(each): subject for subject, each in zip(subjects, order, strict=True)}
    return _behind(order, most, lambda each: title[of[id(each)]], "on the subject of “{}”")


def _subjects(order: Sequence[Ranked], names: Names, archive: Archive) -> list[int]:
    """Return for each story the number of the first one on its subject."""
    bags = [read(each.told[0], names).bag for each in order]
    rare = rarity(bags, usual(archive))
    vectors: list[Vector] = [vector(bag, rare) for bag in bags]
    found: list[int] = []
    for number, own in enumerate(vectors):
        like = ((cosine(own, vectors[other]), -other) for other in sorted(set(found)))
        best = max(like, default=(0.0, 0))
        found.append(-best[1] if best[0] >= ONE_SUBJECT else number)
    return found


def _because(each: Ranked, reason: str) -> Ranked:
    return replace(each, story=replace(each.story, reasons=(*each.story.reasons, reason)))


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"number {number}")
