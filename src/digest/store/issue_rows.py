"""Rows of `issue` with their present content: how they are chosen, locked, changed and read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, update

from digest.errors import NotKept, UnknownError
from digest.model.issue import Content, Issue, State
from digest.store.codec import unpack
from digest.store.schema import folded, issue, revision


def issues() -> Select[Any]:
    """Choose issues, each with the content of its present revision."""
    present = and_(revision.c.issue == issue.c.id, revision.c.revision == issue.c.revision)
    return select(issue, revision.c.content).outerjoin(revision, present)


def one(connection: Connection, issue_id: int) -> Issue:
    """Return the issue, which is known to be there."""
    return read_issue(connection.execute(issues().where(issue.c.id == issue_id)).one())


def locked(connection: Connection, issue_id: int) -> Row[Any]:
    """Return the issue's row, which nobody else changes until the transaction ends; UnknownError without one."""
    chosen = select(issue).where(issue.c.id == issue_id)
    row = connection.execute(chosen.with_for_update(key_share=True)).one_or_none()
    if row is None:
        raise unknown(connection, issue_id)
    return row


def folded_at(connection: Connection, issue_id: int) -> datetime | None:
    """Return when the issue's deliveries were given up for totals (`folding`); None where they are kept."""
    return connection.execute(select(folded.c.since).where(folded.c.issue == issue_id)).scalar()


def require_kept(connection: Connection, issue_id: int) -> None:
    """Refuse what is about single messages of an issue of which only counts are kept; raises NotKept."""
    since = folded_at(connection, issue_id)
    if since is not None:
        raise NotKept(
            f"what became of single messages of issue {issue_id} is kept no longer since {since:%Y-%m-%d}, only how "
            f"many there were: digest status {issue_id}"
        )


def change(connection: Connection, issue_id: int, now: datetime, **values: Any) -> None:
    """Set columns of the issue."""
    connection.execute(update(issue).where(issue.c.id == issue_id).values(moved_at=now, **values))


def id_of(which: int | str) -> int:
    """Return the issue_id somebody wrote; 0, which no issue has, where it is no such number."""
    digits = str(which)
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0


def unknown(connection: Connection, which: int | str, why: str = "") -> UnknownError:
    """Return the error for an issue that is not there (or has no `why`), naming the last ones that are."""
    last = connection.execute(select(issue.c.id).order_by(issue.c.id.desc()).limit(5)).scalars().all()
    if why and which in last:
        return UnknownError(f"issue {which} {why}")
    there = f"the last ones are {', '.join(map(str, last))}" if last else "there is none yet: digest build"
    return UnknownError(f"no issue {which}; {there}")


def read_issue(row: Row[Any], *, bare: bool = False) -> Issue:
    """Return the issue a row of `issues()` stands for; `bare` leaves its content out."""
    return Issue(
        id=row.id,
        edition=row.edition,
        number=row.number,
        local_date=row.local_date,
        slot=row.slot,
        state=State(row.state),
        revision=row.revision,
        draft_at=row.draft_at,
        send_at=row.send_at,
        expires_at=row.expires_at,
        content=None if bare or row.content is None else unpack(row.content, Content),
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        binding=row.binding,
        reason=row.reason,
        override=row.override,
    )
