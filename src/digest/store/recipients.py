"""Deliveries with whom they go to, as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select

from digest.model.delivery import Claim, Delivery, DeliveryState, Recipient
from digest.store.preferences import COLUMNS, preferences, read_preferences
from digest.store.schema import delivery, preference, subscriber


def deliveries() -> Select[Any]:
    """Choose rows of the outbox, each with its subscriber and the preferences chosen at the freeze."""
    return (
        select(delivery, subscriber.c.email, subscriber.c.name, *COLUMNS)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber)
        .join(preference, preference.c.id == delivery.c.preference)
    )


def read_recipient(row: Row[Any]) -> Recipient:
    """Return the recipient in a row with subscriber, email, name, list and the columns of preferences."""
    wish = read_preferences(row)
    return Recipient(
        subscriber=row.subscriber,
        email=row.email,
        name=row.name,
        list=row.list,
        sections=wish.sections,
        timezone=wish.timezone,
        language=wish.language,
        at=wish.time,
    )


def read_delivery(row: Row[Any]) -> Delivery:
    """Return the delivery in a row of `deliveries()`."""
    return Delivery(
        issue=row.issue,
        seq=row.seq,
        subscriber=row.subscriber,
        state=DeliveryState(row.state),
        variant=row.variant,
        due_at=row.due_at,
        attempts=row.attempts,
        not_before=row.not_before,
        worker=row.worker,
        code=row.code,
        text=row.text,
        at=row.at,
        relay=row.relay,
    )


def claimable() -> Select[Any]:
    """Choose of the same rows what a claim needs of them, in the order in which `read_claim` takes it."""
    return (
        select(
            delivery.c.seq,
            delivery.c.attempts,
            delivery.c.given_back,
            delivery.c.variant,
            delivery.c.due_at,
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            delivery.c.list,
            *COLUMNS,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber)
        .join(preference, preference.c.id == delivery.c.preference)
    )


def read_claim(issue: int, row: Sequence[Any]) -> Claim:
    """Return the claim that takes a row of `claimable()`: its attempt is the next one."""
    seq, attempts, given_back, variant, due_at, who, email, name, of_list, *columns = row
    wish = preferences(*columns)
    to = Recipient(who, email, name, of_list, wish.sections, wish.timezone, wish.language, wish.time)
    return Claim(issue, seq, attempts + 1, variant, due_at, to, given_back)
