"""The sentences that tell a story, each word for word from the passage that is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from digest.compose.debris import own_words
from digest.compose.sentences import is_balanced, is_whole, leaning, sentences
from digest.compose.vectors import Vector, cosine, rarity, stems, vector

POSITION: Final = 0.5
CENTRAL: Final = 0.3
TITLED: Final = 0.2
"""What being early, being typical, and sharing words with the headline count for a sentence."""
SAME: Final = 0.6
"""Cosine from which a sentence says again what another says."""
LEANS: Final = 0.35
"""What a sentence keeps that leans on one not shown (`He also …`)."""
FILLER: Final = 0.4
"""Share of the first sentence's score that the others must reach: a short one is not taken only because it fits."""
SHORTEST, LONGEST = 25, 500
"""Characters of a sentence that may be shown."""
BROKEN_OFF: Final = ("…", "...", "[…]", "[...]")
"""How a feed shows that it cut a text short: what ends so is no sentence."""
LOOKED_AT: Final = 60
"""Sentences of a passage that are considered, from its beginning."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much a summary may hold."""

    sentences: int
    characters: int


LEAD: Final = Room(3, 420)
NORMAL: Final = Room(2, 280)
BRIEF: Final = Room(1, 180)


@dataclass(frozen=True, slots=True)
class _Candidate:
    place: int
    text: str
    vector: Vector
    score: float


def summarise(paragraphs: Sequence[str], headline: str, room: Room) -> tuple[str, ...]:
    """Return the sentences that tell a passage best, in its order, none of them twice or just the headline again.

    The first one chosen may outgrow the room, since half a sentence misleads; empty if nothing is fit to be shown.
    """
    candidates = _candidates(paragraphs, headline)
    chosen: list[_Candidate] = []
    while candidates and len(chosen) < room.sentences:
        best = max(candidates, key=lambda candidate: (_standing(candidate, chosen), -candidate.place))
        if chosen and _standing(best, chosen) < FILLER * chosen[0].score:
            break
        candidates.remove(best)
        if chosen and _length(chosen) + len(best.text) + 1 > room.characters:
            continue
        if all(cosine(best.vector, other.vector) < SAME for other in chosen):
            chosen.append(best)
    return tuple(candidate.text for candidate in sorted(chosen, key=lambda candidate: candidate.place))


def _length(chosen: Sequence[_Candidate]) -> int:
    return sum(len(candidate.text) + 1 for candidate in chosen)


def _standing(candidate: _Candidate, chosen: Sequence[_Candidate]) -> float:
    leans = leaning(candidate.text) and candidate.place > 0
    led_up_to = any(other.place == candidate.place - 1 for other in chosen)
    return candidate.score * (LEANS if leans and not led_up_to else 1.0)


def _candidates(paragraphs: Sequence[str], headline: str) -> list[_Candidate]:
    texts = _sentences(paragraphs)
    bags = [Counter(stems(text)) for text in texts]
    rare = rarity([*bags, stems(headline)])
    vectors = [vector(bag, rare) for bag in bags]
    centroid = vector(sum(bags, Counter()), rare)
    title = vector(Counter(stems(headline)), rare)
    found = [
        _Candidate(place, text, own, _score(place, own, centroid, title))
        for place, (text, own) in enumerate(zip(texts, vectors, strict=True))
        if SHORTEST <= len(text) <= LONGEST and own and not _repeats(bags[place], headline)
    ]
    whole = [candidate for candidate in found if is_whole(candidate.text)] or found
    balanced = [candidate for candidate in whole if is_balanced(candidate.text)]
    return balanced or whole


def _sentences(paragraphs: Sequence[str]) -> list[str]:
    texts: list[str] = []
    for paragraph in paragraphs:
        for piece in own_words(paragraph[: LOOKED_AT * LONGEST]):
            texts += [sentence for sentence in sentences(piece) if not sentence.endswith(BROKEN_OFF)]
        if len(texts) >= LOOKED_AT:
            break
    return texts[:LOOKED_AT]


def _score(place: int, own: Vector, centroid: Vector, title: Vector) -> float:
    return POSITION / (1 + place / 3) + CENTRAL * cosine(own, centroid) + TITLED * cosine(own, title)


def _repeats(bag: Counter[str], headline: str) -> bool:
    """Return whether a sentence says no more than the headline."""
    said = set(stems(headline))
    return bool(bag) and len(set(bag) - said) <= len(bag) // 5
