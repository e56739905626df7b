"""The lists' files in, subscriptions kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.parts import Parts
from digest.store import SyncReport
from digest.subscribers import SUPPRESSED, Lists, email_hmac, read_lists, rewrite_suppressed


@dataclass(frozen=True, slots=True)
class Synced:
    """What the files held and what they changed."""

    lists: Lists
    report: SyncReport


def sync(parts: Parts, *, now: datetime) -> Synced:
    """Make the store agree with the files under subscribers/, all or nothing.

    Broken rows are left out and stand in `lists.problems`; a file that cannot be read at all raises ListError and
    changes nothing. Nobody who unsubscribed or is suppressed comes back.
    """
    settings = parts.settings
    lists = read_lists(
        settings.subscribers, section_ids=[section.id for section in settings.sections], timezone=settings.timezone
    )
    # The address behind a suppression is forgotten, so its hash can never be made anew: the oldest key stays theirs.
    key = parts.keyring.all[0]
    if lists.plain:
        rewrite_suppressed(settings.subscribers / SUPPRESSED, key)
    barred = (*lists.suppressions, *(plain.hashed(key) for plain in lists.plain))
    parts.store.subscribers.suppress(barred)
    report = parts.store.subscribers.sync(lists.rows, hmac=lambda address: email_hmac(address, key.secret), now=now)
    return Synced(lists, report)
