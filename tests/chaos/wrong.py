"""Two senders that are wrong, kept so that the tests that would let them pass are seen to be worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from digest.model.delivery import Claimed, DeliveryState, Outcome, Result
from digest.store import Outbox, Store
from digest.store.schema import batch, delivery


class Wrong:
    """An outbox that does all but one thing right."""

    def __init__(self, real: Outbox, store: Store) -> None:
        self._real, self._store = real, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class Cursor(Wrong):
    """Moves its cursor when rows are fetched, not when they are sent: who is killed meanwhile loses them."""

    def claim(self, issue: int, worker: str, *, limit: int, now: datetime) -> Claimed:
        claimed = self._real.claim(issue, worker, limit=limit, now=now)
        passed = [Result(claim, Outcome(DeliveryState.ACCEPTED)) for claim in claimed.claims]
        self._real.record(worker, passed, now=now)
        return claimed

    def record(self, worker: str, results: Sequence[Result], *, now: datetime) -> int:
        return len(results)


class Lease(Wrong):
    """Takes a lease that ran out for a proof of death: what was sent and not recorded is sent again."""

    def enlist(self, worker: str, *, host: str, boot: str, now: datetime) -> None:
        with self._store.database.write() as connection:
            claimed = delivery.c.state == DeliveryState.CLAIMED
            queued = {"state": DeliveryState.QUEUED, "worker": ""}
            connection.execute(update(delivery).where(claimed).values(queued))
            connection.execute(update(batch).values(owner="", leased_until=None, not_before=now))
        self._real.enlist(worker, host=host, boot=boot, now=now)


WRONG: dict[str, Callable[[Outbox, Store], Any]] = {"cursor": Cursor, "lease": Lease}
