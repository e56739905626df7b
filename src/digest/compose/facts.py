"""What a report commits itself to: which day, which place, how many. Two events differ in these where words agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from digest.compose.vectors import NUMBERS, stem
from digest.model.words import listed, words

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
WEEKDAYS: Final = listed("monday tuesday wednesday thursday friday saturday sunday")
_NAMED: Final = r"[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ][\w'’-]*"
WEEKDAY: Final = re.compile(rf"\b(?:{'|'.join(sorted(WEEKDAYS))})\b", re.IGNORECASE)
PLACE: Final = re.compile(rf"\b(?:in|near|at|on|outside|around|over) ({_NAMED}(?: {_NAMED}){{0,3}})(?: (\w+))?")
REGION: Final = listed("region regions oblast oblasts province district districts area county")
NO_PLACE: Final = WEEKDAYS | frozenset(MONTHS) | listed("the easter christmas telegram twitter facebook x youtube")
CLAUSE: Final = re.compile(r"[;.!?:](?!\d)|,(?!\d)|\s(?:and|while|with|but)\s")
COUNT: Final = re.compile(rf"\b(?:\d{{1,3}}(?:[,.]\d{{3}})+|\d+|{'|'.join(NUMBERS)})\b(?!\s?%)", re.IGNORECASE)
COUNTED: Final = frozenset({"dead", "hurt"})
"""Stems of what tolls count."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Days, places and tolls that a report names, or those of a story's reports together."""

    days: frozenset[tuple[int, int]] = frozenset()
    """(month, day)."""
    weekdays: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    """Stems; those of whole regions are not among them, since too much happens in a region."""
    tolls: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """How many dead, how many hurt."""

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
            dict(sorted(tolls.items())),
        )


def facts(text: str) -> Facts:
    """Return what a text names.

    >>> found = facts("Two people were killed and 1,100 injured in Tarnmouth on 18 April.")
    >>> sorted(found.days), sorted(found.places), {kind: sorted(counts) for kind, counts in found.tolls.items()}
    ([(4, 18)], ['tarnmouth'], {'dead': [2], 'hurt': [1100]})
    """
    return Facts(frozenset(_days(text)), _weekdays(text), frozenset(_places(text)), _tolls(text))


def _days(text: str) -> Iterable[tuple[int, int]]:
    for found in DAY.finditer(text):
        day = found["day"] or found["then"] or found["d"]
        month = found["month"] or found["first"]
        number = _month(month) if month else int(found["m"])
        if 1 <= number <= 12 and 1 <= int(day) <= 31:
            yield number, int(day)


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.startswith(name[:3].lower()))


def _weekdays(text: str) -> frozenset[str]:
    return frozenset(found.lower() for found in WEEKDAY.findall(text))


def _places(text: str) -> Iterable[str]:
    for found in PLACE.finditer(text):
        named = [word.folded for word in words(found.group(1))]
        if (found.group(2) or "").casefold() not in REGION and not REGION & set(named):
            yield from (stem(word) for word in named if word not in NO_PLACE)


def _tolls(text: str) -> dict[str, frozenset[int]]:
    """Return the numbers, dates aside, that stand alone with one kind of toll in a clause."""
    tolls: dict[str, set[int]] = {}
    for clause in CLAUSE.split(DAY.sub("", text)):
        counts = COUNT.findall(clause)
        kinds = {stem(word.folded) for word in words(clause)} & COUNTED if len(counts) == 1 else set()
        if len(kinds) == 1:
            tolls.setdefault(kinds.pop(), set()).add(_number(counts[0]))
    return {kind: frozenset(tolls[kind]) for kind in sorted(tolls)}


def _number(text: str) -> int:
    bare = text.lower()
    return NUMBERS.index(bare) + 1 if bare in NUMBERS else int(re.sub(r"\D", "", bare))
