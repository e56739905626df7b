"""The archive as files, for any web server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from digest import files
from digest.parts import Parts
from digest.pipeline.archive import PublicArchive, is_public, open_archive
from digest.render import Ways
from digest.render.addresses import ARCHIVE, FEED, STYLE

PAGE: Final = "index.html"
MARK: Final = b'<meta name="generator" content="digest">'
"""Tells a page of ours, which may be taken away again, from somebody else's."""
_NAME: Final = re.compile(r"\d{1,9}|\d{4}-\d{2}")
_PUBLIC: Final = 0o644


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
