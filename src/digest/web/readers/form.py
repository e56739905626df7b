"""The form of what one reads, as a page shows it and as it may be filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from markupsafe import Markup

from digest.model.issue import Edition, Section
from digest.render.clean import clean
from digest.render.labels import Labels
from digest.subscribers import zones as known_zones
from digest.web.readers import zones
from digest.web.readers.forms import Choice, Offer
from digest.web.readers.picture import dots
from digest.web.readers.reading import days_in_words
from digest.web.readers.rhythm import days_of, rhythms, taken_apart
from digest.web.readers.stand import Shown

HOURS: Final = tuple(time(hour) for hour in range(5, 23))
"""What a form offers, beside the editions' own hours and the one that was chosen."""


@dataclass(frozen=True, slots=True)
class SectionBox:
    """A section with a headline of it."""

    id: str
    title: str
    on: bool
    sample: str
    language: str
    """The headline's; empty where it is the page's."""


@dataclass(frozen=True, slots=True)
class EditionBox:
    """An edition with the days that it comes on."""

    id: str
    title: str
    days: str
    picture: Markup
    on: bool


@dataclass(frozen=True, slots=True)
class Form:
    """All that can be chosen, and what is."""

    sections: tuple[SectionBox, ...]
    sampled: bool
    """Whether there are headlines."""
    editions: tuple[EditionBox, ...]
    hours: tuple[str, ...]
    hour: str
    zones: tuple[zones.Zone, ...]
    zone: str
    tongues: tuple[tuple[str, str], ...]
    tongue: str


def form_of(
    shown: Shown, editions: Mapping[str, Edition], choice: Choice, labels: Labels, now: datetime, *, language: bool
) -> Form:
    """Return the form over these editions with a choice in it; `language`: whether that of the mail is asked for."""
    sections = tuple(
        _section(section, choice.sections, shown.samples, labels.language) for section in sections_of(editions.values())
    )
    also = (*(edition.timezone for edition in editions.values()), choice.zone)
    known = tuple(zones.offered(now, labels.locale, also=[zone for zone in also if zone in known_zones()]))
    return Form(
        sections=sections,
        sampled=any(section.sample for section in sections),
        editions=tuple(
            _edition(name, edition, choice, shown, labels)
            for name, edition in rhythms(editions.values(), choice.edition).items()
        ),
        hours=tuple(f"{hour:%H:%M}" for hour in hours_of(editions.values(), choice.at)),
        hour=f"{choice.at:%H:%M}",
        zones=known,
        zone=choice.zone,
        tongues=tuple((code, str(each.messages["name"])) for code, each in shown.words.items()) if language else (),
        tongue=choice.language,
    )


def offer_of(shown: Shown, editions: Mapping[str, Edition], usual: Choice) -> Offer:
    """Return what may be chosen in such a form; what somebody has already they may keep."""
    return Offer(
        editions={
            name: tuple(section.id for section in edition.sections)
            for name, edition in rhythms(editions.values(), usual.edition).items()
        },
        hours=tuple(hours_of(editions.values(), usual.at)),
        zones=known_zones(),
        languages={*shown.words, usual.language},
    )


def sections_of(editions: Iterable[Edition]) -> list[Section]:
    """Return the sections of several editions, each once."""
    return list({section.id: section for edition in editions for section in edition.sections}.values())


def hours_of(editions: Iterable[Edition], chosen: time) -> list[time]:
    """Return the hours to choose from, in order."""
    return sorted({*HOURS, *(edition.send.at for edition in editions), chosen})


def _edition(name: str, edition: Edition, choice: Choice, shown: Shown, labels: Labels) -> EditionBox:
    frequency = taken_apart(name)[1]
    days = days_in_words(edition, frequency, labels)
    return EditionBox(name, shown.title_of(edition), days, dots(days_of(edition, frequency)), name == choice.edition)


def _section(
    section: Section, chosen: Collection[str], samples: Mapping[str, tuple[str, str]], page: str
) -> SectionBox:
    sample, language = samples.get(section.id, ("", page))
    return SectionBox(
        section.id, clean(section.title), section.id in chosen, clean(sample), "" if language == page else language
    )
