"""A test send: an issue's message to named addresses, as a subscriber gets it; marked, and not counted."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from digest.deliver import send_few
from digest.errors import ListError, MoveError, UnknownError
from digest.model.delivery import Claim, DeliveryState, Outcome, Recipient
from digest.model.issue import Issue
from digest.parts import Parts
from digest.pipeline.audience import addressed
from digest.pipeline.people import sync
from digest.pipeline.press import Press, press
from digest.render import as_test, dated, message, variants
from digest.subscribers import email_hmac, identity, normalise

log = logging.getLogger(__name__)

MOST: Final = 20
"""Addresses of one test send: it is no way around lists and consent."""
JOB: Final = "test-send"
NOBODY: Final = Recipient(subscriber=0, email="", name="", list="", sections=(), timezone="", language="")
"""Whose tokens stand in a test: links look like those of any subscriber, and act for none."""
NO_DELIVERY: Final = 0
"""The `seq` of what stands in no outbox: deliveries count from 1, so that a bounce of a test is nobody's."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a mail server said to one test message."""

    address: str
    outcome: Outcome


async def send_test(
    parts: Parts,
    issue: Issue,
    addresses: Sequence[str],
    *,
    as_address: str = "",
    by: str = "",
    now: datetime,
) -> list[Tried]:
    """Send the issue's message to each address, by the relays of all messages and signed like them; return the replies.

    It is what the subscriber `as_address` gets, or the whole issue; from a draft on, in every state that has stories.
    The body is theirs to the letter but for the links, which are nobody's: a tester who unsubscribes takes nobody off,
    and one who opens a story is not counted.
    Subject and a header mark it, it has a Date and Message-ID of its own, and no delivery is written. The run is kept
    under the name `by`, and the addresses for `last_testers`.

    All addresses or none: raises ListError for one that is no address or is never to be mailed, for none and for more
    than twenty; UnknownError for an `as_address` that is on none of the edition's lists; MoveError for an issue without
    stories, or without any that they chose; LookError, SettingsError as a send does; RelayError where no server is.
    """
    mails = await asyncio.to_thread(_mails, parts, issue, addresses, as_address, now)
    diary = parts.store.runs
    about: dict[str, int | str] = {"issue": issue.id, "edition": issue.edition, "by": by}
    run = await asyncio.to_thread(diary.start, JOB, now, **about)
    result, told = "failed", "cut off"
    try:
        async with parts.transport() as transport:
            outcomes = await send_few(transport, mails)
        done = [Tried(claim.recipient.email, outcome) for (claim, _), outcome in zip(mails, outcomes, strict=True)]
        taken = sum(outcome.state is DeliveryState.ACCEPTED for outcome in outcomes)
        result, told = "ok" if taken == len(done) else "failed", f"{taken} of {len(done)} accepted"
        log.info("test sent", extra={"issue": issue.id, "messages": len(done), "accepted": taken})
    finally:
        await asyncio.to_thread(diary.finish, run, result, told, now)
    good = [each.address for each in done if each.outcome.state is not DeliveryState.REFUSED]
    await asyncio.to_thread(parts.store.testers.remember, issue.edition, good, now=now)
    return done


def last_testers(parts: Parts, edition: str) -> list[str]:
    """Return to whom the edition's test sends went last, the last first, without who is never to be mailed by now."""
    return [email for email in parts.store.testers.recent(edition) if not _barred(parts, email)]


def _mails(
    parts: Parts, issue: Issue, addresses: Sequence[str], as_address: str, now: datetime
) -> list[tuple[Claim, bytes]]:
    sync(parts, now=now)
    to = _checked(parts, addresses)
    machine = press(parts, issue)
    reader = _reader(machine, as_address)
    variant = machine.variant_for(reader)
    return [
        (
            Claim(issue.id, NO_DELIVERY, number, variant, now, replace(reader, email=email)),
            _message(machine, replace(reader, email=email), variant, now),
        )
        for number, email in enumerate(to, 1)
    ]


def _checked(parts: Parts, addresses: Sequence[str]) -> list[str]:
    """Return the addresses, each once, as they are written; ListError unless all of them may be mailed."""
    found = {identity(email): email for email in map(normalise, addresses)}
    if not 1 <= len(found) <= MOST:
        raise ListError(f"{len(found)} addresses: a test goes to at least one and at most {MOST}")
    barred = [why for email in found.values() if (why := _barred(parts, email))]
    if barred:
        raise ListError(f"{'; '.join(barred)}: nothing was sent")
    return list(found.values())


def _barred(parts: Parts, email: str) -> str:
    """Return why an address is never to be mailed; empty where it may be."""
    wish = parts.store.subscribers.suppression(email_hmac(email, parts.keyring.hashing.secret))
    return f"{email} is suppressed since {wish.since} ({wish.reason}) and never mailed" if wish else ""


def _reader(machine: Press, as_address: str) -> Recipient:
    """Return nobody, with what the subscriber of that address chose."""
    if not as_address:
        return NOBODY
    real = addressed(machine.parts, machine.issue, normalise(as_address), machine.edition)
    if not real.subscriber:
        raise UnknownError(
            f"{real.email} is on none of the lists of {machine.edition.id}: {', '.join(machine.edition.lists)}"
        )
    choice = (real.sections, real.language)
    if variants(machine.content, [choice], machine.edition)[choice] is None:
        raise MoveError(
            f"No. {machine.issue.number} has nothing in the sections that {real.email} chose: no mail for them"
        )
    return replace(real, subscriber=NOBODY.subscriber, email="", name="")


def _message(machine: Press, recipient: Recipient, variant: str, now: datetime) -> bytes:
    own = {"date": dated(now), "message_id": f"<test.{secrets.token_hex(16)}@{machine.sender.domain}>"}
    made = message(machine.skeletons[variant], machine.fields(recipient, counts=False) | own)
    return machine.signer.sign(as_test(made, issue=machine.issue.id))
