"""A mail to one reader that answers them: a few sentences, one button, the same look as an issue's mail.

Its text says nothing that a stranger typed, the name in a sign-up least of all: whoever can have mail sent to others
must not choose its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from digest.render.addresses import leave_url
from digest.render.clean import clean
from digest.render.fields import address as in_header
from digest.render.fields import dated
from digest.render.headers import folded, mailbox, one_line, unstructured
from digest.render.labels import Labels
from digest.render.look import Look
from digest.render.mail import MailSettings
from digest.render.message import list_id
from digest.render.mjml import compiled
from digest.render.quoted import quoted
from digest.render.text import tidy

MAIL = "common/notice.mjml.j2"
TEXT = "common/notice.txt.j2"
_CRLF = "\r\n"


@dataclass(frozen=True, slots=True)
class Way:
    """A link with what it is called."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class NoticePage:
    """What the templates of a notice are given."""

    title: str
    """Of the edition."""
    subject: str
    preheader: str
    heading: str
    lines: tuple[str, ...]
    button: Way | None
    after: tuple[str, ...]
    """What stands below the button, smaller."""
    stories: tuple[Way, ...]
    """Headlines of the latest issue, each where it stands on the web; without an address where it does not."""
    ways: tuple[Way, ...]
    language: str
    direction: str
    postal_address: str

    @property
    def start(self) -> str:
        """The side where lines begin."""
        return "right" if self.direction == "rtl" else "left"

    @property
    def end(self) -> str:
        """The side where lines end."""
        return "left" if self.direction == "rtl" else "right"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a notice goes to, and by which name it is known."""

    number: int
    to: str
    at: datetime
    """When it was queued, which is its Date: a second try is the same message."""
    unsubscribe_token: str = ""
    """Where it carries the way out of the list; empty: there is nothing to leave."""
    edition: str = ""
    """Whose List-Id it carries then."""


def notice(view: NoticePage, envelope: Envelope, look: Look, labels: Labels, mail: MailSettings) -> bytes:
    """Return the message, CRLF, 7 bits, unsigned; a function of its arguments. LookError if a template fails."""
    values = {"page": view, "labels": labels}
    html = compiled(look.fill(MAIL, values | {"say": labels.say_html}), where=str(look.folder.parent / MAIL))
    text = tidy(look.fill(TEXT, values | {"say": labels.say}))
    boundary = f"=_{sha256(f'{text}{html}'.encode()).hexdigest()[:32]}"
    head = "".join(f"{line}{_CRLF}" for line in _headers(view, envelope, mail, boundary))
    return head.encode() + b"\r\n" + b"".join(_parts(text, html, boundary))


def _headers(view: NoticePage, envelope: Envelope, mail: MailSettings, boundary: str) -> Iterator[str]:
    name = clean(mail.from_name) or view.title
    made = sha256(f"{mail.list_domain}/notice/{envelope.number}".encode()).hexdigest()[:32]
    yield _line("From", mailbox(name, mail.from_address))
    yield _line("To", in_header(envelope.to))
    yield unstructured("Subject", view.subject)
    yield f"Date: {dated(envelope.at)}"
    yield f"Message-ID: <notice-{envelope.number}.{made}@{mail.domain}>"
    yield _line("Reply-To", mailbox(name, mail.reply_to))
    if envelope.unsubscribe_token:
        token = envelope.unsubscribe_token
        # Both headers or neither: one-click unsubscribe is a pair (RFC 8058).
        yield _line("List-Id", list_id(envelope.edition, view.title, mail))
        by_mail = f"mailto:{mail.unsubscribe_mailto}?subject={token}"
        yield f"List-Unsubscribe: <{leave_url(mail.public_url, token)}>,{_CRLF} <{by_mail}>"
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    yield "Auto-Submitted: auto-generated"
    yield "MIME-Version: 1.0"
    yield f"Content-Language: {view.language}"
    yield f'Content-Type: multipart/alternative;{_CRLF} boundary="{boundary}"'


def _line(name: str, value: str) -> str:
    return f"{name}: {folded(one_line(name, value), len(name) + 2)}"


def _parts(text: str, html: str, boundary: str) -> Iterator[bytes]:
    for kind, body in (("plain", text), ("html", html)):
        yield (
            f"--{boundary}{_CRLF}Content-Type: text/{kind}; charset=utf-8{_CRLF}"
            f"Content-Transfer-Encoding: quoted-printable{_CRLF}{_CRLF}"
        ).encode()
        yield quoted(body) + b"\r\n"
    yield f"--{boundary}--{_CRLF}".encode()
