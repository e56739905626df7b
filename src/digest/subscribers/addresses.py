"""What an email address is, and when two of them are one person's."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from email_validator import EmailNotValidError, validate_email

from digest.errors import ListError


def normalise(text: str) -> str:
    """Return the address with its domain in lower case and readable, its local part as given, NFC.

    Domains after RFC 5891, local parts in any script after RFC 6531; no name server is asked. Raises ListError
    saying what is wrong.

    >>> normalise(" Mira.Aalto@Mail.EXAMPLE ")
    'Mira.Aalto@mail.example'
    >>> normalise("joon@xn--bcher-kva.example")
    'joon@bücher.example'
    """
    try:
        return validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError as e:
        raise ListError(f"{shown(text)} is no address: {e}") from e


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
