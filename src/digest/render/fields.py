"""The personal fields of a message: whom it goes to, their own pages, and what they chose, in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

import idna

from digest.errors import LookError
from digest.model.delivery import Recipient
from digest.model.issue import Edition
from digest.render.addresses import issue_url, leave_url, preferences_url
from digest.render.clean import clean
from digest.render.headers import mailbox
from digest.render.labels import Labels, Speaker
from digest.render.mail import MailSettings

Tokens = Callable[[str], str]
"""Purpose (`unsubscribe`, `preferences`) -> a token of this subscriber, safe in a URL."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~-]{16,}")
_LOCAL: Final = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f-\x9f]{1,64}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def fields_for(
    recipient: Recipient,
    *,
    issue: int,
    due_at: datetime,
    edition: Edition,
    look: Speaker,
    mail: MailSettings,
    tokens: Tokens,
    at: time | None = None,
) -> dict[str, str]:
    """Return the personal fields of one message; `at` is the subscriber's own hour, None for the edition's.

    A function of its arguments alone, so that a retry sends the same bytes: the date is `due_at`, the Message-ID comes
    from issue and subscriber. LookError for an address, name or token that no mail could carry.
    """
    return {
        **shared_fields(recipient, issue=issue, due_at=due_at, edition=edition, look=look, mail=mail, at=at),
        **own_fields(recipient, issue=issue, mail=mail, tokens=tokens),
    }


def shared_fields(
    recipient: Recipient,
    *,
    issue: int,
    due_at: datetime,
    edition: Edition,
    look: Speaker,
    mail: MailSettings,
    at: time | None = None,
) -> dict[str, str]:
    """Return those fields that all have alike who chose the same sections, language, time zone and hour."""
    return {
        "date": dated(due_at),
        "web_url": issue_url(mail.public_url, issue),
        "settings": settings_line(recipient, edition, look, at),
    }


def own_fields(recipient: Recipient, *, issue: int, mail: MailSettings, tokens: Tokens) -> dict[str, str]:
    """Return those fields that are one subscriber's alone. LookError as `fields_for`."""
    leave = _token(tokens, "unsubscribe")
    return {
        "to": mailbox(clean(recipient.name), address(recipient.email)),
        "message_id": message_id(issue, recipient.subscriber, mail),
        "unsubscribe_url": leave_url(mail.public_url, leave),
        "unsubscribe_mailto": f"mailto:{mail.unsubscribe_mailto}?subject={leave}",
        "preferences_url": preferences_url(mail.public_url, _token(tokens, "preferences")),
    }


def _token(tokens: Tokens, purpose: str) -> str:
    token = tokens(purpose)
    if not _TOKEN.fullmatch(token):
        raise LookError(f"the {purpose} token is not 16 or more characters that are safe in a URL")
    return token


def address(email: str) -> str:
    """Return the address as it stands in a header, its domain in ASCII (RFC 5891); LookError if it is none.

    >>> address("ada@tärn.example")
    'ada@xn--trn-qla.example'
    """
    local, _, domain = email.rpartition("@")
    try:
        shown = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as e:
        raise LookError(f"not a mail address: {email[:80]!r}: {e}") from e
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(shown):
        raise LookError(f"not a mail address: {email[:80]!r}")
    return f"{local}@{shown}"


def message_id(issue: int, subscriber: int, mail: MailSettings) -> str:
    """Return the Message-ID of a subscriber's copy of an issue: always the same, and telling nobody who it is for."""
    made = sha256(f"{mail.list_domain}/{issue}/{subscriber}".encode()).hexdigest()[:32]
    return f"<{issue}.{made}@{mail.domain}>"


def dated(at: datetime) -> str:
    """Return the instant as a Date header has it (RFC 5322, 3.3); ValueError if it has no zone."""
    if at.tzinfo is None:
        raise ValueError("a message's date needs a zone")
    return _dated(at, at.utcoffset())


@lru_cache(maxsize=64)  # an issue's messages have one date; that of one instant differs from zone to zone
def _dated(at: datetime, _offset: timedelta | None) -> str:
    return format_datetime(at)


def settings_line(recipient: Recipient, edition: Edition, look: Speaker, at: time | None = None) -> str:
    """Return what the subscriber chose as a sentence: `You read both sections, on weekdays at 07:00 (Europe/Kyiv).`"""
    labels = look.speak(recipient.language, edition.language)
    zone = recipient.timezone if edition.per_reader_timezone or at else ""
    return labels.say(
        "settings",
        sections=_sections(recipient, edition, labels),
        days=labels.days(edition.send.days),
        time=f"{at or edition.send.at:%H:%M}",
        zone=zone or edition.timezone,
    )


def _sections(recipient: Recipient, edition: Edition, labels: Labels) -> str:
    chosen = [clean(s.title) for s in edition.sections if s.id in recipient.sections]
    if not chosen or len(chosen) == len(edition.sections):
        return labels.say("all_sections", len(edition.sections))
    return labels.names(chosen)
