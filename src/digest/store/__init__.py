"""The database: what was collected, the issues made of it, those who read, and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from digest.model.news import Article, ArticleId, SourceState
from digest.store import folding, keeping, sources, sweeping
from digest.store.acknowledged import Looked
from digest.store.alerts import Alerts
from digest.store.articles import Articles
from digest.store.choices import Choices
from digest.store.clicks import Clicks
from digest.store.editors import Editors
from digest.store.edits import Edits
from digest.store.engine import PATIENCE, Database, connect
from digest.store.examples import Examples
from digest.store.issues import Issues
from digest.store.jobs import Jobs
from digest.store.lead import Lead, lead_of
from digest.store.leaving import Leaver, Leaving
from digest.store.migrate import upgrade
from digest.store.notices import Notices
from digest.store.outbox import Outbox
from digest.store.readers import Readers
from digest.store.runs import Run, Runs
from digest.store.sources import Sources
from digest.store.subscribers import Subscribers
from digest.store.sync import SyncReport
from digest.store.testers import Testers

__all__ = [
    "Alerts",
    "Articles",
    "Choices",
    "Clicks",
    "Editors",
    "Edits",
    "Examples",
    "Issues",
    "Jobs",
    "Lead",
    "Leaver",
    "Leaving",
    "Looked",
    "Notices",
    "Outbox",
    "Readers",
    "Run",
    "Runs",
    "Sources",
    "Store",
    "Subscribers",
    "SyncReport",
    "Testers",
    "open_store",
]


class Store:
    """One class a noun over one database. Each method is one transaction, and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sources = Sources(database)
        self.articles = Articles(database)
        self.issues = Issues(database)
        self.edits = Edits(database)
        self.subscribers = Subscribers(database)
        self.readers = Readers(database)
        self.notices = Notices(database)
        self.outbox = Outbox(database)
        self.runs = Runs(database)
        self.examples = Examples(database)
        self.testers = Testers(database)
        self.editors = Editors(database)
        self.looked = Looked(database)
        self.choices = Choices(database)
        self.alerts = Alerts(database)
        self.jobs = Jobs(database)
        self.clicks = Clicks(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def keep(
        self,
        articles: Sequence[Article],
        updates: Iterable[Article],
        states: Iterable[SourceState],
        now: datetime,
        addresses: Iterable[tuple[ArticleId, ArticleId]] = (),
    ) -> list[ArticleId]:
        """Keep what a poll brought, all of it or nothing; return the ids of the articles that were new.

        Articles, of which those that are copies of known ones leave their addresses only; the words that known ones
        have now; further addresses of known ones, as (id of the address, id of the article); and what is remembered
        of the sources: a source's state never says that something was read which is not there.
        """
        with self.database.write() as connection:
            new = keeping.add(connection, articles, now)
            keeping.also_known(connection, addresses)
            keeping.renew(connection, updates, now)
            sources.remember(connection, states, now)
        return new

    def sweep_runs(self, before: datetime) -> int:
        """Delete the runs that ended before; return how many."""
        return sweeping.sweep_runs(self.database, before)

    def sweep_alerts(self, before: datetime) -> int:
        """Delete the alerts that were over before; return how many."""
        return sweeping.sweep_alerts(self.database, before)

    def sweep_articles(self, before: datetime) -> int:
        """Delete the articles that were kept before; return how many."""
        return sweeping.sweep_articles(self.database, before)

    def sweep_notices(self, before: datetime) -> int:
        """Delete the mails to single readers that were done with before; return how many."""
        return sweeping.sweep_notices(self.database, before)

    def sweep_deliveries(self, before: datetime, now: datetime, going: Callable[[], bool] = lambda: True) -> int:
        """Turn deliveries of issues that were over before into counts; return how many, a bounded number a call.

        It takes a minute where there are many, and ends early once it is not to be `going` any more.
        """
        return folding.fold(self.database, before, now, going=going)

    def sweep_earlier(self, before: datetime) -> int:
        """Forget what lists' files said before words of readers that came before; return of how many."""
        return sweeping.sweep_earlier(self.database, before)

    def sweep_unconfirmed(self, before: datetime) -> int:
        """Forget those who were signed up before and never confirmed it; return how many."""
        return sweeping.sweep_unconfirmed(self.database, before)

    def lead(self) -> Lead:
        """Return the lead among the daemons of this database, which is nobody's until it is taken."""
        return lead_of(self.database)

    def close(self) -> None:
        """Let every connection go; the store is not used after that."""
        self.database.close()


def open_store(url: str, *, patience: timedelta = PATIENCE) -> Store:
    """Return the store at `sqlite:///FILE` or `postgresql://…`, its tables brought up to date.

    `patience` is how long any call waits for another process before it raises Busy. Raises StoreError, which names the
    file or the address, where the database is not there, not ours, or written by a newer digest.
    """
    database = connect(url, patience=patience)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return Store(database)
