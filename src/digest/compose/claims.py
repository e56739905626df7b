"""Who says so: the offices that reports name as their source, and the numbers on which outlets do not agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from digest.compose.facts import COUNTED, facts
from digest.compose.telling import Telling, opening
from digest.model.issue import Figure

_WORD: Final = r"[\w’'.-]{1,30}"
OFFICE: Final = (
    r"(?:ministry|ministries|staff|army|military|navy|force|forces|police|government|officials?|authorities|governor"
    r"|mayor|president|minister|chancellor|spokes(?:man|woman|person)|command|commander|intelligence|service|services"
    r"|agency|watchdog|administration|council|prosecutors?|operator|investigators|rescuers|diplomats|Kremlin)"
)
SAYS: Final = r"(?:said|says|say|claimed|claims|claim|reported|reports|announced|confirmed|stated|states|alleged|told)"
ACCORDING: Final = re.compile(
    rf"\b[Aa]ccording to ((?:{_WORD} ){{0,6}}?{_WORD})(?=[,.;:)]|$| (?:and|who|which|that|on|in)\b)"
)
OFFICIALLY: Final = re.compile(rf"(?<![\w-])((?:{_WORD} ){{0,4}}{OFFICE}) {SAYS}\b")
BREAK: Final = re.compile(
    r"^.*\b(?:and|but|that|when|while|as|after|before|because|which|who|is|are|was|were|had|has|have|by|with|to|on|at)\s",
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
        for name in claimants(f"{telling.headline}. {opening(telling)}"):
            found.setdefault(name.casefold().removeprefix("the "), name)
    return tuple(found.values())[:MOST]


def claimants(text: str) -> tuple[str, ...]:
    """Return who a text names as the source of what it says, as it stands there.

    >>> claimants("A depot burns, the regional governor said. It was a drone, according to the Ministry of Defence.")
    ('the regional governor', 'the Ministry of Defence')
    """
    found = [
        (match.start(1), match.group(1)) for pattern in (OFFICIALLY, ACCORDING) for match in pattern.finditer(text)
    ]
    names = (BREAK.sub("", name).strip(" .'’-") for _, name in sorted(found))
    return tuple(dict.fromkeys(name for name in names if 2 < len(name) <= LONGEST))


def disputed(tellings: Sequence[Telling]) -> tuple[Figure, ...]:
    """Return the tolls on which a story's outlets do not agree, each outlet's by its latest report that gives one."""
    return tuple(figure for kind in sorted(COUNTED) for figure in _disputed(kind, tellings))


def _disputed(kind: str, tellings: Sequence[Telling]) -> Iterator[Figure]:
    latest: dict[str, int] = {}
    for telling in sorted(tellings, key=lambda telling: (telling.article.at, telling.key)):
        counts = facts(f"{telling.headline}. {opening(telling)}").tolls.get(kind)
        if counts:
            latest[telling.article.source] = max(counts)
    if len(set(latest.values())) > 1:
        by_count: dict[int, list[str]] = {}
        for outlet, count in latest.items():
            by_count.setdefault(count, []).append(outlet)
        yield Figure(kind, tuple((count, tuple(sorted(by_count[count]))) for count in sorted(by_count, reverse=True)))
