"""The issues that readers have, as public pages and a feed: read from what is frozen, the same for everybody."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from digest import files
from digest.errors import UnknownError
from digest.model.issue import Issue
from digest.parts import Parts
from digest.pipeline.press import content_of
from digest.render import Listed, Site, Ways, archive_page, atom, issue_page, listed
from digest.render.addresses import ARCHIVE, FEED, STYLE
from digest.subscribers import ListSettings, read_settings

NEWEST: Final = 20
"""Issues on the archive's first page, and in the feed."""
PAGE: Final = "index.html"
MARK: Final = b'<meta name="generator" content="digest">'
"""Tells a page of ours, which may be taken away again, from somebody else's."""
_NAME: Final = re.compile(r"\d{1,9}|\d{4}-\d{2}")
_PUBLIC: Final = 0o644


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
        shown: dict[str, tuple[bool, bool]] = {}
        for issue, edition in self.parts.store.issues.left():
            if edition not in shown:
                lists = self._lists_of(edition, issue)
                shown[edition] = is_public(lists, self.lists), any(self.lists[x].noindex for x in lists & {*self.lists})
            public, noindex = shown[edition]
            if public:
                yield listed(issue, content_of(self.parts.store.issues.find(issue)), noindex=noindex)

    def _lists_of(self, edition: str, issue: int) -> set[str]:
        """Return an edition's lists: those of digest.toml, or of its last issue where it is not there any more."""
        known = self.parts.settings.editions.get(edition)
        return {*(known or self.parts.store.issues.inputs(issue)[0].edition).lists}


def is_public(lists: set[str], settings: Mapping[str, ListSettings]) -> bool:
    """Return whether an edition that goes to these lists is for everybody: all of them have to say so."""
    return bool(lists) and all(name in settings and settings[name].archive for name in lists)


def open_archive(parts: Parts) -> PublicArchive:
    """Return the archive as settings, lists and templates are now; raises ListError, LookError."""
    ids = [section.id for section in parts.settings.sections]
    lists, _ = read_settings(parts.settings.subscribers / "lists.toml", ids)
    return PublicArchive(parts, parts.site(), lists)


def web_page(parts: Parts, issue: Issue) -> str:
    """Return the web page of any issue as one file, for whoever wants to see it before it is sent.

    Raises MoveError for an issue without stories, LookError.
    """
    site, content = parts.site(), content_of(issue)
    style = b64encode(site.pages.files[STYLE].encode()).decode()
    ways = replace(Ways.served(site.public_url), style=f"data:text/css;base64,{style}")
    return issue_page(listed(issue.id, content), content, site, ways)


@dataclass(frozen=True, slots=True)
class Written:
    """What was done to a folder of pages."""

    issues: int
    changed: int
    """Files that were not there, or not like that."""
    removed: int
    """Pages of issues, and of months, that are not shown any more."""
    private: tuple[str, ...]
    """Editions of digest.toml that are not shown, since one of their lists does not say `archive = true`."""


def write_archive(parts: Parts, folder: Path) -> Written:
    """Write the archive under `folder`, which a server gives out as `public_url`: pages, style sheet and feed.

    Every file is whole or not there, and the lists come after what they list. Pages of issues that are not shown any
    more go; nothing else in the folder is touched.
    """
    archive = open_archive(parts)
    base = folder / ARCHIVE
    base.mkdir(parents=True, exist_ok=True)
    changed = sum(_put(base / name, data) for name, data in _files(archive))
    kept = {*archive.months, *(str(issue.id) for issue in archive.issues)}
    removed = sum(_taken_away(entry) for entry in sorted(base.iterdir()) if entry.name not in kept)
    private = (e.id for e in parts.settings.editions.values() if not is_public({*e.lists}, archive.lists))
    return Written(len(archive.issues), changed, removed, tuple(private))


def _files(archive: PublicArchive) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of every file, after those that it refers to."""
    inner, outer = Ways.filed("../"), Ways.filed("./")
    yield STYLE, archive.style.encode()
    for issue in archive.issues:
        yield f"{issue.id}/{PAGE}", archive.issue(issue.id, inner).encode()
    for month in archive.months:
        yield f"{month}/{PAGE}", archive.month(month, inner).encode()
    yield PAGE, archive.first_page(outer).encode()
    yield FEED, archive.feed()


def _put(path: Path, data: bytes) -> bool:
    """Put `data` at `path`; return whether it was not there already."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(exist_ok=True)
    files.replace(path, data, mode=_PUBLIC)
    return True


def _taken_away(entry: Path) -> bool:
    """Remove the page of an issue or a month, if `entry` is one of ours; return whether it was."""
    page = entry / PAGE
    if not _NAME.fullmatch(entry.name) or entry.is_symlink() or not page.is_file() or MARK not in page.read_bytes():
        return False
    page.unlink()
    if not any(entry.iterdir()):
        entry.rmdir()
    return True
