"""The zones that a form offers: one town for each clock that many people live by, and those somebody chose already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

TOWNS: Final = (
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Warsaw",
    "Africa/Cairo",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Asia/Tbilisi",
    "Asia/Tashkent",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""Few, since a page is small: a script proposes the one that its reader lives in, and any may be kept."""


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


def renamed(name: str) -> str:
    """Return the name that a zone has now, for browsers go on calling it as it was called first.

    >>> renamed("Europe/Kiev"), renamed("Asia/Calcutta"), renamed("Europe/Nowhere"), renamed("UTC")
    ('Europe/Kyiv', 'Asia/Kolkata', 'Europe/Nowhere', 'UTC')
    """
    return str(get_global("zone_aliases").get(name, name)) if "/" in name else name


@cache
def town_of(name: str, locale: Locale) -> str:
    """Return the town that a zone is called after.

    >>> town_of("Europe/Kyiv", Locale("uk")), town_of("America/Argentina/Buenos_Aires", Locale("en"))
    ('Київ', 'Buenos Aires')
    """
    named = locale.time_zones
    # CLDR keeps a zone under the name it had first, so that of 2022 (Kyiv) is found by that of before.
    first = (old for old, new in get_global("zone_aliases").items() if new == name and old in named)
    known = named.get(next(first, name), {})
    return str(known.get("city") or name.rpartition("/")[2].replace("_", " "))


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
