"""What was collected: articles, once each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, and_, func, or_, select, union_all

from digest.errors import UnknownError
from digest.model.news import Article, ArticleId
from digest.store.chunks import chunks
from digest.store.codec import pack, unpack
from digest.store.engine import Database, alone, insert
from digest.store.schema import alias, article, pool


class Articles:
    """Every article that was ever collected, in the order of collection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, articles: Iterable[Article], now: datetime) -> list[ArticleId]:
        """Keep those that are new and return their ids, in the order given.

        One whose id or fingerprint is known is passed over, and known by its address from then on. So the call may be
        repeated, and two collectors may run at once.
        """
        with self._database.write() as connection:
            alone(connection, "articles")  # keeps `no` in order, and two adders from waiting for each other
            return [item.id for item in articles if _add(connection, item, now)]

    def knows(self, ids: Iterable[ArticleId]) -> set[ArticleId]:
        """Return those of `ids` by which a kept article is known: its own, or that of another address."""
        names = list(ids)
        return self._known(article.c.id, names) | self._known(alias.c.id, names)

    def knows_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        """Return those of `fingerprints` that a kept article has."""
        return self._known(article.c.fingerprint, fingerprints)

    def get(self, ids: Sequence[ArticleId]) -> list[Article]:
        """Return the articles in the order of `ids`; UnknownError names one that is not kept."""
        found: dict[ArticleId, Article] = {}
        with self._database.read() as connection:
            for some in chunks(ids):
                rows = connection.execute(select(article.c.id, article.c.body).where(article.c.id.in_(some)))
                found.update((row.id, unpack(row.body, Article)) for row in rows)
        missing = next((each for each in ids if each not in found), None)
        if missing is not None:
            raise UnknownError(f"no article {missing}")
        return [found[each] for each in ids]

    def recent(self, limit: int) -> list[Article]:
        """Return the articles that were kept last, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(article.c.body).order_by(article.c.no.desc()).limit(limit)).all()
        return [unpack(row.body, Article) for row in rows]

    def unpooled(self, edition: str, *, issue: int | None = None) -> list[Article]:
        """Return the articles that no issue of the edition has taken or left out, in the order of collection.

        Those that `issue` itself has taken or left out count as free: it may be built again.
        """
        taken = and_(pool.c.article == article.c.id, pool.c.edition == edition)
        if issue is not None:
            taken = and_(taken, pool.c.issue != issue)
        free = select(article.c.body).outerjoin(pool, taken).where(pool.c.article.is_(None)).order_by(article.c.no)
        with self._database.read() as connection:
            rows = connection.execute(free).all()
        return [unpack(row.body, Article) for row in rows]

    def count(self) -> int:
        """Return how many are kept."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(article)).scalar_one())

    def _known(self, column: Column[str], values: Iterable[str]) -> set[str]:
        found: set[str] = set()
        with self._database.read() as connection:
            for some in chunks(values):
                found.update(connection.execute(select(column).where(column.in_(some))).scalars())
        return found


def _add(connection: Connection, item: Article, now: datetime) -> bool:
    """Keep the article unless it is known, and every address it is known by; return whether it was new."""
    names = (item.id, *item.aliases)
    owner = select(alias.c.article).where(alias.c.id.in_(names))
    same = select(article.c.id).where(or_(article.c.id.in_(names), article.c.fingerprint == item.fingerprint))
    known = connection.execute(union_all(same, owner)).scalars().first()
    if known is None:
        connection.execute(insert(connection, article), _row(item, now))
    kept = known or item.id
    others = [{"id": name, "article": kept} for name in names if name != kept]
    if others:
        connection.execute(insert(connection, alias).on_conflict_do_nothing(), others)
    return known is None


def _row(item: Article, now: datetime) -> dict[str, object]:
    return {
        "id": item.id,
        "fingerprint": item.fingerprint,
        "source": item.source,
        "kept_at": now,
        "body": pack(item, Article),
        "version": item.version,
        "updated_at": item.updated_at,
    }
