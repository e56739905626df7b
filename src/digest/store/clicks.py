"""Clicks on counted links: sums by issue, link, kind and hour, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from digest.model.clicks import Clicked, Kind
from digest.store.engine import Database, insert
from digest.store.schema import click


class Clicks:
    """Sums that only grow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, counts: Mapping[Clicked, int]) -> None:
        """Add to the sums, all of it or nothing."""
        rows = [
            {"issue": each.issue, "link": each.link, "kind": each.kind.value, "hour": each.hour, "count": count}
            # In one order, so that two who write at once wait for each other and not in a circle.
            for each, count in sorted(
                counts.items(), key=lambda one: (one[0].issue, one[0].link, one[0].kind, one[0].hour)
            )
        ]
        if not rows:
            return
        with self._database.write() as connection:
            new = insert(connection, click)
            grown = click.c.count + new.excluded.count
            keys = [column.name for column in click.primary_key]
            connection.execute(new.on_conflict_do_update(index_elements=keys, set_={"count": grown}), rows)

    def of(self, issue: int) -> Counter[tuple[int, Kind]]:
        """Return an issue's sums by (link, kind)."""
        sums = select(click.c.link, click.c.kind, func.sum(click.c.count).label("many"))
        with self._database.read() as connection:
            rows = connection.execute(sums.where(click.c.issue == issue).group_by(click.c.link, click.c.kind)).all()
        return Counter({(row.link, Kind(row.kind)): int(row.many) for row in rows})
