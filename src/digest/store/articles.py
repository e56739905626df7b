"""What was collected: articles, once each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Column, and_, func, select

from digest.errors import UnknownError
from digest.model.news import Article, ArticleId, Known
from digest.store import keeping
from digest.store.chunks import chunks
from digest.store.codec import holds, unpack
from digest.store.engine import Database, among
from digest.store.schema import alias, article, pool

_THERE: Final = func.length(article.c.body) > 0
"""Not of an article that is so old that only its names are kept; told by a length, for which no body is read."""


class Articles:
    """Every article that was ever collected, in the order of collection; the old ones are known, and no more."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, articles: Iterable[Article], now: datetime) -> list[ArticleId]:
        """Keep those that are new and return their ids, in the order given.

        One whose id or fingerprint is known is passed over, and known by its address from then on. So the call may be
        repeated, and two collectors may run at once.
        """
        with self._database.write() as connection:
            return keeping.add(connection, list(articles), now)

    def known(self, ids: Iterable[ArticleId]) -> dict[ArticleId, Known]:
        """Return what is remembered of the articles that `ids` lead to, by these ids; unknown ones are left out."""
        names = list(ids)
        found: dict[ArticleId, Known] = {}
        mine = select(article.c.id, article.c.id, article.c.version, article.c.source, article.c.kept_at)
        others = select(alias.c.id, article.c.id, article.c.version, article.c.source, article.c.kept_at).join_from(
            alias, article
        )
        with self._database.read() as connection:
            # By their own first: that is what nearly all of them are known by.
            for column, wanted in ((article.c.id, mine), (alias.c.id, others)):
                for some in chunks([name for name in names if name not in found]):
                    rows = connection.execute(wanted.where(among(connection, column, some))).all()
                    found.update((row[0], Known(*row[1:])) for row in rows)
        return found

    def knows_fingerprints(self, fingerprints: Iterable[str]) -> set[str]:
        """Return those of `fingerprints` that a kept article has."""
        return self._known(article.c.fingerprint, fingerprints)

    def get(self, ids: Sequence[ArticleId]) -> list[Article]:
        """Return the articles in the order of `ids`; UnknownError names one that is not kept."""
        found = self.kept(ids)
        missing = next((each for each in ids if each not in found), None)
        if missing is not None:
            raise UnknownError(f"no article {missing}")
        return [found[each] for each in ids]

    def kept(self, ids: Iterable[ArticleId]) -> dict[ArticleId, Article]:
        """Return those of the articles that are kept, by id."""
        found: dict[ArticleId, Article] = {}
        with self._database.read() as connection:
            for some in chunks(ids):
                rows = connection.execute(select(article.c.id, article.c.body).where(article.c.id.in_(some), _THERE))
                found.update((row.id, unpack(row.body, Article)) for row in rows)
        return found

    def having(self, ids: Iterable[ArticleId], texts: Sequence[str]) -> dict[ArticleId, Article]:
        """Return those of the articles that have all of `texts` in them somewhere, whatever their case, by id.

        Texts are given in lower case (`str.casefold`). Articles are kept packed, so each is unpacked to be looked at;
        that is still ten times as quick as reading it. 500 take some 20 ms.
        """
        found: dict[ArticleId, Article] = {}
        with self._database.read() as connection:
            for some in chunks(ids):
                rows = connection.execute(select(article.c.id, article.c.body).where(article.c.id.in_(some), _THERE))
                found.update((row.id, unpack(row.body, Article)) for row in rows if holds(row.body, texts))
        return found

    def drawn_on(self, edition: str, limit: int, *, but: int) -> list[Article]:
        """Return the articles that the edition's issues had in their pools, except issue `but`, the last kept first."""
        had = and_(pool.c.article == article.c.id, pool.c.edition == edition, pool.c.issue != but)
        chosen = select(article.c.body).join(pool, had).where(_THERE).order_by(article.c.no.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(chosen).all()
        return [unpack(row.body, Article) for row in rows]

    def recent(self, limit: int) -> list[Article]:
        """Return the articles that were kept last, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(article.c.body).where(_THERE).order_by(article.c.no.desc()).limit(limit)
            ).all()
        return [unpack(row.body, Article) for row in rows]

    def latest(self, limit: int, *, since: datetime | None = None) -> list[tuple[ArticleId, datetime]]:
        """Return the articles that were kept last, after `since` if that is given, each with when it was."""
        chosen = select(article.c.id, article.c.kept_at).where(_THERE).order_by(article.c.no.desc()).limit(limit)
        if since is not None:
            chosen = chosen.where(article.c.kept_at > since)
        with self._database.read() as connection:
            return [(row.id, row.kept_at) for row in connection.execute(chosen)]

    def unpooled(self, edition: str, *, issue: int | None = None) -> list[Article]:
        """Return the articles that no issue of the edition has taken or left out, in the order of collection.

        Those that `issue` itself has taken or left out count as free: it may be built again.
        """
        taken = and_(pool.c.article == article.c.id, pool.c.edition == edition)
        if issue is not None:
            taken = and_(taken, pool.c.issue != issue)
        free = (
            select(article.c.body).outerjoin(pool, taken).where(pool.c.article.is_(None), _THERE).order_by(article.c.no)
        )
        with self._database.read() as connection:
            rows = connection.execute(free).all()
        return [unpack(row.body, Article) for row in rows]

    def count(self) -> int:
        """Return how many are kept."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(article).where(_THERE)).scalar_one())

    def kept_by_source(self, since: datetime) -> dict[str, tuple[int, datetime]]:
        """Return how many articles of each source were kept from `since` on, and when its first one ever was.

        A source that brought nothing since then is not there.
        """
        # Materialized, or SQLite walks over every article there is to have them in the order of their sources.
        recent = select(article.c.source).where(article.c.kept_at >= since).cte("recent").prefix_with("MATERIALIZED")
        counted = (
            select(recent.c.source, func.count().label("many"))
            .group_by(recent.c.source)
            .cte("counted")
            .prefix_with("MATERIALIZED")
        )
        mine = article.c.source == counted.c.source
        first = select(article.c.kept_at).where(mine).order_by(article.c.no).limit(1).scalar_subquery().label("first")
        with self._database.read() as connection:
            rows = connection.execute(select(counted.c.source, counted.c.many, first)).all()
        return {row.source: (row.many, row.first) for row in rows}

    def _known(self, column: Column[str], values: Iterable[str]) -> set[str]:
        found: set[str] = set()
        with self._database.read() as connection:
            for some in chunks(values):
                found.update(connection.execute(select(column).where(among(connection, column, some))).scalars())
        return found
