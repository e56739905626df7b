"""Articles on their way into the tables: new ones once each, known ones as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, func, literal, select, update

from digest.model.news import Article, ArticleId
from digest.store.chunks import chunks
from digest.store.codec import pack
from digest.store.engine import alone, among, insert
from digest.store.schema import alias, article


def add(connection: Connection, articles: Sequence[Article], now: datetime) -> list[ArticleId]:
    """Keep those that are new and return their ids, in the order given.

    One whose id or fingerprint is known is passed over, and known by its address from then on.
    """
    if not articles:
        return []
    alone(connection, "articles")  # keeps `no` in order, and two adders from waiting for each other
    owners = _owners(connection, {name for item in articles for name in (item.id, *item.aliases)})
    prints = _pairs(connection, article.c.fingerprint, article.c.id, {item.fingerprint for item in articles})
    rows, others = [], []
    for item in articles:
        names = (item.id, *item.aliases)
        known = next((owners[name] for name in names if name in owners), None) or prints.get(item.fingerprint)
        if known is None:
            rows.append(_row(item, now))
            prints[item.fingerprint] = owners[item.id] = item.id
        owner = known or item.id
        others += [{"id": name, "article": owner} for name in names if name not in owners]
        owners |= dict.fromkeys(names, owner)
    if rows:
        connection.execute(insert(connection, article), rows)
    if others:
        connection.execute(insert(connection, alias).on_conflict_do_nothing(), others)
    return [str(row["id"]) for row in rows]


def also_known(connection: Connection, addresses: Iterable[tuple[ArticleId, ArticleId]]) -> None:
    """Know articles by further addresses: (id of the address, id of the article); unknown articles are passed over."""
    for name, owner in addresses:
        there = select(literal(name), article.c.id).where(article.c.id == owner)
        connection.execute(insert(connection, alias).from_select(["id", "article"], there).on_conflict_do_nothing())


def renew(connection: Connection, articles: Iterable[Article], now: datetime) -> None:
    """Put known articles in the place of what is kept of them.

    One that has the words of another article by now stays as it was, but for its version, and so does one that is so
    old that only its names are kept: it is no news again. One nobody keeps is passed over.
    """
    for item in articles:
        row = _row(item, now)
        del row["id"], row["kept_at"]
        mine = update(article).where(article.c.id == item.id)
        same = select(article.c.id).where(article.c.fingerprint == item.fingerprint, article.c.id != item.id)
        bare = select(article.c.id).where(article.c.id == item.id, func.length(article.c.body) == 0)
        stays = any(connection.execute(each).first() is not None for each in (same, bare))
        connection.execute(mine.values({"version": item.version} if stays else row))


def _owners(connection: Connection, names: Iterable[ArticleId]) -> dict[ArticleId, ArticleId]:
    """The article behind each of the names that is known."""
    wanted = list(names)
    return _pairs(connection, alias.c.id, alias.c.article, wanted) | _pairs(
        connection, article.c.id, article.c.id, wanted
    )


def _pairs(connection: Connection, key: Column[str], value: Column[str], wanted: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks(wanted):
        rows = connection.execute(select(key, value).where(among(connection, key, some))).all()
        found.update((row[0], row[1]) for row in rows)
    return found


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
