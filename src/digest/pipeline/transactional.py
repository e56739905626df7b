"""The mails that answer one reader: made from what the queue holds, signed and sent like an issue's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from digest.consent import PUT_BACK, may_come_back
from digest.deliver import send_few
from digest.deliver.retry import pause_after
from digest.errors import Crowded, DigestError, RelayError
from digest.model.delivery import Claim, DeliveryState, Outcome, Recipient
from digest.model.issue import Edition
from digest.model.people import Consent, Notice, NoticeKind
from digest.parts import Parts
from digest.pipeline.archive import is_shown
from digest.pipeline.refusing import never_token
from digest.render import Envelope, Labels, Look, NoticePage, Way, notice, settings_line
from digest.render.addresses import address_url, confirm_url, issue_url, leave_url, never_url, preferences_url
from digest.render.clean import clean, short
from digest.slots import local_date
from digest.store.notices import LEASE
from digest.subscribers import Purpose

log = logging.getLogger(__name__)

LOST: Final = "a mail to one reader will not go out"
NO_SERVER: Final = Outcome(DeliveryState.QUEUED, 0, "no mail server")

A_TIME: Final = 20
"""Mails of one connection: with a lease of five minutes each, a slow server makes none of them go twice."""
TRIES: Final = 5
"""Answers of mail servers, none of which took it, after which a mail is given up."""
SOON: Final = timedelta(minutes=1)
LATER: Final = timedelta(minutes=10)
"""How long one that reached no server waits: a quarter of its age, within these. Two days end it, and nothing else."""
HEADLINES: Final = 5
"""Of the latest issue, in a welcome."""
LONGEST: Final = 200
"""Characters of a headline there."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a run did."""

    accepted: int = 0
    refused: int = 0
    later: int = 0
    """Deferred, or in doubt and sent again."""
    trouble: str = ""
    """Why nothing went out, or not all; empty if nothing was in the way."""
    crowded: bool = False
    """Whether that is only that issues on their way have all connections, which end."""


async def send_notices(parts: Parts, *, clock: Callable[[], datetime], stop: asyncio.Event | None = None) -> Answered:
    """Send the mails that are due; two runs at once share them. What could not go is tried again at a later run.

    Once `stop` is set, the mails that are with the server are the last; those that were not begun are given back.

    A mail that cannot be made (a broken look, an edition that is gone) waits for that to be mended and costs no other
    its turn. Nothing is raised for a mail server that is not there: the answer says so. What will not go out any more
    stands in the log.
    """
    counts = {"accepted": 0, "refused": 0, "later": 0}
    trouble, crowded = "", False
    stop = stop or asyncio.Event()
    # A question costs less than a transaction that writes.
    if await asyncio.to_thread(parts.store.notices.waiting):
        for late in await asyncio.to_thread(parts.store.notices.give_up, now=clock()):
            log.warning(LOST, extra={"notice": late, "reason": "it could not go out for two days"})
    while not trouble and not stop.is_set():
        if not await asyncio.to_thread(parts.store.notices.waiting):
            break
        taken = await asyncio.to_thread(parts.store.notices.claim, A_TIME, now=clock())
        if not taken:
            break
        made, unmade = await asyncio.to_thread(_messages, parts, taken)
        if stop.is_set():
            now = clock()
            back = [(each, Outcome(DeliveryState.QUEUED, 0, "not begun"), now) for each in taken]
            await asyncio.to_thread(parts.store.notices.record, back, now=now)
            break
        try:
            outcomes, trouble = await _sent(parts, made)
        except Crowded as error:
            outcomes, trouble, crowded = [NO_SERVER] * len(made), str(error), True
        done = [(each, outcome) for (each, _), outcome in zip(made, outcomes, strict=True)] + unmade
        now = clock()
        written = [(each, outcome, again(outcome, each, now)) for each, outcome in done]
        await asyncio.to_thread(parts.store.notices.record, written, now=now)
        for each, outcome, later in written:
            if later is None and outcome.state is not DeliveryState.ACCEPTED:
                # Not the server's words, which may name the reader.
                log.warning(LOST, extra={"notice": each.id, "reason": outcome.state.value, "code": outcome.code})
            counts["later" if later else outcome.state.value if outcome.state.value in counts else "refused"] += 1
        trouble = trouble or next((outcome.text for _, outcome in unmade), "")
    return Answered(**counts, trouble=trouble, crowded=crowded)


