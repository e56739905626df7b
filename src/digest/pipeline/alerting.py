"""Whoever is on duty hears what is wrong, once, and once when it is over: by mail and by a webhook."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Final

import aiohttp

from digest.deliver import send_few
from digest.errors import RelayError
from digest.model.alert import Incident, Trouble
from digest.model.delivery import Claim, DeliveryState, Recipient
from digest.model.issue import Issue, State
from digest.operate.alerts import Scene, body, payload, standing, subject
from digest.parts import Parts
from digest.slots import due
from digest.store.issues import OPEN

MAIL, WEBHOOK = "mail", "webhook"
LOOKED_AT: Final = timedelta(days=3)
"""How long after its hour the messages of an issue that is out are counted for doubts again."""
MEMORY: Final = timedelta(days=35)
"""How long after its hour an issue that came to nothing is still the newest of its edition: a month's edition, too."""
PATIENCE: Final = aiohttp.ClientTimeout(total=10)


async def alert(parts: Parts, *, now: datetime) -> list[str]:
    """Keep what is wrong and what no longer is, and tell what is untold; return a sentence for each that was told.

    Raises OSError where a way to tell fails; then the next call tells it. What was told when the process
    ends between the telling and its note is told again, as the same message: better twice than never.
    """
    told = await asyncio.to_thread(_untold, parts, now)
    said: list[str] = []
    failed: list[str] = []
    for channel, tell in ((MAIL, _by_mail), (WEBHOOK, _by_webhook)):
        if incidents := told[channel]:
            try:
                await tell(parts, incidents, now)
            except OSError as error:
                failed.append(str(error))
                continue
            await asyncio.to_thread(parts.store.alerts.told, channel, incidents, now)
            said += [_sentence(incident, channel) for incident in incidents]
    if failed:
        raise OSError(f"an alert could not be told: {'; '.join(failed)}")
    return said


def _sentence(incident: Incident, channel: str) -> str:
    return f"told by {channel}: {'over: ' if incident.ended_at else ''}{incident.alert.text}"


def _untold(parts: Parts, now: datetime) -> dict[str, list[Incident]]:
    parts.store.alerts.agree(standing(scene(parts, now)), now)
    ways, alerts = parts.settings.alerts, parts.store.alerts
    return {
        MAIL: alerts.untold(MAIL, now) if ways.email else [],
        WEBHOOK: alerts.untold(WEBHOOK, now) if ways.webhook else [],
    }


def scene(parts: Parts, now: datetime) -> Scene:
    """Return how everything stands, as far as somebody could have to be woken for it."""
    store, settings = parts.store, parts.settings
    recent = store.issues.bare(now - MEMORY)
    newest: dict[str, Issue] = {}
    for issue in recent:
        if issue.send_at <= now and issue.edition in settings.editions:
            newest.setdefault(issue.edition, issue)
    issues = {issue.id: issue for issue in recent if issue.state in OPEN or newest.get(issue.edition) == issue}
    doubtful = {i.alert.about for i in store.alerts.open() if i.alert.trouble is Trouble.DOUBT}
    left = (State.SENDING, State.PAUSED, State.SENT, State.STOPPED)
    for issue in recent:
        if issue.state in left and (now - issue.send_at < LOOKED_AT or str(issue.id) in doubtful):
            issues[issue.id] = issue
    counts = {issue.id: store.outbox.counts(issue.id) for issue in issues.values() if issue.state in left}
    calendars = {name: store.issues.calendar(name, now) for name in settings.editions}
    owed = due(
        list(settings.editions.values()),
        {name: last for name, (last, _) in calendars.items() if last},
        now,
        {name: ahead for name, (_, ahead) in calendars.items()},
    )
    names = {source.name for source in settings.sources}
    return Scene(
        now=now,
        issues=list(issues.values()),
        counts=counts,
        owed=[each.slot for each in owed],
        sources=[state for state in store.sources.all() if state.name in names and not state.retired],
        put_back=store.outbox.put_back(),
    )


async def _by_mail(parts: Parts, incidents: Sequence[Incident], now: datetime) -> None:
    """Send one mail with all of them to each address on duty. Raises RelayError where one is not taken."""
    mails = await asyncio.to_thread(letters, parts, incidents, now)
    async with parts.transport() as transport:
        outcomes = await send_few(transport, mails)
    refused = [outcome for outcome in outcomes if outcome.state is not DeliveryState.ACCEPTED]
    if refused:
        raise RelayError(f"the mail was not taken by all of them; the first such reply: {refused[0].code or 'none'}")


def letters(parts: Parts, incidents: Sequence[Incident], now: datetime) -> list[tuple[Claim, bytes]]:
    """Return the mail of these incidents, made out to each address on duty."""
    name, address = parts.settings.sender.from_
    domain = address.rpartition("@")[2]
    about = "".join(f"{each.id}{'-' if each.ended_at else '+'}" for each in incidents)
    made = []
    for number, duty in enumerate(parts.settings.alerts.email, 1):
        letter = EmailMessage(policy=SMTP)
        letter["From"] = formataddr((name, address))
        letter["To"] = duty
        letter["Subject"] = subject(parts.settings.title, incidents)
        letter["Date"] = format_datetime(now)
        mark = hashlib.sha256(f"{about} {duty}".encode()).hexdigest()[:32]
        letter["Message-ID"] = f"<alert.{mark}@{domain}>"  # told again after a crash it is the same message
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers this
        letter.set_content(body(incidents))
        recipient = Recipient(0, duty, "", "", (), "", "")
        made.append((Claim(0, 0, number, "", now, recipient), parts.signer.sign(bytes(letter))))
    return made


async def _by_webhook(parts: Parts, incidents: Sequence[Incident], _now: datetime) -> None:
    told = payload(parts.settings.title, incidents)
    await _ask("the webhook", "POST", parts.settings.alerts.webhook, told)


async def ping(parts: Parts) -> None:
    """Fetch the address that notices silence. Raises OSError where it does not answer well."""
    await _ask("the ping", "GET", parts.settings.alerts.ping, None)


async def _ask(what: str, method: str, url: str, told: object) -> None:
    """Make one request; OSError, which does not name the address since that is a secret, unless it is answered 2xx."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE) as session,
            session.request(method, url, json=told, allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
        raise OSError(f"{what} got no answer ({type(error).__name__})") from None
    if not 200 <= status < 300:
        raise OSError(f"{what} was answered {status}")
