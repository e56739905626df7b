"""What readers send by forms, read into values: what a page does not offer is a problem with a name, never an error.

The names of problems are keys of the pages' words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from digest.errors import ListError
from digest.model.news import SectionId
from digest.subscribers import normalise
from digest.web.readers.zones import renamed

Fields = Mapping[str, Sequence[str]]
"""What a form brought: names, and the values of each in order."""

TRAP: Final = "website"
"""A field that people do not see; who fills it in is a program."""
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""What a mail program posts (RFC 8058, 3.1)."""
LONGEST_PAUSE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page lets its reader choose from."""

    editions: Mapping[str, tuple[SectionId, ...]]
    """How often, as `rhythm` names it, with the sections that are told then."""
    hours: tuple[time, ...]
    zones: Collection[str]
    languages: Collection[str]

    @property
    def sections(self) -> tuple[SectionId, ...]:
        """The sections of all editions, each once."""
        return tuple(dict.fromkeys(section for its in self.editions.values() for section in its))


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody wants to read, as a form says it."""

    edition: str
    """How often, as `rhythm` names it: an edition, or some of its days."""
    sections: tuple[SectionId, ...]
    """Those ticked, in the order of the offer."""
    at: time
    zone: str
    language: str


def read_choice(fields: Fields, offer: Offer, usual: Choice) -> tuple[Choice, tuple[str, ...]]:
    """Return the choice and the names of its problems; what a form does not have is as in `usual`.

    A browser sends nothing for boxes without a tick, so no section at all is a problem, not a wish for all; and so are
    only such as the chosen edition does not have.
    """
    ticked = set(fields.get("section", ()))
    chosen = Choice(
        edition=_one(fields, "edition", usual.edition),
        sections=tuple(section for section in offer.sections if section in ticked),
        at=_hour(_one(fields, "hour", f"{usual.at:%H:%M}"), usual.at),
        zone=renamed(_one(fields, "zone", usual.zone)),
        language=_one(fields, "language", usual.language),
    )
    its = offer.editions.get(chosen.edition, offer.sections)
    problems = [
        *(("wrong_sections",) if not ticked.intersection(its) else ()),
        *(("wrong_choice",) if not _offered(chosen, fields, offer) else ()),
    ]
    return chosen, tuple(problems)


def read_address(fields: Fields) -> tuple[str, tuple[str, ...]]:
    """Return the address that was typed in, normalised, and the names of its problems."""
    typed = _one(fields, "email", "")
    try:
        return normalise(typed), ()
    except ListError:
        return typed, ("wrong_address",)


def read_day(fields: Fields, today: date) -> date | None:
    """Return the day until which a pause is wished; None for one that is not ahead, or more than a year."""
    try:
        day = date.fromisoformat(_one(fields, "until", ""))
    except ValueError:
        return None
    return day if today < day <= today + LONGEST_PAUSE else None


def is_one_click(fields: Fields) -> bool:
    """Return whether a form holds the word that ends a subscription."""
    name, value = ONE_CLICK
    return list(fields.get(name, ())) == [value]


def is_trapped(fields: Fields) -> bool:
    """Return whether something filled in what people do not see."""
    return any(fields.get(TRAP, ()))


def _offered(chosen: Choice, fields: Fields, offer: Offer) -> bool:
    """Say whether everything was chosen from what is offered."""
    return (
        chosen.edition in offer.editions
        and set(fields.get("section", ())) <= set(offer.sections)
        and chosen.at in offer.hours
        and chosen.zone in offer.zones
        and chosen.language in offer.languages
    )


def _one(fields: Fields, name: str, usual: str) -> str:
    values = fields.get(name, ())
    return values[-1].strip() if values else usual


def _hour(text: str, usual: time) -> time:
    """Return an hour such as 07:00; what is none becomes one that nobody offers."""
    try:
        hour = time.fromisoformat(text)
    except ValueError:
        return usual.replace(microsecond=1)
    # One with an offset cannot be put in order with the others.
    return hour if hour.tzinfo is None else usual.replace(microsecond=1)