def again(outcome: Outcome, each: Notice, now: datetime) -> datetime | None:
    """Return when a mail is tried again after that outcome of its next attempt; None: never.

    One in doubt is sent once more: a second confirmation costs less than a reader who waits for one in vain. An attempt
    at which it reached no server ends nothing.
    """
    attempt = each.attempts + 1
    if outcome.state is DeliveryState.QUEUED:
        return now + min(max((now - each.made_at) / 4, SOON), LATER)
    if outcome.state is DeliveryState.IN_DOUBT:
        return now + LEASE if attempt == 1 else None
    if outcome.state is DeliveryState.DEFERRED and attempt < TRIES:
        return now + pause_after(attempt)
    return None


def _reached(outcome: Outcome) -> Outcome:
    """Return what became of a mail: as queued where it was deferred by no server's answer."""
    if outcome.state is DeliveryState.DEFERRED and not outcome.code:
        return Outcome(DeliveryState.QUEUED, 0, outcome.text)
    return outcome


async def _sent(parts: Parts, made: Sequence[tuple[Notice, bytes]]) -> tuple[list[Outcome], str]:
    """Send the messages; return what became of each, and why the mail server let us in not at all. Raises Crowded."""
    if not made:
        return [], ""
    # Issue 0 is none: word of a failure that comes back to it is about the notice of that number.
    mails = [
        (Claim(0, each.id, each.attempts + 1, each.kind.value, each.made_at, _to(each)), data) for each, data in made
    ]
    try:
        async with parts.transport() as transport:
            return [_reached(outcome) for outcome in await send_few(transport, mails)], ""
    except Crowded:
        raise
    except RelayError as error:
        return [NO_SERVER] * len(made), str(error)


def _messages(parts: Parts, taken: Sequence[Notice]) -> tuple[list[tuple[Notice, bytes]], list[tuple[Notice, Outcome]]]:
    """Return the messages of those that could be made, and of the others why not."""
    made: list[tuple[Notice, bytes]] = []
    unmade: list[tuple[Notice, Outcome]] = []
    for each in taken:
        try:
            made.append((each, compose_notice(parts, each)))
        except DigestError as error:
            log.warning("a mail to one reader cannot be made", extra={"notice": each.id, "reason": str(error)})
            unmade.append((each, Outcome(DeliveryState.QUEUED, 0, str(error))))
    return made, unmade


def compose_notice(parts: Parts, each: Notice) -> bytes:
    """Return a notice's message, signed; the same bytes at every try. Raises LookError, SettingsError, UnknownError."""
    edition = parts.settings.edition(each.edition)
    look, mail = parts.look(edition), parts.mail(edition)
    labels = look.speak(each.wish.language, edition.language)
    envelope = Envelope(
        number=each.id,
        to=each.email,
        at=each.made_at,
        edition=edition.id,
        unsubscribe_token=parts.token(Purpose.UNSUBSCRIBE, each.subscriber, edition)
        if each.kind is NoticeKind.WELCOME
        else "",
    )
    made = notice(page_of(parts, each, edition, look, labels), envelope, look, labels, mail)
    return parts.signer.sign(made)


