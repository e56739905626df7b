"""How an issue's deliveries stand: one walk through the rows, one row of the answer a kind; domains apart.

Of an issue that is long over the deliveries became totals (`folding`): each question asks for both in one statement,
so that PostgreSQL answers from one moment, and what is being folded just now is counted once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, cast, func, literal, null, select, union_all

from digest.model.delivery import ENHANCED, DeliveryState
from digest.model.standing import Carried, Reply, Standing
from digest.store.claims import EXPIRED
from digest.store.columns import Instant
from digest.store.issue_rows import folded_at
from digest.store.schema import delivery, subscriber, total
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
    rows = connection.execute(union_all(kinds(delivery.c.issue == issue_id, now), _totals(issue_id))).all()
    number: Counter[str] = Counter()
    for row in rows:
        number[row.state] += row.number
    replies, reasons = _replies(rows), _reasons(rows)
    answered = [row for row in rows if row.state in ANSWERED]
    return Standing(
        counts={state: number[state.value] for state in S},
        assumed=sum(row.number for row in rows if row.state == S.ACCEPTED and row.said),
        replies=tuple(Reply(*kind, count) for kind, count in replies.most_common(MOST)),
        reasons=dict(reasons.most_common(MOST)),
        relays=_relays(answered),
        domains=_domains(connection, issue_id) if replies or number[S.IN_DOUBT] else {},
        first_at=min((row.first_at for row in answered if row.first_at), default=None),
        last_at=max((row.last_at for row in answered if row.last_at), default=None),
        lately=sum(row.lately for row in answered),
        next_try_at=min((row.again_at for row in rows if row.state == S.DEFERRED and row.again_at), default=None),
        folded_at=folded_at(connection, issue_id),
    )


def counts(connection: Connection, issue_id: int) -> dict[str, int]:
    """Return how many deliveries of the issue are, or were, in each state; every state is a key."""
    there = select(delivery.c.state, func.count().label("number")).where(delivery.c.issue == issue_id)
    gone = select(total.c.state, func.sum(total.c.number)).where(total.c.issue == issue_id)
    both = union_all(there.group_by(delivery.c.state), gone.group_by(total.c.state))
    found: Counter[str] = Counter()
    for state, number in connection.execute(both):
        found[state] += int(number)
    return {state.value: found[state.value] for state in S}


def expired(connection: Connection, issue_id: int) -> int:
    """Return how many deliveries were suppressed because the issue expired before they could go out."""
    ended = and_(delivery.c.state == S.SUPPRESSED.value, delivery.c.text == EXPIRED)
    there = select(func.count()).where(delivery.c.issue == issue_id, delivery.c.variant != "", ended)
    was = and_(total.c.issue == issue_id, total.c.state == S.SUPPRESSED.value, total.c.said == EXPIRED)
    gone = select(func.coalesce(func.sum(total.c.number), 0)).where(was)
    return int(connection.execute(select(there.scalar_subquery() + gone.scalar_subquery())).scalar_one())


def kinds(which: ColumnElement[bool], now: datetime) -> Select[Any]:
    """Choose the kinds of deliveries: by state and, where that says something, code, text and relay.

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
        .where(which)
        .group_by(state, code, told, relay)
    )


def _totals(issue_id: int) -> Select[Any]:
    """Choose the same of deliveries that are gone."""
    return select(
        total.c.state,
        total.c.code.label("reply_code"),
        total.c.said,
        total.c.relay.label("by"),
        total.c.number,
        total.c.first_at,
        total.c.last_at,
        cast(null(), Instant).label("again_at"),
        literal(0).label("lately"),
    ).where(total.c.issue == issue_id)


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


def enhanced(text: str) -> str:
    """Return the enhanced code (RFC 3463, 2) that a reply's text begins with; empty without one."""
    found = ENHANCED.match(text)
    return found.group() if found else ""


def _replies(rows: Iterable[Row[Any]]) -> Counter[tuple[S, int, str]]:
    found: Counter[tuple[S, int, str]] = Counter()
    for row in rows:
        if row.state in (S.DEFERRED, S.REFUSED):
            found[S(row.state), row.reply_code, enhanced(row.said)] += row.number
    return found


def _reasons(rows: Iterable[Row[Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        if row.state == S.SUPPRESSED:
            found[row.said] += row.number
    return found
