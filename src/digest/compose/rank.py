"""Which story leads a section, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from digest.compose.kinds import Kind, kind_of
from digest.compose.telling import Telling
from digest.model.news import Source, Story

COVERAGE: Final = 0.35
"""What the number and the weight of the outlets count in a rank; the five together are 1."""
FIT: Final = 0.25
RECENCY: Final = 0.20
SUBSTANCE: Final = 0.15
"""What it counts that there is a text to tell, and not a headline alone."""
POSITION: Final = 0.05
FULL_TEXT: Final = 400
"""Characters of a passage that are text enough."""
HALF_LIFE: Final = timedelta(hours=24)
"""Age at which a report counts half."""
HEADLESS: Final = 0.95
"""What a later passage without a sub-heading keeps: it has no headline of its own."""
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
    ordered = sorted(group, key=lambda telling: (-_worth(telling, section, sources, now), telling.key))
    lead = ordered[0]
    coverage = covered({telling.article.source for telling in ordered}, sources)
    newest = max(telling.article.at for telling in ordered)
    kind = kind_of(lead.article.title)
    score = (
        COVERAGE * coverage
        + FIT * lead.told.score
        + RECENCY * freshness(newest, now)
        + SUBSTANCE * substance(lead)
        + POSITION / (1 + lead.order / 2)
    )
    score *= (1.0 if kind is Kind.NEWS else BEHIND) * (HEADLESS if is_headless(lead) else 1.0)
    story = Story(
        section, tuple(t.told for t in ordered), round(score, 4), _reasons(ordered, section, kind, newest, now)
    )
    return story, ordered


def _worth(telling: Telling, section: str, sources: Mapping[str, Source], now: datetime) -> float:
    """Return how well a telling would tell its story: a full text of the section by a weighty outlet, and fresh."""
    return (
        telling.told.score
        + 0.5 * (telling.section == section)
        + 0.5 * substance(telling)
        + 0.3 * _weight(telling.article.source, sources)
        + 0.2 * freshness(telling.article.at, now)
        - 0.1 * telling.order
        - 0.8 * (kind_of(telling.article.title) is not Kind.NEWS)
        - 0.5 * (not telling.article.title)
    )


def _weight(name: str, sources: Mapping[str, Source]) -> float:
    return sources[name].weight if name in sources else 1.0


def covered(names: set[str], sources: Mapping[str, Source]) -> float:
    """Return what the outlets' agreement counts: one ordinary outlet 0.5, two 0.67, never 1.

    >>> round(covered({"Karsk Wire"}, {}), 2), round(covered({"Karsk Wire", "Radio Tarn"}, {}), 2)
    (0.5, 0.67)
    """
    total = sum(max(0.0, _weight(name, sources)) for name in sorted(names))
    return total / (1.0 + total)


def is_headless(telling: Telling) -> bool:
    """Return whether the told passage neither opens its article nor has a heading."""
    return telling.order > 0 and not telling.told.passage.heading


def substance(telling: Telling) -> float:
    """Return how much text the told passage has: 0 for none, 1 for `FULL_TEXT` and more."""
    return min(1.0, sum(map(len, telling.told.passage.paragraphs)) / FULL_TEXT)


def freshness(at: datetime, now: datetime) -> float:
    """Return 1 for what was published at `now` or later, half of it for each `HALF_LIFE` before."""
    half_lives = max(timedelta(), now - at) / HALF_LIFE
    return float(0.5**half_lives)


def _reasons(ordered: Sequence[Telling], section: str, kind: Kind, newest: datetime, now: datetime) -> tuple[str, ...]:
    outlets = len({telling.article.source for telling in ordered})
    elsewhere = sorted({telling.section for telling in ordered} - {section})
    reasons = [
        f"{outlets} outlet{'s' * (outlets != 1)}",
        age_in_words(now - newest),
        f"fits {section} {ordered[0].told.score:.2f}",
    ]
    if ordered[0].order:
        reasons.append(f"passage {ordered[0].order + 1} of its article")
    if kind is not Kind.NEWS:
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
