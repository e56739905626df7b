"""What is remembered of a source after a poll: how it stands, where it has moved, when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from digest.collect.http import pace
from digest.collect.http.pace import Heard
from digest.model.news import Source, SourceState

GONE: Final = 410
HELD: Final = 3
"""Polls in a row that must be sent to one and the same place for good before it is asked directly."""
_MOST_CHARS: Final = 2_000


class Health(StrEnum):
    """How a source does, in a word."""

    OK = "ok"
    RESTING = "resting"
    """It failed, and its server asks us to stay away until some hour."""
    FAILING = "failing"
    GONE = "gone"
    """For good: it is not asked any more."""
    NEVER_READ = "never read"


def known(source: Source, state: SourceState) -> SourceState:
    """Return what is remembered of a source, which is nothing if it was of another address."""
    return state if state.url in ("", source.url) else SourceState(source.name, url=source.url)


def resting(state: SourceState, now: datetime) -> str:
    """Say why a source is not to be asked now, whoever wants it; empty if it may be."""
    if state.retired:
        return "not asked, since its address is gone for good (410); give it another url in digest.toml"
    until = state.asked_until
    if until is not None and now < until <= now + pace.LONGEST_WAIT:
        return f"asked to wait until {until:%H:%M} UTC"
    return ""


def health(source: Source, state: SourceState, now: datetime) -> Health:
    """Return how a source does.

    >>> from digest.model.news import SourceKind
    >>> wire = Source("Karsk Wire", SourceKind.FEED, url="https://karsk.example/feed")
    >>> health(wire, SourceState(wire.name), datetime.fromisoformat("2026-11-22T06:00Z")).value
    'never read'
    """
    state = known(source, state)
    if state.retired:
        return Health.GONE
    if resting(state, now):
        return Health.RESTING
    if state.failures:
        return Health.FAILING
    return Health.OK if state.last_try_at else Health.NEVER_READ


def next_poll(source: Source, state: SourceState) -> datetime | None:
    """Return when a source is to be polled; None where that is at once, or never since it is gone."""
    state = known(source, state)
    if state.retired or state.last_try_at is None:
        return None
    return state.next_at or state.last_try_at + source.every


def is_due(source: Source, state: SourceState, now: datetime) -> bool:
    """Return whether a source's next poll has come, or the clock was set back since the last one.

    One that is gone for good is not due before the settings give it another address.
    """
    state = known(source, state)
    if state.retired:
        return False
    if state.last_try_at is None or state.last_try_at > now:
        return True
    next_at = next_poll(source, state)
    return next_at is None or next_at <= now or next_at > now + pace.LONGEST_WAIT + source.every


def direct(state: SourceState) -> str:
    """Return the address a source has moved to for good; empty if it has not, or not for long enough."""
    return state.moved_to if state.moves >= HELD else ""


def succeeded(
    source: Source,
    state: SourceState,
    heard: Heard,
    now: datetime,
    *,
    etag: str = "",
    last_modified: str = "",
    body_hash: str = "",
) -> SourceState:
    """Return the state after a poll that brought something, or the news that there is nothing new."""
    moved_to, moves = _moved(state, heard)
    return replace(
        state,
        url=source.url,
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        last_try_at=now,
        last_success_at=now,
        failures=0,
        failing_since=None,
        reason="",
        next_at=pace.next_at(source, 0, heard, now),
        asked_until=None,
        moved_to=moved_to,
        moves=moves,
    )


def failed(source: Source, state: SourceState, heard: Heard, now: datetime, reason: str) -> SourceState:
    """Return the state after a poll that brought nothing; what the last good answer said stays remembered."""
    failures = state.failures + 1
    # What is asked directly but brings no feed is asked the long way again; what does not answer may yet.
    stays = direct(state) and heard.status != 200
    return replace(
        state,
        url=source.url,
        last_try_at=now,
        failures=failures,
        failing_since=min(state.failing_since or now, now),  # a clock that was ahead must not hide how long it is
        reason=reason,
        next_at=pace.next_at(source, failures, heard, now),
        asked_until=pace.asked_until(heard, now),
        moved_to=state.moved_to if stays else "",
        moves=state.moves if stays else 0,
        retired=heard.status == GONE,
    )


def _moved(state: SourceState, heard: Heard) -> tuple[str, int]:
    if heard.direct and not heard.moved_to:
        return state.moved_to, state.moves
    if not heard.moved_to or len(heard.moved_to) > _MOST_CHARS:
        return "", 0
    if heard.moved_to == state.moved_to:
        return state.moved_to, min(state.moves + 1, HELD)
    return heard.moved_to, 1
