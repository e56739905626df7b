"""The invented outlets and what they write: files of this package, with their hours moved to end just before `now`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

HERE: Final = Path(__file__).parent
NEWS: Final = HERE / "news"


@dataclass(frozen=True, slots=True)
class NewsItem:
    """An article as an outlet prints it, with all that stands around it."""

    slug: str
    title: str
    at: datetime
    author: str
    kicker: str
    standfirst: str
    text: str
    """Markdown."""
    caption: str = ""
    credit: str = ""
    newsletter: str = ""
    related: tuple[str, ...] = ()

    @property
    def html(self) -> Markup:
        """The text alone."""
        return Markup(MarkdownIt("commonmark").render(self.text))  # noqa: S704 - rendered from this package's own files


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented paper, agency or station."""

    slug: str
    name: str
    line: str
    accent: str
    feed: str
    """`rss` or `atom`."""
    articles: tuple[NewsItem, ...]
    """The newest first."""
    menu: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    """Its list of most-read titles."""
    whole: bool = False
    """Whether its feed carries the articles in full."""
    side: str = ""
    weight: float = 1.0
    greeting: str = ""

    @property
    def feed_name(self) -> str:
        """The last part of its feed's address."""
        return f"{self.feed}.xml"

    @property
    def newest(self) -> datetime:
        """When its newest article was published."""
        return self.articles[0].at


def outlets(now: datetime) -> tuple[Outlet, ...]:
    """Return every outlet with its articles, dated back from `now`."""
    known = tomllib.loads((NEWS / "outlets.toml").read_text(encoding="utf-8"))
    return tuple(_outlet(slug, values, now) for slug, values in known.items())


def _outlet(slug: str, values: Mapping[str, Any], now: datetime) -> Outlet:
    items = [_item(path, now) for path in (NEWS / slug).glob("*.md")]
    newest_first = sorted(items, key=lambda item: item.at, reverse=True)
    return Outlet(slug=slug, articles=tuple(newest_first), **_frozen(values))


def _item(path: Path, now: datetime) -> NewsItem:
    """Return an article from a file: TOML between two lines of `+++`, then Markdown."""
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    values = tomllib.loads(head)
    at = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=values.pop("minutes"))
    return NewsItem(slug=path.stem, at=at, text=text.strip(), **_frozen(values))


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


@cache
def templates() -> Environment:
    """Return the demo's templates: pages, feeds and settings."""
    return Environment(
        loader=FileSystemLoader([HERE / "pages", HERE / "folder"]),
        autoescape=select_autoescape(("html.j2", "xml.j2", "svg.j2"), ("toml.j2", "css.j2")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
