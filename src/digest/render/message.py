"""The message (RFC 5322, 2045, 2046): a variant's skeleton, and one subscriber's bytes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from typing import Final

from digest.errors import LookError
from digest.model.delivery import Hole, Place, Skeleton
from digest.model.issue import Content
from digest.render.clean import clean
from digest.render.form import Form, Part, joined
from digest.render.headers import folded, mailbox, one_line, unstructured
from digest.render.mail import MailSettings
from digest.render.quoted import after, before, quoted
from digest.render.slots import Slots

_CRLF: Final = "\r\n"
_NOT_IN_A_LABEL: Final = re.compile(r"[^A-Za-z0-9-]")


def skeleton(
    variant: str, content: Content, mail: MailSettings, *, language: str, html: str, text: str, slots: Slots
) -> Skeleton:
    """Return the message of a variant with its two parts encoded, and holes where the personal fields go."""
    boundary = f"=_{sha256(f'{text}{html}'.encode()).hexdigest()[:32]}"
    parts = [
        *_headers(content, mail, language, boundary),
        *_part("plain", boundary, text, Place.TEXT, slots),
        *_part("html", boundary, html, Place.HTML, slots),
        f"--{boundary}--{_CRLF}".encode(),
    ]
    return Skeleton(variant, tuple(joined(parts)), html, text)


def _headers(content: Content, mail: MailSettings, language: str, boundary: str) -> Iterator[Part]:
    edition, title = _NOT_IN_A_LABEL.sub("-", content.edition), clean(content.title)
    name, subject = clean(mail.from_name) or title, clean(content.subject)
    if not subject:
        raise LookError(f"the issue of {content.edition} has no subject; give it one with titled()")
    yield _line("From", mailbox(name, mail.from_address)) + b"To: "
    yield Hole("to", Place.HEADER)
    yield _CRLF.encode() + unstructured("Subject", subject).encode() + b"\r\nDate: "
    yield Hole("date", Place.HEADER)
    yield b"\r\nMessage-ID: "
    yield Hole("message_id", Place.HEADER)
    yield (
        _CRLF.encode()
        + _line("Reply-To", mailbox(name, mail.reply_to))
        + _line("List-Id", list_id(content.edition, title, mail))
        + b"List-Unsubscribe: <"
    )
    yield Hole("unsubscribe_url", Place.HEADER)
    yield b">,\r\n <"
    yield Hole("unsubscribe_mailto", Place.HEADER)
    yield b">\r\n" + b"".join(
        (
            _line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            _line("List-Help", f"<mailto:{mail.reply_to}?subject=help>"),
            _line("List-Archive", f"<{mail.public_url}/archive>"),
            _line("Feedback-ID", f"{content.number}:{edition}:digest:{mail.sender_id}"),
            _line("Precedence", "bulk"),
            _line("Auto-Submitted", "auto-generated"),
            _line("MIME-Version", "1.0"),
            _line("Content-Language", language),
            _line("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
            b"\r\n",
        )
    )


def list_id(edition: str, title: str, mail: MailSettings) -> str:
    """Return the List-Id of an edition (RFC 2919), the same in an issue's mail and in a welcome."""
    return _listed(title, f"{_NOT_IN_A_LABEL.sub('-', edition)}.{mail.list_domain}")


def _listed(title: str, name: str) -> str:
    return mailbox(title, name) if title else f"<{name}>"


def _line(name: str, value: str) -> bytes:
    return f"{name}: {folded(one_line(name, value), len(name) + 2)}{_CRLF}".encode()


def _part(kind: str, boundary: str, body: str, place: Place, slots: Slots) -> Iterator[Part]:
    yield (
        f"--{boundary}{_CRLF}Content-Type: text/{kind}; charset=utf-8{_CRLF}"
        f"Content-Transfer-Encoding: quoted-printable{_CRLF}{_CRLF}"
    ).encode()
    first = True
    for literal, field in slots.split(body):
        encoded = quoted(literal) if first else after(quoted(literal))
        yield before(encoded) if field else encoded
        if field:
            yield Hole(field, place)
        first = False
    yield _CRLF.encode()


def message(skeleton: Skeleton, fields: Mapping[str, str]) -> bytes:
    """Return one subscriber's complete message: CRLF, 7 bits, each value encoded for the place it stands in.

    The same skeleton and fields give the same bytes. Only a subscriber whose address itself is not ASCII gets a header
    with UTF-8 in it (RFC 6532), which needs a server that takes SMTPUTF8. LookError if a field is missing or holds
    a line break.
    """
    return b"".join(Form.of(skeleton, fields).pieces(fields))


def shown(skeleton: Skeleton, fields: Mapping[str, str]) -> tuple[str, str]:
    """Return (HTML, text) as a subscriber's mail program decodes them from the bytes that are sent."""
    parsed = message_from_bytes(message(skeleton, fields), policy=default)
    html, text = parsed.get_body(("html",)), parsed.get_body(("plain",))
    assert html is not None
    assert text is not None
    return str(html.get_content()), str(text.get_content())
