"""How well a passage fits each section, and which one it goes to.

Two voices are added up, both in units of log-odds: what was learned from examples (`weights`, by the passage's words),
and the section's own terms. A section that nothing was learned of lives by its terms alone. What was learned of
sections that the edition does not have speaks for "none". Where these two are in doubt a third is asked, if there is
one: what the passage means, whatever its words (`head`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Final

from digest.classify.evidence import Voices, sense
from digest.classify.features import features
from digest.classify.fit import softmax
from digest.classify.terms import Hit, Matcher, matcher
from digest.classify.weights import Weights
from digest.model.issue import Section
from digest.model.news import OTHER, SectionId
from digest.model.words import Word, words

IN_HEADING: Final = 1.5
"""A term in the passage's own heading counts that often."""
IN_TITLE: Final = 0.3
"""A term in the article's title, for a passage that does not open it; and what was learned of the title's words."""
NEIGHBOUR: Final = 0.4
"""What a passage without a heading takes over from the mean of those beside it."""
HEADED_NEIGHBOUR: Final = 0.1
"""The same for one with a heading, which sets out on a subject of its own."""
HALF_LENGTH: Final = 60
"""Words of a passage beyond which more of them ask for more terms."""
LOOKED_AT: Final = 6_000
"""Characters of a passage that are read: a longer one says by then what it is about."""
LONGEST_HEAD: Final = 400
"""The same of a title or a heading."""
LEARNED: Final = 0.8
"""What the learned log-odds count: fitted to a few hundred examples, they are surer than they should be."""
MOST_BY_TERMS: Final = 4.0
"""Log-odds that all the terms of a section together may add or take."""
NONE: Final = 0.9
"""Log-odds that fitting no section has in advance: the threshold a section must get over."""
UNTAUGHT: Final = 0.1
"""Log-odds by which a section without examples, or with few, stands below none before a term speaks."""
TEMPERATURE: Final = 1.0
"""Divides log-odds before they are told as a confidence, so that of passages told with 0.8 four in five are right."""
LEAST_SUPPORT: Final = -4.0
"""Log-odds to which a neighbour's doubt is limited."""
DOUBT: Final = 0.9
"""Confidence below which a passage's meaning is asked for."""
MEANT: Final = 0.5
"""What the log-odds of meaning count: where they know more, the words have mostly said so."""

Meaning = Callable[[str], Sequence[float]]
"""What a text means: the log-odds of the labels of the weights' head; empty where nobody can say."""


@dataclass(frozen=True, eq=False)
class Scorer:
    """What an edition's sections are recognised by."""

    sections: tuple[SectionId, ...]
    terms: Matcher
    weights: Weights
    voices: Voices = field(repr=False)
    meaning: Meaning | None = field(default=None, repr=False)
    """Who is asked in doubt."""

    def learned(self, found: Sequence[Word]) -> tuple[list[float], float]:
        """Return the log-odds of the weights' labels for a text's words, and what a quantum counted there."""
        known = features(found)
        scale = self.weights.quantum / sqrt(len(known) or 1)
        rows = zip(self.weights.bias, self.weights.rows, strict=True)
        return [bias * self.weights.quantum + scale * sum(map(row.__getitem__, known)) for bias, row in rows], scale

    def meant(self, text: str) -> list[float]:
        """Return what a text's meaning adds to the log-odds of the weights' labels; empty where nobody can say.

        A label that the head does not know has so far been a part of `OTHER`.
        """
        head = self.weights.head
        said = self.meaning(text) if self.meaning else ()
        if head is None or not said:
            return []
        odds = dict(zip(head.labels, said, strict=True))
        return [MEANT * odds.get(label, odds[OTHER]) for label in self.weights.labels]


def scorer(sections: Sequence[Section], weights: Weights) -> Scorer:
    """Return the scorer of an edition's sections."""
    return Scorer(tuple(s.id for s in sections), matcher(sections), weights, Voices(weights))


@dataclass(frozen=True, slots=True)
class Title:
    """An article's title, looked at once for all its passages."""

    text: str
    words: Sequence[Word]
    hits: Sequence[Hit]
    learned: Sequence[float]


def title_of(scorer: Scorer, text: str) -> Title:
    """Return the title as the passages take their hint from it."""
    text = text[:LONGEST_HEAD]
    found = words(text)
    return Title(text, found, scorer.terms.find(text, found), scorer.learned(found)[0] if found else ())


@dataclass(frozen=True, slots=True)
class Reading:
    """What terms and weights say of one passage."""

    odds: Mapping[SectionId, float]
    """Log-odds of each section and of `OTHER`."""
    evidence: Callable[[SectionId], tuple[str, ...]]
    """What speaks for a section, as it appears, with its weight: heading first, then text."""
    headed: bool = False
    """Whether the passage has a heading of its own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a passage goes."""

    section: SectionId
    score: float
    evidence: tuple[str, ...]


