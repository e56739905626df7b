"""The numbers of each edition: who may build one, what stands in it, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select

from digest.errors import MoveError, StoreError
from digest.lifecycle import Move, phrase, require
from digest.model.delivery import Skeleton
from digest.model.issue import Content, Inputs, Issue, Slot, State
from digest.model.news import Article, ArticleId
from digest.store.chunks import chunks
from digest.store.codec import pack, unpack
from digest.store.engine import Database, alone, insert
from digest.store.issue_rows import change, id_of, issues, locked, one, read_issue, unknown
from digest.store.schema import issue, material, pool, revision, skeleton

OPEN: Final = (State.DRAFT, State.REVIEW, State.APPROVED, State.HELD, State.SENDING, State.PAUSED)
"""States of an issue that may yet reach its readers."""
UNAPPROVED: Final = (State.DRAFT, State.REVIEW, State.HELD)
ELSEWHERE: Final = {
    Move.REBUILD: "Issues.write builds an issue",
    Move.START: "Outbox.freeze starts an issue",
    Move.FINISH: "Outbox.finish ends an issue",
}
FREES_POOL: Final = (Move.SKIP, Move.FAIL)


class Issues:
    """Issues, found by issue_id, by slot or by what they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ------------------------------------------------------------------------------------------------ finding

    def find(self, which: int | str) -> Issue:
        """Return an issue by its issue_id, `latest` (the last slot), or `draft` (the last that is not approved yet).

        Raises UnknownError, which names the last ids there are.
        """
        by_slot = issues().order_by(issue.c.send_at.desc(), issue.c.id.desc()).limit(1)
        if which == "latest":
            chosen = by_slot
        elif which == "draft":
            chosen = by_slot.where(issue.c.state.in_(UNAPPROVED))
        else:
            chosen = issues().where(issue.c.id == id_of(which))
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
            if row is None:
                raise unknown(connection, which)
        return read_issue(row)

    def at_slot(self, edition: str, local_date: date, slot: str) -> Issue | None:
        """Return the issue of that slot; None where nobody has claimed it."""
        with self._database.read() as connection:
            row = connection.execute(issues().where(_at(edition, local_date, slot))).one_or_none()
        return None if row is None else read_issue(row)

    def open(self, edition: str) -> list[Issue]:
        """Return the edition's issues that may yet reach its readers, the earliest slot first."""
        chosen = issues().where(issue.c.edition == edition, issue.c.state.in_(OPEN)).order_by(issue.c.send_at)
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [read_issue(row) for row in rows]

    def all(self, limit: int = 20) -> list[Issue]:
        """Return the last issues of every edition, the latest slot first."""
        chosen = issues().order_by(issue.c.send_at.desc(), issue.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [read_issue(row) for row in rows]

    def last(self, edition: str) -> Issue | None:
        """Return the edition's issue of the latest slot, in whatever state; None before its first."""
        chosen = issues().where(issue.c.edition == edition).order_by(issue.c.send_at.desc(), issue.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(chosen).one_or_none()
        return None if row is None else read_issue(row)

    def inputs(self, issue_id: int) -> tuple[Inputs, tuple[Article, ...]]:
        """Return what the present revision was built from, with the articles as they read then."""
        with self._database.read() as connection:
            row = connection.execute(select(material).where(material.c.issue == issue_id)).one_or_none()
            if row is None:
                raise unknown(connection, issue_id, "has nothing built yet")
        return unpack(row.inputs, Inputs), unpack(row.articles, tuple[Article, ...])

    def skeletons(self, issue_id: int) -> dict[str, Skeleton]:
        """Return the rendered bytes that were frozen at the start of sending, by variant; empty before that."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(skeleton).where(skeleton.c.issue == issue_id).order_by(skeleton.c.variant)
            ).all()
        return {row.variant: unpack(row.body, Skeleton) for row in rows}

    # ------------------------------------------------------------------------------------------------ changing

    def claim_slot(self, slot: Slot, expires_at: datetime, now: datetime) -> tuple[Issue, bool]:
        """Return the slot's issue, and whether this call made it: of all who try, one does, and builds it."""
        with self._database.write() as connection:
            mine = _claim(connection, slot, State.DRAFT, expires_at, now)
            row = connection.execute(issues().where(_at(slot.edition, slot.local_date, slot.slot))).one()
        return read_issue(row), mine

    def missed(self, slot: Slot, now: datetime, reason: str) -> Issue:
        """Note that the slot's hour has gone by; an issue that somebody claimed for it is left as it is."""
        with self._database.write() as connection:
            _claim(connection, slot, State.MISSED, slot.send_at, now, reason)
            row = connection.execute(issues().where(_at(slot.edition, slot.local_date, slot.slot))).one()
        return read_issue(row)

    def write(
        self,
        issue_id: int,
        content: Content,
        inputs: Inputs,
        articles: Sequence[Article],
        pool_left_out: Mapping[ArticleId, str],
        now: datetime,
        *,
        by: str = "",
    ) -> Issue:
        """Give the issue its next revision, and its pool: the articles it draws on and those it left out, with reasons.

        All in one transaction. Raises MoveError where the issue's state forbids it,
        StoreError where another issue of the edition has one of the articles.
        """
        with self._database.write() as connection:
            row = locked(connection, issue_id)
            state = require(Move.REBUILD, State(row.state), issue=issue_id, number=row.number)
            number = row.revision + 1
            new = {"issue": issue_id, "revision": number, "at": now, "by": by, "content": pack(content, Content)}
            connection.execute(insert(connection, revision), new)
            _keep_material(connection, issue_id, inputs, articles)
            _fill_pool(connection, row, {item.id: "" for item in articles} | dict(pool_left_out))
            change(
                connection,
                issue_id,
                now,
                state=state,
                revision=number,
                reason="" if state is State.DRAFT else row.reason,
            )
            return one(connection, issue_id)

    def move(
        self,
        issue_id: int,
        move: Move,
        *,
        now: datetime,
        by: str = "",
        reason: str = "",
        binding: str = "",
        revision: int | None = None,
    ) -> Issue:
        """Make a move of `digest.lifecycle` and return the issue after it.

        An approval keeps `by`, `now` and `binding` and is refused for any `revision` but the present one; every other
        move before sending takes an approval back. Skipping or failing gives the articles back to later issues. Raises
        MoveError where the state forbids the move, ValueError for the moves that have their own door.
        """
        if move in ELSEWHERE:
            raise ValueError(f"{move}: {ELSEWHERE[move]}")
        with self._database.write() as connection:
            row = locked(connection, issue_id)
            before = State(row.state)
            after = require(move, before, issue=issue_id, number=row.number)
            approval: dict[str, Any] = {}
            if move is Move.APPROVE:
                _require_current(row, revision, binding)
                approval = {"approved_by": by, "approved_at": now, "binding": binding}
            elif before in (*UNAPPROVED, State.APPROVED):
                approval = {"approved_by": "", "approved_at": None, "binding": ""}
            if move in FREES_POOL:
                connection.execute(delete(pool).where(pool.c.issue == issue_id))
            change(connection, issue_id, now, state=after, reason=reason, **approval)
            return one(connection, issue_id)


def _at(edition: str, local_date: date, slot: str) -> ColumnElement[bool]:
    return and_(issue.c.edition == edition, issue.c.local_date == local_date, issue.c.slot == slot)


def _claim(
    connection: Connection, slot: Slot, state: State, expires_at: datetime, now: datetime, reason: str = ""
) -> bool:
    alone(connection, f"edition {slot.edition}")  # numbers are dealt one by one
    last = connection.execute(select(func.max(issue.c.number)).where(issue.c.edition == slot.edition)).scalar()
    row = {
        "edition": slot.edition,
        "number": (last or 0) + 1,
        "local_date": slot.local_date,
        "slot": slot.slot,
        "state": state,
        "revision": 0,
        "draft_at": slot.draft_at,
        "send_at": slot.send_at,
        "expires_at": expires_at,
        "approved_by": "",
        "binding": "",
        "reason": reason,
        "claimed_at": now,
        "moved_at": now,
    }
    new = insert(connection, issue).values(row).on_conflict_do_nothing(index_elements=["edition", "local_date", "slot"])
    return connection.execute(new.returning(issue.c.id)).scalar_one_or_none() is not None


def _keep_material(connection: Connection, issue_id: int, inputs: Inputs, articles: Sequence[Article]) -> None:
    row = {"inputs": pack(inputs, Inputs), "articles": pack(tuple(articles), tuple[Article, ...])}
    new = insert(connection, material).values(issue=issue_id, **row)
    connection.execute(new.on_conflict_do_update(index_elements=["issue"], set_=row))


def _fill_pool(connection: Connection, row: Row[Any], reasons: Mapping[ArticleId, str]) -> None:
    """Replace the issue's pool."""
    connection.execute(delete(pool).where(pool.c.issue == row.id))
    for some in chunks(reasons):
        taken = select(pool.c.article, pool.c.issue).where(pool.c.edition == row.edition, pool.c.article.in_(some))
        other = connection.execute(taken.order_by(pool.c.issue).limit(1)).one_or_none()
        if other is not None:
            raise StoreError(
                f"article {other.article} stands in issue {other.issue} already; build issue {row.id} again"
            )
    rows = [{"edition": row.edition, "article": name, "issue": row.id, "reason": why} for name, why in reasons.items()]
    if rows:
        connection.execute(insert(connection, pool), rows)


def _require_current(row: Row[Any], revision: int | None, binding: str) -> None:
    if not binding:
        raise ValueError("an approval binds what was seen: give its hash")
    if revision is not None and revision != row.revision:
        raise MoveError(
            f"No. {row.number} is {phrase(State(row.state))} at revision {row.revision}, and you approved "
            f"{revision}; look at it again: digest preview {row.id}"
        )
