"""Fakes that behave: they keep the promises of the real thing, in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from digest.errors import StoreError, UnknownError
from digest.lifecycle import Move, after
from digest.model.delivery import Claim, Claimed, Delivery, DeliveryState, Recipient, Result
from digest.model.issue import State
from digest.store.outcomes import LOST

S = DeliveryState
WAITING = (S.QUEUED, S.DEFERRED)
OPEN = (S.CLAIMED, S.IN_DOUBT)
OUTCOMES = (S.ACCEPTED, S.DEFERRED, S.REFUSED, S.IN_DOUBT, S.QUEUED)
MOST = 500
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def reader(number: int, email: str = "") -> Recipient:
    """Return an invented subscriber."""
    email = email or f"reader{number}@aldovar.example"
    return Recipient(number, email, f"Reader {number}", "weekday", (), "Europe/Lisbon", "en")


@dataclass
class _Issue:
    state: State
    expires_at: datetime


@dataclass
class _Row:
    delivery: Delivery
    recipient: Recipient


class MemoryOutbox:
    """An outbox that forgets everything at the end; each method is atomic. `digest.store.Outbox` is the real one.

    It has no batches, and so no leases: every worker sees every row. What both promise is tests/store/test_outboxes.py.
    """

    def __init__(
        self,
        readers: Iterable[Recipient] = (),
        *,
        issue: int = 1,
        due_at: datetime = NOON,
        expires_at: datetime = NOON + timedelta(hours=18),
    ) -> None:
        self._lock = threading.RLock()
        self._issues = {issue: _Issue(State.SENDING, expires_at)}
        self._workers: dict[str, tuple[str, bool]] = {}
        self._gone: dict[int, str] = {}
        self._rows: dict[tuple[int, int], _Row] = {}
        for seq, each in enumerate(readers, start=1):
            row = Delivery(issue, seq, each.subscriber, S.QUEUED, "en:military", due_at, 0, None, "", 0, "", None)
            self._rows[issue, seq] = _Row(row, each)

    # What an editor, a reader or a test does.

    def put(self, issue: int, state: State) -> None:
        """Move an issue, as `digest pause` and its like do."""
        with self._lock:
            self._issues[issue].state = state

    def state(self, issue: int) -> State:
        """Return where the issue stands."""
        with self._lock:
            return self._issue(issue).state

    def unsubscribe(self, subscriber: int, reason: str = "unsubscribed") -> None:
        """Make a reader one who is no longer mailed."""
        with self._lock:
            self._gone[subscriber] = reason

    def settle(self, issue: int, seq: int, state: DeliveryState) -> None:
        """Decide a row in doubt by hand."""
        with self._lock:
            row = self._rows[issue, seq]
            row.delivery = replace(row.delivery, state=state, worker="")

    # The outbox itself.

    def enlist(self, worker: str, *, host: str, boot: str, now: datetime) -> None:
        with self._lock:
            if worker in self._workers:
                raise StoreError(f"worker {worker} has been here before")
            self._workers[worker] = (host, True)

    def retire(self, worker: str, *, now: datetime) -> None:
        with self._lock:
            if self._held(worker):
                raise StoreError(f"worker {worker} still holds messages")
            self._die(worker)

    def workers(self) -> dict[str, str]:
        with self._lock:
            return {name: host for name, (host, alive) in self._workers.items() if alive}

    def bury(self, worker: str, *, now: datetime) -> int:
        with self._lock:
            self._die(worker)
            held = self._held(worker)
            for row in held:
                row.delivery = replace(row.delivery, state=S.IN_DOUBT, text=LOST, at=now)
            return len(held)

    def claim(self, issue: int, worker: str, *, limit: int, now: datetime) -> Claimed:
        with self._lock:
            if not self._workers.get(worker, ("", False))[1]:
                return Claimed(closed="dead")
            its = self._issue(issue)
            if now >= its.expires_at:
                for row in self._waiting(issue):
                    self._suppress(row, "expired", now)
                return Claimed(closed="expired")
            if its.state is not State.SENDING:
                return Claimed(closed="paused" if its.state is State.PAUSED else "over")
            claims: list[Claim] = []
            while limit > 0 and not claims and (ready := self._ready(issue, limit, now)):
                claims = self._take(issue, worker, ready, now)
            waits = [row.delivery.not_before or row.delivery.due_at for row in self._waiting(issue)]
            return Claimed(tuple(claims), next_at=min(waits, default=None))

    def record(self, worker: str, results: Sequence[Result], *, now: datetime) -> int:
        wrong = next((result.outcome.state for result in results if result.outcome.state not in OUTCOMES), None)
        if wrong is not None:
            raise ValueError(f"{wrong} is no outcome of a claim")
        with self._lock:
            written = sum(self._write(worker, result, now) for result in results)
            for issue in {result.claim.issue for result in results if result.outcome.state in WAITING}:
                its = self._issue(issue)
                if its.state is State.SENT and self._waiting(issue):
                    its.state = after(Move.REOPEN, its.state) or its.state
            return written

    def finish(self, issue: int, *, now: datetime) -> bool:
        with self._lock:
            its = self._issue(issue)
            if its.state in (State.SENDING, State.PAUSED) and not self._unfinished(issue):
                its.state = State.SENT
            return its.state is State.SENT

    def counts(self, issue: int) -> dict[str, int]:
        with self._lock:
            states = [row.delivery.state for (of, _), row in self._rows.items() if of == issue]
            return {state.value: states.count(state) for state in DeliveryState}

    def deliveries(self, issue: int, state: DeliveryState | None = None) -> Iterator[tuple[Delivery, Recipient]]:
        with self._lock:
            rows = [(row.delivery, row.recipient) for (of, _), row in self._rows.items() if of == issue]
        return iter([pair for pair in rows if state in (None, pair[0].state)])

    def _issue(self, issue: int) -> _Issue:
        if issue not in self._issues:
            raise UnknownError(f"no issue {issue}")
        return self._issues[issue]

    def _die(self, worker: str) -> None:
        if worker in self._workers:
            self._workers[worker] = (self._workers[worker][0], False)

    def _ready(self, issue: int, limit: int, now: datetime) -> list[_Row]:
        ready = [row for row in self._waiting(issue) if self._at(row.delivery) <= now]
        return [row for row in ready if row.delivery.due_at == ready[0].delivery.due_at][: min(limit, MOST)]

    def _take(self, issue: int, worker: str, ready: Sequence[_Row], now: datetime) -> list[Claim]:
        claims: list[Claim] = []
        for row in ready:
            if reason := self._gone.get(row.delivery.subscriber):
                self._suppress(row, reason, now)
                continue
            attempt = row.delivery.attempts + 1
            row.delivery = replace(row.delivery, state=S.CLAIMED, worker=worker, attempts=attempt, at=now)
            d = row.delivery
            claims.append(Claim(issue, d.seq, attempt, d.variant, d.due_at, row.recipient))
        return claims

    def _write(self, worker: str, result: Result, now: datetime) -> bool:
        row = self._rows[result.claim.issue, result.claim.seq]
        d, outcome = row.delivery, result.outcome
        if d.worker != worker or d.attempts != result.claim.attempt or d.state not in OPEN:
            return False
        if outcome.state is S.QUEUED:
            row.delivery = replace(d, state=S.QUEUED, worker="", at=now)
            return True
        row.delivery = replace(
            d,
            state=outcome.state,
            worker=worker if outcome.state is S.IN_DOUBT else "",
            code=outcome.code,
            text=outcome.text,
            not_before=result.not_before if outcome.state is S.DEFERRED else None,
            at=now,
        )
        return True

    def _waiting(self, issue: int) -> list[_Row]:
        return [row for (of, _), row in self._rows.items() if of == issue and row.delivery.state in WAITING]

    def _unfinished(self, issue: int) -> list[_Row]:
        states = (*WAITING, S.CLAIMED)
        return [row for (of, _), row in self._rows.items() if of == issue and row.delivery.state in states]

    def _held(self, worker: str) -> list[_Row]:
        rows = self._rows.values()
        return [row for row in rows if row.delivery.worker == worker and row.delivery.state is S.CLAIMED]

    @staticmethod
    def _at(delivery: Delivery) -> datetime:
        return max(delivery.due_at, delivery.not_before or delivery.due_at)

    @staticmethod
    def _suppress(row: _Row, reason: str, now: datetime) -> None:
        row.delivery = replace(row.delivery, state=S.SUPPRESSED, text=reason, not_before=None, at=now)
