"""What is said to a mail server and what its replies mean (RFC 5321), without any socket.

Each part of the dialogue is a generator. It yields a `Say` and is sent the reply to it, or has a RelayError thrown into
it where none came; it yields a `Mark` where the connection has to do something; it returns what came of it.
"""

from __future__ import annotations

import base64
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, TypeVar

from digest.deliver.smtp.envelope import Envelope, on_the_wire
from digest.deliver.smtp.replies import Reply, one_line
from digest.errors import RelayError
from digest.model.delivery import DeliveryState, Outcome

LOCKED_OUT: Final = frozenset({530, 534, 535, 538})
"""Codes that speak of our login, not of a message (RFC 4954, 6)."""
CLOSING: Final = 421


@dataclass(frozen=True, slots=True)
class Times:
    """How long a reply may take, in seconds: RFC 5321, 4.5.3.2.

    The last is long because a short one makes duplicates: the server has the message, and its word is on the way.
    """

    banner: float = 300
    command: float = 300
    """EHLO, STARTTLS, AUTH, MAIL, RCPT, RSET."""
    data: float = 120
    block: float = 180
    """For the server to take the next part of a message."""
    dot: float = 600


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the server, none where it speaks first, and the seconds its reply may take."""

    data: bytes
    timeout: float


class Mark(Enum):
    """What the connection has to do before the dialogue goes on."""

    TLS = "tls"
    """Forget what has arrived unasked, and encrypt."""
    BEGIN = "begin"
    """Make sure that the message may be begun: what is said next, the server could complete it from."""


T = TypeVar("T")
Steps: TypeAlias = Generator[Say | Mark, Reply, T]


@dataclass(frozen=True, slots=True)
class Login:
    """A name and a password, never shown."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Return nothing of either."""
        return "Login(…)"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server announced in its answer to EHLO."""

    starttls: bool = False
    auth: frozenset[str] = frozenset()
    size: int = 0
    """The largest message it takes, in bytes; 0 if it names none."""
    sized: bool = False
    """Whether MAIL may tell it the size (RFC 1870)."""
    smtputf8: bool = False
    eight_bit: bool = False

    @classmethod
    def read(cls, reply: Reply) -> Offer:
        """Return what the reply's lines after the first announce.

        >>> Offer.read(Reply(250, ("mx.aldovar.example", "SIZE 1000", "AUTH=PLAIN LOGIN"))).size
        1000
        """
        words = [line.upper().replace("AUTH=", "AUTH ").split() for line in reply.lines[1:]]
        said = {verb: rest for verb, *rest in filter(None, words)}
        size = said.get("SIZE", [])
        return cls(
            starttls="STARTTLS" in said,
            auth=frozenset(said.get("AUTH", [])),
            size=int(size[0]) if size and size[0].isascii() and size[0].isdecimal() else 0,
            sized="SIZE" in said,
            smtputf8="SMTPUTF8" in said,
            eight_bit="8BITMIME" in said,
        )


def greeting(*, hello: str, starttls: bool, safe: bool, login: Login | None, times: Times) -> Steps[Offer]:
    """Greet, encrypt if asked to, log in if there is a login; return what the server offers after that.

    `safe` says that the connection is encrypted or ends on this machine. Raises RelayError where the server says no,
    where it offers no STARTTLS, and before a password could be read on the way.
    """
    banner = yield Say(b"", times.banner)
    if banner.kind != 2:
        raise RelayError(f"the mail server turns us away: {banner}")
    offer = yield from _hail(hello, times)
    if starttls:
        if not offer.starttls:
            raise RelayError("the mail server offers no STARTTLS, and nothing is sent in the clear")
        reply = yield Say(b"STARTTLS\r\n", times.command)
        if reply.kind != 2:
            raise RelayError(f"the mail server refuses STARTTLS: {reply}")
        yield Mark.TLS
        offer = yield from _hail(hello, times)  # what it announced in the clear counts no more (RFC 3207, 4.2)
    if login is not None:
        if not (safe or starttls):
            raise RelayError("the connection is not encrypted, so no password is sent over it")
        yield from _log_in(login, offer, times)
    return offer


def transaction(envelope: Envelope, message: bytes, offer: Offer, times: Times, *, reset: bool) -> Steps[Outcome]:
    """Send one message, with a RSET before it where the last one was broken off; return what became of it.

    `queued` means the server is closing or wants a login, and nothing was begun. A RelayError that is thrown in before
    the message's first byte comes out again; after it, the message is in doubt. Raises ValueError for a sender that is
    no address, and for a message with line ends other than CRLF: a server may take them for the end of the message.
    """
    body = stuffed(message)
    sender = on_the_wire(envelope.sender) if envelope.sender else ""
    try:
        commands = _commands(sender, envelope.recipient, message, offer)
    except ValueError as error:
        return Outcome(DeliveryState.REFUSED, 0, one_line(str(error)))
    if reset:
        reply = yield Say(b"RSET\r\n", times.command)
        if reply.kind != 2:
            raise RelayError(f"the mail server cannot start over: {reply}")
    for command in commands:
        reply = yield Say(command, times.data if command == b"DATA\r\n" else times.command)
        if reply.code == CLOSING or reply.code in LOCKED_OUT:
            return Outcome(DeliveryState.QUEUED, reply.code, reply.text)
        if reply.kind != (3 if command == b"DATA\r\n" else 2):
            return _no(reply)
    yield Mark.BEGIN
    try:
        reply = yield Say(body, times.dot)
    except RelayError as error:
        return Outcome(DeliveryState.IN_DOUBT, 0, one_line(str(error)))
    if reply.kind == 3:
        return Outcome(DeliveryState.IN_DOUBT, reply.code, reply.text)
    return Outcome(DeliveryState.ACCEPTED, reply.code, reply.text) if reply.kind == 2 else _no(reply)


def stuffed(message: bytes) -> bytes:
    """Return the message as DATA carries it: dots at the start of lines doubled (RFC 5321, 4.5.2), and the end mark.

    Raises ValueError for a CR or LF that stands alone.

    >>> stuffed(b"Subject: x\\r\\n\\r\\n.hidden\\r\\n")
    b'Subject: x\\r\\n\\r\\n..hidden\\r\\n.\\r\\n'
    """
    ends = message.count(b"\r\n")
    if message.count(b"\n") != ends or message.count(b"\r") != ends:
        raise ValueError("the message has line ends other than CRLF")
    if b"\r\n." in message:
        message = message.replace(b"\r\n.", b"\r\n..")
    head = b"." if message.startswith(b".") else b""
    tail = b".\r\n" if message.endswith(b"\r\n") or not message else b"\r\n.\r\n"
    return b"".join((head, message, tail))


def _hail(hello: str, times: Times) -> Steps[Offer]:
    """Say EHLO, or HELO to a server that does not know it."""
    reply = yield Say(f"EHLO {hello}\r\n".encode(), times.command)
    if reply.kind == 2:
        return Offer.read(reply)
    if reply.kind == 5:
        reply = yield Say(f"HELO {hello}\r\n".encode(), times.command)
        if reply.kind == 2:
            return Offer()
    raise RelayError(f"the mail server does not take our greeting: {reply}")


def _log_in(login: Login, offer: Offer, times: Times) -> Steps[None]:
    """Log in by PLAIN (RFC 4616), else by LOGIN, which has no RFC but many servers."""
    if "PLAIN" in offer.auth:
        token = _base64(f"\0{login.username}\0{login.password}")
        lines = [b"AUTH PLAIN " + token]
    elif "LOGIN" in offer.auth:
        lines = [b"AUTH LOGIN", _base64(login.username), _base64(login.password)]
    else:
        raise RelayError("there is a login for the mail server, but it offers neither AUTH PLAIN nor LOGIN")
    for left, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        reply = yield Say(line + b"\r\n", times.command)
        if reply.kind != (3 if left else 2):
            raise RelayError(f"the mail server does not take our login: {reply}")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def _commands(sender: str, recipient: str, message: bytes, offer: Offer) -> tuple[bytes, ...]:
    """Return the commands before the message. Raises ValueError that says why this server cannot take it."""
    try:
        recipient = on_the_wire(recipient)
    except ValueError as error:
        raise ValueError(f"address: {error}") from error
    options = f" SIZE={len(message)}" if offer.sized else ""
    if not (recipient.isascii() and sender.isascii()):
        if not offer.smtputf8:
            raise ValueError("smtputf8: the address has letters beyond ASCII, which the mail server does not take")
        options += " SMTPUTF8"
    if offer.size and len(message) > offer.size:
        raise ValueError(f"size: the message has {len(message)} bytes, the mail server takes {offer.size}")
    if not message.isascii():
        if not offer.eight_bit:
            raise ValueError("8bitmime: the message has bytes beyond ASCII, which the mail server does not take")
        options += " BODY=8BITMIME"
    return (f"MAIL FROM:<{sender}>{options}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n")


def _no(reply: Reply) -> Outcome:
    """Return the outcome of a reply that is no yes. Raises RelayError for one that makes no sense here."""
    if reply.kind == 4:
        return Outcome(DeliveryState.DEFERRED, reply.code, reply.text)
    if reply.kind == 5:
        return Outcome(DeliveryState.REFUSED, reply.code, reply.text)
    raise RelayError(f"the mail server answers out of turn: {reply}")
