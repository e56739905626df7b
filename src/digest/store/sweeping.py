"""What is old is deleted: diaries, articles, mails that are done, sign-ups nobody confirmed; a portion at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import CursorResult, Select, Table, and_, delete, exists, func, not_, select, update

from digest.model.people import Consent
from digest.store.engine import Database, alone
from digest.store.schema import (
    alert,
    alerted,
    article,
    consent,
    delivery,
    earlier,
    former,
    notice,
    pool,
    request,
    run,
    subscriber,
    subscription,
)

PORTION: Final = 500
"""Rows of one transaction."""


def sweep_runs(database: Database, before: datetime) -> int:
    """Delete the runs that ended before; return how many."""
    return _sweep(database, run, select(run.c.id).where(run.c.ended_at < before))


def sweep_alerts(database: Database, before: datetime) -> int:
    """Delete the alerts that were over before, with whom they were told; return how many."""
    return _sweep(database, alert, select(alert.c.id).where(alert.c.ended_at < before), (alerted, "alert"))


def sweep_articles(database: Database, before: datetime) -> int:
    """Forget the articles that were kept before, but for their names and fingerprints; return how many.

    Issues keep the words that they were made from, and examples theirs. The names stay, some two hundred bytes each,
    because an outlet that still lists an old item without a date would have it be news again.
    """
    old = select(article.c.id).where(article.c.kept_at < before, func.length(article.c.body) > 0).limit(PORTION)
    count = 0
    while True:
        with database.write() as connection:
            ids = list(connection.execute(old).scalars())
            connection.execute(delete(pool).where(pool.c.article.in_(ids)))
            connection.execute(update(article).where(article.c.id.in_(ids)).values(body=b""))
        count += len(ids)
        if len(ids) < PORTION:
            return count


def sweep_notices(database: Database, before: datetime) -> int:
    """Delete the mails to single readers that were done with before; return how many."""
    return _sweep(database, notice, select(notice.c.id).where(notice.c.not_before.is_(None), notice.c.at < before))


def sweep_earlier(database: Database, before: datetime) -> int:
    """Forget what lists' files said before words of readers that came before; return of how many."""
    with database.write() as connection:
        return connection.execute(delete(earlier).where(earlier.c.at < before)).rowcount


def sweep_unconfirmed(database: Database, before: datetime) -> int:
    """Forget those who were signed up before, never confirmed it, and of whom nothing else is known; return how many.

    Somebody else may have typed their address: nothing of them is kept.
    """
    waits = and_(subscription.c.consent == Consent.PENDING.value, subscription.c.since < before)
    other = exists().where(subscription.c.subscriber == subscriber.c.id, not_(waits))
    open_mail = exists().where(notice.c.subscriber == subscriber.c.id, notice.c.not_before.is_not(None))
    lately = exists().where(request.c.subscriber == subscriber.c.id, request.c.at >= before)
    mailed = exists().where(delivery.c.subscriber == subscriber.c.id)
    # Who was a reader before stays one of whom something is known, also when nobody knows any more what they were sent.
    spoke = exists().where(consent.c.subscriber == subscriber.c.id, consent.c.event != "sign_up")
    moved = exists().where(former.c.subscriber == subscriber.c.id)
    mine = exists().where(subscription.c.subscriber == subscriber.c.id, waits)
    old = select(subscriber.c.id).where(mine, ~other, ~open_mail, ~lately, ~mailed, ~spoke, ~moved)
    theirs = [(table, "subscriber") for table in (notice, request, consent, earlier, subscription)]
    return _sweep(database, subscriber, old, *theirs, lock="subscribers")


def _sweep(
    database: Database, table: Table, old: Select[tuple[int | str]], *dependent: tuple[Table, str], lock: str = ""
) -> int:
    """Delete what is old, with what depends on it; `lock` keeps out whoever may add to that meanwhile."""
    count = 0
    while True:
        with database.write() as connection:
            if lock:
                alone(connection, lock)
            ids = list(connection.execute(old.limit(PORTION)).scalars())
            for other, column in dependent:
                connection.execute(delete(other).where(other.c[column].in_(ids)))
            done: CursorResult[tuple[()]] = connection.execute(delete(table).where(table.c.id.in_(ids)))
            count += done.rowcount
        if len(ids) < PORTION:
            return count
