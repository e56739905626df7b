"""Which story leads a section, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from digest.compose.claims import claimed_by
from digest.compose.memory import Recollection
from digest.compose.outlets import covered, independent
from digest.compose.telling import Telling
from digest.compose.voice import freshness, in_telling_order, substance
from digest.model.issue import Ranking
from digest.model.news import ArticleKind, Source, Story

HEADLESS: Final = 0.85
"""What a later passage without a sub-heading keeps: it has no headline of its own, and its article has been told."""
CLUMSY: Final = 0.92
"""What a story keeps whose only headline reads badly."""
BEHIND: Final = 0.5
"""What a live page, an opinion, a round-up keeps of its score."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its tellings, the one that is told first, and what was sent of it before."""

    story: Story
    told: tuple[Telling, ...]
    voices: int
    """Outlets that report it in words of their own."""
    recalled: Recollection | None = None


def ranked(
    groups: Sequence[tuple[Sequence[Telling], Recollection | None]],
    section: str,
    sources: Mapping[str, Source],
    now: datetime,
    ranking: Ranking,
) -> list[Ranked]:
    """Return a section's stories, the highest first.

    Equal scores go by the newer report, then by the article's id, so that the order never depends on the input's.
    """
    scored = [_ranked(list(group), recalled, section, sources, now, ranking) for group, recalled in groups]
    return sorted(scored, key=lambda r: (-r.story.score, -r.told[0].article.at.timestamp(), r.told[0].key))


def _ranked(
    group: list[Telling],
    recalled: Recollection | None,
    section: str,
    sources: Mapping[str, Source],
    now: datetime,
    ranking: Ranking,
) -> Ranked:
    ordered, why = in_telling_order(group, section, sources, now)
    lead = ordered[0]
    voices = independent(ordered)
    newest = max(telling.article.at for telling in voices)
    parts = (
        (ranking.coverage, covered(ordered, voices, sources)),
        (ranking.fit, lead.told.score),
        (ranking.recency, freshness(newest, now, ranking.half_life)),
        (ranking.substance, substance(lead)),
        (ranking.position, 1 / (1 + lead.order / 2)),
        (ranking.novelty, recalled.novelty if recalled else 1.0),
    )
    score = sum(weight * part for weight, part in parts) / (sum(weight for weight, _ in parts) or 1.0)
    score *= (1.0 if lead.article.kind.may_lead else BEHIND) * (HEADLESS if lead.is_headless else 1.0)
    score *= CLUMSY if lead.flaws else 1.0
    reasons = (*_reasons(ordered, voices, section, sources, newest, now), *_known(recalled), *why)
    story = Story(section, tuple(telling.told for telling in ordered), round(score, 4), reasons)
    return Ranked(story, tuple(ordered), len({telling.article.source for telling in voices}), recalled)


def _reasons(
    ordered: Sequence[Telling],
    voices: Sequence[Telling],
    section: str,
    sources: Mapping[str, Source],
    newest: datetime,
    now: datetime,
) -> Iterator[str]:
    lead = ordered[0]
    outlets = len({telling.article.source for telling in ordered})
    yield f"{outlets} outlet{'s' * (outlets != 1)}"
    if len(voices) < len(ordered):
        yield f"{len(ordered) - len(voices)} of {len(ordered)} reports a copy"
    sides = {sources[telling.article.source].side for telling in ordered if telling.article.source in sources}
    if len(sides) == 1 and any(sides):
        yield f"only {min(sides)} reports it"
    yield age_in_words(now - newest)
    yield f"fits {section} {lead.told.score:.2f}"
    if lead.order:
        yield f"passage {lead.order + 1} of its article"
    if not lead.article.kind.may_lead:
        yield f"{lead.article.kind}: may not lead before news"
    elif lead.article.kind is not ArticleKind.NEWS:
        yield str(lead.article.kind)
    elsewhere = sorted({telling.section for telling in ordered} - {section})
    if elsewhere:
        yield f"also told under {', '.join(elsewhere)}, shown once"
    claimants = claimed_by(ordered)
    if claimants:
        yield f"claimed by {', '.join(claimants)}"


def _known(recalled: Recollection | None) -> Iterator[str]:
    if recalled:
        fresh = ", ".join(recalled.new) or f"{recalled.novelty:.0%} of its words"
        yield f"goes on with No. {recalled.told.number} of {recalled.told.day:%d %b}; new: {fresh}"


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
