"""Who stands on an edition's lists, counted: who may be mailed, and who may not and why."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, distinct, func, select
from sqlalchemy.sql import ColumnElement

from digest.model.people import Census, Consent, Segment
from digest.store.audience import OPEN_TO_MAIL, SUPPRESSED, chosen
from digest.store.schema import subscriber, subscription


def census(connection: Connection, lists: Sequence[str], segments: Sequence[Segment] = ()) -> Census:
    """Return the counts for an edition that goes to `lists`; who stands on several counts on each of them."""
    there = and_(subscription.c.list.in_(lists), subscription.c.removed_at.is_(None))
    people = select(func.count(distinct(subscription.c.subscriber))).join(subscriber).where(there)
    open_rows = (
        select(subscription.c.list, func.count())
        .join(subscriber)
        .where(there, OPEN_TO_MAIL, ~SUPPRESSED)
        .group_by(subscription.c.list)
    )
    per_list = {row[0]: row[1] for row in connection.execute(open_rows)}
    going = chosen(lists, segments)
    domains = select(going.c.domain, func.count()).group_by(going.c.domain)
    return Census(
        lists=tuple((name, per_list.get(name, 0)) for name in lists),
        suppressed=connection.execute(people.where(SUPPRESSED)).scalar_one(),
        unconfirmed=connection.execute(people.where(_is(Consent.PENDING))).scalar_one(),
        left=connection.execute(people.where(_is(Consent.UNSUBSCRIBED))).scalar_one(),
        domains={row[0]: row[1] for row in connection.execute(domains)},
    )


def _is(word: Consent) -> ColumnElement[bool]:
    return subscription.c.consent == word.value
