"""How we say who we are (RFC 4954): the lines of each mechanism."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from digest.errors import RelayError


class Proof(StrEnum):
    """What the secret of a login is."""

    WORD = "password"
    """A password."""
    XOAUTH2 = "xoauth2"
    """An OAuth 2 access token."""


@dataclass(frozen=True, slots=True)
class Login:
    """A name and a secret, never shown."""

    username: str
    password: str
    """The access token where `proof` says so."""
    proof: Proof = Proof.WORD

    def __repr__(self) -> str:
        """Return nothing of either."""
        return "Login(…)"


ANSWER_TO_TROUBLE: Final = b""
"""What XOAUTH2 wants said to a 334 that tells what is wrong; the 5xx comes after it."""


def lines_of(login: Login, offered: frozenset[str]) -> tuple[bytes, ...]:
    """Return what to say, a line a reply: PLAIN (RFC 4616), else LOGIN, which has no RFC but many servers; or XOAUTH2.

    Raises RelayError where the server offers nothing that fits.
    """
    if login.proof is Proof.XOAUTH2:
        if "XOAUTH2" not in offered:
            raise RelayError("there is an access token for the mail server, but it offers no AUTH XOAUTH2")
        token = f"user={login.username}\1auth=Bearer {login.password}\1\1"
        return (b"AUTH XOAUTH2 " + _base64(token),)
    if "PLAIN" in offered:
        return (b"AUTH PLAIN " + _base64(f"\0{login.username}\0{login.password}"),)
    if "LOGIN" in offered:
        return b"AUTH LOGIN", _base64(login.username), _base64(login.password)
    raise RelayError("there is a login for the mail server, but it offers neither AUTH PLAIN nor LOGIN")


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
