"""When a source is asked again: its own interval, longer where its server asks for it or where it keeps failing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from digest.model.news import Source, SourceKind

LONGEST_BACK_OFF: Final = timedelta(hours=6)
"""However often a source failed."""
LONGEST_FRESH: Final = timedelta(hours=6)
"""However long a server calls its answer fresh."""
MOST_JITTER: Final = timedelta(minutes=15)
"""However long an interval is."""
LONGEST_WAIT: Final = timedelta(days=1)
"""However long a server asks us to stay away."""

ASKS_TO_WAIT: Final = frozenset({429, 503})
"""Statuses whose Retry-After is heeded (RFC 6585, 4; RFC 9110, 15.6.4)."""
SAID: Final = ("retry-after", "cache-control", "expires", "date", "age", "content-type")
"""The header fields that are read here or shown to an operator, in lower case."""
_DOUBLINGS: Final = 20
_JITTER: Final = 0.1


@dataclass(slots=True)
class Heard:
    """What a server said besides its document; filled in while it is asked."""

    status: int = 0
    """Of the last answer; 0 where the last question got none."""
    headers: dict[str, str] = field(default_factory=dict)
    """Those of `SAID` that the last answer has."""
    moved_to: str = ""
    """Where the permanent redirects at the beginning of the way led; empty where there was none."""
    direct: bool = False
    """Whether the source answered at the address it had moved to before."""

    def hear(self, status: int, headers: Mapping[str, str]) -> None:
        """Keep what an answer says; what the one before said is forgotten."""
        self.status = status
        self.headers = {name: headers[name] for name in SAID if name in headers}

    def forget(self) -> None:
        """Begin anew: nothing was answered yet."""
        self.hear(0, {})


def next_at(source: Source, failures: int, heard: Heard, now: datetime) -> datetime:
    """Return when a source is to be polled next, `failures` in a row (this one included) after its last success.

    Never before its interval is over, and up to a tenth of it later (at most `MOST_JITTER`), always the same for a
    name, so that sources added together are not asked together for ever. After a failure the interval doubles with
    each one, up to `LONGEST_BACK_OFF` (or the interval itself, if that is longer), give or take a tenth that depends
    on the name and the number. After a success the answer is left alone while it is fresh. A folder is ours, and has
    no server to spare.

    >>> now, wire = datetime(2026, 11, 22, 6, tzinfo=UTC), Source("Karsk Wire", SourceKind.FEED)
    >>> timedelta(minutes=15) <= next_at(wire, 0, Heard(), now) - now <= timedelta(minutes=16.5)
    True
    >>> next_at(wire, 0, Heard(200, {"cache-control": "public, max-age=3600"}), now) - now
    datetime.timedelta(seconds=3600)
    >>> next_at(wire, 1, Heard(503, {"retry-after": "Sun, 22 Nov 2026 08:00:00 GMT"}), now) - now
    datetime.timedelta(seconds=7200)
    >>> timedelta(minutes=54) < next_at(wire, 3, Heard(), now) - now < timedelta(minutes=66)
    True
    """
    pause = source.every
    if source.kind is not SourceKind.FOLDER:
        pause += timedelta(seconds=int(min(_JITTER * pause, MOST_JITTER).total_seconds() * share(source.name)))
        asked = asked_until(heard, now)
        pause = max(
            pause,
            _back_off(source, failures) if failures else min(fresh(heard.headers, now) or timedelta(), LONGEST_FRESH),
            asked - now if asked else timedelta(),
        )
    return now + pause


def asked_until(heard: Heard, now: datetime) -> datetime | None:
    """Return until when the server asks us to stay away, no longer than `LONGEST_WAIT`; None if it does not.

    Retry-After is a number of seconds or a date (RFC 9110, 10.2.3).

    >>> now = datetime(2026, 11, 22, 6, tzinfo=UTC)
    >>> asked_until(Heard(429, {"retry-after": "120"}), now)
    datetime.datetime(2026, 11, 22, 6, 2, tzinfo=datetime.timezone.utc)
    >>> asked_until(Heard(200, {"retry-after": "120"}), now)
    """
    if heard.status not in ASKS_TO_WAIT:
        return None
    value = heard.headers.get("retry-after", "")
    seconds = _seconds(value)
    until = _instant(value) if seconds is None else now + min(seconds, LONGEST_WAIT)
    return min(until, now + LONGEST_WAIT) if until and until > now else None


def fresh(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long an answer stays fresh (RFC 9111, 4.2); None where it does not say.

    That is max-age less Age, else Expires after Date.

    >>> fresh({"cache-control": "max-age=3600", "age": "600"}, datetime(2026, 11, 22, 6, tzinfo=UTC))
    datetime.timedelta(seconds=3000)
    """
    said = dict(_directives(headers.get("cache-control", "").split(",")))
    if "no-cache" in said or "no-store" in said:
        return timedelta()
    if "max-age" in said:
        lasts, age = _seconds(said["max-age"]), _seconds(headers.get("age", ""))
        return max((lasts or timedelta()) - (age or timedelta()), timedelta())
    expires = _instant(headers.get("expires", ""))
    date = _instant(headers.get("date", "")) or now
    return max(expires - date, timedelta()) if expires else None


def share(*words: object) -> float:
    """Return a number from 0 to below 1 that the words decide: chance that is the same each time.

    >>> 0 <= share("Karsk Wire", 3) < 1 and share("Karsk Wire", 3) == share("Karsk Wire", 3)
    True
    """
    digest = hashlib.sha256("\n".join(map(str, words)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _back_off(source: Source, failures: int) -> timedelta:
    longest = max(LONGEST_BACK_OFF, source.every)

    def pause(n: int) -> timedelta:
        factor = 1 + _JITTER * (2 * share(source.name, n) - 1)
        return min(source.every * (1 << (n - 1)) * factor, longest)

    # The longest so far: near the limit a jittered pause may be shorter than the one before.
    return max(pause(n) for n in range(1, min(failures, _DOUBLINGS) + 1))


def _directives(parts: Iterable[str]) -> Iterable[tuple[str, str]]:
    for part in parts:
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"')


def _seconds(value: str) -> timedelta | None:
    """A whole number of seconds; what is absurdly large is a year."""
    value = value.strip()
    if not (value.isascii() and value.isdigit()):
        return None
    return timedelta(seconds=int(value)) if len(value) < 8 else timedelta(days=365)


def _instant(value: str) -> datetime | None:
    """A date of HTTP (RFC 9110, 5.6.7); None for what is none."""
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
