"""An outbox with an issue on its way, in memory and in a database, and what people do around it: one door for both."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Protocol

from digest.brake import Brake
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

    def start(self, people: int, brake: Brake | None = None) -> int:
        """Return the id of an issue on its way to so many readers, all due now."""

    def move(self, issue: int, move: Move) -> None:
        """Do what an editor does."""

    def state(self, issue: int) -> State:
        """Return where the issue stands."""

    def reason(self, issue: int) -> str:
        """Return why it stands there."""

    def unsubscribe(self, issue: int, seq: int) -> None:
        """Let the reader of that row leave."""


class MemoryDesk:
    def __init__(self) -> None:
        self.outbox = MemoryOutbox()

    def start(self, people: int, brake: Brake | None = None) -> int:
        # An outbox in memory has one issue; the next one is another outbox.
        crowd = [invented(n) for n in range(1, people + 1)]
        brake = brake and brake.fitted(people)
        self.outbox = MemoryOutbox(crowd, due_at=NOW, expires_at=EXPIRES, brake=brake)
        return 1

    def move(self, issue: int, move: Move) -> None:
        self.outbox.put(issue, require(move, self.outbox.state(issue), issue=issue, number=1))

    def state(self, issue: int) -> State:
        return self.outbox.state(issue)

    def reason(self, issue: int) -> str:
        return self.outbox.reason

    def unsubscribe(self, issue: int, seq: int) -> None:
        self.outbox.unsubscribe(rows(self, issue)[seq].subscriber)


class StoreDesk:
    def __init__(self, store: Store) -> None:
        self._store, self._days = store, count(1)
        self.outbox = store.outbox

    def start(self, people: int, brake: Brake | None = None) -> int:
        day = next(self._days)  # with readers of its own: who left once is mailed no more
        at = Slot("brief", date.fromordinal(739_000 + day), "07:00", NOW, NOW + timedelta(days=day))
        return sending(self._store, *readers(people, host=f"day{day}.example"), at=at, brake=brake)

    def move(self, issue: int, move: Move) -> None:
        self._store.issues.move(issue, move, now=NOW)

    def state(self, issue: int) -> State:
        return self._store.issues.find(issue).state

    def reason(self, issue: int) -> str:
        return self._store.issues.find(issue).reason

    def unsubscribe(self, issue: int, seq: int) -> None:
        who = rows(self, issue)[seq].subscriber
        self._store.subscribers.unsubscribe(who, ("weekday", "desk"), now=NOW, origin="link")


def rows(desk: Desk, issue: int) -> dict[int, Delivery]:
    return {delivery.seq: delivery for delivery, _ in desk.outbox.deliveries(issue)}
