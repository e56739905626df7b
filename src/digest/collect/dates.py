"""When something was published, as far as its publisher can be believed."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(hours=1)


def read_date(value: str) -> datetime | None:
    """Return the instant of an ISO 8601 or RFC 5322 date in UTC; without a zone it is taken for UTC. None if neither.

    >>> read_date("2026-11-22T08:00:00+02:00"), read_date("soon")
    (datetime.datetime(2026, 11, 22, 6, 0, tzinfo=datetime.timezone.utc), None)
    """
    value = value.strip()[:80]
    if not value.isascii():
        value = "".join(str(unicodedata.decimal(c, c)) for c in value)
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = parse(value)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def plausible(at: datetime | None, now: datetime) -> datetime | None:
    """Return the instant unless it lies before 1995 or more than an hour ahead of now."""
    return at if at is not None and _EARLIEST <= at <= now + _AHEAD else None
