"""What a report commits itself to: which day, which place, how many. Two events differ in these where words agree."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from digest.compose.names import Names, Sort
from digest.compose.names import names as known_names
from digest.compose.vectors import NUMBERS, stem
from digest.model.words import Word, listed, words

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH: Final = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
DAY: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})\b"
    rf"|\b(?P<first>{_MONTH})\.? (?P<then>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"|\b(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?:\d{4}|\d{2})\b",
    re.IGNORECASE,
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED: Final = r"[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ][\w'’-]*"
WEEKDAY: Final = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b", re.IGNORECASE)
PLACE: Final = re.compile(
    rf"\b(?:in|near|at|on|off|from|outside|around|over) ({_NAMED}(?: {_NAMED}){{0,3}})(?: (\w+))?"
)
REGION: Final = listed("region regions oblast oblasts province district districts area county")
STRUCK: Final = listed("hit hits struck strike strikes attack attacks attacked bomb bombs bombed shelled pound pounds")
UNDER: Final = listed("under attack attacks hit struck attacked bombed shelled mayor residents suburb suburbs district")
NO_PLACE: Final = (
    frozenset(WEEKDAYS) | frozenset(MONTHS) | listed("the easter christmas telegram twitter facebook x youtube")
)
CLAUSE: Final = re.compile(r"[;.!?:](?!\d)|,(?!\d)|\s(?:and|while|with|but)\s")
COUNT: Final = re.compile(rf"\b(?:\d{{1,3}}(?:[,.]\d{{3}})+|\d+|{'|'.join(NUMBERS)})\b(?!\s?%)", re.IGNORECASE)
HOUR: Final = re.compile(r"\bas of (?P<hour>\d{1,2})(?:[:.]\d\d)?(?: ?(?P<half>[ap])\.?m\b)?", re.IGNORECASE)
MOST_DIGITS: Final = 9
"""Of a number that may count people."""
COUNTED: Final = frozenset({"dead", "hurt"})
"""Stems of what tolls count."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Days, places and tolls that a report names, or those of a story's reports together."""

    days: frozenset[tuple[int, int]] = frozenset()
    """(month, day), as written."""
    weekdays: frozenset[tuple[int, int]] = frozenset()
    """The same of the weekdays it names, the last ones before it was published, and of dates as near as that."""
    places: frozenset[str] = frozenset()
    """Stems and names; those of whole regions are not among them, since too much happens in a region."""
    towns: frozenset[str] = frozenset()
    """Those of the places that are known as towns."""
    tolls: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """How many dead, how many hurt."""
    hours: frozenset[int] = frozenset()
    """Of a bulletin that gives the state as of an hour."""

    def together(self, other: Facts) -> Facts:
        """Return the facts of both."""
        tolls = {
            kind: self.tolls.get(kind, frozenset()) | other.tolls.get(kind, frozenset())
            for kind in {*self.tolls, *other.tolls}
        }
        return Facts(
            self.days | other.days,
            self.weekdays | other.weekdays,
            self.places | other.places,
            self.towns | other.towns,
            dict(sorted(tolls.items())),
            self.hours | other.hours,
        )


def facts(
    text: str, names: Names | None = None, at: datetime | None = None, said: Sequence[Word] | None = None
) -> Facts:
    """Return what a text names; `at` is when it was published, without which its weekdays say nothing.

    `said` are its words, where they are known already.

    >>> found = facts("Two people were killed and 1,100 injured in Tarnmouth on 18 April.")
    >>> sorted(found.days), sorted(found.places), {kind: sorted(counts) for kind, counts in found.tolls.items()}
    ([(4, 18)], ['tarnmouth'], {'dead': [2], 'hurt': [1100]})
    """
    places, towns = _places(text, words(text) if said is None else said, names or known_names())
    days = frozenset(_days(text))
    lately = frozenset(day for day in days if at and _is_near(day, at))
    return Facts(days, frozenset(_weekdays(text, at)) | lately, places, towns, tolls(text), _hours(text))


