"""What is old is deleted: runs, alerts that are over, articles. In portions, so that no other writer waits long."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import CursorResult, Select, Table, delete, select

from digest.store.engine import Database
from digest.store.schema import alert, alerted, alias, article, pool, run

PORTION: Final = 500
"""Rows of one transaction."""


def sweep_runs(database: Database, before: datetime) -> int:
    """Delete the runs that ended before; return how many."""
    return _sweep(database, run, select(run.c.id).where(run.c.ended_at < before))


def sweep_alerts(database: Database, before: datetime) -> int:
    """Delete the alerts that were over before, with whom they were told; return how many."""
    return _sweep(database, alert, select(alert.c.id).where(alert.c.ended_at < before), (alerted, "alert"))


def sweep_articles(database: Database, before: datetime) -> int:
    """Delete the articles that were kept before; return how many.

    Issues keep the words that they were made from, and examples theirs; what goes is that such an article is known.
    """
    old = select(article.c.id).where(article.c.kept_at < before)
    return _sweep(database, article, old, (alias, "article"), (pool, "article"))


def _sweep(database: Database, table: Table, old: Select[tuple[int | str]], *dependent: tuple[Table, str]) -> int:
    count = 0
    while True:
        with database.write() as connection:
            ids = list(connection.execute(old.limit(PORTION)).scalars())
            for other, column in dependent:
                connection.execute(delete(other).where(other.c[column].in_(ids)))
            done: CursorResult[tuple[()]] = connection.execute(delete(table).where(table.c.id.in_(ids)))
            count += done.rowcount
        if len(ids) < PORTION:
            return count
