"""How each source does: as a table for people, as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from digest.cli.output import plural, table
from digest.cli.show import moment, told
from digest.collect.phrases import lasting
from digest.collect.standing import Health, direct, health, known, next_poll, resting
from digest.model.news import Source, SourceState

if TYPE_CHECKING:
    from digest.parts import Parts

SPAN: Final = timedelta(days=7)
"""Over which the articles a day are counted."""
HEAD: Final = ("source", "state", "last success", "a day", "next poll")
_AT_WORK: Final = frozenset({Health.OK, Health.NEVER_READ})


@dataclass(frozen=True, slots=True)
class Doing:
    """How one source does at an instant."""

    source: Source
    state: SourceState
    """What was learned at the address that the source has now."""
    health: Health
    a_day: float | None
    """Articles that were kept of it; None where it was never read."""
    next_at: datetime | None
    """When it is polled next; None: at once, or never if it is gone."""
    now: datetime

    @property
    def works(self) -> bool:
        """Whether nothing is known against it."""
        return self.health in _AT_WORK


def doing(parts: Parts, now: datetime) -> list[Doing]:
    """Return how each source of digest.toml does, in the order of that file."""
    states = {state.name: state for state in parts.store.sources.all()}
    kept = parts.store.articles.kept_by_source(now - SPAN)
    return [one(source, states.get(source.name), kept, now) for source in parts.settings.sources]


def one(source: Source, state: SourceState | None, kept: Mapping[str, tuple[int, datetime]], now: datetime) -> Doing:
    """Return how a source does."""
    state = known(source, state or SourceState(source.name))
    word = health(source, state, now)
    count = a_day(*kept.get(source.name, (0, now)), now) if state.last_try_at else None
    return Doing(source, state, word, count, next_poll(source, state), now)


def a_day(many: int, first: datetime, now: datetime) -> float:
    """Return how many articles a day there were in the last week, or in the days since the first one.

    >>> now = datetime.fromisoformat("2026-11-22T06:00Z")
    >>> a_day(70, now - 30 * SPAN, now), a_day(70, now - 2 * timedelta(days=1), now), a_day(7, now, now)
    (10.0, 35.0, 7.0)
    """
    days = min(max(now - first, timedelta(days=1)), SPAN) / timedelta(days=1)
    return round(many / days, 1)


def as_json(it: Doing) -> dict[str, Any]:
    """Return how a source does as the contract of `sources list --json` has it."""
    source, state = it.source, it.state
    return {
        "name": source.name,
        "kind": source.kind.value,
        "url": where(source),
        "side": source.side,
        "weight": source.weight,
        "every_seconds": int(source.every.total_seconds()),
        "follow": source.follow,
        "state": it.health.value,
        "last_try_at": told(state.last_try_at),
        "last_success_at": told(state.last_success_at),
        "next_at": told(it.next_at),
        "asked_until": told(state.asked_until),
        "failures": state.failures,
        "failing_since": told(state.failing_since),
        "reason": state.reason,
        "articles_a_day": it.a_day,
        "moved_to": state.moved_to,
        "asked_at": direct(state) or where(source),
        "retired": state.retired,
    }


def columns(every: Sequence[Doing]) -> str:
    """Return how sources do for a file or a pipe, a line each: instants as they are, what is wrong, where they are."""
    rows = [(*_row(it, moment(it.state.last_success_at), _due(it)), trouble(it), where(it.source)) for it in every]
    return table(rows, (*HEAD, "", "where"))


def glance(every: Sequence[Doing]) -> str:
    """Return how sources do for a person at a terminal: spans of time, and below them all that is wrong."""
    rows = [_row(it, _ago(it.state.last_success_at, it.now), _soon(it)) for it in every]
    wrong = [f"{it.source.name}: {said}" for it in every if (said := trouble(it))]
    return "\n".join([table(rows, HEAD), *(["", *wrong] if wrong else [])])


def _row(it: Doing, last: str, due: str) -> tuple[str, ...]:
    count = "" if it.a_day is None else f"{it.a_day:,.1f}"
    return it.source.name, it.health.value, last, count.rjust(len(HEAD[3])), due


def _ago(at: datetime | None, now: datetime) -> str:
    return "never" if at is None else f"{lasting(max(now - at, timedelta()))} ago"


def _soon(it: Doing) -> str:
    if it.health is Health.GONE:
        return "never"
    return "now" if it.next_at is None or it.next_at <= it.now else f"in {lasting(it.next_at - it.now)}"


def _due(it: Doing) -> str:
    return moment(it.next_at or (None if it.health is Health.GONE else it.now))


def trouble(it: Doing) -> str:
    """Return what is wrong with a source, and where it has moved to; empty where there is nothing to say."""
    state = it.state
    said = []
    if state.retired:
        said.append(f"not asked any more, since it is gone for good: {state.reason}")
    elif state.failures:
        since = f" since {moment(state.failing_since)}" if state.failing_since else ""
        said.append(f"failed {plural(state.failures, 'time')}{since}: {state.reason}")
        said.append(resting(state, it.now))
    if direct(state):
        said.append(f"has moved for good to {direct(state)}")
    return "; ".join(filter(None, said))


def where(source: Source) -> str:
    """Return the address or the folder of a source, as digest.toml has it."""
    return source.url or str(source.path or "")


def summary(every: Sequence[Doing]) -> str:
    """Return how many sources there are, and how many of each state.

    >>> summary([])
    '0 sources'
    """
    counts = Counter(it.health for it in every)
    words = [f"{counts[word]:,} {word.value}" for word in Health if counts[word]]
    return plural(len(every), "source") + (f": {', '.join(words)}" if words else "")


def broken(every: Iterable[Doing]) -> list[Doing]:
    """Return those that do not work."""
    return [it for it in every if not it.works]
