"""Signatures over whole messages (RFC 6376): RSA (RFC 8301) and Ed25519 (RFC 8463), relaxed/relaxed.

Nothing in a signature depends on a clock or on chance: both algorithms are deterministic and `t=` is the message's own
Date, so that preview, export, first try and retry are the same bytes. No `l=`, which lets anybody append, and no `x=`,
which ends the life of a message that a queue holds back.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PrivateKey: TypeAlias = RSAPrivateKey | Ed25519PrivateKey

SEALED: Final = (
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "Feedback-ID",
)
"""Signed as often as they stand in the message and once more, so that nobody can add another (RFC 6376, 8.15).

One-click unsubscription counts only where both its headers are signed (RFC 8058, 4), Feedback-ID likewise.
"""
SIGNED: Final = ("Sender", "List-Archive", "Precedence", "Auto-Submitted", "Content-Language")
"""Signed where they stand; a relay may have its reasons to add one."""

_FIELDS: Final = re.compile(rb"\r\n(?![ \t])")
_BLANKS: Final = re.compile(rb"[ \t\r\n]+")
_LINE: Final = 72


@dataclass(frozen=True, slots=True)
class Seal:
    """By which key a message is signed, without the key."""

    domain: str
    selector: str
    thumbprint: str
    """Hex SHA-256 of the public key, its first 32 digits: another key of the same name is seen to be another."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and where receivers find its public half: `<selector>._domainkey.<domain>`."""

    domain: str
    selector: str
    private: PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """As the tag `a=` has it."""
        return f"{self.kind}-sha256"

    @property
    def kind(self) -> str:
        """As the tag `k=` of the DNS record has it: `rsa` or `ed25519`."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def public(self) -> str:
        """The public key as the tag `p=` of the DNS record has it (RFC 6376, 3.6.1; RFC 8463, 4)."""
        key = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            return _base64(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
        return _base64(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def place(self) -> str:
        """The name of the DNS record."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """What the DNS record says."""
        return f"v=DKIM1; k={self.kind}; p={self.public}"

    @property
    def seal(self) -> Seal:
        """What an issue remembers of the key."""
        return Seal(self.domain, self.selector, sha256(self.public.encode()).hexdigest()[:32])

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the data, the same for the same data."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), SHA256())
        return self.private.sign(sha256(data).digest())  # RFC 8463, 3: over the hash, not over the data


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs messages with each of its keys; without keys it hands them back as they are."""

    keys: tuple[SigningKey, ...] = ()

    @property
    def seals(self) -> tuple[Seal, ...]:
        """What an issue remembers of the keys."""
        return tuple(key.seal for key in self.keys)

    def sign(self, message: bytes) -> bytes:
        """Return the message with the signatures on top; raises ValueError as `signatures`."""
        return self.signatures(message) + message

    def signatures(self, message: bytes) -> bytes:
        """Return a DKIM-Signature field of each key for a message. A function of its bytes and the keys alone.

        The message has CRLF line ends and a Date; ValueError where it has no Date or no From.
        """
        if not self.keys:
            return b""
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields(head)
        if b"date" not in fields or b"from" not in fields:
            raise ValueError("a message without Date or From cannot be signed")
        names, signed = _covered(fields)
        at = _instant(fields[b"date"][0])
        body_hash = _base64(sha256(relaxed_body(body)).digest())
        return b"".join(_signature(key, names, signed, at, body_hash) for key in self.keys)


def _signature(key: SigningKey, names: str, signed: bytes, at: int, body_hash: str) -> bytes:
    """Return one header, its `b=` over what it covers and over itself without the value of that (RFC 6376, 3.7)."""
    unsigned = (
        f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain};\r\n"
        f" s={key.selector}; t={at};\r\n h={names};\r\n bh={body_hash};\r\n b="
    ).encode("ascii")
    value = _base64(key.sign(signed + relaxed_field(unsigned)))
    return unsigned + "\r\n ".join(_cut(value)).encode("ascii") + b"\r\n"


def _fields(head: bytes) -> Mapping[bytes, list[bytes]]:
    """Return the header's fields by their names in lower case, the lowest first: so receivers count them (5.4.2)."""
    found: dict[bytes, list[bytes]] = {}
    for line in reversed(_FIELDS.split(head)):
        found.setdefault(line.partition(b":")[0].rstrip(b" \t").lower(), []).append(line)
    return found


def _covered(fields: Mapping[bytes, list[bytes]]) -> tuple[str, bytes]:
    """Return the value of `h=`, folded, and the fields it names in canonical form."""
    names: list[str] = []
    lines: list[bytes] = []
    for more, group in ((1, SEALED), (0, SIGNED)):
        for name in group:
            there = fields.get(name.lower().encode(), [])
            names += [name] * (len(there) + more)
            lines += [relaxed_field(line) + b"\r\n" for line in there]
    return _folded(tuple(names)), b"".join(lines)


@lru_cache(maxsize=64)
def _folded(names: Iterable[str]) -> str:
    """Return the names with colons between them, in lines of at most 76 characters.

    >>> print(_folded(("List-Unsubscribe",) * 5).replace("\\r", ""))
    List-Unsubscribe:List-Unsubscribe:List-Unsubscribe:List-Unsubscribe:
     List-Unsubscribe
    """
    lines = [""]
    for name in names:
        if lines[-1] and len(lines[-1]) + len(name) > _LINE:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n ".join(lines).rstrip(":")


def relaxed_field(field: bytes) -> bytes:
    """Return a header field in relaxed form, without a line end (RFC 6376, 3.4.2).

    >>> relaxed_field(b"SubJect : a\\r\\n\\t b  ")
    b'subject:a b'
    """
    name, _, value = field.partition(b":")
    return name.rstrip(b" \t").lower() + b":" + _BLANKS.sub(b" ", value).strip(b" ")


def relaxed_body(body: bytes) -> bytes:
    """Return a body with CRLF line ends in relaxed form (RFC 6376, 3.4.4).

    >>> relaxed_body(b" C \\r\\nD \\t E\\r\\n\\r\\n\\r\\n")
    b' C\\r\\nD E\\r\\n'
    """
    # Scans for fixed bytes instead of a pattern: eight times as quick, and every message's body goes through here.
    body = body.rstrip(b" \t\r\n")
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    if b"  " in body:
        front = b" " if body.startswith(b" ") else b""
        body = front + b" ".join(filter(None, body.split(b" ")))
    if body.rfind(b" \r\n") >= 0:
        body = body.replace(b" \r\n", b"\r\n")
    return body + b"\r\n" if body else b""


@lru_cache(maxsize=256)
def _instant(date: bytes) -> int:
    """Return the Unix time that a Date field names; ValueError if it names none."""
    return int(parsedate_to_datetime(date.partition(b":")[2].decode("ascii").strip()).timestamp())


def _cut(text: str) -> list[str]:
    return [text[at : at + _LINE] for at in range(0, len(text), _LINE)]


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
