"""What came of asking a link whether it leads anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Asked:
    """One address of an issue and what its server said."""

    url: str
    status: int = 0
    """Of the last answer; 0 where there was none."""
    reason: str = ""
    """Why there was none, as a phrase; empty where there was one."""
    at: str = ""
    """Where it was found at last, behind redirects; `url` itself where there were none."""
    took: timedelta = timedelta()
