"""Which story leads a section, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from digest.compose.outlets import covered, independent
from digest.compose.telling import Telling
from digest.compose.voice import freshness, in_telling_order, substance
from digest.model.news import ArticleKind, Source, Story

COVERAGE: Final = 0.35
"""What the number and the weight of the outlets count in a rank; the five together are 1."""
FIT: Final = 0.25
RECENCY: Final = 0.20
SUBSTANCE: Final = 0.15
"""What it counts that there is a text to tell, and not a headline alone."""
POSITION: Final = 0.05
HEADLESS: Final = 0.85
"""What a later passage without a sub-heading keeps: it has no headline of its own, and its article has been told."""
CLUMSY: Final = 0.92
"""What a story keeps whose only headline reads badly."""
BEHIND: Final = 0.5
"""What a live page, an opinion, a round-up keeps of its score."""


def ranked(
    groups: Sequence[Sequence[Telling]], section: str, sources: Mapping[str, Source], now: datetime
) -> list[tuple[Story, list[Telling]]]:
    """Return a section's stories, the highest first, each with its tellings, the one that is told first.

    Equal scores go by the newer report, then by the article's id, so that the order never depends on the input's.
    """
    scored = [_story(list(group), section, sources, now) for group in groups]
    return sorted(scored, key=lambda pair: (-pair[0].score, -pair[1][0].article.at.timestamp(), pair[1][0].key))


def _story(
    group: list[Telling], section: str, sources: Mapping[str, Source], now: datetime
) -> tuple[Story, list[Telling]]:
    ordered, why = in_telling_order(group, section, sources, now)
    lead = ordered[0]
    voices = independent(ordered)
    newest = max(telling.article.at for telling in voices)
    kind = lead.article.kind
    score = (
        COVERAGE * covered(ordered, voices, sources)
        + FIT * lead.told.score
        + RECENCY * freshness(newest, now)
        + SUBSTANCE * substance(lead)
        + POSITION / (1 + lead.order / 2)
    )
    score *= (1.0 if kind.may_lead else BEHIND) * (HEADLESS if lead.is_headless else 1.0)
    score *= CLUMSY if lead.flaws else 1.0
    reasons = _reasons(ordered, len(voices), section, kind, newest, now)
    return Story(section, tuple(t.told for t in ordered), round(score, 4), (*reasons, *why)), ordered


def _reasons(
    ordered: Sequence[Telling], voices: int, section: str, kind: ArticleKind, newest: datetime, now: datetime
) -> tuple[str, ...]:
    outlets = len({telling.article.source for telling in ordered})
    elsewhere = sorted({telling.section for telling in ordered} - {section})
    reasons = [
        f"{outlets} outlet{'s' * (outlets != 1)}",
        age_in_words(now - newest),
        f"fits {section} {ordered[0].told.score:.2f}",
    ]
    if voices < len(ordered):
        reasons.insert(1, f"{len(ordered) - voices} of {len(ordered)} reports a copy")
    if ordered[0].order:
        reasons.append(f"passage {ordered[0].order + 1} of its article")
    if not kind.may_lead:
        reasons.append(f"{kind}: may not lead before news")
    if elsewhere:
        reasons.append(f"also told under {', '.join(elsewhere)}, shown once")
    return tuple(reasons)


def age_in_words(age: timedelta) -> str:
    """Return an age as an editor says it.

    >>> [age_in_words(timedelta(minutes=minutes)) for minutes in (-5, 20, 130, 3000)]
    ['just in', '20 min old', '2 h old', '2 days old']
    """
    minutes = int(age / timedelta(minutes=1))
    if minutes < 5:
        return "just in"
    if minutes < 60:
        return f"{minutes} min old"
    return f"{minutes // 60} h old" if minutes < 48 * 60 else f"{minutes // 1440} days old"
