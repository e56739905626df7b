"""What an email address is, and when two of them are one person's."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from digest.errors import ListError

LONGEST: Final = 200
"""Characters of an address whose parts may be looked at one by one: no limit (RFC 5321, 4.5.3.1) is near."""
DOT_ATOM: Final = re.compile(r"(?=.{1,64}$)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.I | re.A)
"""A local part that needs no other look (RFC 5322, 3.2.3)."""


def normalise(text: str) -> str:
    """Return the address with its domain in lower case and readable, its local part as given, NFC.

    Domains after RFC 5891, local parts in any script after RFC 6531; no name server is asked. Raises ListError
    saying what is wrong.

    >>> normalise(" Mira.Aalto@Mail.EXAMPLE ")
    'Mira.Aalto@mail.example'
    >>> normalise("joon@xn--bcher-kva.example")
    'joon@bücher.example'
    """
    address = text.strip()
    try:
        local, _, domain = address.rpartition("@")
        if len(address) <= LONGEST and DOT_ATOM.fullmatch(local):
            return f"{local}@{_domain(domain)}"
        return _validated(address)
    except EmailNotValidError as e:
        raise ListError(f"{shown(text)} is no address: {e}") from e


def _validated(address: str) -> str:
    return validate_email(address, check_deliverability=False, allow_smtputf8=True).normalized


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """Return a domain as `normalise` writes it: a list has few of them, and each costs more than all else of a row."""
    return _validated(f"a@{domain}").partition("@")[2]


def identity(address: str) -> str:
    """Return what two normalised addresses of one person have in common.

    RFC 5321 (2.4) lets a host tell `Mira@` from `mira@`; none worth mailing does, and nobody wants the issue twice.

    >>> identity("Mira@mail.example") == identity("mira@mail.example")
    True
    """
    return unicodedata.normalize("NFC", address.strip().lower())


def email_hmac(address: str, secret: bytes) -> str:
    """Return the hex HMAC-SHA-256 by which an address is known once the person is forgotten.

    Equal for every spelling of one normalised address; useless to whoever has no key.

    >>> email_hmac("Mira@Mail.example", b"k" * 32) == email_hmac("mira@mail.example", b"k" * 32)
    True
    """
    return hmac.digest(secret, identity(address).encode("utf-8", "replace"), hashlib.sha256).hex()


def shown(text: str, longest: int = 60) -> str:
    """Return a text from outside as it may stand in a message: quoted, one line, not long.

    >>> shown("a\\nb")
    "'a\\\\nb'"
    """
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")
