"""A caught mail taken apart for showing; whatever is in it, something is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

LONGEST: Final = 500_000
"""Characters of a source that are shown."""
BREAK: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail shows."""

    subject: str
    sender: str
    to: str
    date: str
    html: str
    """Empty where it has no HTML part."""
    text: str
    headers: str
    """As they came."""
    source: str
    """The whole mail as it came, cut at LONGEST."""
    size: int
    """Bytes."""
    parts: tuple[str, ...]
    """Its MIME types, outermost first."""


def take_apart(raw: bytes) -> Mail:
    """Return the mail in these bytes; never fails.

    >>> mail = take_apart(b"Subject: =?utf-8?q?F=C3=A4hre?=\\r\\n\\r\\nIt sails.")
    >>> mail.subject, mail.text, mail.headers
    ('Fähre', 'It sails.', 'Subject: =?utf-8?q?F=C3=A4hre?=')
    """
    message = message_from_bytes(raw)
    return Mail(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        to=_header(message, "To"),
        date=_header(message, "Date"),
        html=_body(message, "text/html"),
        text=_body(message, "text/plain"),
        headers=_shown(BREAK.split(raw, maxsplit=1)[0]),
        source=_shown(raw),
        size=len(raw),
        parts=tuple(part.get_content_type() for part in message.walk()),
    )


def _header(message: Message, name: str) -> str:
    """Return a header decoded (RFC 2047), on one line; as it came where that cannot be."""
    raw = message.get(name, "")
    try:
        decoded = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        decoded = str(raw)
    return " ".join(decoded.encode("utf-8", "replace").decode().split())


def _body(message: Message, kind: str) -> str:
    """Return the first part of that type as text."""
    return next(_texts(message, kind), "")


def _texts(message: Message, kind: str) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == kind and not part.is_multipart():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield _decoded(payload, part.get_content_charset("utf-8"))


def _decoded(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset, "replace")
    except (LookupError, ValueError):  # unknown; with a NUL in its name
        return payload.decode("utf-8", "replace")


def _shown(raw: bytes) -> str:
    text = raw[: 4 * LONGEST].decode("utf-8", "replace").replace("\r\n", "\n")
    return text if len(text) <= LONGEST else text[:LONGEST] + "\n[… cut]"
