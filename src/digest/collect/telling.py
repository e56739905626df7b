"""What an operator hears of a source, each piece of it once.

It is decided from what is remembered before and after a poll alone, however often a daemon begins anew and whatever
the reason of a failure says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from digest.collect.phrases import count, lasting
from digest.collect.standing import direct
from digest.model.news import SourceState

LONG: Final = timedelta(days=1)
"""How long a source must have failed before that is news of its own, and its coming back too."""


def news(before: SourceState, after: SourceState) -> tuple[str, ...]:
    """Return what an operator should hear once, each a phrase that follows the name and a colon.

    That is the first failure in a row, having failed for a day, working again after that, a move for good, and being
    gone for good. The states are those before and after one poll.
    """
    if after.failures:
        return _trouble(before, after)
    return tuple(filter(None, (_back(before, after), moved(before, after))))


def moved(before: SourceState, after: SourceState) -> str:
    """Say that a source is asked elsewhere from now on; empty if it is not, or was before."""
    if direct(after) and direct(after) != direct(before):
        return f"moved for good to {after.moved_to}, where it is asked from now on"
    return ""


def gone(before: SourceState, after: SourceState) -> str:
    """Say that a source is not asked any more; empty if it is, or was not before."""
    if after.retired and not before.retired:
        return "gone for good, so not asked again until its url in digest.toml changes"
    return ""


def _trouble(before: SourceState, after: SourceState) -> tuple[str, ...]:
    if after.retired:
        end = gone(before, after)
        return (f"{after.reason}; {end}",) if end else ()
    if not before.failures:
        pause = after.next_at - after.last_try_at if after.next_at and after.last_try_at else timedelta()
        return (f"{after.reason}; tried again in {lasting(pause)}",)
    if _down(after) >= LONG > _down(before):
        since = f"{after.failing_since:%a %d %b, %H:%M} UTC"
        return (f"has failed since {since} ({count(after.failures, 'try', 'tries')}): {after.reason}",)
    return ()


def _back(before: SourceState, after: SourceState) -> str:
    if before.failures and before.failing_since and after.last_try_at:
        down = after.last_try_at - before.failing_since
        return f"works again after {lasting(down)}" if down >= LONG else ""
    return ""


def _down(state: SourceState) -> timedelta:
    """For how long a source had failed when it was last tried."""
    if state.failing_since is None or state.last_try_at is None:
        return timedelta()
    return state.last_try_at - state.failing_since
