"""Fakes that behave: they keep the promises of the real thing, in memory."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from digest.brake import Brake, Tried
from digest.errors import JournalError, MoveError, StoreError, UnknownError
from digest.lifecycle import Move, after
from digest.model.delivery import (
    CLAIM_AGE,
    NEVER_BEGUN,
    UNTOLD,
    Account,
    Claim,
    Claimed,
    Delivery,
    DeliveryState,
    Key,
    Outcome,
    Recipient,
    Result,
    Settled,
)
from digest.model.issue import State

S = DeliveryState
WAITING = (S.QUEUED, S.DEFERRED)
OPEN = (S.CLAIMED, S.IN_DOUBT)
OUTCOMES = (S.ACCEPTED, S.DEFERRED, S.REFUSED, S.IN_DOUBT, S.QUEUED)
MOST = 500
EDITION = "brief"
"""The edition of every issue."""
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
    given_back: int = 0


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
        brake: Brake | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._brake, self.reason = brake, ""
        self._issues = {issue: _Issue(State.SENDING, expires_at)}
        self._workers: dict[str, tuple[str, str]] = {}
        self._claims, self._put_back = 0, False
        self._gone: dict[int, str] = {}
        self._rows: dict[tuple[int, int], _Row] = {}
        for seq, each in enumerate(readers, start=1):
            row = Delivery(issue, seq, each.subscriber, S.QUEUED, "en:military", due_at, 0, None, "", 0, "", None)
            self._rows[issue, seq] = _Row(row, each)

    # What an editor, a reader or a test does.

    def put(self, issue: int, state: State) -> None:
        """Move an issue, as `digest pause` and its like do."""
        with self._lock:
            if self._brake and self._brake.pulled and state is State.SENDING:
                self._brake = self._brake.released()
            for row in self._waiting(issue) if state is State.STOPPED else ():
                self._suppress(row, "stopped", NOON)
            self._issues[issue].state = state

    def state(self, issue: int) -> State:
        """Return where the issue stands."""
        with self._lock:
            return self._issue(issue).state

    def unsubscribe(self, subscriber: int, reason: str = "unsubscribed") -> None:
        """Make a reader one who is no longer mailed."""
        with self._lock:
            self._gone[subscriber] = reason

    # The outbox itself.

    def enlist(self, worker: str, *, host: str, boot: str, now: datetime) -> None:
        with self._lock:
            if worker in self._workers:
                raise StoreError(f"worker {worker} has been here before")
            self._workers[worker] = (host, "alive")

    def workers(self, *, declared: bool = False) -> dict[str, str]:
        wanted = "declared" if declared else "alive"
        with self._lock:
            return {name: host for name, (host, state) in self._workers.items() if state == wanted}

    def bury(self, worker: str, *, now: datetime) -> int:
        with self._lock:
            self._die(worker, "declared")
            claimed = [key for key, state in self.held(worker).items() if state is S.CLAIMED]
            return self._record(worker, [Result(key, UNTOLD) for key in claimed], now)

    def held(self, worker: str) -> dict[Key, DeliveryState]:
        with self._lock:
            rows = [row.delivery for row in self._rows.values()]
            mine = [d for d in rows if d.worker == worker and d.state in OPEN]
            return {Key(d.issue, d.seq, d.attempts): d.state for d in mine}

    def recover(
        self, worker: str, account: Account, *, resend: Collection[str] = (), now: datetime
    ) -> Mapping[DeliveryState, int]:
        with self._lock:
            self._die(worker, "dead")
            held = self.held(worker).items()
            results = [r for key, state in held if (r := account.verdict(key, state)) is not None]
            results = [self._again(result, resend, now) for result in results]
            self._record(worker, results, now)
            return Counter(result.outcome.state for result in results)

    def claims(self) -> int:
        return self._claims

    def put_back(self) -> bool:
        return self._put_back

    def declare_put_back(self, told: Mapping[tuple[int, int], Result], *, claims: int, now: datetime) -> int:
        with self._lock:
            self._claims, self._put_back = claims, True
            for worker, (host, state) in self._workers.items():
                self._workers[worker] = (host, "declared" if state == "alive" else state)
            open_ = [row for row in self._rows.values() if row.delivery.state in (*WAITING, S.CLAIMED)]
            for row in open_:
                doubt = {"state": S.IN_DOUBT, "worker": "", "not_before": None, "code": 0, "relay": "", "at": now}
                row.delivery = replace(row.delivery, **doubt)
            doubted = len(open_)
            for key, result in told.items():
                row = self._rows[key]
                if row.delivery.state is S.IN_DOUBT:
                    its = result.outcome
                    row.delivery = replace(row.delivery, state=its.state, worker="", code=its.code, text=its.text)
                    doubted -= 1
            for its_issue in self._issues.values():
                if its_issue.state in (State.SENDING, State.PAUSED):
                    its_issue.state = State.SENT
            return doubted

    def accept_put_back(self) -> bool:
        with self._lock:
            was, self._put_back = self._put_back, False
            return was

    def resend(self, issue: int, *, addresses: Collection[str] = (), now: datetime) -> Settled:
        with self._lock:
            its = self._issue(issue)
            if now >= its.expires_at:
                raise MoveError(f"No. {issue} expired")
            if its.state not in (State.SENDING, State.PAUSED, State.SENT):
                raise MoveError(f"No. {issue} is {its.state}")
            doubts = self._doubts(issue, addresses)
            waits = [row for row in doubts if not self._proven(row) and now < self._doubted(row) + CLAIM_AGE]
            ready = [row for row in doubts if row not in waits]
            for row in ready:
                row.delivery = replace(row.delivery, state=S.QUEUED, worker="", not_before=None, at=now)
            if ready and its.state is State.SENT:
                self._reopen(its)
            until = max((self._doubted(row) + CLAIM_AGE for row in waits), default=None)
            return Settled(len(ready), len(waits), until)

    def assume_sent(self, issue: int, *, addresses: Collection[str] = (), now: datetime) -> Settled:
        with self._lock:
            doubts = self._doubts(issue, addresses)
            for row in doubts:
                row.delivery = replace(row.delivery, state=S.ACCEPTED, worker="", code=0, text="assumed", at=now)
            return Settled(len(doubts))

    def claim(self, issue: int, worker: str, *, limit: int, now: datetime) -> Claimed:
        with self._lock:
            if self._workers.get(worker, ("", ""))[1] != "alive":
                return Claimed(closed="dead")
            if self._put_back:
                return Claimed(closed="put back")
            its = self._issue(issue)
            if now >= its.expires_at:
                for row in self._waiting(issue):
                    self._suppress(row, "expired", now)
                return Claimed(closed="expired")
            if its.state is State.STOPPED:
                for row in self._waiting(issue):
                    self._suppress(row, "stopped", now)
            if its.state is not State.SENDING:
                return Claimed(closed="paused" if its.state is State.PAUSED else "over")
            again = False
            if self._brake:
                tried = self._tried(issue, now)
                if self._brake.pulls(tried.flight) or self._brake.unanswered(tried):
                    return Claimed(closed="brake")
                self._brake = self._brake.looked_at()
                fresh = self._brake.untried(tried)
                limit, again = int(min(limit, self._brake.room(tried.flight), fresh or limit)), not fresh
            claims: list[Claim] = []
            while limit > 0 and not claims and (ready := self._ready(issue, limit, now, again=again)):
                claims = self._take(issue, worker, ready, now)
            left = [row.delivery for row in self._waiting(issue) if self._before(row.delivery) or not again]
            waits = [delivery.not_before or delivery.due_at for delivery in left]
            self._claims += bool(claims)
            return Claimed(tuple(claims), next_at=min(waits, default=None), number=self._claims if claims else 0)

    def pull_brake(self, issue: int, *, hush: Callable[[str], str], now: datetime) -> bool:
        with self._lock:
            its, brake = self._issue(issue), self._brake
            if brake and its.state is State.SENDING:
                tried = self._tried(issue, now)
                if brake.pulls(tried.flight):
                    refused = [row.delivery for row in self._rows.values() if row.delivery.state is S.REFUSED]
                    last = max(refused, key=lambda d: (d.at, d.seq))
                    self.reason = brake.reason(hush(f"{last.code} {last.text}"))
                elif brake.unanswered(tried):
                    self.reason = brake.silence(tried)
                else:
                    return False
                its.state, self._brake = State.PAUSED, replace(brake, pulled=True)
            return self._brake is not None and self._brake.pulled

    def brake(self, issue: int) -> Brake | None:
        return self._brake

    def record(self, worker: str, results: Sequence[Result], *, now: datetime) -> int:
        wrong = next((result.outcome.state for result in results if result.outcome.state not in OUTCOMES), None)
        if wrong is not None:
            raise ValueError(f"{wrong} is no outcome of a claim")
        with self._lock:
            return self._record(worker, results, now)

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

    def deliveries(self, issue: int, *states: DeliveryState) -> Iterator[tuple[Delivery, Recipient]]:
        with self._lock:
            rows = [(row.delivery, row.recipient) for (of, _), row in self._rows.items() if of == issue]
        return iter([pair for pair in rows if not states or pair[0].state in states])

    def _issue(self, issue: int) -> _Issue:
        if issue not in self._issues:
            raise UnknownError(f"no issue {issue}")
        return self._issues[issue]

    def _die(self, worker: str, state: str) -> None:
        host, before = self._workers.get(worker, ("", ""))
        if before == "alive" or (before == "declared" and state == "dead"):
            self._workers[worker] = (host, state)

    def _again(self, result: Result, resend: Collection[str], now: datetime) -> Result:
        its = self._issue(result.claim.issue)
        lives = its.state in (State.SENDING, State.PAUSED) and now < its.expires_at
        doubted = result.outcome.state is S.IN_DOUBT
        return replace(result, outcome=NEVER_BEGUN) if doubted and lives and EDITION in resend else result

    def _doubts(self, issue: int, addresses: Collection[str]) -> list[_Row]:
        wanted = {address.lower() for address in addresses}
        rows = [row for (of, _), row in self._rows.items() if of == issue and row.delivery.state is S.IN_DOUBT]
        strange = wanted - {row.recipient.email.lower() for row in rows}
        if strange:
            raise UnknownError(f"no message in doubt to {', '.join(sorted(strange))}")
        return [row for row in rows if not wanted or row.recipient.email.lower() in wanted]

    def _proven(self, row: _Row) -> bool:
        return self._workers.get(row.delivery.worker, ("", ""))[1] == "dead"

    @staticmethod
    def _doubted(row: _Row) -> datetime:
        assert row.delivery.at is not None
        return row.delivery.at

    def _ready(self, issue: int, limit: int, now: datetime, *, again: bool = False) -> list[_Row]:
        ready = [row for row in self._waiting(issue) if self._at(row.delivery) <= now]
        ready = [row for row in ready if self._before(row.delivery) or not again]
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
            claims.append(Claim(issue, d.seq, attempt, d.variant, d.due_at, row.recipient, row.given_back))
        return claims

    def _write(self, worker: str, result: Result, now: datetime) -> bool:
        row = self._rows[result.claim.issue, result.claim.seq]
        d, outcome = row.delivery, result.outcome
        if d.worker != worker or d.attempts != result.claim.attempt or d.state not in OPEN:
            return False
        if outcome.state is S.QUEUED:
            row.delivery = replace(d, state=S.QUEUED, worker="", at=now)
            row.given_back += 1
            return True
        row.delivery = replace(
            d,
            state=outcome.state,
            worker=worker if outcome.state is S.IN_DOUBT else "",
            code=outcome.code,
            text=outcome.text,
            not_before=result.not_before if outcome.state is S.DEFERRED else None,
            at=now,
            relay=result.relay,
        )
        return True

    def _tried(self, issue: int, now: datetime) -> Tried:
        rows = [row.delivery for (of, _), row in self._rows.items() if of == issue]
        flight = sum(d.state is S.CLAIMED and d.at is not None and d.at > now - CLAIM_AGE for d in rows)
        coming = sum(d.state is S.CLAIMED or (d.state in WAITING and self._before(d)) for d in rows)
        return Tried(flight, coming + sum(d.state in (S.ACCEPTED, S.REFUSED, S.IN_DOUBT) for d in rows), coming)

    @staticmethod
    def _before(delivery: Delivery) -> bool:
        return delivery.state is S.DEFERRED or delivery.code != 0

    def _record(self, worker: str, results: Sequence[Result], now: datetime) -> int:
        written = [result for result in results if self._write(worker, result, now)]
        if self._brake:
            states = [result.outcome.state for result in written]
            self._brake = self._brake.counted(states.count(S.ACCEPTED), states.count(S.REFUSED))
        for issue in {result.claim.issue for result in results if result.outcome.state in WAITING}:
            its = self._issue(issue)
            if its.state is State.SENT and self._waiting(issue):
                self._reopen(its)
            for row in self._waiting(issue) if its.state is State.STOPPED else ():
                self._suppress(row, "stopped", now)
        return len(written)

    def _reopen(self, its: _Issue) -> None:
        its.state, self.reason = after(Move.REOPEN, its.state) or its.state, ""
        if self._brake and self._brake.pulled:
            self._brake = self._brake.released()

    def _waiting(self, issue: int) -> list[_Row]:
        return [row for (of, _), row in self._rows.items() if of == issue and row.delivery.state in WAITING]

    def _unfinished(self, issue: int) -> list[_Row]:
        states = (*WAITING, S.CLAIMED)
        return [row for (of, _), row in self._rows.items() if of == issue and row.delivery.state in states]

    @staticmethod
    def _at(delivery: Delivery) -> datetime:
        return max(delivery.due_at, delivery.not_before or delivery.due_at)

    @staticmethod
    def _suppress(row: _Row, reason: str, now: datetime) -> None:
        row.delivery = replace(row.delivery, state=S.SUPPRESSED, text=reason, not_before=None, at=now)


class MemoryWorker:
    """A worker whose journal is a list; `digest.deliver.enlisted` makes the real one."""

    def __init__(self, name: str = "w1") -> None:
        self.id = name
        self.lines: list[tuple[str, Key]] = []
        self.claims: list[int] = []
        self.there = True
        self.full = False
        self.rounds = 0
        self.results: dict[Key, Result] = {}

    def holds(self) -> bool:
        return self.there

    def claimed(self, number: int, issue: int) -> None:
        self.claims.append(number)

    def begin(self, claim: Claim, relay: str = "") -> None:
        if self.full:
            raise JournalError("the disk is full")
        self.lines.append(("begin", claim.key))
        self.results[claim.key] = Result(claim.key, Outcome(S.IN_DOUBT), relay=relay)

    def ended(self, claim: Claim, outcome: Outcome, not_before: datetime | None) -> None:
        self.lines.append((outcome.state.value, claim.key))
        self.results[claim.key] = Result(claim.key, outcome, not_before)

    def account(self, keys: Collection[Key]) -> Account:
        return Account({key: self.results[key] for key in keys if key in self.results}, whole=True)

    def look_round(self, now: datetime) -> None:
        self.rounds += 1
