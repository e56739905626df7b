"""It was not me, never again: the word of whoever was mailed because somebody typed their address into a form.

Its token names the address by its keyed hash, not a request: it works as long as the mail is kept, whatever became of
what was asked for, and lifts what it did.
"""

from __future__ import annotations

from datetime import datetime

from digest.model.issue import Edition
from digest.parts import Parts
from digest.pipeline.readers import hashed, opened
from digest.store.refusals import lift, refuse, refused_since
from digest.subscribers import Purpose


def never_token(parts: Parts, address: str, edition: Edition) -> str:
    """Return the token for a mail to that address; the same for the same address and edition."""
    return parts.token(Purpose.NEVER, int(hashed(parts, address), 16), edition)


def never_again(parts: Parts, token: str, *, now: datetime) -> bool:
    """Let no form write to the token's address, and nobody make a reader of it; False for a token of another kind.

    Who reads at that address already goes on reading. Harmless twice.
    """
    whose = _whose(parts, token)
    if whose:
        refuse(parts.store.database, whose, parts.keyring.hashing.mark, now)
    return bool(whose)


def after_all(parts: Parts, token: str) -> bool:
    """Lift what `never_again` did; False for a token of another kind. Harmless twice."""
    whose = _whose(parts, token)
    if whose:
        lift(parts.store.database, whose)
    return bool(whose)


def is_refused(parts: Parts, token: str) -> bool | None:
    """Return whether no form writes to the token's address; None for a token of another kind."""
    whose = _whose(parts, token)
    return refused_since(parts.store.database, whose) is not None if whose else None


def _whose(parts: Parts, token: str) -> str:
    """Return the keyed hash of the address that a token was mailed to; empty for one of another kind."""
    said = opened(parts, token, (Purpose.NEVER,))
    return f"{said.subscriber:064x}" if said else ""
