"""This process as a worker: its journal locked, its row written, the dead of its folder recovered, its end in order.

The journal's lock is the proof of life (docs/design.md, "Never twice").
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from digest.deliver.journal import Journal
from digest.deliver.mark import Mark, note
from digest.deliver.needs import Outbox
from digest.deliver.putback import require_not_older
from digest.deliver.recover import Folder, fold_left, recover_dead, recover_own
from digest.errors import JournalError, StoreError
from digest.model.delivery import Account, Claim, Key, Outcome

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Enlisted:
    """A worker that is written down as alive, and is as long as its journal is open (see `needs.Worker`)."""

    id: str
    journal: Journal
    folder: Folder
    outbox: Outbox

    def holds(self) -> bool:
        """Say whether its journal is still there; without it nobody can see that it lives, and it may claim no more."""
        return self.journal.there

    def claimed(self, number: int, issue: int) -> None:
        """Note a claim where a database put back from a backup does not make it undone. Raises JournalError."""
        self.journal.claim(number, issue)
        note(self.folder.path, self.id, Mark(number, issue))

    def begin(self, claim: Claim, relay: str = "") -> None:
        """Write that the message is begun, and with which relay.

        Raises JournalError: then not one byte of it may go out.
        """
        self.journal.begin(claim, relay)

    def ended(self, claim: Claim, outcome: Outcome, not_before: datetime | None) -> None:
        """Write what became of a message, as far as it can be written: the outbox is told too."""
        try:
            self.journal.outcome(claim, outcome, not_before)
        except JournalError:
            return  # the next message is not begun, and says why

    def account(self, keys: Collection[Key]) -> Account:
        """Return what its own journal says of claims."""
        return self.journal.read(keys).account(self.folder.boot)

    def look_round(self, now: datetime) -> None:
        """Recover what workers of this folder left that died meanwhile. Raises StoreError."""
        recover_dead(self.outbox, self.folder, me=self.id, now=now)


@contextmanager
def enlisted(
    outbox: Outbox,
    data: Path,
    *,
    now: Callable[[], datetime],
    boot: str = "",
    resend: Collection[str] = (),
) -> Iterator[Enlisted]:
    """Yield a new worker, its lock taken first and then its row; recover the dead of this folder; retire it at the end.

    `data` is the data folder; `boot` is this machine's where it is not given; `resend` names the editions whose
    messages in doubt are sent again where their worker is proven dead. Raises PutBack where the database is older than
    what was sent (then its open rows are in doubt), SettingsError where the folder is on a network disk or its name is
    damaged, JournalError where no journal can be kept there.
    """
    folder = Folder.of(data, resend=resend, boot=boot)
    require_not_older(outbox, folder.path, now=now())
    name = secrets.token_hex(16)
    journal = Journal(folder.path / name, name, folder.boot)
    try:
        outbox.enlist(name, host=folder.host, boot=folder.boot, now=now())
    except BaseException:
        journal.drop()
        raise
    worker = Enlisted(name, journal, folder, outbox)
    try:
        recover_dead(outbox, folder, me=name, now=now())
        fold_left(folder)
        yield worker
    except BaseException:
        with suppress(StoreError):  # what went wrong first is what is told; the next start recovers this worker
            recover_own(outbox, journal, folder, me=name, now=now())
        raise
    else:
        recover_own(outbox, journal, folder, me=name, now=now())
    finally:
        journal.close()


@asynccontextmanager
async def enlisted_aside(entry: AbstractContextManager[Enlisted]) -> AsyncIterator[Enlisted]:
    """Yield the worker of `enlisted` on a loop where others send: its start and its end, which read files, are threads.

    A cancellation leaves neither half done; a second one does not wait for them.
    """
    entering = asyncio.create_task(asyncio.to_thread(entry.__enter__))
    try:
        worker = await _whole(entering)
    except asyncio.CancelledError as error:
        if entering.done() and not entering.cancelled() and entering.exception() is None:
            await _left(entry, error)
        raise
    try:
        yield worker
    except BaseException as error:
        await _left(entry, error)
        raise
    await _left(entry, None)


async def _left(entry: AbstractContextManager[Enlisted], error: BaseException | None) -> None:
    """Leave, because of the error if there is one."""
    why = (type(error), error, error.__traceback__) if error is not None else (None, None, None)
    await _whole(asyncio.create_task(asyncio.to_thread(entry.__exit__, *why)))


async def _whole(work: asyncio.Task[T]) -> T:
    """Return what work gives; where it is cancelled meanwhile, wait for its end before that is heeded."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
