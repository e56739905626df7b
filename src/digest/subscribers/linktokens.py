"""What stands in counted links: an issue and one of its links, signed; nobody's name or number.

Made like readers' tokens, over

    key number | issue | link (all as varints) | MAC (16 bytes)

with a label of its own, so that neither opens what the other does. It holds no address: where a link leads is looked up
in the issue, so that nobody can send readers elsewhere in our name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from digest.subscribers.keys import Key, Keyring
from digest.subscribers.tokens import MAC, decoded, from_varint, varint

LABEL: Final = b"\x00digest link 1\x00"


@dataclass(frozen=True, slots=True)
class LinkToken:
    """What a valid token says."""

    issue: int
    link: int


class LinkTokens:
    """Makes and reads tokens with the keys of a ring."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, issue: int, link: int) -> str:
        """Return the token, the same for the same arguments and key."""
        key = self._keyring.current
        said = varint(key.number) + varint(issue) + varint(link)
        return base64.urlsafe_b64encode(said + _mac(key, said)).rstrip(b"=").decode("ascii")

    def read(self, token: str) -> LinkToken | None:
        """Return what the token says; None for one that was altered, cut, made with another key or is no token."""
        raw = decoded(token)
        said, mac = raw[:-MAC], raw[-MAC:]
        try:
            number, rest = from_varint(said)
            issue, rest = from_varint(rest)
            link, rest = from_varint(rest)
        except IndexError:
            return None
        key = self._keyring.by_id(f"k{number}")
        if rest or key is None or not hmac.compare_digest(mac, _mac(key, said)):
            return None
        return LinkToken(issue, link)


def _mac(key: Key, said: bytes) -> bytes:
    return hmac.digest(key.secret, LABEL + said, hashlib.sha256)[:MAC]
