"""Who says so: the offices that reports name as their source, and the numbers on which outlets do not agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from digest.compose.facts import COUNTED, tolls
from digest.compose.names import Sort, names
from digest.compose.telling import Telling
from digest.model.issue import Figure
from digest.model.words import listed, words

_WORD: Final = r"[\w’'.-]{1,30}"
OFFICE: Final = (
    r"(?:ministry|ministries|staff|army|military|navy|force|forces|police|government|officials?|authorities|governor"
    r"|mayor|president|minister|chancellor|spokes(?:man|woman|person)|command|commander|intelligence|service|services"
    r"|agency|watchdog|administration|council|prosecutors?|operator|investigators|rescuers|diplomats|Kremlin)"
)
SAYING: Final = listed(
    "said says say claimed claims claim reported reports announced confirmed denied stated alleged told"
)
SAYS: Final = rf"(?:{'|'.join(sorted(SAYING))})"
SIGNED: Final = 3
"""Words behind a headline's dash that are a name rather than a second headline."""
ACCORDING: Final = re.compile(
    rf"\b[Aa]ccording to ((?:{_WORD} ){{0,6}}?{_WORD})(?=[,;:)]|\.?$|\.\s+[A-ZА-Я“]| (?:and|who|which|that|on|in)\b)"
)
OFFICIALLY: Final = re.compile(rf"(?<![\w-])((?:{_WORD} ){{0,4}}{OFFICE}) {SAYS}\b")
NOBODY: Final = listed(
    "model models plan plans schedule timetable law laws rules rule principle principles standards scheme pattern needs"
)
"""What things are done according to, rather than told."""
BREAK: Final = re.compile(
    r"^.*(?:\w\w\.|\b(?:and|but|that|when|while|as|after|before|because|which|who|is|are|was|were|had|has|have|by|with|to|on|at))\s",
    re.IGNORECASE,
)
"""What cannot stand within such a name: it begins behind the last of these."""
LONGEST: Final = 60
"""Characters of a name."""
MOST: Final = 3
"""Names of a story."""


def claimed_by(tellings: Iterable[Telling]) -> tuple[str, ...]:
    """Return who the reports say says so, as they put it, each once and the first told first."""
    found: dict[str, str] = {}
    for telling in tellings:
        for name in (*signed(telling.headline), *claimants(telling.said)):
            found.setdefault(name.casefold().removeprefix("the "), name)
    return tuple(found.values())[:MOST]


def signed(headline: str) -> tuple[str, ...]:
    """Return whom a headline names behind a dash as its source.

    >>> signed("Two hurt in Ferren - governor"), signed("The river - a long story of its own, and of ours")
    (('governor',), ())
    """
    _, dash, name = headline.rpartition(" -") if " -" in headline else headline.rpartition(" –")
    name = name.strip(" -–,.")
    return (name,) if dash and 0 < len(name.split()) <= SIGNED and len(name) <= LONGEST else ()


def claimants(text: str) -> tuple[str, ...]:
    """Return who a text names as the source of what it says, as it stands there.

    >>> claimants("A depot burns, the regional governor said. It was a drone, according to the Ministry of Defence.")
    ('the regional governor', 'the Ministry of Defence')
    >>> claimants("Ukraine says it sank a ship. The Kremlin denied it.")
    ('Ukraine', 'The Kremlin')
    """
    found = [
        (match.start(1), match.group(1)) for pattern in (OFFICIALLY, ACCORDING) for match in pattern.finditer(text)
    ]
    found += _rulers(text)
    called = (BREAK.sub("", name).strip(" .'’-") for _, name in sorted(found))
    return tuple(dict.fromkeys(name for name in called if 2 < len(name) <= LONGEST and not _is_thing(name)))


def _is_thing(name: str) -> bool:
    return name.split()[-1].casefold() in NOBODY


def _rulers(text: str) -> Iterator[tuple[int, str]]:
    """Yield the countries and seats of government that say something, each with where it stands."""
    said = words(text)
    for i in range(len(said) - 1):
        mention = names().at(said, i, text)
        if mention and mention[0].sort is not Sort.BODY and i + mention[1] < len(said):
            following = said[i + mention[1]]
            if following.folded in SAYING:
                start = said[i - 1].start if i and said[i - 1].folded == "the" else said[i].start
                yield start, text[start : said[i + mention[1] - 1].end]


def disputed(tellings: Sequence[Telling]) -> tuple[Figure, ...]:
    """Return the tolls on which a story's outlets do not agree, each outlet's highest: tolls grow."""
    return tuple(figure for kind in sorted(COUNTED) for figure in _disputed(kind, tellings))


def _disputed(kind: str, tellings: Sequence[Telling]) -> Iterator[Figure]:
    highest: dict[str, int] = {}
    for telling in tellings:
        counts = tolls(telling.said).get(kind)
        if counts:
            highest[telling.article.source] = max(*counts, highest.get(telling.article.source, 0))
    if len(set(highest.values())) > 1:
        by_count: dict[int, list[str]] = {}
        for outlet, count in highest.items():
            by_count.setdefault(count, []).append(outlet)
        yield Figure(kind, tuple((count, tuple(sorted(by_count[count]))) for count in sorted(by_count, reverse=True)))
