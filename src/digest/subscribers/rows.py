"""One record of a list's file -> a row, or why it is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from digest.errors import ListError
from digest.model.people import FREQUENCIES, Preferences, Row
from digest.settings import near
from digest.subscribers.addresses import normalise, shown
from digest.subscribers.csvfile import Record

COLUMNS: Final = ("email", "name", "sections", "frequency", "time", "timezone", "language", "joined")
HOUR: Final = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
"""The shape of a tag (RFC 5646, 2.1); whether there is such a language is not asked."""


@dataclass(slots=True)
class Reader:
    """Turns a list's records into rows; collects what was passed over in `warnings`."""

    name: str
    """Of the list."""
    section_ids: Sequence[str]
    timezone: str
    """What a reader without a zone of their own gets; named in warnings."""
    warnings: list[str] = field(default_factory=list)

    def row(self, record: Record) -> Row:
        """Return the row; raises ListError with the reason where the record has to be left out."""
        if record.trouble:
            raise ListError(record.trouble)
        cell = record.cells.get
        if not cell("email"):
            raise ListError("no address")
        return Row(
            list=self.name,
            email=normalise(cell("email", "")),
            name=cell("name", ""),
            preferences=Preferences(
                sections=self.sections(cell("sections", "")),
                frequency=self.frequency(cell("frequency", "")),
                time=hour(cell("time", "")),
                timezone=self.zone(cell("timezone", "")),
                language=language(cell("language", "")),
            ),
            joined_on=day(cell("joined", "")),
        )

    def sections(self, text: str) -> tuple[str, ...]:
        """Return the sections in the order given; all (empty) for nothing, or where `*` is among them.

        One that nobody knows, renamed since or misspelt, costs a reader that section and not the others.
        """
        chosen = tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))
        known = tuple(section for section in chosen if section in self.section_ids)
        unknown = [section for section in chosen if section != "*" and section not in known]
        if unknown:
            named = ", ".join(map(shown, unknown))
            there = f"no section is called {named}; there are {', '.join(self.section_ids)}, or * for all"
            if not known and "*" not in chosen:
                raise ListError(there)
            self.warnings.append(f"{there}. The others stay")
        return () if "*" in chosen else known

    def frequency(self, text: str) -> str:
        """Return the word; `all` with a warning for one nobody knows."""
        word = text.lower() or "all"
        if word in FREQUENCIES:
            return word
        self.warnings.append(f"unknown frequency {shown(text)}; all is used. There are {', '.join(FREQUENCIES)}")
        return "all"

    def zone(self, text: str) -> str:
        """Return the IANA zone; none, which is the list's, with a warning for one that is not."""
        if not text or text in zones():
            return text
        close = near(text, zones()) if len(text) < 40 else ""
        hint = f"; did you mean {close}?" if close else ""
        self.warnings.append(f"unknown time zone {shown(text)}{hint}; {self.timezone} is used")
        return ""


@cache
def zones() -> frozenset[str]:
    """Return the names of the zones this machine knows."""
    return frozenset(available_timezones())


def hour(text: str) -> time | None:
    """Return a wall-clock hour, None for nothing.

    >>> hour("7:05")
    datetime.time(7, 5)
    """
    if not text:
        return None
    found = HOUR.fullmatch(text)
    if not found:
        raise ListError(f"{shown(text)} is no time; write HH:MM, from 00:00 to 23:59")
    return time(int(found[1]), int(found[2]))


def language(text: str) -> str:
    """Return a language tag (BCP 47), empty for nothing."""
    if text and not LANGUAGE.fullmatch(text):
        raise ListError(f"{shown(text)} is no language tag; write one like en, uk or pt-BR")
    return text


def day(text: str) -> date | None:
    """Return an ISO date, None for nothing."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ListError(f"{shown(text)} is no date; write YYYY-MM-DD") from None


def cells(row: Row) -> tuple[str, ...]:
    """Return a row as it is written, in the order of COLUMNS."""
    wanted = row.preferences
    return (
        row.email,
        row.name,
        ";".join(wanted.sections) or "*",
        wanted.frequency,
        f"{wanted.time:%H:%M}" if wanted.time else "",
        wanted.timezone,
        wanted.language,
        row.joined_on.isoformat() if row.joined_on else "",
    )
