"""What editors said becomes better weights, or it is told why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from digest.classify import asking, classify, scorer_of
from digest.classify.examples import FROZEN, shipped_examples
from digest.classify.head import Head
from digest.classify.judging import chances
from digest.classify.learn import MARGIN, corrected, taught
from digest.classify.sections import Meaning
from digest.classify.weights import Weights, shipped
from digest.encoder import Encoder, Missing
from digest.errors import LinesError
from digest.meaning import notebook, remembering
from digest.model.issue import Section
from digest.model.learning import Correction, Example, What
from digest.model.news import BOILERPLATE, OTHER, Article, Placement
from digest.parts import Parts
from digest.pipeline.lines import Line

MARGINS: Final = (MARGIN, 4.0, 3.0, 2.0)
"""How hard corrections are learned from, tried in this order: the first that does no harm is taken."""
HARM: Final = 0.01
"""How much of the chance they give to the right sections new weights may lose on the frozen examples, against those
that come with the program. The mean chance moves smoothly where counts of a few hundred jump."""
LOOKED_AT: Final = 300
"""Articles, the newest first, among which doubtful passages are sought."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well some examples go."""

    right: int
    of: int
    chance: float
    """Given to the right section, on average: 0 to 1."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a refit came to."""

    kept: bool
    """Whether the new weights are in force."""
    reason: str
    corrections: int
    frozen_before: Score
    """On the examples that nothing is ever fitted to."""
    frozen_after: Score
    corrected_before: Score
    """On the editors' own corrections."""
    corrected_after: Score
    weights: str
    """The fingerprint of the weights in force now."""

    harmful: bool = False
    """Whether nothing changed because it would have done harm."""
    without: Missing | None = None
    """Why the sentence encoder learned nothing; None where it did."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A recent passage that the program is least sure of."""

    article: Article
    placement: Placement


def heard(lines: Sequence[Line], sections: Sequence[Section], editor: str, now: datetime) -> list[Correction]:
    """Return lines with a label as corrections; LinesError for a label that no section has."""
    known = {*(section.id for section in sections), OTHER, BOILERPLATE}
    unknown = sorted({line.label for line in lines if line.label} - known)
    if unknown:
        raise LinesError(f"no section {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return [
        Correction(What.SECTION, editor, now, "", line.label, line.text, heading=line.heading, title=line.title)
        for line in lines
        if line.label
    ]


def learn(parts: Parts, *, now: datetime) -> Learned:
    """Fit the weights to the examples and all corrections; put them into force if they do no harm on the frozen set.

    Harm is measured against the weights that come with the program, so that it cannot creep in step by step. Of
    several margins the first is taken that does none; nothing changes where all do. The sentence encoder's head learns
    as well, if there is one; without it the new weights have none, so that it will not speak against what it missed.
    """
    sections, present = parts.settings.sections, parts.shelf.current()
    encoder = remembering(parts.encoder, parts.cache, now)
    corrections = told(parts.store.examples.all())
    frozen = [example for example in shipped_examples(FROZEN) if example.label != BOILERPLATE]

    def scored(weights: Weights, examples: Sequence[Example]) -> Score:
        return score(weights, examples, sections, notebook(encoder, weights))

    before, right = scored(present, frozen), scored(present, corrections)
    least = scored(shipped(), frozen).chance - HARM

    def outcome(weights: Weights, after: Score, reason: str, *, kept: bool = False, harmful: bool = False) -> Learned:
        return Learned(
            kept,
            reason,
            len(corrections),
            before,
            after,
            right,
            scored(weights, corrections),
            (weights if kept else present).fingerprint,
            harmful,
            encoder if isinstance(encoder, Missing) else None,
        )

    if not corrections:
        return outcome(present, before, "no editor has corrected anything yet")
    head = _head(encoder, corrections)
    for margin in MARGINS:
        weights = replace(taught(shipped_examples(), corrections, margin), head=head)
        after = scored(weights, frozen)
        if weights.fingerprint == present.fingerprint:
            return outcome(weights, after, "nothing new since the last time")
        if after.chance >= least:
            parts.shelf.put(weights)
            return outcome(weights, after, "no harm to what went right before", kept=True)
    return outcome(weights, after, "too much of what went right before would go wrong", harmful=True)


def _head(encoder: Encoder | Missing, corrections: Sequence[Example]) -> Head | None:
    """Return the shipped head after the corrections; None where its encoder is not here."""
    head = shipped().head
    if isinstance(encoder, Missing) or head is None or head.encoder != encoder.name:
        return None
    return corrected(head, encoder.encode, corrections)


def told(corrections: Sequence[Correction]) -> list[Example]:
    """Return what the corrections teach: of several about one passage the last that was not taken back."""
    said: dict[tuple[str, str, str], list[Example]] = {}
    for correction in corrections:
        example = correction.example
        words = said.setdefault((correction.title, correction.heading, correction.text), [])
        if example is not None and example.label != BOILERPLATE:
            words.append(example)
        elif correction.is_of_sections and not correction.becomes and words:
            words.pop()
    return [words[-1] for words in said.values() if words]


def score(weights: Weights, examples: Sequence[Example], sections: Sequence[Section], meaning: Meaning) -> Score:
    """Return how well examples go; one of a section that the settings do not have belongs in none."""
    known = asking(scorer_of(sections, weights), meaning)
    ids = {section.id for section in sections}
    right, given = 0, 0.0
    for example in examples:
        found = chances(known, example.title, f"{example.heading}\n{example.text}".strip())
        label = example.label if example.label in ids else OTHER
        right += max(found, key=lambda section: found[section]) == label
        given += found[label]
    return Score(right, len(examples), round(given / max(1, len(examples)), 4))


def doubts(parts: Parts, most: int, *, now: datetime) -> list[Doubt]:
    """Return the passages of recent articles whose section is least sure, the most doubtful first."""
    sections, weights = parts.settings.sections, parts.shelf.current()
    known = {example.text for example in told(parts.store.examples.all())}
    meaning = notebook(remembering(parts.encoder, parts.cache, now), weights)
    found = [
        Doubt(article, placement)
        for article, placement in _recent(parts, sections, weights, meaning)
        if placement.passage.text not in known
    ]
    return sorted(found, key=lambda doubt: doubt.placement.score)[:most]


def _recent(
    parts: Parts, sections: Sequence[Section], weights: Weights, meaning: Meaning
) -> Iterator[tuple[Article, Placement]]:
    for article in parts.store.articles.recent(LOOKED_AT):
        for placement in classify(article, sections, weights, meaning):
            if placement.section != BOILERPLATE:
                yield article, placement
