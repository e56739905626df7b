"""What is checked: an issue as its readers would get it, and all that has to be known to judge it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.issue import Content, Edition, Item, Told
from digest.model.links import Asked
from digest.model.news import Article, ArticleId


@dataclass(frozen=True, slots=True)
class Print:
    """One variant as it would be sent."""

    variant: str
    html: str
    """Decoded, with its personal fields filled in."""
    html_encoded: int
    """Bytes of the HTML part as they travel."""
    message: bytes
    """The whole message of somebody who gets this variant."""
    folded: int = 0
    """Stories that it leaves to the issue's web page."""


@dataclass(frozen=True, slots=True)
class Way:
    """How an issue leaves."""

    leaves: bool
    """Whether mail leaves this machine; not while everything goes to the built-in catcher."""
    public_url: str
    postal_address: str
    hidden_page: str = ""
    """Address of the issue's web page where nobody is shown it; empty where it is shown."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Whom an issue goes to."""

    lists: tuple[tuple[str, int], ...]
    """How many of each list may be mailed, in the edition's order."""
    going: int
    """People who get it, each once."""
    suppressed: int = 0
    """On a list, and never to be mailed."""
    unconfirmed: int = 0
    left: int = 0
    """Unsubscribed."""
    nothing: int = 0
    """Who get no mail, since the issue has nothing in the sections they chose."""
    before: int | None = None
    """How many got the last issue; None where there was none."""
    domains: Mapping[str, int] = field(default_factory=dict)
    """Of the addresses, with how many people each."""


@dataclass(frozen=True, slots=True)
class Lore:
    """What other rooms know about texts, asked for what a check needs of it."""

    places: Callable[[str], frozenset[str]]
    """The towns and villages that a text says something happened in."""
    towns: Callable[[str], list[tuple[str, str]]]
    """The towns a text names: as they are known, and as they are written there."""
    boilerplate: Callable[[str], str]
    """The rule by which a line is boilerplate; empty where it is none."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An issue, ready to be judged."""

    content: Content
    edition: Edition
    articles: Mapping[ArticleId, Article]
    """Those the issue was built from."""
    told: tuple[Told, ...]
    """What earlier issues told, the newest first."""
    last_subject: str
    """The last issue's; empty where there was none."""
    now: datetime
    prints: tuple[Print, ...]
    """The variants; the first is the whole issue in the edition's language."""
    way: Way
    crowd: Crowd
    lore: Lore
    faults: tuple[str, ...] = ()
    """What the look's own lint holds against it without being a reason not to render it."""
    asked: tuple[Asked, ...] | None = None
    """What its links answered; None where nobody asked them."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The stories in the order they stand."""
        return tuple(item for section in self.content.sections for item in section.items)

    def sources(self, item: Item) -> list[Article]:
        """Return the articles that a story stands on, each once."""
        names = dict.fromkeys(passage.article for passage in item.passages)
        return [self.articles[name] for name in names if name in self.articles]


def whole_text(article: Article) -> str:
    """Return all that an article says, headline first."""
    return "\n".join((article.title, article.standfirst, *(block.text for block in article.blocks)))


def told_text(item: Item) -> str:
    """Return what a story says: headline and summary."""
    return f"{item.headline}\n{' '.join(item.summary)}"
