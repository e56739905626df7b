"""Those who work at the desk, and what each of them may do there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from unicodedata import normalize


class Right(StrEnum):
    """What somebody may do at the desk; each may also do what those before it may."""

    VIEWER = "viewer"
    """Look."""
    EDITOR = "editor"
    """Arrange, hold, release, send tests."""
    APPROVER = "approver"
    """Approve and skip, also over red with a written reason."""
    OPERATOR = "operator"
    """Pause, go on and stop what is being sent; see the settings."""

    def covers(self, other: Right) -> bool:
        """Return whether whoever has this right may do what `other` allows.

        >>> Right.APPROVER.covers(Right.EDITOR), Right.VIEWER.covers(Right.EDITOR)
        (True, False)
        """
        return RANK.index(self) >= RANK.index(other)


RANK: Final = tuple(Right)
"""The least first."""


LONGEST_NAME: Final = 60
"""Characters of an editor's name."""


def key_of(name: str) -> str:
    """Return what a name is known by: the same however it is spaced, capitalised or composed (Unicode, NFC).

    >>> key_of("  ADA  Rehn "), key_of("Zoe\u0308") == key_of("ZO\u00cb")
    ('ada rehn', True)
    """
    return normalize("NFC", normalize("NFC", " ".join(name.split())).casefold())


@dataclass(frozen=True, slots=True)
class Editor:
    """Somebody who may sign in at the desk."""

    name: str
    right: Right
    since: datetime
    password: bool = True
    """Whether there is a password; without one only a proxy's word lets them in."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody looked at what a check found, and leaves it as it is."""

    mark: str
    """Of the finding: what it says, and what it was seen by."""
    revision: int
    """That was looked at."""
    by: str
    at: datetime
