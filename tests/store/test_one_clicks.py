"""Many one-clicks at once do what one does, however each reader stands; and who may have another edition instead."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import insert, select

from digest.model.people import Consent, Preferences, Suppression
from digest.store.changing import change, leaving_for
from digest.store.leaving import SIGN_UP, Leaving, end
from digest.store.one_clicks import end_many
from digest.store.preferences import numbers
from digest.store.schema import consent, earlier, request, subscriber, subscription

from .samples import NOW

LATER = NOW + timedelta(hours=1)
STANDINGS = (None, "active", "pending", "unsubscribed", "removed")
BOTH = tuple(product(STANDINGS, STANDINGS))
"""How a reader may stand with the lists `a` and `b`."""


def put(store, who, standings, *, asked=True):
    """A subscriber who stands so with the lists `a` and `b`, and once asked for `a` and did not confirm it."""
    with store.database.write() as connection:
        way = numbers(connection, [Preferences()])[Preferences()]
        address = f"r{who}@mail.example"
        person = {
            "address": address,
            "email": address,
            "name": "",
            "email_hmac": f"hmac {who}",
            "domain": "mail.example",
        }
        connection.execute(insert(subscriber).values(id=who, since=NOW, **person))
        for name, standing in zip("ab", standings, strict=True):
            if standing is not None:
                gone = standing == "removed"
                row = {"consent": "active" if gone else standing, "removed_at": NOW if gone else None}
                connection.execute(
                    insert(subscription).values(subscriber=who, list=name, preference=way, since=NOW, said=0, **row)
                )
        if asked:
            row = {"kind": SIGN_UP, "subscriber": who, "edition": "daily", "list": "a", "email": "", "wording": ""}
            connection.execute(insert(request).values(at=NOW, **row))


def told(store, people=(1, 2), less=0):
    """All that is kept of what these readers said, without the numbers that rows have."""
    with store.database.read() as connection:
        return [
            [
                {"reader": row["subscriber"] - less}
                | {name: row[name] for name in row if name not in ("id", "subscriber")}
                for row in connection.execute(
                    select(table).where(table.c.subscriber.in_(people)).order_by(table.c.subscriber, table.c.list)
                ).mappings()
            ]
            for table in (subscription, request, consent, earlier)
        ]


def test_many_at_once_are_as_many_one_by_one_however_they_stand(store):
    those, others = range(1, len(BOTH) + 1), range(101, len(BOTH) + 101)
    for who, standings in (*zip(those, BOTH, strict=True), *zip(others, BOTH, strict=True)):
        put(store, who, standings)
    leavings = [Leaving(who, "daily", ("a", "b"), "one-click") for who in (*those, 99)]

    done = end_many(store.database, leavings, LATER)
    again = end_many(store.database, leavings, LATER + timedelta(days=1))
    with store.database.write() as connection:
        for who in others:
            end(connection, Leaving(who, "daily", ("a", "b"), "one-click"), LATER)

    assert done == again == [True] * len(BOTH) + [False]
    assert told(store, those, less=0) == told(store, others, less=100)


def test_only_the_named_reader_and_the_lists_of_the_edition_are_ended(store):
    for who in (1, 2):
        put(store, who, ("active", "active"))

    end_many(store.database, [Leaving(1, "daily", ("a",), "one-click")], LATER)

    standings = [(row["reader"], row["list"], row["consent"]) for row in told(store)[0]]
    assert standings == [(1, "a", "unsubscribed"), (1, "b", "active"), (2, "a", "active"), (2, "b", "active")]


@pytest.mark.parametrize(
    ("standings", "barred", "changed"),
    [
        (("active", None), False, True),
        (("active", "unsubscribed"), False, True),
        (("active", "active"), False, True),
        (("unsubscribed", None), False, False),
        (("pending", None), False, False),
        (("removed", None), False, False),
        (("active", None), True, False),
    ],
)
def test_only_who_reads_an_edition_may_have_another_instead(store, standings, barred, changed):
    put(store, 1, standings)
    if barred:
        store.subscribers.suppress([Suppression("hmac 1", "k1", "complaint", date(2026, 11, 1))])
    before = told(store)

    done = change(
        store.database,
        leaving_for(1, "daily", ["a"]),
        "b",
        Preferences(("talks",)),
        wording="yes",
        today=LATER.date(),
        now=LATER,
    )

    assert done is changed
    if changed:
        rows = {row["list"]: row for row in told(store)[0]}
        assert (rows["a"]["consent"], rows["b"]["consent"]) == (Consent.UNSUBSCRIBED.value, Consent.ACTIVE.value)
        assert (rows["b"]["removed_at"], rows["b"]["joined_on"]) == (None, LATER.date())
        assert store.notices.waiting() == 0
    else:
        assert told(store) == before
