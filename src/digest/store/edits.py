"""Editors' moves on their way into an issue: each is a revision of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, exists, literal, not_, select

from digest.errors import MoveError
from digest.lifecycle import Move, require
from digest.model.editing import Choice, Did, Revision
from digest.model.issue import Content, Inputs, Issue, State, Unedited
from digest.model.learning import Correction
from digest.model.news import ArticleId
from digest.store import choices, examples
from digest.store.codec import pack_quickly, unpack
from digest.store.engine import Database, insert
from digest.store.history import history, require_seen
from digest.store.issue_rows import change, id_of, issues, locked, read_issue, unknown
from digest.store.schema import article, issue, material, pool, revision

BROUGHT: Final = "brought in by an editor"
"""The reason of an article that came into an issue's pool by hand."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An issue with all that a move is made on."""

    issue: Issue
    """Without its content, where that was not asked for: what was built and the moves make it."""
    unedited: Unedited
    history: tuple[Revision, ...]


class Edits:
    """What editors did to issues."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def history(self, issue_id: int) -> tuple[Revision, ...]:
        """Return every revision of an issue, in order; none for one that nobody built."""
        with self._database.read() as connection:
            return history(connection, issue_id)

    def content(self, issue_id: int, number: int) -> Content | None:
        """Return what a revision says, the present one or one before; None where there is none."""
        chosen = select(revision.c.content).where(revision.c.issue == issue_id, revision.c.revision == number)
        with self._database.read() as connection:
            kept = connection.execute(chosen).scalar()
        return unpack(kept, Content) if kept is not None else None

    def opened(self, which: int | str, *, seen: int | None = None) -> Opened:
        """Return an issue with what a move is made on, as one moment has it; with `seen`, without its content.

        Raises UnknownError, MoveError where nothing is built, Stale where revision `seen` is not the present one.
        """
        with self._database.read() as connection:
            row = connection.execute(issues().where(issue.c.id == id_of(which))).one_or_none()
            if row is None:
                raise unknown(connection, which)
            if seen is not None:
                require_seen(connection, row, seen, "changed")
            if row.content is None:
                raise MoveError(f"No. {row.number} has nothing to edit: {row.reason or 'nothing was built'}")
            done = history(connection, row.id)
            kept = connection.execute(select(material.c.unedited).where(material.c.issue == row.id)).scalar()
            unedited = _unpacked(kept) if kept else _before_there_were_moves(connection, row)
        return Opened(read_issue(row, bare=seen is not None), unedited, done)

    def add(
        self,
        issue_id: int,
        content: Content,
        *,
        seen: int,
        did: Did,
        move: str,
        said: str,
        by: str,
        now: datetime,
        learned: Iterable[Correction] = (),
        waits: Iterable[Choice] = (),
        chosen: int = 0,
    ) -> Issue:
        """Give the issue a revision that a move (or its undoing) made of revision `seen`, and keep what it teaches.

        One transaction: of two editors who saw the same revision one gets through. An approval is taken back. Texts
        that wait for a choice are kept with it, and the one that is `chosen` by it waits no more. Raises Stale where
        the issue has gone on since, MoveError where its state forbids it.
        """
        with self._database.write() as connection:
            row = locked(connection, issue_id)
            state = require(Move.EDIT, State(row.state), issue=issue_id, number=row.number)
            require_seen(connection, row, seen, "changed")
            connection.execute(
                insert(connection, revision),
                {
                    "issue": issue_id,
                    "revision": seen + 1,
                    "at": now,
                    "by": by,
                    "content": pack_quickly(content, Content),
                    "did": did.value,
                    "move": move,
                    "said": said,
                },
            )
            bring_in(connection, issue_id, row.edition, content)
            examples.add(connection, learned)
            choices.keep(connection, issue_id, waits, chosen)
            approval: dict[str, Any] = {"approved_by": "", "approved_at": None, "binding": "", "override": ""}
            change(connection, issue_id, now, state=state, revision=seen + 1, **approval)
            after = connection.execute(select(issue).where(issue.c.id == issue_id)).one()
            return replace(read_issue(after, bare=True), content=content)


def bring_in(connection: Connection, issue_id: int, edition: str, content: Content) -> None:
    """Take articles that editors brought in into the issue's pool, and let those go that they took out again.

    One that stands in another issue's pool stays there: it may be told twice, if an editor says so.
    """
    cited = cited_in(content)
    connection.execute(
        delete(pool).where(pool.c.issue == issue_id, pool.c.reason == BROUGHT, pool.c.article.not_in(cited))
    )
    free = select(literal(edition), article.c.id, literal(issue_id), literal(BROUGHT)).where(
        article.c.id.in_(cited),
        not_(exists().where(pool.c.edition == edition, pool.c.article == article.c.id)),
    )
    connection.execute(insert(connection, pool).from_select(["edition", "article", "issue", "reason"], free))


def cited_in(content: Content) -> list[ArticleId]:
    """Return the articles that an issue's stories stand on."""
    return list({cited.article: None for s in content.sections for item in s.items for cited in item.passages})


@lru_cache(maxsize=4)
def _unpacked(blob: bytes) -> Unedited:
    """Return what was built; remembered, since an editor makes one move after the other on it."""
    return unpack(blob, Unedited)


def _before_there_were_moves(connection: Connection, row: Row[Any]) -> Unedited:
    """Return what an issue was built as by a version of the program that knew no moves: as it stands."""
    kept = connection.execute(select(material.c.inputs).where(material.c.issue == row.id)).scalar_one()
    return Unedited(unpack(row.content, Content), unpack(kept, Inputs).edition)
