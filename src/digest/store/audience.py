"""Whom an edition goes to: which subscription of each reader counts, chosen in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Subquery, and_, case, exists, func, select
from sqlalchemy.sql import ColumnElement

from digest.model.people import Consent, Segment
from digest.store.schema import preference, subscriber, subscription, suppression
from digest.store.segments import fits

OPEN_TO_MAIL: ColumnElement[bool] = and_(
    subscription.c.consent == Consent.ACTIVE.value, subscription.c.removed_at.is_(None)
)
"""A subscription that may be mailed, as far as it can tell."""

PAUSED: Final = "paused by the reader"
"""Why somebody gets no issue of a day before the one until which they paused."""

SUPPRESSED: ColumnElement[bool] = exists().where(suppression.c.email_hmac == subscriber.c.email_hmac)


def chosen(lists: Sequence[str], segments: Sequence[Segment] = ()) -> Subquery:
    """Choose each subscriber of the lists who may be mailed, once: the first list in this order decides for them.

    With segments, only who fits one of them by the list that decides.

    Columns: subscriber, domain, list, preference, paused_until.
    """
    order = case({name: place for place, name in enumerate(lists)}, value=subscription.c.list, else_=len(lists))
    ranked = (
        select(
            subscription.c.subscriber,
            subscriber.c.domain,
            subscription.c.list,
            subscription.c.preference,
            subscription.c.paused_until,
            func.row_number().over(partition_by=subscription.c.subscriber, order_by=order).label("pick"),
        )
        .join(subscriber, subscriber.c.id == subscription.c.subscriber)
        .where(subscription.c.list.in_(lists), OPEN_TO_MAIL, ~SUPPRESSED)
        .subquery("ranked")
    )
    columns = (ranked.c.subscriber, ranked.c.domain, ranked.c.list, ranked.c.preference, ranked.c.paused_until)
    picked = select(*columns).where(ranked.c.pick == 1)
    if segments:
        its = and_(subscription.c.subscriber == ranked.c.subscriber, subscription.c.list == ranked.c.list)
        picked = picked.join(subscription, its).join(subscriber, subscriber.c.id == ranked.c.subscriber)
        picked = picked.join(preference, preference.c.id == ranked.c.preference).where(fits(segments))
    return picked.subquery("chosen")
