"""Messages in doubt: shown, and decided by people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from digest.deliver import Declared, Folder, declare_dead, recover_dead
from digest.deliver.putback import require_not_older
from digest.model.delivery import Delivery, DeliveryState, Recipient, Settled
from digest.model.issue import InDoubt
from digest.parts import Parts


def in_doubt(parts: Parts, issue: int, *, now: datetime) -> list[tuple[Delivery, Recipient]]:
    """Return the messages in doubt, those of workers that have died since included."""
    recover_dead(parts.store.outbox, folder(parts), me="", now=now)
    return list(parts.store.outbox.deliveries(issue, DeliveryState.IN_DOUBT))


def settle(parts: Parts, issue: int, *, resend: bool, addresses: Collection[str] = (), now: datetime) -> Settled:
    """Have what is in doubt sent again, or count it as sent: all, or what goes to the addresses.

    Raises MoveError where nothing of the issue may leave any more, UnknownError for an address without doubt.
    """
    outbox = parts.store.outbox
    recover_dead(outbox, folder(parts), me="", now=now)
    decide = outbox.resend if resend else outbox.assume_sent
    decided = decide(issue, addresses=addresses, now=now)
    outbox.finish(issue, now=now)
    return decided


def take_stock(parts: Parts, *, now: datetime) -> list[str]:
    """Settle what senders of this machine left that died; return their ids.

    Raises PutBack where the database is older than what they sent: what is open is in doubt then, and nothing leaves.
    """
    place = folder(parts)
    require_not_older(parts.store.outbox, place.path, now=now)
    return recover_dead(parts.store.outbox, place, me="", now=now)


def call_dead(parts: Parts, worker: str, *, now: datetime) -> Declared:
    """Declare a worker dead on somebody's word; its id may be shortened. Raises UnknownError, MoveError."""
    return declare_dead(parts.store.outbox, folder(parts), worker, now=now)


def folder(parts: Parts) -> Folder:
    """Return where workers of this machine have their journals. Raises SettingsError."""
    return Folder.of(parts.settings.data, resend=resending(parts))


def resending(parts: Parts) -> list[str]:
    """Return the editions that have what is in doubt sent again."""
    editions = parts.settings.editions.items()
    return [name for name, edition in editions if edition.in_doubt is InDoubt.RESEND]
