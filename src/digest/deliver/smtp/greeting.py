"""How a connection begins: banner, EHLO, STARTTLS, AUTH (RFC 5321, 3207, 4954), without any socket.

Each part is a generator. It yields a `Say` and is sent the reply to it; it yields `TLS` where the connection has to be
encrypted; it returns what came of it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, TypeVar

from digest.deliver.smtp.login import ANSWER_TO_TROUBLE, Login, Proof, lines_of
from digest.deliver.smtp.offer import Offer
from digest.deliver.smtp.replies import Reply
from digest.deliver.smtp.times import Times
from digest.errors import RelayError


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes for the server, none where it speaks first, and the seconds its reply may take."""

    data: bytes
    timeout: float


class Mark(Enum):
    """What the connection has to do before the dialogue goes on."""

    TLS = "tls"
    """Forget what has arrived unasked, and encrypt."""


T = TypeVar("T")
Steps: TypeAlias = Generator[Say | Mark, Reply, T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How we greet."""

    hello: str
    """The name we give."""
    starttls: bool = False
    """Encrypt, or go no further."""
    safe: bool = False
    """Whether the connection is encrypted already or ends on this machine: a password may be said."""
    login: Login | None = None
    lmtp: bool = False
    """Whether it is LMTP (RFC 2033), which says LHLO."""


def greeting(manners: Manners, times: Times) -> Steps[Offer]:
    """Greet, encrypt if asked to, log in if there is a login; return what the server offers after that.

    Raises RelayError where the server says no, where it offers no STARTTLS, and before a password could be read on the
    way.
    """
    banner = yield Say(b"", times.banner)
    if banner.kind != 2:
        raise RelayError(f"the mail server turns us away: {banner}")
    offer = yield from _hail(manners, times)
    if manners.starttls:
        if not offer.starttls:
            raise RelayError("the mail server offers no STARTTLS, and nothing is sent in the clear")
        reply = yield Say(b"STARTTLS\r\n", times.command)
        if reply.kind != 2:
            raise RelayError(f"the mail server refuses STARTTLS: {reply}")
        yield Mark.TLS
        offer = yield from _hail(manners, times)  # what it announced in the clear counts no more (RFC 3207, 4.2)
    if manners.login is not None:
        if not (manners.safe or manners.starttls):
            raise RelayError("the connection is not encrypted, so no password is sent over it")
        yield from _log_in(manners.login, offer, times)
    return offer


def _hail(manners: Manners, times: Times) -> Steps[Offer]:
    """Say EHLO, or HELO to a server that does not know it; in LMTP there is only LHLO."""
    verb = "LHLO" if manners.lmtp else "EHLO"
    reply = yield Say(f"{verb} {manners.hello}\r\n".encode(), times.command)
    if reply.kind == 2:
        return Offer.read(reply)
    if reply.kind == 5 and not manners.lmtp:
        reply = yield Say(f"HELO {manners.hello}\r\n".encode(), times.command)
        if reply.kind == 2:
            return Offer()
    raise RelayError(f"the mail server does not take our greeting: {reply}")


def _log_in(login: Login, offer: Offer, times: Times) -> Steps[None]:
    lines = lines_of(login, offer.auth)
    for left, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        reply = yield Say(line + b"\r\n", times.command)
        if reply.code == 334 and not left and login.proof is Proof.XOAUTH2:
            reply = yield Say(ANSWER_TO_TROUBLE + b"\r\n", times.command)
        if reply.kind != (3 if left else 2):
            raise RelayError(f"the mail server does not take our login: {reply}")
