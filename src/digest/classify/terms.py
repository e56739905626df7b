"""The terms of an edition's sections, and where they stand in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from digest.model.issue import Section
from digest.model.news import SectionId
from digest.model.words import Word, words

REMEMBERED: Final = 50_000
"""First words whose terms are kept at hand; a bound, so that hostile text cannot fill the memory."""


class Hit(NamedTuple):
    """A term found in a text."""

    section: SectionId
    term: str
    weight: float
    start: int
    end: int


class Term(NamedTuple):
    """One entry of `Section.match`, read."""

    section: SectionId
    name: str
    parts: tuple[tuple[str, bool], ...]
    """(folded word, whether any ending will do)."""
    weight: float


def read_term(section: SectionId, text: str) -> Term | None:
    """Return the term that `text` stands for; None if no word is left in it.

    >>> term = read_term("military", "air strike*^2.5")
    >>> term.parts, term.weight
    ((('air', False), ('strike', True)), 2.5)
    """
    name, weight = _weighed(text)
    parts: list[tuple[str, bool]] = []
    for piece in name.split():
        found = [word.folded for word in words(piece)]
        parts += [(folded, False) for folded in found]
        if found and piece.endswith("*"):
            parts[-1] = (found[-1], True)
    return Term(section, name, tuple(parts), weight) if parts else None


def _weighed(text: str) -> tuple[str, float]:
    name, caret, number = text.rpartition("^")
    if caret:
        try:
            return name.strip(), float(number)
        except ValueError:
            pass
    return text.strip(), 1.0


@dataclass(slots=True)
class Matcher:
    """Finds all sections' terms in one pass over the words of a text.

    Where terms overlap, the one with more words speaks and the shorter ones keep silent, so that
    `military aid` in one section takes the word from `military` in another.
    """

    sections: tuple[SectionId, ...]
    exact: dict[str, list[Term]] = field(default_factory=dict)
    open: dict[str, list[Term]] = field(default_factory=dict)
    """By the beginning of a first word that may end in any way."""
    lengths: tuple[int, ...] = ()
    seen: dict[str, tuple[Term, ...]] = field(default_factory=dict)

    def find(self, text: str, found: Sequence[Word]) -> list[Hit]:
        """Return the hits in `text`, in order; `found` are its words."""
        hits: list[Hit] = []
        i = 0
        while i < len(found):
            longest = self._longest(found, i)
            if not longest:
                i += 1
                continue
            last = i + len(longest[0].parts)
            hits += [Hit(t.section, t.name, t.weight, found[i].start, found[last - 1].end) for t in longest]
            i = last
        return hits

    def _longest(self, found: Sequence[Word], at: int) -> list[Term]:
        best: dict[SectionId, Term] = {}
        size = 1
        for term in self._starting(found[at].folded):
            if len(term.parts) < size or not _follows(term, found, at):
                continue
            if len(term.parts) > size:
                best, size = {}, len(term.parts)
            held = best.get(term.section)
            if held is None or abs(term.weight) > abs(held.weight):
                best[term.section] = term
        return list(best.values())

    def _starting(self, word: str) -> tuple[Term, ...]:
        known = self.seen.get(word)
        if known is None:
            terms = list(self.exact.get(word, ()))
            for length in self.lengths:
                if length > len(word):
                    break
                terms += self.open.get(word[:length], ())
            known = tuple(terms)
            if len(self.seen) < REMEMBERED:
                self.seen[word] = known
        return known


def _follows(term: Term, found: Sequence[Word], at: int) -> bool:
    if at + len(term.parts) > len(found):
        return False
    for (text, any_ending), word in zip(term.parts[1:], found[at + 1 : at + len(term.parts)], strict=True):
        if not (word.folded.startswith(text) if any_ending else word.folded == text):
            return False
    return True


def matcher(sections: Sequence[Section]) -> Matcher:
    """Return the matcher over the sections' terms."""
    made = Matcher(tuple(section.id for section in sections))
    for section in sections:
        for entry in section.match:
            term = read_term(section.id, entry)
            if term is not None:
                text, any_ending = term.parts[0]
                (made.open if any_ending else made.exact).setdefault(text, []).append(term)
    made.lengths = tuple(sorted({len(start) for start in made.open}))
    return made