def _days(text: str) -> Iterable[tuple[int, int]]:
    for found in DAY.finditer(text):
        day = found["day"] or found["then"] or found["d"]
        month = found["month"] or found["first"]
        number = _month(month) if month else int(found["m"])
        if 1 <= number <= 12 and 1 <= int(day) <= 31:
            yield number, int(day)


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name[:3].lower()))


def _weekdays(text: str, at: datetime | None) -> Iterator[tuple[int, int]]:
    if at is None:
        return
    for found in WEEKDAY.findall(text):
        back = (at.weekday() - WEEKDAYS.index(found.lower())) % 7
        day = at - timedelta(days=back if back < 6 else -1)  # tomorrow, or today in a zone further east
        yield day.month, day.day


def _is_near(day: tuple[int, int], at: datetime) -> bool:
    around = (at + timedelta(days=days) for days in range(-6, 2))
    return any(day == (each.month, each.day) for each in around)


def _places(text: str, said: Sequence[Word], names: Names) -> tuple[frozenset[str], frozenset[str]]:
    """Return the places that a text names, and those of them that are known as towns."""
    spans = deque(found.span(1) for found in PLACE.finditer(text) if not _names_region(found))
    places: set[str] = set()
    towns: set[str] = set()
    i = 0
    while i < len(said):
        mention = names.at(said, i, text)
        word, taken = said[i], mention[1] if mention else 1
        while spans and spans[0][1] <= word.start:
            spans.popleft()
        located = bool(spans) and spans[0][0] <= word.start
        if mention:
            name = mention[0]
            meant = located or taken > 1 or _is_target(said, i, i + taken) if name.sort is Sort.CAPITAL else True
            if name.sort in (Sort.TOWN, Sort.CAPITAL) and meant and not _of_region(said, i + taken):
                places.add(name.called)
                towns.add(name.called)
        elif located and word.folded not in NO_PLACE:
            places.add(stem(word.folded))
        i += taken
    return frozenset(places), frozenset(towns)


def _names_region(found: re.Match[str]) -> bool:
    named = {word.folded for word in words(found.group(1))}
    return (found.group(2) or "").casefold() in REGION or bool(REGION & named)


def _is_target(said: Sequence[Word], start: int, end: int) -> bool:
    """Return whether the words beside a name say that something comes down on it: `hit Kyiv`, `Kyiv under attack`."""
    before, after = said[start - 1].folded if start else "", said[end].folded if end < len(said) else ""
    return before in STRUCK or after in UNDER


def _of_region(said: Sequence[Word], i: int) -> bool:
    return i < len(said) and said[i].folded in REGION


def tolls(text: str) -> dict[str, frozenset[int]]:
    """Return the numbers, dates aside, that stand alone with one kind of toll in a clause."""
    found: dict[str, set[int]] = {}
    for clause in CLAUSE.split(DAY.sub("", text)):
        counts = COUNT.findall(clause)
        kinds = {stem(word.folded) for word in words(clause)} & COUNTED if len(counts) == 1 else set()
        if len(kinds) == 1 and (number := _number(counts[0])) is not None:
            found.setdefault(kinds.pop(), set()).add(number)
    return {kind: frozenset(found[kind]) for kind in sorted(found)}


def _hours(text: str) -> frozenset[int]:
    return frozenset(
        int(found["hour"]) % (12 if found["half"] else 24) + 12 * ((found["half"] or "").lower() == "p")
        for found in HOUR.finditer(text)
    )


def _number(text: str) -> int | None:
    """Return the number; None for one that counts nobody, of so many digits that `int` might refuse it."""
    bare = text.lower()
    if bare in NUMBERS:
        return NUMBERS.index(bare) + 1
    digits = re.sub(r"\D", "", bare)
    return int(digits) if len(digits) <= MOST_DIGITS else None
