"""What leaves the collecting stage, whatever went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from digest.collect.text import TITLE_CHARS, line
from digest.errors import SourceError
from digest.model.news import Article, Block, BlockKind

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


def one_line(text: str, most: int | None = None) -> None:
    """Nothing but what is seen, on one line, and sendable."""
    assert text == line(text), ascii(text)
    assert len(text.splitlines()) <= 1, ascii(text)
    assert most is None or len(text) <= most, len(text)
    text.encode()


def headline(text: str) -> None:
    one_line(text, TITLE_CHARS)


def web_address(url: str) -> None:
    """Absolute, http or https, on one line, without anybody's name in it."""
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https"), ascii(url)
    assert parts.hostname, ascii(url)
    assert not set(parts.hostname) & set(' "<>\\^`{|}'), ascii(url)
    assert parts.username is None, ascii(url)
    assert parts.password is None, ascii(url)
    assert " " not in url, ascii(url)
    one_line(url)


def instant(at: datetime | None) -> None:
    """In UTC, and within reason."""
    assert at is None or (at.utcoffset() == timedelta() and at.year >= 1995 and at <= NOW + timedelta(hours=1)), at


def block(said: Block) -> None:
    one_line(said.text)
    assert said.text, "an empty block"
    assert 2 <= said.level <= 6 if said.kind is BlockKind.HEADING else said.level == 0, said


def article(said: Article) -> None:
    headline(said.title)
    assert said.title, "an article without a title"
    web_address(said.url)
    one_line(said.standfirst)
    one_line(said.author)
    instant(said.published_at)
    for each in said.blocks:
        block(each)


def reason(error: SourceError) -> None:
    """A phrase for an operator's terminal."""
    assert error.reason, "no reason"
    assert len(error.reason) <= 1_000, len(error.reason)
    one_line(error.reason)
