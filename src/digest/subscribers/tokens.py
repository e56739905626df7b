"""What stands in a reader's links: who may do what, signed; no address, no state, no expiry.

A token is base64url (RFC 4648, 5) without padding over

    purpose (1 byte) | key number | subscriber (both as varints) | edition (UTF-8) | MAC (16 bytes)

where MAC is the left half of HMAC-SHA-256 (RFC 2104, 5). It is a function of these and of the key, so the same link is
made again for each try of a message. 64 characters hold editions of up to 26 letters for the first quarter of a billion
subscribers; longer names make longer tokens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from digest.subscribers.keys import Key, Keyring

LABEL: Final = b"\x00digest token 1\x00"
"""Keeps what the key signs here apart from the addresses it hashes elsewhere, which hold no NUL."""
MAC: Final = 16
LONGEST: Final = 400
"""Characters of a token that are looked at."""


class Purpose(StrEnum):
    """What a token lets its bearer do."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    WEB = "web"
    """Read the issue in the browser, as mailed."""
    CONFIRM = "confirm"
    """Make a sign-up count; its number is the request's, not the subscriber's."""
    ADDRESS = "address"
    """Let mail go to a new address; its number is the request's."""
    NEVER = "never"
    """Let no form write to the address any more; its number is the address's keyed hash."""


LETTERS: Final[dict[str, bytes]] = {
    Purpose.UNSUBSCRIBE: b"u",
    Purpose.PREFERENCES: b"p",
    Purpose.WEB: b"w",
    Purpose.CONFIRM: b"c",
    Purpose.ADDRESS: b"a",
    Purpose.NEVER: b"n",
}
PURPOSES: Final = {letter: Purpose(purpose) for purpose, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token says."""

    purpose: Purpose
    subscriber: int
    """Or the number of a request, or an address's keyed hash, where the purpose says so."""
    edition: str


class Tokens:
    """Makes and reads tokens with the keys of a ring."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, purpose: str, subscriber: int, edition: str) -> str:
        """Return the token, the same for the same arguments and key. ValueError for a purpose nobody knows."""
        return self._made(purpose, varint(subscriber), edition)

    def nobodys(self, purpose: str, subscriber: int, edition: str) -> str:
        """Return a token as long as a subscriber's that is nobody's: it opens what one of subscriber 0 does."""
        return self._made(purpose, b"\x80" * (len(varint(subscriber)) - 1) + varint(0), edition)

    def _made(self, purpose: str, whose: bytes, edition: str) -> str:
        key = self._keyring.current
        said = _opening(purpose, key.number) + whose + edition.encode()
        return base64.urlsafe_b64encode(said + _mac(key, said)).rstrip(b"=").decode("ascii")

    def read(self, token: str) -> Token | None:
        """Return what the token says; None for one that was altered, cut, made with another key or is no token."""
        raw = decoded(token)
        said, mac = raw[:-MAC], raw[-MAC:]
        try:
            purpose = PURPOSES[said[:1]]
            number, rest = from_varint(said[1:])
            subscriber, name = from_varint(rest)
            edition = name.decode()
        except (KeyError, IndexError, UnicodeDecodeError):
            return None
        key = self._keyring.by_id(f"k{number}")
        if key is None or not hmac.compare_digest(mac, _mac(key, said)):
            return None
        return Token(purpose, subscriber, edition)


@lru_cache(maxsize=64)
def _opening(purpose: str, key: int) -> bytes:
    """Return what the tokens of a purpose and a key begin with."""
    if purpose not in LETTERS:
        raise ValueError(f"{purpose!r} is no purpose of a token")
    return LETTERS[purpose] + varint(key)


def _mac(key: Key, said: bytes) -> bytes:
    mac = _labelled(key.secret).copy()
    mac.update(said)
    return mac.digest()[:MAC]


@lru_cache(maxsize=8)
def _labelled(secret: bytes) -> hmac.HMAC:
    """Return a MAC that has taken in the label: to copy it takes half as long as to begin anew."""
    return hmac.new(secret, LABEL, hashlib.sha256)


def decoded(token: str) -> bytes:
    """Return the bytes, empty unless the text is the one way to write them."""
    if len(token) > LONGEST:
        return b""
    try:
        text = token.encode("ascii")
        raw = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return b""
    # The decoder passes over strangers and the last letter's spare bits.
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=") == text else b""


@lru_cache(maxsize=256)  # the tokens of a message have the same number
def varint(number: int) -> bytes:
    """Return a whole number from 0, seven bits a byte, the lowest first, the top bit set on all but the last.

    >>> varint(300).hex()
    'ac02'
    """
    if number < 0:
        raise ValueError(f"{number} is below 0")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def from_varint(raw: bytes) -> tuple[int, bytes]:
    """Return the number and what follows it; IndexError where it does not end.

    >>> from_varint(bytes.fromhex("ac0261"))
    (300, b'a')
    """
    number = at = 0
    while raw[at] & 0x80:
        number |= (raw[at] & 0x7F) << 7 * at
        at += 1
    return number | raw[at] << 7 * at, raw[at + 1 :]
