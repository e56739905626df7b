"""Messages for a session, given as a list, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from digest.deliver.hand import Row
from digest.deliver.needs import Message, Session
from digest.model.delivery import Claim, Outcome


class Batch:
    """Work for one session that ends when all of it is done."""

    def __init__(self, mails: Sequence[tuple[Claim, Message]], begin: Callable[[Claim], bool] = lambda claim: True):
        self.waiting = [(Row(claim, 0.0), message) for claim, message in mails]
        self.given: list[Row] = []
        self.begun: list[int] = []
        """The `seq` of each message that was begun, in order."""
        self.outcomes: dict[int, Outcome] = {}
        self.most_begun = 0
        """How many were begun and without an outcome at once, at most."""
        self._begin = begin
        self.session: Session | None = None

    def next(self):
        if not self.waiting:
            return None
        self.given.append(self.waiting[0][0])
        return self.waiting.pop(0)

    def begin(self, row):
        if not self._begin(row.claim):
            return False
        self.begun.append(row.claim.seq)
        self.most_begun = max(self.most_begun, len(set(self.begun) - set(self.outcomes)))
        return True

    def done(self, row, outcome):
        assert row.claim.seq not in self.outcomes, "an outcome is told once"
        self.outcomes[row.claim.seq] = outcome
        if not self.waiting and len(self.outcomes) == len(self.given):
            self.session.stop()

    def spoil(self, row, error):
        raise error


async def send_all(session, mails, begin=lambda claim: True) -> Batch:
    """Send the mails over the session, as far as it lives; it is not closed."""
    batch = Batch(mails, begin)
    batch.session = session
    if not mails:
        session.stop()
    await session.serve(batch)
    return batch


async def send(session, claim, message, begin=lambda claim: True) -> Outcome:
    """Send one mail; return what became of it."""
    batch = await send_all(session, [(claim, message)], begin)
    return batch.outcomes[claim.seq]
