"""Which of a story's reports is the one that is told: its headline, its text and its link are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from digest.compose.facts import tolls
from digest.compose.outlets import weight_of
from digest.compose.telling import Telling
from digest.compose.vectors import stems
from digest.model.news import ArticleId, SectionId, Source

FULL_TEXT: Final = 400
"""Characters of a passage that are text enough."""
HALF_LIFE: Final = timedelta(hours=24)
"""Age at which a report counts half."""
CROWD: Final = 3
"""Reports from which one can be typical."""
TYPICAL: Final = 1.0
"""What it counts that the others say the same as its headline: it tells the event, not a detail of it."""
CLUMSY: Final = 0.6
"""What a report loses for a headline that reads badly."""
NOWHERE: Final = 0.3
"""What it loses if its headline leads nowhere."""
OVERTAKEN: Final = 0.4
"""What it loses if its outlet counts more dead in another report."""


def in_telling_order(
    group: Sequence[Telling], section: SectionId, sources: Mapping[str, Source], now: datetime
) -> tuple[list[Telling], tuple[str, ...]]:
    """Return a story's reports, the one to be told first, and what the choice of its headline rests on, if on much."""
    typical = _typical(group)
    worth = {telling.key: _worth(telling, section, sources, now) + TYPICAL * typical[telling.key] for telling in group}
    behind = _overtaken(group)
    loss = {telling.key: _loss(telling) + OVERTAKEN * (telling.key in behind) for telling in group}
    ordered = sorted(group, key=lambda telling: (loss[telling.key] - worth[telling.key], telling.key))
    best = min(group, key=lambda telling: (-worth[telling.key], telling.key))
    return ordered, tuple(_why(ordered[0], best, behind))


def _typical(group: Sequence[Telling]) -> dict[tuple[ArticleId, SectionId], float]:
    """Return for each report how much of its headline the others say too, 0 to 1; of two, neither is typical."""
    if len(group) < CROWD:
        return dict.fromkeys((telling.key for telling in group), 0.0)
    said = {telling.key: frozenset(stems(telling.said)) for telling in group}
    found = {}
    for telling in group:
        own = frozenset(stems(telling.headline))
        shares = [len(own & said[other.key]) / max(1, len(own)) for other in group if other is not telling]
        found[telling.key] = sum(shares) / len(shares)
    return found


def _why(lead: Telling, passed_over: Telling, behind: frozenset[tuple[ArticleId, SectionId]]) -> Iterator[str]:
    """Say whose headline another's was taken for, or what is wrong with the only one."""
    if lead is not passed_over:
        flaw = "overtaken by a later count" if passed_over.key in behind else "not on the web"
        flaw = next(iter(passed_over.flaws), flaw)
        own, other = lead.article.source, passed_over.article.source
        yield f"headline of {own}: {'another' if own == other else f'that of {other}'} is {flaw}"
    elif lead.flaws:
        yield f"headline is {lead.flaws[0]}"


def _loss(telling: Telling) -> float:
    """Return what a telling loses for its headline."""
    on_web = urlsplit(telling.article.url).scheme in ("http", "https")
    return CLUMSY * bool(telling.flaws) + NOWHERE * (not on_web)


def _overtaken(group: Sequence[Telling]) -> frozenset[tuple[ArticleId, SectionId]]:
    """Return the keys of the reports whose own outlet counts more dead in another one of the story."""
    if len(group) == 1:
        return frozenset()
    counted = {telling.key: _dead(telling) for telling in group}
    return frozenset(
        telling.key
        for telling in group
        for other in group
        if other.article.source == telling.article.source and 0 < counted[telling.key] < counted[other.key]
    )


def _dead(telling: Telling) -> int:
    return max(tolls(telling.said).get("dead", ()), default=0)


def _worth(telling: Telling, section: str, sources: Mapping[str, Source], now: datetime) -> float:
    """Return how well a telling would tell its story: a full text of the section by a weighty outlet, and fresh."""
    return (
        telling.told.score
        + 0.5 * (telling.section == section)
        + 0.5 * substance(telling)
        + 0.3 * weight_of(telling.article.source, sources)
        + 0.2 * freshness(telling.article.at, now)
        - 0.1 * telling.order
        - 0.8 * (not telling.article.kind.may_lead)
    )


def substance(telling: Telling) -> float:
    """Return how much text the told passage has: 0 for none, 1 for `FULL_TEXT` and more."""
    return min(1.0, sum(map(len, telling.told.passage.paragraphs)) / FULL_TEXT)


def freshness(at: datetime, now: datetime, half_life: timedelta = HALF_LIFE) -> float:
    """Return 1 for what was published at `now` or later, half of it for each `half_life` before."""
    half_lives = max(timedelta(), now - at) / half_life
    return float(0.5**half_lives)
