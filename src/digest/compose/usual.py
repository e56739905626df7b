"""How common words are in news of war and diplomacy, for as long as there is no archive to count in.

Estimates, and only of words common enough to matter: whatever is not here is taken to be rare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from digest.compose.vectors import stem
from digest.model.issue import Archive
from digest.model.words import listed

TEXTS: Final = 200
"""As many texts the estimates weigh like."""
SHARES: Final[Mapping[int, str]] = MappingProxyType(
    {
        100: "ukraine russia",
        50: "kyiv moscow war president drone attack military force minister",
        30: """
            killed people city region officials strike missile troops country united states european union government
            talks according night foreign defence army hit security
        """,
        15: """
            power leader peace governor ministry support air residents building wounded children civilians
            soldiers fire part week month agreement ceasefire sanctions energy oil kremlin nato meeting
            statement front fighting town village district area launched damaged called told home number major
        """,
        8: """
            aid weapons economy border nuclear plant port hospital school train water parliament court police prisoners
            exchange summit envoy visit ambassador council commission general commander capital east south north west
            group report line system mayor spokesman member allies germany france china poland turkey
            loan billion million budget vote election law trade gas grain ship fleet rescue evacuat
        """,
    }
)
"""Texts out of `TEXTS` that have each of the words."""
USUAL: Final = Archive(
    TEXTS,
    tuple(sorted({stem(word): count for count, said in sorted(SHARES.items()) for word in listed(said)}.items())),
)
"""The estimates in the form of counts."""
ENOUGH: Final = 1_000
"""Texts from which an archive speaks for itself."""


def usual(archive: Archive) -> Archive:
    """Return an archive with the estimates counted in, the less the larger it is."""
    share = 1 - archive.texts / ENOUGH
    if share <= 0:
        return archive
    counts = Counter(dict(archive.counts))
    counts.update({word: round(count * share) for word, count in USUAL.counts})
    return Archive(archive.texts + round(USUAL.texts * share), tuple(sorted(counts.items())))
