"""A folder's files to articles: plain text, Markdown and saved pages, read where they lie."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from digest.collect.dates import plausible, read_date
from digest.collect.encoding import binary, decode
from digest.collect.identity import article_id, canonical_url, fingerprint
from digest.collect.pages import extract
from digest.collect.pages.kinds import kind_of
from digest.collect.plain import Document, headline, read_markdown, read_text
from digest.collect.text import STANDFIRST_CHARS, TITLE_CHARS, language, line, plain, shorten, visible, web_link
from digest.errors import FetchError, ParseError
from digest.model.news import Article, ArticleId

MOST_BYTES: Final = 5_000_000
_PAGES: Final = frozenset({".html", ".htm"})
_MARKDOWN: Final = frozenset({".md", ".markdown"})
ReadPage: TypeAlias = Callable[[str, bytes], extract.Page]
_ENDINGS: Final = _PAGES | _MARKDOWN | {".txt"}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a folder holds."""

    articles: tuple[Article, ...]
    known: int
    """Files whose article was known, not read again."""
    skipped: tuple[str, ...]
    """`name: reason` of each file that could not be read."""


def read_folder(
    source: str,
    folder: Path,
    *,
    now: datetime,
    known: Collection[ArticleId] = (),
    read_page: ReadPage = extract.page,
) -> Shelf:
    """Return the articles of the files directly in a folder, by name; FetchError where there is no such folder.

    `read_page` is given the source's name and the bytes of a saved page, and may raise ParseError.
    """
    articles, skipped, familiar = [], [], 0
    for path in files(source, folder):
        if file_id(source, path.name) in known:
            familiar += 1
            continue
        try:
            articles.append(_read(path, within=folder.resolve(), now=now, source=source, read_page=read_page))
        except (FetchError, ParseError) as e:
            skipped.append(f"{line(path.name)}: {e.reason}")
    return Shelf(tuple(articles), familiar, tuple(skipped))


def files(source: str, folder: Path) -> list[Path]:
    """Return the files of a folder that can be articles, sorted by name."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS and path.name[0] != ".")
    except OSError as e:
        raise FetchError(source, f"cannot read the folder {folder}: {e.strerror or e}") from e


def file_id(source: str, name: str) -> ArticleId:
    """Return the id of the article in a folder's file: of the source's name and the file's."""
    return article_id(f"file:{source}/{_said(name)}")


def _said(name: str) -> str:
    # What a file is called may be bytes that are no text, which Python keeps as surrogates (PEP 383).
    return name.encode("utf-8", "backslashreplace").decode()


def read_document(path: Path, *, now: datetime, source: str = "") -> Article:
    """Return the article in one file (text, Markdown, HTML); FetchError or ParseError where it cannot be read."""
    return _read(path, within=None, now=now, source=source, read_page=extract.page)


def _read(path: Path, *, within: Path | None, now: datetime, source: str, read_page: ReadPage) -> Article:
    name = source or path.name
    body = _bytes(name, path, within)
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    if binary(body) or (b"\0" in body and not wide):
        raise ParseError(name, "not text but a binary file")
    if path.suffix.lower() in _PAGES:
        return _saved(path, read_page(name, body), now=now, source=source)
    text = visible(decode(body))
    document = read_markdown(text) if path.suffix.lower() in _MARKDOWN else read_text(text)
    if not document.blocks and not document.title:
        raise ParseError(name, "no text in it")
    return _article(path, document, read_date(document.field("date")), now=now, source=source)


def _saved(path: Path, page: extract.Page, *, now: datetime, source: str) -> Article:
    """The article of a saved page."""
    if page.gap and not page.blocks:
        raise ParseError(source or path.name, page.gap)
    document = Document(page.title, page.blocks, (("lang", page.language), ("author", page.author)))
    article = _article(path, document, page.published_at, now=now, source=source)
    kind = kind_of(article.title, types=page.types, section=page.section)
    return replace(article, kind=kind, outlet=page.outlet, image=page.image, gap=page.gap)


def _article(path: Path, document: Document, said_at: datetime | None, *, now: datetime, source: str) -> Article:
    published_at = plausible(said_at, now)
    heading = shorten(line(document.title), TITLE_CHARS) or headline(document.blocks)
    own, origin = file_id(source, path.name), web_link(document.field("source"))
    place = f"file:{_said(path.name)}"
    article = Article(
        id=own,
        source=source,
        url=place,
        title=heading,
        blocks=document.blocks,
        fingerprint=fingerprint(heading, document.blocks, url=place),
        collected_at=now,
        published_at=published_at,
        claimed_at=None if published_at else said_at,
        standfirst=shorten(line(document.field("description")), STANDFIRST_CHARS),
        language=language(document.field("lang") or document.field("language")),
        author=shorten(plain(document.field("author")), 200),
        kind=kind_of(heading, url=origin),
    )
    if not origin:
        return article
    # A file that names where it was published is that article, wherever else it is found.
    url = canonical_url(origin)
    return replace(article, url=url, id=article_id(url), aliases=(own,))


def _bytes(name: str, path: Path, within: Path | None) -> bytes:
    try:
        real = path.resolve(strict=True)
        if within is not None and not real.is_relative_to(within):
            raise ParseError(name, "a link that leads out of the folder")
        # Opened without waiting, so that a pipe in the folder does not hold the whole run.
        with os.fdopen(os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise ParseError(name, "not a file")
            body = file.read(MOST_BYTES + 1)
    except (OSError, RuntimeError) as e:
        raise FetchError(name, f"cannot read it: {getattr(e, 'strerror', None) or e}") from e
    if len(body) > MOST_BYTES:
        raise ParseError(name, f"larger than {MOST_BYTES // 1_000_000} MB")
    return body
