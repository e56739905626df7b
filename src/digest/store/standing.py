"""How an issue's deliveries stand: one walk through the rows, one row of the answer a kind; domains apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, case, func, select

from digest.model.delivery import ENHANCED, DeliveryState
from digest.model.standing import Carried, Reply, Standing
from digest.store.schema import delivery, subscriber
from digest.store.settling import ASSUMED

S = DeliveryState
ANSWERED: Final = (S.ACCEPTED, S.DEFERRED, S.REFUSED, S.IN_DOUBT)
LATELY: Final = timedelta(minutes=1)
HEAD: Final = 10
"""Characters of a reply that are read: an enhanced code has at most nine (RFC 3463, 2) and a space."""
MOST: Final = 10
"""Kinds of replies, reasons and domains that are told."""


def standing(connection: Connection, issue_id: int, now: datetime) -> Standing:
    """Return how the deliveries of an issue stand."""
    rows = connection.execute(_kinds(issue_id, now)).all()
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.state] += row.number
    replies, reasons = _replies(rows), _reasons(rows)
    answered = [row for row in rows if row.state in ANSWERED]
    return Standing(
        counts={state: counts[state.value] for state in S},
        assumed=sum(row.number for row in rows if row.state == S.ACCEPTED and row.said),
        replies=tuple(Reply(*kind, count) for kind, count in replies.most_common(MOST)),
        reasons=dict(reasons.most_common(MOST)),
        relays=_relays(answered),
        domains=_domains(connection, issue_id) if replies or counts[S.IN_DOUBT] else {},
        first_at=min((row.first_at for row in answered if row.first_at), default=None),
        last_at=max((row.last_at for row in answered if row.last_at), default=None),
        lately=sum(row.lately for row in answered),
        next_try_at=min((row.again_at for row in rows if row.state == S.DEFERRED and row.again_at), default=None),
    )


def _kinds(issue_id: int, now: datetime) -> Select[Any]:
    """Choose the kinds of rows: by state and, where that says something, code and text.

    What is told of a text are codes alone, which have a dot as their second character; only those texts are looked at,
    so that a million replies that all differ are few kinds.
    """
    text, state = delivery.c.text, delivery.c.state
    told = case(
        (state == S.SUPPRESSED.value, text),
        (and_(state == S.ACCEPTED.value, text == ASSUMED), text),
        (and_(state.in_((S.DEFERRED.value, S.REFUSED.value)), text.like("_.%")), func.substr(text, 1, HEAD)),
        else_="",
    ).label("said")
    code = case((state.in_((S.DEFERRED.value, S.REFUSED.value)), delivery.c.code), else_=0).label("reply_code")
    relay = case((state.in_([each.value for each in ANSWERED]), delivery.c.relay), else_="").label("by")
    return (
        select(
            state,
            code,
            told,
            relay,
            func.count().label("number"),
            func.min(delivery.c.at).label("first_at"),
            func.max(delivery.c.at).label("last_at"),
            func.min(delivery.c.not_before).label("again_at"),
            func.sum(case((delivery.c.at > now - LATELY, 1), else_=0)).label("lately"),
        )
        .where(delivery.c.issue == issue_id)
        .group_by(state, code, told, relay)
    )


def _relays(rows: Iterable[Row[Any]]) -> tuple[Carried, ...]:
    """Return what became of messages relay by relay, by name; those of no known relay come last."""
    counts: dict[str, Counter[S]] = {}
    lately: Counter[str] = Counter()
    for row in rows:
        counts.setdefault(row.by, Counter())[S(row.state)] += row.number
        lately[row.by] += row.lately
    names = sorted(counts, key=lambda name: (not name, name))
    return tuple(Carried(name, {state: counts[name][state] for state in ANSWERED}, lately[name]) for name in names)


def _domains(connection: Connection, issue_id: int) -> dict[str, int]:
    number = func.count().label("number")
    stuck = (
        select(subscriber.c.domain, number)
        .join(delivery, delivery.c.subscriber == subscriber.c.id)
        .where(delivery.c.issue == issue_id, delivery.c.state.in_((S.DEFERRED, S.REFUSED, S.IN_DOUBT)))
        .group_by(subscriber.c.domain)
        .order_by(number.desc(), subscriber.c.domain)
        .limit(MOST)
    )
    return {row.domain: row.number for row in connection.execute(stuck)}


def _replies(rows: Iterable[Row[Any]]) -> Counter[tuple[S, int, str]]:
    found: Counter[tuple[S, int, str]] = Counter()
    for row in rows:
        if row.state in (S.DEFERRED, S.REFUSED):
            enhanced = ENHANCED.match(row.said)
            found[S(row.state), row.reply_code, enhanced.group() if enhanced else ""] += row.number
    return found


def _reasons(rows: Iterable[Row[Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        if row.state == S.SUPPRESSED:
            found[row.said] += row.number
    return found
