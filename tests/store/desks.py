"""An outbox with an issue on its way, in memory and in a database, and what people do around it: one door for both."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Protocol

from digest.lifecycle import Move, require
from digest.model.delivery import Delivery
from digest.model.issue import Slot, State
from digest.store import Outbox, Store
from tests.fakes import MemoryOutbox
from tests.fakes import reader as invented

from .samples import EXPIRES, NOW, readers, sending


class Desk(Protocol):
    """Whichever outbox it is."""

    outbox: MemoryOutbox | Outbox

    def start(self, people: int) -> int:
        """Return the id of an issue on its way to so many readers, all due now."""

    def move(self, issue: int, move: Move) -> None:
        """Do what an editor does."""

    def state(self, issue: int) -> State:
        """Return where the issue stands."""

    def unsubscribe(self, issue: int, seq: int) -> None:
        """Let the reader of that row leave."""


class MemoryDesk:
    def __init__(self) -> None:
        self.outbox = MemoryOutbox()

    def start(self, people: int) -> int:
        # An outbox in memory has one issue; the next one is another outbox.
        self.outbox = MemoryOutbox([invented(n) for n in range(1, people + 1)], due_at=NOW, expires_at=EXPIRES)
        return 1

    def move(self, issue: int, move: Move) -> None:
        self.outbox.put(issue, require(move, self.outbox.state(issue), issue=issue, number=1))

    def state(self, issue: int) -> State:
        return self.outbox.state(issue)

    def unsubscribe(self, issue: int, seq: int) -> None:
        self.outbox.unsubscribe(rows(self, issue)[seq].subscriber)


class StoreDesk:
    def __init__(self, store: Store) -> None:
        self._store, self._days = store, count(1)
        self.outbox = store.outbox

    def start(self, people: int) -> int:
        day = next(self._days)  # with readers of its own: who left once is mailed no more
        at = Slot("brief", date.fromordinal(739_000 + day), "07:00", NOW, NOW + timedelta(days=day))
        return sending(self._store, *readers(people, host=f"day{day}.example"), at=at)

    def move(self, issue: int, move: Move) -> None:
        self._store.issues.move(issue, move, now=NOW)

    def state(self, issue: int) -> State:
        return self._store.issues.find(issue).state

    def unsubscribe(self, issue: int, seq: int) -> None:
        who = rows(self, issue)[seq].subscriber
        self._store.subscribers.unsubscribe(who, ("weekday", "desk"), now=NOW, origin="link")


def rows(desk: Desk, issue: int) -> dict[int, Delivery]:
    return {delivery.seq: delivery for delivery, _ in desk.outbox.deliveries(issue)}
