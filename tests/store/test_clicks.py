"""Clicks are sums by issue, link, kind and hour."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from digest.model.clicks import Clicked, Kind
from digest.store.schema import click

from .samples import NOW, draft

HOUR = timedelta(hours=1)


def test_sums_grow_and_links_kinds_and_hours_are_kept_apart(store):
    issue = draft(store).id
    one = Clicked(issue, 3, Kind.HUMAN, NOW)
    others = [Clicked(issue, 3, Kind.HUMAN, NOW + HOUR), Clicked(issue, 3, Kind.MACHINE, NOW)]

    store.clicks.add({one: 2, **dict.fromkeys(others, 1)})
    store.clicks.add({one: 4, Clicked(issue, 1, Kind.UNSURE, NOW): 1})
    store.clicks.add({})

    assert store.clicks.of(issue) == {(3, Kind.HUMAN): 7, (3, Kind.MACHINE): 1, (1, Kind.UNSURE): 1}
    assert store.clicks.of(issue + 1) == {}
    with store.database.read() as connection:
        rows = connection.execute(select(click).order_by(click.c.link, click.c.kind, click.c.hour)).all()
    assert [tuple(row) for row in rows] == [
        (issue, 1, "unsure", NOW, 1),
        (issue, 3, "human", NOW, 6),
        (issue, 3, "human", NOW + HOUR, 1),
        (issue, 3, "machine", NOW, 1),
    ]
