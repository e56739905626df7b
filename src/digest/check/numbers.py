"""Numbers in running text, in digits or in English words, in one spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from digest.model.words import listed

UNITS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TENS: Final = dict(zip(_TENS, range(20, 100, 10), strict=True))
WORDS: Final = {word: n for n, word in enumerate(UNITS)} | TENS | {"dozen": 12, "hundred": 100, "thousand": 1000}

_WORD: Final = "|".join(sorted(WORDS, key=len, reverse=True))
NUMBER: Final = re.compile(
    r"(?<![\w.,/:-])(?P<digits>\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?!\d)|\d+)(?P<part>[.,]\d+)?(?![\w/:])"
    rf"|\b(?P<word>{_WORD})(?:[- ](?P<unit>{'|'.join(UNITS[1:10])}))?\b",
    re.IGNORECASE,
)
NOUN: Final = re.compile(
    r"[\s-]+(?:(?:[A-Za-z]+ly|new|more|other|further|enemy|civilian|additional) )?(?P<noun>[^\W\d_]{3,})"
)
NO_NOUN: Final = listed("were was are had have has and the for from with per who that while when after before than")
STEM: Final = 6
CALENDAR: Final = listed(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday hours hour minutes days day weeks week months month years
    year o'clock
    """
)
YEARS: Final = frozenset(map(str, range(1900, 2100)))


class Number(NamedTuple):
    """A number and where it stands."""

    value: str
    """Digits, a point before decimals."""
    start: int
    end: int


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text in order.

    >>> [number.value for number in numbers("2,300 soldiers, sixty-four drones, 4.5 million crowns and two tanks")]
    ['2300', '64', '4.5', '2']
    """
    for found in NUMBER.finditer(text):
        yield Number(_value(found), *found.span())


def _value(found: re.Match[str]) -> str:
    if found["digits"]:
        part = _plain(found["part"] or "")
        return (_plain(found["digits"]).lstrip("0") or "0") + (f".{part}".rstrip("0").rstrip("."))
    word, unit = found["word"].lower(), (found["unit"] or "").lower()
    value = WORDS[word]
    return str(value + UNITS.index(unit) if unit and word in TENS else value)


def _plain(text: str) -> str:
    """Return the digits of a text in ASCII; never as a number, since `int` refuses thousands of them."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def counted(text: str) -> Iterator[tuple[str, str]]:
    """Yield the numbers that count something, with the beginning of what: no years, dates and spans of time."""
    for number in numbers(text):
        noun = NOUN.match(text, number.end)
        if noun is None or noun["noun"].casefold() in CALENDAR | NO_NOUN:
            continue
        if number.value in YEARS:
            continue
        yield number.value, noun["noun"].casefold()[:STEM]
