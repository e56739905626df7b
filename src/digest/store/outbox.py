"""The outbox: who gets an issue, who is working on it, and what became of each message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import exists, func, select

from digest.brake import Brake
from digest.lifecycle import Move, require
from digest.model.delivery import (
    Account,
    Claimed,
    Delivery,
    DeliveryState,
    Key,
    Recipient,
    Result,
    Settled,
    Skeleton,
)
from digest.model.issue import State
from digest.model.people import Segment
from digest.model.standing import Standing
from digest.store import brakes, choices, putback, settling
from digest.store.claims import WAITING, claim, is_put_back, next_at, sweep
from digest.store.engine import Database
from digest.store.freeze import Cohorts, freeze
from digest.store.issue_rows import change, locked, require_kept
from digest.store.outcomes import record
from digest.store.recipients import deliveries, read_delivery, read_recipient
from digest.store.retrying import retry
from digest.store.schema import choice, delivery, meta, subscriber
from digest.store.standing import counts, expired, standing
from digest.store.workers import ALIVE, DECLARED, bury, enlist, held, recover, workers

PAGE: Final = 500


class Outbox:
    """The tables `issue`, `batch` and `delivery`, with the workers that take from them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def freeze(
        self,
        issue: int,
        *,
        lists: Sequence[str],
        segments: Sequence[Segment] = (),
        cohorts: Cohorts,
        skeletons: Mapping[str, Skeleton],
        now: datetime,
        binding: str | None = None,
        imprint: str = "",
        brake: Brake | None = None,
    ) -> int:
        """Start an approved issue: make each reader of the lists who may be mailed a delivery; return how many go out.

        With segments only those who fit one of them.

        Each subscriber once; the first of their lists in this order decides how they read. `cohorts` says, for each way
        of reading among them (`Subscribers.cohorts`), the variant and when it is due; with variant None their
        deliveries are `suppressed` from the start, for the plan's reason. `imprint` is the caller's own text, kept
        with the issue (`Issues.imprint`); `brake` is what may be refused of it before the rest is kept back. One
        transaction: all of it or nothing. Raises MoveError (NotApproved) where the issue may not start or is not the
        one that `binding` names, Busy where the lists changed since the cohorts were counted.
        """
        with self._database.write() as connection:
            return freeze(
                connection,
                issue,
                lists=lists,
                segments=segments,
                cohorts=cohorts,
                skeletons=skeletons,
                binding=binding,
                imprint=imprint,
                brake=brake,
                now=now,
            )

    # ------------------------------------------------------------------------------------------------ workers

    def enlist(self, worker: str, *, host: str, boot: str, now: datetime) -> None:
        """Note that a worker is alive; StoreError for an id that was used before."""
        with self._database.write() as connection:
            enlist(connection, worker, host=host, boot=boot, now=now)

    def workers(self, *, declared: bool = False) -> dict[str, str]:
        """Return the ids of the workers that nobody has declared dead, each with its host, the oldest first.

        `declared`: of those instead that were, without proof.
        """
        with self._database.read() as connection:
            return workers(connection, DECLARED if declared else ALIVE)

    def held(self, worker: str) -> dict[Key, DeliveryState]:
        """Return the rows that name the worker, claimed or in doubt."""
        with self._database.read() as connection:
            return held(connection, worker)

    def recover(
        self, worker: str, account: Account, *, resend: Collection[str] = (), now: datetime
    ) -> Counter[DeliveryState]:
        """Write a worker down as dead, which must be proven, and its rows as its journal tells; return them by state.

        What has an outcome gets it, over a doubt too; what was never begun is queued; the rest is in doubt, or queued
        again where the issue is on its way and of an edition in `resend`. A worker that ends in good order does so too.
        """
        with self._database.write() as connection:
            return recover(connection, worker, account, resend=resend, now=now)

    def bury(self, worker: str, *, now: datetime) -> int:
        """Declare a worker dead without proof; return how many rows it held. They become `in_doubt`.

        If it lives it claims no more, and may finish what it has begun.
        """
        with self._database.write() as connection:
            return bury(connection, worker, now=now)

    def claims(self) -> int:
        """Return how many claims were ever made."""
        with self._database.read() as connection:
            count: int = connection.execute(select(meta.c.number).where(meta.c.name == "claims")).scalar_one()
        return count

    def put_back(self) -> bool:
        """Return whether the database was found older than what was sent, and nobody has accepted that since."""
        with self._database.read() as connection:
            return is_put_back(connection)

    def declare_put_back(self, told: Mapping[tuple[int, int], Result], *, claims: int, now: datetime) -> int:
        """Write down that the database is older than what was sent: nothing is claimed until `accept_put_back`.

        Each open row takes the outcome that `told` has for it by (issue, seq), or is in doubt; return how many are.
        Issues on their way end, approved ones are held; the number of claims is `claims` from now on.
        """
        with self._database.write() as connection:
            return putback.declare(connection, told, claims=claims, now=now)

    def accept_put_back(self) -> bool:
        """Let mail go out again from a database that was put back; return whether it was kept from that."""
        with self._database.write() as connection:
            return putback.accept(connection)

    # ------------------------------------------------------------------------------------------------- claims

    def claim(self, issue: int, worker: str, *, limit: int, now: datetime) -> Claimed:
        """Take up to `limit` (at most 500) rows that are due for the worker; they are its own when this returns.

        A limit of 0 takes nothing and only asks.
        Nothing is given, and `closed` says why, where the worker was declared dead, the issue has expired (what waits
        becomes suppressed, `expired`), is paused, is not being sent, or so much of it was refused that it is to be
        paused (`brake`; see `pull_brake`). While a canary is out, no more is given than it has left, and of rows that
        were not tried before only a few canaries' worth: then those that were deferred are waited for. A row whose
        subscriber has unsubscribed, left the lists or was suppressed since the freeze becomes suppressed with that
        reason.
        """
        with self._database.write() as connection:
            return claim(connection, issue, worker, limit=limit, now=now)

    def pull_brake(self, issue: int, *, hush: Callable[[str], str], now: datetime) -> bool:
        """Pause the issue where too much of it was refused, or nothing answered; return whether it is paused for that.

        The reason has the counts, and the last refusal as `hush` leaves it, which takes out what may name a reader.
        """
        with self._database.write() as connection:
            return brakes.pull(connection, issue, hush=hush, now=now)

    def brake(self, issue: int) -> Brake | None:
        """Return what was answered of the issue and what may be refused; None where it was frozen without a brake."""
        with self._database.read() as connection:
            return brakes.read(connection, issue)

    def record(self, worker: str, results: Sequence[Result], *, now: datetime) -> int:
        """Write what became of claims; return how many rows were written.

        A row is written only while it is this worker's, by this attempt, claimed or in doubt; anything else is passed
        over, so that a call may be repeated. A row that comes back takes a sent issue back to sending, past a brake
        that it ended with; one that comes back to a stopped issue is suppressed.
        """
        with self._database.write() as connection:
            return record(connection, worker, results, now=now)

    def expire(self, issue: int, *, now: datetime) -> int:
        """Suppress what waits of an issue that nobody claims from, a paused one, once it expired; return how many."""
        with self._database.write() as connection:
            row = locked(connection, issue)
            return sweep(connection, issue, now) if now >= row.expires_at else 0

    def finish(self, issue: int, *, now: datetime) -> bool:
        """Call the issue sent where no row of it is queued, claimed or deferred; return whether it is sent."""
        with self._database.write() as connection:
            row = locked(connection, issue)
            if row.state not in (State.SENDING, State.PAUSED):
                return bool(row.state == State.SENT)
            unfinished = (*WAITING, DeliveryState.CLAIMED)
            rests = ~exists().where(delivery.c.issue == issue, delivery.c.state.in_(unfinished))
            if not connection.execute(select(rests)).scalar():
                return False
            change(connection, issue, now, state=require(Move.FINISH, State(row.state), issue=issue, number=row.number))
            choices.drop(connection, choice.c.issue == issue)
            return True

    # ------------------------------------------------------------------------------------------------ settling

    def resend(self, issue: int, *, addresses: Collection[str] = (), now: datetime) -> Settled:
        """Have messages in doubt sent again, all or those to the addresses; a sent issue is being sent again.

        Those whose worker may still begin them wait until their claim is stale. Raises MoveError where the issue has
        expired, was stopped or is not on its way yet, NotKept where only counts are kept of it, UnknownError for an
        address without a message in doubt.
        """
        with self._database.write() as connection:
            return settling.resend(connection, issue, addresses, now)

    def assume_sent(self, issue: int, *, addresses: Collection[str] = (), now: datetime) -> Settled:
        """Count messages in doubt as accepted, all or those to the addresses. Raises NotKept, UnknownError."""
        with self._database.write() as connection:
            return settling.assume_sent(connection, issue, addresses, now)

    def retry(
        self,
        issue: int,
        *,
        states: Collection[DeliveryState] = (),
        codes: Collection[str] = (),
        addresses: Collection[str] = (),
        pretend: bool = False,
        now: datetime,
    ) -> int:
        """Take refused and deferred messages back to the queue, to be tried now; return how many.

        Those in one of the states, that were answered with one of the codes (`550`, `4.2.2`), to one of the addresses:
        whichever of the three is given. A sent issue is being sent again. `pretend` only counts. A subscriber who left
        or is suppressed gets nothing by it: that is seen to when the row is claimed. Raises MoveError where the issue
        has expired or is not on its way, NotKept where only counts are kept of it, UnknownError for an address without
        such a message, ValueError for another state and for what is no code.
        """
        with self._database.write() as connection:
            return retry(connection, issue, states=states, codes=codes, addresses=addresses, pretend=pretend, now=now)

    # ------------------------------------------------------------------------------------------------ reading

    def counts(self, issue: int) -> dict[str, int]:
        """Return how many deliveries are in each state; every state is a key."""
        with self._database.read() as connection:
            return counts(connection, issue)

    def standing(self, issue: int, *, now: datetime) -> Standing:
        """Return how its deliveries stand, with what was answered, counted. Reads every row of the issue once."""
        with self._database.read() as connection:
            return standing(connection, issue, now)

    def holders(self, issue: int) -> dict[str, int]:
        """Return the workers that hold rows of the issue, each with how many."""
        claimed = (delivery.c.issue == issue, delivery.c.state == DeliveryState.CLAIMED.value)
        per_worker = select(delivery.c.worker, func.count()).where(*claimed).group_by(delivery.c.worker)
        with self._database.read() as connection:
            rows = connection.execute(per_worker.order_by(delivery.c.worker)).all()
        return {row[0]: row[1] for row in rows}

    def expired(self, issue: int) -> int:
        """Return how many deliveries were suppressed because the issue expired before they could go out."""
        with self._database.read() as connection:
            return expired(connection, issue)

    def next_at(self, issue: int) -> datetime | None:
        """Return when the next row may be claimed; None where none waits."""
        with self._database.read() as connection:
            return next_at(connection, issue)

    def recipient(self, issue: int, email: str) -> Recipient | None:
        """Return the recipient at an address as they were frozen; None where the issue has no message for them."""
        theirs = deliveries().where(delivery.c.issue == issue, subscriber.c.address == email.lower())
        with self._database.read() as connection:
            row = connection.execute(theirs.where(delivery.c.variant != "")).one_or_none()
        return read_recipient(row) if row else None

    def deliveries(self, issue: int, *states: DeliveryState) -> Iterator[tuple[Delivery, Recipient]]:
        """Yield the deliveries in the order of `seq`, of these states or all; page by page, no transaction between.

        Raises NotKept where the issue is long over and only counts are kept.
        """
        chosen = deliveries().where(delivery.c.issue == issue).order_by(delivery.c.seq).limit(PAGE)
        if states:
            chosen = chosen.where(delivery.c.state.in_(states))
        last = 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(chosen.where(delivery.c.seq > last)).all()
                require_kept(connection, issue)  # asked afterwards, so that no row is missing unsaid
            if not rows:
                return
            yield from ((read_delivery(row), read_recipient(row)) for row in rows)
            last = rows[-1].seq
