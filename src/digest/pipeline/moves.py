"""What an editor does to an issue as a whole: approve, hold, release, skip; pause, resume and stop its sending.

But for an approval each can be told how the issue `stood` when it was asked for (`digest.lifecycle.stood`), and raises
Stale where it stands otherwise by then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from digest.errors import MoveError, Stale, Unfit
from digest.lifecycle import Move, require
from digest.model.issue import Issue, State
from digest.parts import Parts
from digest.pipeline.examine import require_fit
from digest.pipeline.press import content_of, press, unprinted

ALTERED: Final = "the look of the mail or a setting that it is made with is another now"
"""What has gone on where the stories have not."""


def approve(
    parts: Parts,
    issue_id: int | str,
    *,
    by: str,
    now: datetime,
    revision: int | None = None,
    seen: str = "",
    override: str = "",
) -> Issue:
    """Approve the issue as it stands, or as `revision` where that is the one that was read, and `seen` what it bound.

    Where the check finds red, only with an `override`, which says why and is kept with the approval; Unfit without.
    Binds the content, the look's files and the settings that rendering reads: any change undoes it. Raises MoveError,
    Stale where another revision or another hash (`bound`) was seen, LookError for an issue that cannot be rendered.
    """
    issue = parts.store.issues.find(issue_id)
    require(Move.APPROVE, issue.state, issue=issue.id, number=issue.number)
    content_of(issue)
    fit = False
    try:
        require_fit(parts, issue, now=now)
        fit = True
    except Unfit:
        if not override.strip():
            raise
    return bind(parts, issue, by=by, now=now, revision=revision, seen=seen, override="" if fit else override.strip())


def bound(parts: Parts, issue: Issue) -> str:
    """Return the hash of what an approval would bind, for whoever looks before they approve.

    Raises MoveError for an issue without stories, LookError.
    """
    return unprinted(parts, issue).bound


def bind(
    parts: Parts,
    issue: Issue,
    *,
    by: str,
    now: datetime,
    revision: int | None = None,
    seen: str = "",
    override: str = "",
    itself: bool = False,
) -> Issue:
    """Approve the issue unchecked; `itself`, as an edition does whose approval is `auto`, whoever is called that."""
    present = press(parts, issue).bound
    if seen and seen != present:
        raise Stale(f"No. {issue.number}: {ALTERED}", revision=issue.revision, since=(ALTERED,))
    return parts.store.issues.move(
        issue.id,
        Move.APPROVE,
        now=now,
        by=by,
        binding=present,
        revision=revision or issue.revision,
        override=override,
        itself=itself,
    )


def unapprove(parts: Parts, issue_id: int | str, *, by: str, now: datetime, stood: str = "") -> Issue:
    """Take an approval back: the issue is in review again. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    return parts.store.issues.move(issue.id, Move.UNAPPROVE, now=now, by=by, stood=stood)


def hold(parts: Parts, issue_id: int | str, *, by: str, reason: str, now: datetime, stood: str = "") -> Issue:
    """Keep the issue from going out until it is released. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    return parts.store.issues.move(issue.id, Move.HOLD, now=now, by=by, reason=reason, stood=stood)


def release(parts: Parts, issue_id: int | str, *, by: str, reason: str = "", now: datetime, stood: str = "") -> Issue:
    """Put a held issue back to review. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    return parts.store.issues.move(issue.id, Move.RELEASE, now=now, by=by, reason=reason, stood=stood)


def skip(parts: Parts, issue_id: int | str, *, by: str, reason: str, now: datetime, stood: str = "") -> Issue:
    """Give the issue up; its articles go back and may stand in the next one. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    return parts.store.issues.move(issue.id, Move.SKIP, now=now, by=by, reason=reason, stood=stood)


def pause(parts: Parts, issue_id: int | str, *, by: str, reason: str = "", now: datetime, stood: str = "") -> Issue:
    """Have an issue that is being sent wait: whoever sends it begins nothing more within a second. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    return parts.store.issues.move(issue.id, Move.PAUSE, now=now, by=by, reason=reason, stood=stood)


def resume(parts: Parts, issue_id: int | str, *, by: str, reason: str = "", now: datetime, stood: str = "") -> Issue:
    """Let a paused issue go on, past the brake too where that has paused it. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    if now >= issue.expires_at and issue.state is State.PAUSED:
        since = f"{issue.expires_at:%Y-%m-%d %H:%M} UTC"
        raise MoveError(f"No. {issue.number} expired at {since}; nothing of it leaves now")
    return parts.store.issues.move(issue.id, Move.RESUME, now=now, by=by, reason=reason, stood=stood)


def stop(parts: Parts, issue_id: int | str, *, by: str, reason: str = "", now: datetime, stood: str = "") -> Issue:
    """End an issue that is being sent or paused, for good: who has not got it never will. Raises MoveError."""
    issue = parts.store.issues.find(issue_id)
    return parts.store.issues.move(issue.id, Move.STOP, now=now, by=by, reason=reason, stood=stood)
