"""Whoever is on duty hears what is wrong, once, and once when it is over: by mail and by a webhook."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Final

import aiohttp

from digest.deliver import send_few
from digest.errors import DigestError
from digest.model.alert import Incident, Trouble
from digest.model.delivery import Claim, DeliveryState, Outcome, Recipient
from digest.model.issue import Issue, State
from digest.operate.alerts import Scene, body, payload, standing, subject
from digest.parts import Parts
from digest.pipeline.tries import Tries
from digest.slots import due
from digest.store.issues import OPEN

log = logging.getLogger(__name__)

MAIL, WEBHOOK = "mail", "webhook"
LOOKED_AT: Final = timedelta(days=3)
"""How long after its hour the messages of an issue that is out are counted for doubts again."""
MEMORY: Final = timedelta(days=35)
"""How long after its hour an issue that came to nothing is still the newest of its edition: a month's edition, too."""
PATIENCE: Final = aiohttp.ClientTimeout(total=10)


async def alert(parts: Parts, tries: Tries, *, now: datetime) -> list[str]:
    """Keep what is wrong and what no longer is, and tell what is untold; return a sentence for each that was told.

    Each address on duty and the webhook hear it by themselves: one that fails is tried again after a pause that
    grows, and costs no other anything. Raises OSError as long as one of them has not heard. What was told when the
    process ends between the telling and its note is told again, as the same message: better twice than never.
    """
    await asyncio.to_thread(_agree, parts, now)
    heard = await _by_webhook(parts, tries, now)  # first: a mail may have to wait for a connection
    said = await _by_mail(parts, tries, now) + heard
    if tries.reasons:
        raise OSError(f"an alert could not be told: {'; '.join(tries.reasons)}")
    return said


def _agree(parts: Parts, now: datetime) -> None:
    parts.store.alerts.agree(standing(scene(parts, now)), now)


def _sentence(incident: Incident, channel: str) -> str:
    return f"told by {channel}: {'over: ' if incident.ended_at else ''}{incident.alert.text}"


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


async def _by_mail(parts: Parts, tries: Tries, now: datetime) -> list[str]:
    """Send each address on duty what it has not heard; return what was taken."""
    owed = await asyncio.to_thread(_owed, parts, now)
    due = {address: incidents for address, incidents in owed.items() if tries.due(_key(address), incidents, now)}
    tries.keep(MAIL, {_key(address) for address in owed})
    if not due:
        return []
    try:
        mails = await asyncio.to_thread(letters, parts, due, now)
        async with parts.transport() as transport:
            outcomes = dict(zip(due, await send_few(transport, mails), strict=True))
    except (DigestError, OSError) as error:  # a key or a relay that cannot be used, too: the webhook is another way
        outcomes = dict.fromkeys(due, Outcome(DeliveryState.QUEUED, 0, str(error)))
    taken = {address for address, outcome in outcomes.items() if outcome.state is DeliveryState.ACCEPTED}
    heard = len(taken) > 0 or len(owed) < len(set(parts.settings.alerts.email))
    for address, outcome in outcomes.items():
        final = outcome.state is DeliveryState.REFUSED and heard  # where nobody hears, it is tried again
        if final:
            place = parts.settings.alerts.email.index(address) + 1
            log.warning("an alert was refused for good", extra={"on_duty": place, "code": outcome.code})
        if final or address in taken:
            await asyncio.to_thread(parts.store.alerts.told, _key(address), due[address], now)
            tries.well(_key(address))
        else:
            tries.failed(_key(address), due[address], now, _why(outcome))
    told = {each.id: each for address in due if address in taken for each in due[address]}
    return [_sentence(told[number], MAIL) for number in sorted(told)]


def _owed(parts: Parts, now: datetime) -> dict[str, list[Incident]]:
    """Return what each address on duty has not heard, without those that heard all."""
    addresses = parts.settings.alerts.email
    owed = {address: parts.store.alerts.untold(_key(address), now) for address in addresses}
    return {address: incidents for address, incidents in owed.items() if incidents}


def _key(address: str) -> str:
    """Return what the table of what was told, and no log, calls an address."""
    return f"{MAIL}:{hashlib.sha256(address.encode()).hexdigest()[:24]}"


def _why(outcome: Outcome) -> str:
    if outcome.state is DeliveryState.QUEUED:
        return outcome.text
    return f"the mail was not taken for all on duty; the reply: {outcome.code or 'none'}"


def letters(parts: Parts, owed: Mapping[str, Sequence[Incident]], now: datetime) -> list[tuple[Claim, bytes]]:
    """Return a mail for each address, with its incidents."""
    name, address = parts.settings.sender.from_
    domain = address.rpartition("@")[2]
    made = []
    for number, (duty, incidents) in enumerate(owed.items(), 1):
        about = "".join(f"{each.id}{'-' if each.ended_at else '+'}" for each in incidents)
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


async def _by_webhook(parts: Parts, tries: Tries, now: datetime) -> list[str]:
    """Post to the webhook what was not told there; return what it took."""
    url = parts.settings.alerts.webhook
    incidents = await asyncio.to_thread(parts.store.alerts.untold, WEBHOOK, now) if url else []
    tries.keep(WEBHOOK, {WEBHOOK} if incidents else set())
    if not (incidents and tries.due(WEBHOOK, incidents, now)):
        return []
    try:
        await _ask("the webhook", "POST", url, payload(parts.settings.title, incidents))
    except OSError as error:
        tries.failed(WEBHOOK, incidents, now, str(error))
        return []
    await asyncio.to_thread(parts.store.alerts.told, WEBHOOK, incidents, now)
    tries.well(WEBHOOK)
    return [_sentence(incident, WEBHOOK) for incident in incidents]


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
