"""A telling as it is compared: the words of its headline and first sentences, its names, what it commits itself to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from digest.compose.facts import Facts, facts
from digest.compose.names import Names, Sort
from digest.compose.telling import Telling
from digest.compose.vectors import STOPWORDS, stem
from digest.model.words import Word, words

LONGEST_HEADLINE: Final = 400
LOOKED_AT: Final = 4_000
"""Characters of a headline and of the text under it that are read."""
IN_HEADLINE: Final = 2.0
"""How often a word of the headline counts."""
IMPLIED: Final = 0.6
"""What a country counts that only its capital or its rulers' house names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says, before it is known what all the others say."""

    bag: dict[str, float]
    """How often each stem or name stands in it."""
    countries: frozenset[str]
    """Countries that the headline names, by whatever name."""
    named: dict[str, int]
    """How often each stem stands with a capital where none is needed, or is a known name; numbers too."""
    small: dict[str, int]
    """How often each stem stands without one."""
    facts: Facts


def read(telling: Telling, names: Names) -> Reading:
    """Return what a telling says."""
    return read_text(telling.headline, telling.opening, names, telling.article.at)


def read_text(headline: str, text: str, names: Names, at: datetime) -> Reading:
    """Return what a text published at `at` says under its headline."""
    bag: dict[str, float] = {}
    named: dict[str, int] = {}
    small: dict[str, int] = {}
    countries: set[str] = set()
    headline = headline[:LONGEST_HEADLINE]
    whole = f"{headline}. {text[:LOOKED_AT]}"
    said = words(whole)
    begins = next((i for i, word in enumerate(said) if word.start > len(headline)), len(said))
    for word, country, _ in _terms(whole, said[:begins], names):
        bag[word] = IN_HEADLINE
        if country:
            countries.add(country)
            bag.setdefault(country, IN_HEADLINE * IMPLIED)
    for word, country, is_name in _terms(whole, said[begins:], names):
        bag[word] = bag.get(word, 0.0) + 1.0
        if country and country != word:
            bag[country] = bag.get(country, 0.0) + IMPLIED
        counts = small if is_name is False else named
        if is_name is not None:
            counts[word] = counts.get(word, 0) + 1
    return Reading(bag, frozenset(countries), named, small, facts(whole, names, at, said))


def _terms(text: str, said: Sequence[Word], names: Names) -> Iterator[tuple[str, str, bool | None]]:
    """Yield a text's stems and names, each with its country if it has one, and whether it is a name: None where its
    capital letter says nothing, since a sentence begins with it."""
    i = 0
    while i < len(said):
        word = said[i]
        found = names.at(said, i, text)
        if found:
            name, taken = found
            i += taken
            if name.sort is not Sort.SEAT:
                country = name.country or (name.called if name.sort is Sort.COUNTRY else "")
                yield name.called, country, name.sort is not Sort.BODY
            else:
                yield name.country, name.country, True
            continue
        i += 1
        if word.folded in STOPWORDS or (len(word.folded) == 1 and not word.folded.isdigit()):
            continue
        first = text[word.start]
        opens = word.start < 2 or text[word.start - 2] in ".!?:"
        yield stem(word.folded), "", True if first.isdigit() else None if first.isupper() and opens else first.isupper()
