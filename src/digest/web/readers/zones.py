"""The zones that a form offers: one town for each clock that many people live by, and those somebody chose already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.dates import get_timezone_location

TOWNS: Final = (
    "Pacific/Honolulu America/Los_Angeles America/Denver America/Mexico_City America/Chicago America/Bogota "
    "America/New_York America/Halifax America/Sao_Paulo Atlantic/Reykjavik Africa/Lagos Europe/Lisbon Europe/London "
    "Europe/Berlin Europe/Madrid Europe/Paris Europe/Warsaw Africa/Cairo Africa/Johannesburg Europe/Bucharest "
    "Europe/Helsinki Europe/Kyiv Africa/Nairobi Asia/Baghdad Europe/Istanbul Europe/Minsk Asia/Tbilisi Asia/Dubai "
    "Asia/Karachi Asia/Tashkent Asia/Kolkata Asia/Dhaka Asia/Bangkok Asia/Shanghai Asia/Singapore Asia/Seoul "
    "Asia/Tokyo Australia/Sydney Pacific/Auckland"
).split()


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone as it is shown."""

    name: str
    """IANA."""
    town: str
    offset: str
    """From UTC at present, `UTC+2`, `UTC+5:30`."""


def offered(now: datetime, locale: Locale, *, also: Iterable[str] = ()) -> list[Zone]:
    """Return the zones from west to east, those named by `also` among them."""
    found = []
    for name in dict.fromkeys((*TOWNS, *also)):
        away = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)
        town = town_of(name, locale)
        found.append((away, town, Zone(name, town, _offset(away))))
    return [zone for *_, zone in sorted(found, key=lambda each: each[:2])]


@cache
def known() -> frozenset[str]:
    """Return the names of all zones there are; a script may propose one that the form does not list."""
    return frozenset(available_timezones())


def town_of(name: str, locale: Locale) -> str:
    """Return the town that a zone is called after.

    >>> town_of("Europe/Kyiv", Locale("de")), town_of("America/Argentina/Buenos_Aires", Locale("en"))
    ('Kiew', 'Buenos Aires')
    """
    return get_timezone_location(name, locale=locale, return_city=True)


def _offset(away: timedelta) -> str:
    """Return the distance from UTC.

    >>> _offset(timedelta(hours=-3, minutes=-30)), _offset(timedelta(0))
    ('UTC−3:30', 'UTC')
    """
    minutes = round(away.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
