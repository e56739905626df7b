"""Passwords of the desk: argon2id, with the parameters of RFC 9106 for little memory, and what one must be."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from digest.errors import PasswordError

SHORTEST: Final = 10
LONGEST: Final = 200
"""Characters: what is longer is no password but an attempt to keep the machine busy."""
_HASHER: Final = PasswordHasher()


def hashed(password: str) -> str:
    """Return what is kept of a password; raises PasswordError for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"a password has {SHORTEST} to {LONGEST} characters; a few words in a row are a good one")
    return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Return whether it is the password that `kept` was made of; as slowly for an empty `kept`, which nothing matches.

    So nobody learns from the time an answer takes who is an editor.
    """
    if len(password) > LONGEST:
        return False
    try:
        return _HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's")
