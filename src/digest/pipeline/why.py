"""Why a story is in an issue and stands where it stands, for an editor who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.compose.items import web_address
from digest.edit import found, load
from digest.errors import MoveError
from digest.model.editing import Revision, standing
from digest.model.issue import Issue, Item
from digest.model.news import SectionId
from digest.parts import Parts


@dataclass(frozen=True, slots=True)
class Part:
    """A passage that a story was merged from."""

    outlet: str
    """Empty, like title and address, for an article that is not kept any more."""
    title: str
    url: str
    at: datetime | None
    heading: str
    score: float
    """How surely it belongs to the section."""
    evidence: tuple[str, ...]
    """The phrases that decided the section."""
    told: bool
    """Whether it is the one whose words are told."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a story is here."""

    headline: str
    section: SectionId
    title: str
    """The section's."""
    place: int
    """From 1."""
    score: float
    """What it was ranked by."""
    reasons: tuple[str, ...]
    """Of its rank."""
    parts: tuple[Part, ...]
    """What it was merged from, the one that is told first."""
    written: tuple[str, ...]
    """What is in an editor's words."""
    moves: tuple[Revision, ...]
    """What editors did to it, in order."""


def why(parts: Parts, issue: Issue, anchor: str) -> Why:
    """Return why the story with that anchor stands where it does. Raises MoveError where the issue has none."""
    for section in issue.content.sections if issue.content else ():
        for place, item in enumerate(section.items, 1):
            if item.anchor == anchor:
                return Why(
                    headline=item.headline,
                    section=section.id,
                    title=section.title,
                    place=place,
                    score=item.score,
                    reasons=item.reasons,
                    parts=tuple(_parts(parts, item)),
                    written=item.written,
                    moves=tuple(_moves(standing(parts.store.edits.history(issue.id)).done, item)),
                )
    raise MoveError(f"No. {issue.number} has no story {anchor} any more; look at it again")


def _parts(parts: Parts, item: Item) -> list[Part]:
    articles = parts.store.articles.kept({cited.article for cited in item.passages})
    found = []
    for cited in item.passages:
        article = articles.get(cited.article)
        found.append(
            Part(
                outlet=article.source if article else "",
                title=article.title if article else "",
                url=web_address(article) if article else "",
                at=article.at if article else None,
                heading=cited.heading,
                score=cited.score,
                evidence=cited.evidence,
                told=cited is item.passages[0],
            )
        )
    return found


def _moves(done: Sequence[Revision], item: Item) -> list[Revision]:
    """Return the moves that speak of the story, or of one that was merged into it."""
    mine = []
    for each in done:
        try:
            move = load(each.move)
        except ValueError:
            continue
        refs = [ref for name in ("story", "other") if (ref := getattr(move, name, None))]
        if any(found(ref, [item], exactly=True) for ref in refs) or getattr(move, "anchor", "") == item.anchor:
            mine.append(each)
    return mine
