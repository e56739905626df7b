"""The list of issues, the sources and how each does, and the settings with the lines that say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from digest.collect.phrases import lasting
from digest.collect.standing import Health, health, known, next_poll
from digest.lifecycle import phrase
from digest.model.editors import Right
from digest.model.issue import Issue
from digest.model.news import Source, SourceState
from digest.pipeline import outlook
from digest.web.desk.doors import Door, Visit
from digest.web.desk.standing import GOING
from digest.web.desk.wording import hour, sentence

MOST: Final = 60
"""Issues in the list."""
WELL: Final = (Health.OK, Health.NEVER_READ)


@dataclass(frozen=True, slots=True)
class Listed:
    """One issue in the list."""

    issue: Issue
    title: str
    state: str
    wants: bool
    """Whether it waits for somebody."""
    accepted: int | None


@dataclass(frozen=True, slots=True)
class Doing:
    """How a source does."""

    source: Source
    word: str
    well: bool
    last: str
    next: str
    trouble: str


def every(visit: Visit) -> Response:
    """The issues, the newest first."""
    listed = [_listed(visit, each) for each in visit.parts.store.issues.all(MOST)]
    return visit.page("issues", listed=listed, state=outlook(visit.parts, now=visit.now).sentence)


def _listed(visit: Visit, issue: Issue) -> Listed:
    counts = visit.parts.store.outbox.counts(issue.id) if issue.state in GOING else None
    edition = visit.parts.settings.editions.get(issue.edition)
    return Listed(
        issue,
        edition.title if edition else issue.edition,
        sentence(phrase(issue.state))[:-1],
        issue.state.value in ("review", "held", "paused", "failed"),
        counts.get("accepted", 0) if counts is not None else None,
    )


def sources(visit: Visit) -> Response:
    """Each source, and how it does."""
    parts = visit.parts
    states = {state.name: state for state in parts.store.sources.all()}
    doing = [_doing(visit, each, states.get(each.name)) for each in parts.settings.sources]
    return visit.page("sources", doing=doing, ill=[each for each in doing if not each.well])


def _doing(visit: Visit, source: Source, kept: SourceState | None) -> Doing:
    state = known(source, kept or SourceState(source.name))
    word = health(source, state, visit.now)
    due = next_poll(source, state)
    zone = visit.parts.settings.timezone
    return Doing(
        source,
        word.value,
        word in WELL,
        hour(state.last_success_at, visit.now, zone) if state.last_success_at else "never",
        "now" if due is None or due <= visit.now else f"in {lasting(due - visit.now)}",
        state.reason,
    )


def settings(visit: Visit) -> Response:
    """Every setting that holds, and what says it. Secrets are stars already."""
    return visit.page("settings", origins=visit.parts.settings.origins(), remarks=visit.parts.settings.remarks)


DOORS: Final = (
    Door("GET", "/issues", Right.VIEWER, every),
    Door("GET", "/sources", Right.VIEWER, sources),
    Door("GET", "/settings", Right.OPERATOR, settings),
)
