"""What an issue says and what it was made from: its revisions, its material, its pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from digest.errors import StoreError
from digest.lifecycle import Move, require
from digest.model.issue import Content, Inputs, State, Unedited
from digest.model.news import Article, ArticleId
from digest.store.chunks import chunks
from digest.store.codec import pack
from digest.store.edits import bring_in
from digest.store.engine import insert
from digest.store.issue_rows import change, locked
from digest.store.schema import material, pool, revision


def write(
    connection: Connection,
    issue_id: int,
    content: Content,
    unedited: Unedited,
    inputs: Inputs,
    articles: Sequence[Article],
    pool_left_out: Mapping[ArticleId, str],
    now: datetime,
    *,
    by: str,
) -> None:
    """Give the issue its next revision and its pool. See `Issues.write`."""
    row = locked(connection, issue_id)
    state = require(Move.REBUILD, State(row.state), issue=issue_id, number=row.number)
    number = row.revision + 1
    new = {"issue": issue_id, "revision": number, "at": now, "by": by, "content": pack(content, Content)}
    connection.execute(insert(connection, revision), new)
    _keep_material(connection, issue_id, unedited, inputs, articles)
    _fill_pool(connection, row, {item.id: "" for item in articles} | dict(pool_left_out))
    bring_in(connection, issue_id, row.edition, content)
    reason = "" if state is State.DRAFT else row.reason
    change(connection, issue_id, now, state=state, revision=number, reason=reason)


def _keep_material(
    connection: Connection, issue_id: int, unedited: Unedited, inputs: Inputs, articles: Sequence[Article]
) -> None:
    row = {
        "inputs": pack(replace(inputs, overrides=()), Inputs),
        "articles": pack(tuple(articles), tuple[Article, ...]),
        "unedited": pack(unedited, Unedited),
    }
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
