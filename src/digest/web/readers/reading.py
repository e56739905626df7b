"""How a reader's subscription stands, in words and in days: functions of their wishes, the edition and an instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton
from markupsafe import Markup

from digest.model.issue import Edition
from digest.model.people import Preferences
from digest.pipeline.transactional import masked
from digest.render.clean import clean
from digest.render.labels import Labels
from digest.slots import local_date, planned, reader_at, wanted_on
from digest.web.below import below
from digest.web.readers.forms import Choice
from digest.web.readers.picture import week
from digest.web.readers.rhythm import days_of, named, taken_apart
from digest.web.readers.zones import town_of

AHEAD: Final = 7
"""Days that the line shows."""
NARROW: Final = 5
"""Letters of a weekday."""
FURTHEST: Final = 400
"""Days within which the next issue is looked for: a pause of a year, and a week."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the line."""

    name: str
    hour: str
    """When an issue comes, `07:00`; empty where none does."""


@dataclass(frozen=True, slots=True)
class Week:
    """The days to come."""

    days: tuple[Day, ...]
    picture: Markup


def zone_of(wish: Preferences, edition: Edition) -> str:
    """Return the zone in which a reader's hours are meant."""
    own = wish.time is not None or edition.per_reader_timezone
    return (own and wish.timezone) or edition.timezone


def coming(wish: Preferences, edition: Edition, now: datetime, paused: date | None = None) -> Iterator[datetime]:
    """Yield when a reader's next issues come, in their zone; none of a day before `paused`."""
    zone = ZoneInfo(zone_of(wish, edition))
    today = local_date(now, edition.timezone)
    since = max(today - timedelta(days=1), paused or today)
    for slot in planned(edition, since, today + timedelta(days=FURTHEST)):
        at, _ = reader_at(wish, edition, slot, slot.draft_at)
        if at is not None and at > now and wanted_on(wish, edition, slot.local_date):
            yield at.astimezone(zone)


def sentence(wish: Preferences, edition: Edition, labels: Labels, now: datetime, key: str = "state") -> str:
    """Return what a reader gets: `Diplomacy and Peace summit, on weekdays at 07:00 (Kyiv).`

    The hour is the one at which it comes, which is never before the edition's own.
    """
    next_at = next(coming(wish, edition, now), None)
    hour = f"{next_at:%H:%M}" if next_at else f"{wish.time or edition.send.at:%H:%M}"
    said = labels.say(
        key,
        sections=_sections(wish, edition, labels),
        days=days_in_words(edition, wish.frequency, labels),
        time=hour,
        zone=town_of(zone_of(wish, edition), labels.locale),
    )
    return said[:1].upper() + said[1:]


def next_line(
    wish: Preferences, edition: Edition, email: str, labels: Labels, now: datetime, paused: date | None = None
) -> Markup:
    """Return when the next issue comes and where to, the address masked; nothing where none is planned."""
    at = next(coming(wish, edition, now, paused), None)
    if at is None:
        return Markup("")
    near = at.date() - now.astimezone(at.tzinfo).date() < timedelta(days=AHEAD)
    when = format_datetime(at, labels.dates["weekday_clock" if near else "day_clock"], locale=labels.locale)
    return labels.say_html("next", when=when, address=apart(masked(email), "ltr"))


def week_of(wish: Preferences, edition: Edition, labels: Labels, now: datetime, paused: date | None = None) -> Week:
    """Return the seven days from today in the reader's zone, with what comes on them."""
    today = now.astimezone(ZoneInfo(zone_of(wish, edition))).date()
    hours: dict[date, str] = {}
    for at in coming(wish, edition, now, paused):
        if at.date() >= today + timedelta(days=AHEAD):
            break
        hours.setdefault(at.date(), f"{at:%H:%M}")
    dates = [today + timedelta(days=n) for n in range(AHEAD)]
    days = tuple(Day(labels.say("today") if d == today else _short(d, labels), hours.get(d, "")) for d in dates)
    return Week(days, week([bool(day.hour) for day in days]))


def usual(wish: Preferences, edition: Edition, labels: Labels) -> Choice:
    """Return a wish as a form shows it."""
    every = tuple(section.id for section in edition.sections)
    return Choice(
        edition=named(edition, wish.frequency),
        sections=tuple(section for section in every if section in wish.sections) or every,
        at=wish.time or edition.send.at,
        zone=zone_of(wish, edition),
        language=wish.language or labels.language,
    )


def wished(choice: Choice, edition: Edition) -> Preferences:
    """Return a choice as it is kept: what is as the edition has it stays open, and goes along with the edition.

    A form has the sections of several editions; those that this one does not tell are no wish of its reader.
    """
    every = tuple(section.id for section in edition.sections)
    kept = tuple(section for section in every if section in choice.sections)
    own = (choice.at, choice.zone) != (edition.send.at, edition.timezone)
    return Preferences(
        sections=() if kept == every else kept,
        frequency=taken_apart(choice.edition)[1],
        time=choice.at if own else None,
        timezone=choice.zone if own else "",
        language=choice.language,
    )


def days_in_words(edition: Edition, frequency: str, labels: Labels) -> str:
    """Return on which days something comes."""
    days = days_of(edition, frequency)
    return labels.days(days) if days else labels.say("alerts")


def day_of(day: date, labels: Labels) -> str:
    """Return a day and its month, `4 December`."""
    return format_skeleton("MMMMd", day, locale=labels.locale)


def apart(text: str, way: str = "") -> Markup:
    """Return a name that stands amid words of another direction."""
    return Markup('<bdi dir="{}">{}</bdi>').format(way, text) if way else Markup("<bdi>{}</bdi>").format(text)


def anchor(path: str, text: str) -> Markup:
    """Return a link to a page of ours."""
    return Markup('<a href="{}">{}</a>').format(below(path), text)


def _short(day: date, labels: Labels) -> str:
    """Return a weekday's name as a seventh of a phone's width has room for it: Arabic's usual short ones are whole."""
    narrow = all(len(name) <= NARROW for name in labels.locale.days["stand-alone"]["abbreviated"].values())
    return format_date(day, "ccc" if narrow else "cccccc", locale=labels.locale)


def _sections(wish: Preferences, edition: Edition, labels: Labels) -> str:
    chosen: Sequence[str] = [clean(s.title) for s in edition.sections if s.id in wish.sections]
    if not chosen or len(chosen) == len(edition.sections):
        return labels.say("all_sections", len(edition.sections))
    return labels.names(chosen)
