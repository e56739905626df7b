"""What the pages show of issues, lists and words: read anew when it is old, kept meanwhile for every visitor."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from digest.errors import ListError
from digest.model.issue import Content, Edition
from digest.parts import Parts
from digest.pipeline import PublicArchive
from digest.pipeline.archive import list_settings
from digest.pipeline.press import content_of
from digest.render import Site
from digest.render.clean import clean
from digest.render.labels import Labels
from digest.subscribers import ListSettings
from digest.web.readers.words import words

FRESH: Final = timedelta(seconds=20)
"""For so long nobody looks again: an issue's page is there when its first reader has the mail open."""


@dataclass(frozen=True)
class Shown:
    """All of it, as it was read at one time."""

    parts: Parts
    site: Site
    lists: Mapping[str, ListSettings]
    archive: PublicArchive
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    """The archive's pages that were asked for, with the marks of their bytes."""

    @cached_property
    def words(self) -> dict[str, Labels]:
        """The words of every language."""
        return words(self.site.pages)

    @cached_property
    def latest(self) -> int | None:
        """The id of the issue that everybody may read, of the latest slot."""
        return self.archive.issues[0].id if self.archive.issues else None

    @cached_property
    def open_editions(self) -> dict[str, Edition]:
        """The editions that have a list which readers may join on their own."""
        return {
            name: edition
            for name, edition in self.parts.settings.editions.items()
            if any(each in self.lists and self.lists[each].public for each in edition.lists)
        }

    def title_of(self, edition: Edition) -> str:
        """Return what an edition is called to its readers; where it has the site's name, that of the list they join."""
        if edition.title != self.site.title:
            return clean(edition.title)
        joined = [self.lists[each] for each in edition.lists if each in self.lists and self.lists[each].public]
        return clean(joined[0].title if joined else edition.title)

    @cached_property
    def samples(self) -> dict[str, tuple[str, str]]:
        """A headline of each section, from the newest issue that has one, and its language."""
        found: dict[str, tuple[str, str]] = {}
        for listed in self.archive.issues[:RECENT]:
            for section_id, sample in _leads(content_of(self.parts.store.issues.find(listed.id))).items():
                found.setdefault(section_id, sample)
        return found


RECENT: Final = 3
"""Issues in which a headline is looked for."""


class Stand:
    """Gives what is shown at an instant."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = threading.Lock()
        self._shown: Shown | None = None
        self._left: list[tuple[int, str]] = []
        self._read_at: datetime | None = None

    def at(self, now: datetime) -> Shown:
        """Return what is shown now. Raises LookError while the pages' templates cannot be read."""
        with self._turn:
            if self._shown is None or self._read_at is None or abs(now - self._read_at) >= FRESH:
                self._shown, self._read_at = self._read(self._shown), now
            return self._shown

    def _read(self, old: Shown | None) -> Shown:
        parts, left = self._parts, self._parts.store.issues.left()
        site, lists = parts.site(), _lists(parts, old)
        same = old and (old.site.pages.fingerprint, old.lists, self._left) == (site.pages.fingerprint, lists, left)
        if old and same:
            return old
        self._left = left
        return Shown(parts, site, lists, PublicArchive(parts, site, lists))


def _lists(parts: Parts, old: Shown | None) -> Mapping[str, ListSettings]:
    """Return the lists' settings; those of before while their file is damaged, at first none, so nothing is open."""
    try:
        return list_settings(parts)
    except ListError:
        return old.lists if old else {}


def _leads(content: Content) -> dict[str, tuple[str, str]]:
    return {s.id: (s.items[0].headline, s.items[0].language or content.language) for s in content.sections if s.items}
