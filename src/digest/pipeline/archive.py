"""The issues that readers have, as public pages and a feed: read from what is frozen, the same for everybody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from digest.errors import ListError, UnknownError
from digest.model.issue import Edition, Issue
from digest.parts import Parts
from digest.pipeline.press import content_of
from digest.render import Listed, Site, Ways, archive_page, atom, issue_page, listed
from digest.render.addresses import STYLE
from digest.subscribers import ListSettings, read_settings

NEWEST: Final = 20
"""Issues on the archive's first page, and in the feed."""


@dataclass(frozen=True)
class PublicArchive:
    """The issues of every edition whose lists are all shown on the web, once they leave for their readers."""

    parts: Parts
    site: Site
    lists: Mapping[str, ListSettings]

    @cached_property
    def issues(self) -> tuple[Listed, ...]:
        """All of them, of the latest slot first."""
        return tuple(self._listed())

    @property
    def months(self) -> tuple[str, ...]:
        """The months that have issues, the latest first."""
        return tuple(sorted({issue.month for issue in self.issues}, reverse=True))

    def first_page(self, ways: Ways) -> str:
        """Return the archive's first page: the latest issue, some that came before, and the way to all."""
        newest = self.issues[:NEWEST]
        latest = (newest[0], content_of(self.parts.store.issues.find(newest[0].id))) if newest else None
        return archive_page(newest[1:], self.site, ways, months=self.months, latest=latest)

    def month(self, name: str, ways: Ways) -> str:
        """Return the page of a month such as `2026-11`; raises UnknownError."""
        found = [issue for issue in self.issues if issue.month == name]
        if not found:
            raise UnknownError(f"no issue of {name} is in the archive")
        return archive_page(found, self.site, ways, months=self.months, month=name)

    def issue(self, issue: int, ways: Ways) -> str:
        """Return the page of an issue; raises UnknownError for one that is not shown."""
        shown = next((each for each in self.issues if each.id == issue), None)
        if shown is None:
            raise UnknownError(f"issue {issue} is not in the archive")
        content = content_of(self.parts.store.issues.find(issue))
        its = [each for each in self.issues if each.edition == shown.edition]
        at = its.index(shown)
        before, after = (its[n] if 0 <= n < len(its) else None for n in (at + 1, at - 1))
        return issue_page(shown, content, self.site, ways, before=before, after=after)

    def feed(self) -> bytes:
        """Return the Atom feed of the newest issues."""
        newest = self.issues[:NEWEST]
        return atom(((each, content_of(self.parts.store.issues.find(each.id))) for each in newest), self.site)

    @property
    def style(self) -> str:
        """The style sheet of all pages."""
        return self.site.pages.files[STYLE]

    def _listed(self) -> Iterator[Listed]:
        lists: dict[str, set[str]] = {}
        for issue, edition in self.parts.store.issues.left():
            if edition not in lists:
                lists[edition] = self._lists_of(edition, issue)
            if is_public(lists[edition], self.lists):
                noindex = any(self.lists[name].noindex for name in lists[edition])
                yield listed(issue, content_of(self.parts.store.issues.find(issue)), noindex=noindex)

    def _lists_of(self, edition: str, issue: int) -> set[str]:
        """Return an edition's lists: those of digest.toml, or of its last issue where it is not there any more."""
        known = self.parts.settings.editions.get(edition)
        return {*(known or self.parts.store.issues.inputs(issue)[0].edition).lists}


def is_public(lists: set[str], settings: Mapping[str, ListSettings]) -> bool:
    """Return whether an edition that goes to these lists is for everybody: all of them have to say so."""
    return bool(lists) and all(name in settings and settings[name].archive for name in lists)


def is_shown(parts: Parts, edition: Edition) -> bool:
    """Return whether the edition is for everybody; also while lists.toml cannot be read, which its reader tells of."""
    try:
        return is_public(set(edition.lists), list_settings(parts))
    except ListError:
        return True


def open_archive(parts: Parts) -> PublicArchive:
    """Return the archive as settings, lists and templates are now; raises ListError, LookError."""
    return PublicArchive(parts, parts.site(), list_settings(parts))


def list_settings(parts: Parts) -> dict[str, ListSettings]:
    """Return how each list is joined and shown, by lists.toml as it is now; raises ListError."""
    ids = [section.id for section in parts.settings.sections]
    return read_settings(parts.settings.subscribers / "lists.toml", ids)[0]


def web_page(parts: Parts, issue: Issue) -> str:
    """Return the web page of any issue as one file, for whoever wants to see it before it is sent.

    Raises MoveError for an issue without stories, LookError.
    """
    site, content = parts.site(), content_of(issue)
    style = b64encode(site.pages.files[STYLE].encode()).decode()
    ways = replace(Ways.served(site.public_url), style=f"data:text/css;base64,{style}")
    return issue_page(listed(issue.id, content), content, site, ways)
