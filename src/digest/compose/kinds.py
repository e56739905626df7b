"""What kind of article a title announces: only news and analysis may lead."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A kind of article that matters for its rank."""

    NEWS = "news"
    LIVE = "live page"
    OPINION = "opinion"
    REVIEW = "round-up"
    PICTURES = "pictures"


PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        Kind.LIVE,
        re.compile(
            r"\blive\b.{0,20}\b(?:updates?|news|blog)\b|\b(?:latest|live) updates\b|\bas it happened\b|\blive:"
            r"|^live\b",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.OPINION,
        re.compile(
            r"^(?:opinion|op-ed|editorial|comment|commentary|letters?|column)\b\s*[:|–—-]|\|\s*opinion\b"
            r"|^(?:kommentar|мнение|думка|рая)\s*:",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.REVIEW,
        re.compile(
            r"\bround-?up\b|\b(?:newspaper|morning|evening) headlines\b|\bwhat we know\b|\bkey moments\b"
            r"|\btimeline\b|\b(?:briefing|mini-report|quiz|podcast|transcript|explainer)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.PICTURES,
        re.compile(
            r"\bin pictures\b|^(?:watch|video|photos?|gallery)\s*[:|–—-]|\bphoto (?:gallery|essay)\b", re.IGNORECASE
        ),
    ),
)


def kind_of(title: str) -> Kind:
    """Return what kind of article a title announces.

    >>> kind_of("Ferren bridge: live updates"), kind_of("Opinion: rebuild the bridge"), kind_of("Bridge falls")
    (<Kind.LIVE: 'live page'>, <Kind.OPINION: 'opinion'>, <Kind.NEWS: 'news'>)
    """
    return next((kind for kind, pattern in PATTERNS if pattern.search(title[:300])), Kind.NEWS)