def page_of(parts: Parts, each: Notice, edition: Edition, look: Look, labels: Labels) -> NoticePage:
    """Return what a notice says, in the reader's language."""
    public, title, kind, asked = parts.settings.public_url, clean(edition.title), each.kind, each.request or 0

    def say(key: str) -> str:
        return labels.say(key, title=title, address=masked(each.current))

    lines = [say(f"{kind}_text")]
    after: list[str] = []
    button: Way | None = None
    ways: tuple[Way, ...] = ()
    stories: tuple[Way, ...] = ()
    heading = f"{kind}_heading" if f"{kind}_heading" in labels.messages else f"{kind}_subject"
    if kind is NoticeKind.CONFIRM:
        button = Way(say("confirm_button"), confirm_url(public, parts.token(Purpose.CONFIRM, asked, edition)))
        after = [say("confirm_not")]
        ways = (_never(parts, each, edition, labels),)
    elif kind is NoticeKind.ADDRESS:
        button = Way(say("address_button"), address_url(public, parts.token(Purpose.ADDRESS, asked, edition)))
        after = [say("address_not")]
        ways = (_never(parts, each, edition, labels),)
    elif kind is NoticeKind.LINK:
        button = Way(
            labels.say("link_button"), preferences_url(public, _token(parts, Purpose.PREFERENCES, each, edition))
        )
        ways = _other_settings(parts, each)
        after = [labels.say("link_not")]
    elif kind is NoticeKind.GOODBYE:
        button = Way(labels.say("goodbye_button"), leave_url(public, _token(parts, Purpose.UNSUBSCRIBE, each, edition)))
        after = [labels.say("goodbye_back", day=labels.day(local_date(each.made_at + PUT_BACK, edition.timezone)))]
    elif kind is NoticeKind.MOVED:
        after = [labels.say("moved_not")]
    else:
        lines.append(settings_line(_to(each), edition, look, each.wish.time))
        ways = (
            Way(labels.say("change"), preferences_url(public, _token(parts, Purpose.PREFERENCES, each, edition))),
            Way(labels.say("leave"), leave_url(public, _token(parts, Purpose.UNSUBSCRIBE, each, edition))),
        )
        button, stories = latest(parts, edition, each.wish.sections, labels)
    if kind is not NoticeKind.WELCOME:
        after.append(labels.say("one_mail"))
    return NoticePage(
        title=title,
        subject=say(f"{kind}_subject"),
        preheader=lines[0],
        heading=say(heading),
        lines=tuple(lines),
        button=button,
        after=tuple(after),
        stories=stories,
        ways=ways,
        language=labels.language,
        direction=labels.direction,
        postal_address=clean(parts.settings.postal_address),
    )


def _never(parts: Parts, each: Notice, edition: Edition, labels: Labels) -> Way:
    """Return the way to let no form write to the mail's address any more."""
    return Way(labels.say("never"), never_url(parts.settings.public_url, never_token(parts, each.email, edition)))


def _other_settings(parts: Parts, each: Notice) -> tuple[Way, ...]:
    """Return the ways to the settings of the other editions that a reader reads, or left lately."""
    rows = parts.store.readers.by_id(each.subscriber)
    lists = {
        row.list
        for row in rows
        if (row.consent is Consent.ACTIVE and not row.removed)
        or (row.consent is Consent.UNSUBSCRIBED and row.since and may_come_back(row.since, each.made_at))
    }
    return tuple(
        Way(
            clean(edition.title),
            preferences_url(parts.settings.public_url, _token(parts, Purpose.PREFERENCES, each, edition)),
        )
        for edition in parts.settings.editions.values()
        if edition.id != each.edition and lists.intersection(edition.lists)
    )


def latest(
    parts: Parts, edition: Edition, sections: Sequence[str], labels: Labels
) -> tuple[Way | None, tuple[Way, ...]]:
    """Return the way to an edition's latest issue and the first headlines of it in these sections (all, if empty).

    No addresses where the edition is not shown on the web; nothing before its first issue left.
    """
    number = next((number for number, name in parts.store.issues.left() if name == edition.id), None)
    content = parts.store.issues.find(number).content if number is not None else None
    if number is None or content is None:
        return None, ()
    url = issue_url(parts.settings.public_url, number) if is_shown(parts, edition) else ""
    chosen = [section for section in content.sections if not sections or section.id in sections]
    items = [item for section in chosen for item in section.items[:2]][:HEADLINES]
    stories = tuple(Way(short(item.headline, LONGEST), f"{url}#{item.anchor}" if url else "") for item in items)
    return (Way(labels.say("read_online"), url) if url else None), stories


def masked(address: str) -> str:
    """Return an address as whoever has it knows it, and nobody else.

    >>> masked("reader@mail.example"), masked("ö@tärn.example")
    ('r…@mail.example', 'ö…@tärn.example')
    """
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _token(parts: Parts, purpose: Purpose, each: Notice, edition: Edition) -> str:
    return parts.token(purpose, each.subscriber, edition)


def _to(each: Notice) -> Recipient:
    return Recipient(
        subscriber=each.subscriber,
        email=each.email,
        name="",
        list="",
        sections=each.wish.sections,
        timezone=each.wish.timezone,
        language=each.wish.language,
        at=each.wish.time,
    )
