"""What was done to an issue, revision by revision, and whether somebody looked at the present one."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, select

from digest.errors import Stale
from digest.lifecycle import phrase
from digest.model.editing import Did, Revision
from digest.model.issue import State
from digest.store.schema import revision

COLUMNS: Final = [each for each in revision.c if each.name not in ("issue", "content")]


def history(connection: Connection, issue_id: int, *, after: int = 0) -> tuple[Revision, ...]:
    """Return the issue's revisions behind number `after`, in order."""
    chosen = select(*COLUMNS).where(revision.c.issue == issue_id, revision.c.revision > after)
    rows = connection.execute(chosen.order_by(revision.c.revision))
    return tuple(Revision(row.revision, row.at, row.by, Did(row.did), row.move, row.said) for row in rows)


def require_seen(connection: Connection, row: Row[Any], seen: int, did: str) -> None:
    """Refuse what was `did` to another revision than the present one; raises Stale, which says what went on since."""
    if seen == row.revision:
        return
    since = tuple(told(each) for each in history(connection, row.id, after=seen))
    meanwhile = f"since then: {'; '.join(since)}; " if since else ""
    raise Stale(
        f"No. {row.number} is {phrase(State(row.state))} at revision {row.revision}, and you {did} {seen}; "
        f"{meanwhile}look at it again: digest preview {row.id}",
        revision=row.revision,
        since=since,
    )


def told(done: Revision) -> str:
    """Return a revision in words, with who made it."""
    return done.sentence if done.did is Did.BUILD or not done.by else f"{done.sentence} ({done.by})"
