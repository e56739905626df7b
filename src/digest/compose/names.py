"""Which words of a text are one name: `Kiev`, `the Ukrainian capital`; `Britain`, `UK`, `London says`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from digest.compose.gazetteer import BODIES, COUNTRIES, TOWNS
from digest.model.issue import OwnName
from digest.model.words import Word, words


class Sort(Enum):
    """What a name stands for."""

    COUNTRY = 1
    CAPITAL = 2
    """A place, and its country's rulers."""
    SEAT = 3
    """A country's rulers, by the house they sit in."""
    TOWN = 4
    BODY = 5
    """An alliance, an office, a thing with several names."""


class Name(NamedTuple):
    """A name as it is compared."""

    called: str
    sort: Sort
    country: str = ""
    """Whose capital or seat it is; empty for the others."""


class Entry(NamedTuple):
    """One way a name is written."""

    rest: tuple[str, ...]
    """Its words after the first."""
    name: Name
    capital: bool
    """Whether it is a name only with a capital letter in it."""
    shouted: bool
    """Whether it is one only in capitals."""


Mention: TypeAlias = tuple[Name, int]
"""A name, and how many words it takes."""

LONGEST: Final = 5
"""Words of a name."""


class Names:
    """The names that are known, by their first word."""

    def __init__(self, own: Iterable[OwnName] = ()) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for spelling, name in (*_countries(), *_towns(), *_bodies()):
            self._add(spelling, name, capital=name.sort is not Sort.BODY)
        for each in own:
            self._add_own(each)
        for entries in self._entries.values():
            entries.sort(key=lambda entry: -len(entry.rest))

    def _add(self, spelling: str, name: Name, *, capital: bool) -> None:
        first, *rest = [word.folded for word in words(spelling)][:LONGEST]
        shouted = spelling.isupper()
        self._entries.setdefault(first, []).append(Entry(tuple(rest), name, capital, shouted))

    def _add_own(self, own: OwnName) -> None:
        """Take in an edition's name: other ways to write one that is known, or a new one."""
        said = words(own.name)
        known = self.at(said, 0, own.name) if said else None
        name = known[0] if known else Name(own.name.casefold(), Sort.TOWN if own.place else Sort.BODY)
        for spelling in (own.name, *own.also):
            if words(spelling):
                self._add(spelling, name, capital=False)

    def at(self, said: Sequence[Word], i: int, text: str) -> Mention | None:
        """Return the longest name that begins with the word number `i` of a text; None where none does."""
        for entry in self._entries.get(said[i].folded, ()):
            end = i + 1 + len(entry.rest)
            if end <= len(said) and all(said[i + 1 + n].folded == word for n, word in enumerate(entry.rest)):
                written = text[said[i].start : said[end - 1].end]
                if (not entry.capital or written != written.lower()) and (not entry.shouted or written[:2].isupper()):
                    return entry.name, end - i
        return None


@lru_cache(maxsize=64)
def names(own: tuple[OwnName, ...] = ()) -> Names:
    """Return the names that everybody knows and an edition's own.

    >>> said = words("Strikes on the Ukrainian capital")
    >>> names().at(said, 3, "Strikes on the Ukrainian capital")
    (Name(called='kyiv', sort=<Sort.CAPITAL: 2>, country='ukraine'), 2)
    """
    return Names(own)


@lru_cache(maxsize=1)
def _capitals() -> frozenset[str]:
    return frozenset(name.called for _, name in _countries() if name.sort is Sort.CAPITAL)


def is_capital(called: str) -> bool:
    """Return whether a name, as it is compared, is that of a capital.

    >>> is_capital("kyiv"), is_capital("lviv")
    (True, False)
    """
    return called in _capitals()


def _countries() -> Iterator[tuple[str, Name]]:
    for line in COUNTRIES.strip().splitlines():
        country, _, rest = line.partition(": ")
        people, _, seats = rest.partition(" / ")
        called = Name(country, Sort.COUNTRY)
        ways = [country, *_listed(people)]
        yield from ((way, called) for way in ways)
        first, *others = [*_listed(seats), ""]
        spellings = [spelling.strip() for spelling in first.split("|") if spelling.strip()]
        if spellings:
            its = Name(spellings[0], Sort.CAPITAL, country)
            yield from (
                (way, its) for way in (*spellings, *(f"{way} capital" for way in ways), f"capital of {country}")
            )
        yield from ((other, Name(other, Sort.SEAT, country)) for other in others if other)


def _towns() -> Iterator[tuple[str, Name]]:
    for line in TOWNS.strip().splitlines():
        for town in line.split(";"):
            called, *others = _listed(town)
            yield from ((way, Name(called, Sort.TOWN)) for way in (called, *others))


def _bodies() -> Iterator[tuple[str, Name]]:
    for line in BODIES.strip().splitlines():
        called, _, others = line.partition(": ")
        yield from ((way, Name(called, Sort.BODY)) for way in (called, *_listed(others)))


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
