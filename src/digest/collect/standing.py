"""What is remembered of a source after a poll: how it stands, where it has moved, when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from digest.collect import pace
from digest.collect.pace import Heard
from digest.model.news import Source, SourceState

GONE: Final = 410
HELD: Final = 3
"""Polls in a row that must be sent to one and the same place for good before it is asked directly."""
_MOST_CHARS: Final = 2_000


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
        reason=reason,
        next_at=pace.next_at(source, failures, heard, now),
        asked_until=pace.asked_until(heard, now),
        moved_to=state.moved_to if stays else "",
        moves=state.moves if stays else 0,
        retired=heard.status == GONE,
    )


def news(before: SourceState, after: SourceState) -> list[str]:
    """Say once what an operator should know of a source that has moved for good."""
    if direct(after) and direct(after) != direct(before):
        return [f"moved for good to {after.moved_to}, where it is asked from now on"]
    return []


def _moved(state: SourceState, heard: Heard) -> tuple[str, int]:
    if heard.direct and not heard.moved_to:
        return state.moved_to, state.moves
    if not heard.moved_to or len(heard.moved_to) > _MOST_CHARS:
        return "", 0
    if heard.moved_to == state.moved_to:
        return state.moved_to, min(state.moves + 1, HELD)
    return heard.moved_to, 1