def read(scorer: Scorer, title: Title, heading: str, text: str, *, opens: bool = True) -> Reading:
    """Return what terms and weights say of a passage.

    `title` is the article's: the heading of the passage that opens it, only a hint for the others.
    """
    heading, text = heading[:LONGEST_HEAD], text[:LOOKED_AT]
    titled = opens and not heading
    head, head_words = (title.text, title.words) if titled else (heading, words(heading))
    body = words(text)
    head_hits = title.hits if titled else scorer.terms.find(heading, head_words)
    body_hits = scorer.terms.find(text, body)
    weighed = dict.fromkeys(scorer.sections, 0.0)
    found: list[tuple[str, Hit, float]] = []
    per_length = 1.0 / max(1.0, sqrt(len(body) / HALF_LENGTH))
    for part, hits, factor in ((head, head_hits, IN_HEADING), (text, body_hits, per_length)):
        found += _weigh(part, hits, factor, weighed)
    if not titled:
        _weigh(title.text, title.hits, IN_TITLE, weighed)
    learned, scale = scorer.learned([*head_words, *body])
    if not titled and title.learned:
        learned = [own + IN_TITLE * hint for own, hint in zip(learned, title.learned, strict=True)]
    spoken = [LEARNED * value for value in learned]
    odds = _odds(scorer, spoken, weighed)
    meant = scorer.meant(as_read(head, text)) if max(confidences(odds).values()) < DOUBT else []
    if meant:
        odds = _odds(scorer, [own + more for own, more in zip(spoken, meant, strict=True)], weighed)
    parts = ((head, head_words), (text, body))
    return Reading(
        odds,
        lambda section: (
            *scorer.voices.evidence(section, found, parts, scale),
            *sense(section, scorer.weights.labels, meant),
        ),
        bool(heading),
    )


def as_read(head: str, text: str) -> str:
    """Return what is asked the meaning of: the heading, or the title of what opens an article, above the text."""
    return "\n".join(part for part in (head[:LONGEST_HEAD], text[:LOOKED_AT]) if part)


def _weigh(
    part: str, hits: Sequence[Hit], factor: float, weighed: dict[SectionId, float]
) -> list[tuple[str, Hit, float]]:
    """Add the terms' weights to their sections; return each hit with its part and its share."""
    told = []
    for hits_of_term in _by_term(hits).values():
        first = hits_of_term[0]
        weight = first.weight * _often(len(hits_of_term)) * factor
        weighed[first.section] += weight
        told += [(part, hit, weight / len(hits_of_term)) for hit in hits_of_term]
    return told


def _by_term(hits: Sequence[Hit]) -> dict[tuple[SectionId, str], list[Hit]]:
    grouped: dict[tuple[SectionId, str], list[Hit]] = {}
    for hit in hits:
        grouped.setdefault((hit.section, hit.term), []).append(hit)
    return grouped


def _often(times: int) -> float:
    """Return what a term said `times` times counts: 1, 1.5, 1.75, and never 2.

    >>> [_often(times) for times in (1, 2, 3)]
    [1.0, 1.5, 1.75]
    """
    return 2.0 - 0.5 ** (min(times, 50) - 1)


def _odds(scorer: Scorer, spoken: Sequence[float], weighed: Mapping[SectionId, float]) -> dict[SectionId, float]:
    chances = dict(zip(scorer.weights.labels, softmax(spoken), strict=True))
    none = log(max(1e-6, sum(chance for label, chance in chances.items() if label not in weighed)))
    odds = {}
    for section, weight in weighed.items():
        base = log(max(chances.get(section, 0.0), 1e-6))
        if section not in chances or section in scorer.weights.few:
            base = max(base, none - UNTAUGHT)
        odds[section] = base + max(-MOST_BY_TERMS, min(MOST_BY_TERMS, weight))
    return odds | {OTHER: none + NONE}


def confidences(odds: Mapping[SectionId, float]) -> dict[SectionId, float]:
    """Return the chance of each section, and of `OTHER`, to be the right one."""
    return dict(zip(odds, softmax([value / TEMPERATURE for value in odds.values()]), strict=True))


def place(readings: Sequence[Reading]) -> list[Verdict]:
    """Return the sections of one article's passages, which stand in reading order and support each other a little."""
    support = [_support(reading.odds) for reading in readings]
    verdicts = []
    for i, reading in enumerate(readings):
        beside = [support[j] for j in (i - 1, i + 1) if 0 <= j < len(readings)]
        share = (HEADED_NEIGHBOUR if reading.headed else NEIGHBOUR) / max(1, len(beside))
        odds = {section: own + share * sum(other[section] for other in beside) for section, own in reading.odds.items()}
        verdicts.append(_decide(odds, reading))
    return verdicts


def _support(odds: Mapping[SectionId, float]) -> dict[SectionId, float]:
    top = max(odds.values())
    whole = top + log(sum(exp(value - top) for value in odds.values()))
    return {section: max(LEAST_SUPPORT, value - whole) for section, value in odds.items()}


def _decide(odds: Mapping[SectionId, float], reading: Reading) -> Verdict:
    chances = confidences(odds)
    best = max(chances, key=lambda section: chances[section])
    score = round(chances[best], 3)
    if best != OTHER:
        evidence = reading.evidence(best)
        if evidence:
            return Verdict(best, score, evidence)
    others = {section: chance for section, chance in chances.items() if section != OTHER}
    closest = max(others, key=lambda section: others[section], default="")
    told = (f"closest: {closest} {others[closest]:.2f}",) if closest and others[closest] >= 0.005 else ()
    return Verdict(OTHER, score if best == OTHER else round(chances[OTHER], 3), told)
