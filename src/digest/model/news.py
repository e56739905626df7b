"""What is collected and what is made of it: sources, articles, passages, placements, stories."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

SectionId: TypeAlias = str
ArticleId: TypeAlias = str

OTHER: Final[SectionId] = "other"
"""The reserved section of a passage that fits none of the edition's."""
BOILERPLATE: Final[SectionId] = "boilerplate"
"""The reserved section of lines that are not the article: greetings, captions, related links."""


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    PAGE = "page"
    FOLDER = "folder"


class ArticleKind(StrEnum):
    """What kind of article it is; only news and analysis may lead an issue."""

    NEWS = "news"
    ANALYSIS = "analysis"
    OPINION = "opinion"
    LIVE = "live page"
    REVIEW = "round-up"
    PICTURES = "pictures"
    VIDEO = "video"
    ANNIVERSARY = "anniversary"

    @property
    def may_lead(self) -> bool:
        """Whether an issue may open with it."""
        return self in (ArticleKind.NEWS, ArticleKind.ANALYSIS)


@dataclass(frozen=True, slots=True)
class Source:
    """A place articles are collected from."""

    name: str
    kind: SourceKind
    url: str = ""
    """Of a feed or a page; empty for a folder."""
    path: Path | None = None
    """Of a folder, absolute; None for the others."""

    every: timedelta = timedelta(minutes=15)
    weight: float = 1.0
    """What this outlet's word counts in ranking; 1 is ordinary."""
    side: str = ""
    """Whose side the outlet speaks for where that is known (for example `ru-state`); empty if none."""
    language: str = ""
    """BCP 47; empty: as the feed or the page says, else the edition's."""
    follow: bool = True
    """Whether the page behind a feed's link is fetched; False takes the feed's own text."""
    allow_private: bool = False
    """Whether this source's own host and port may be a private or loopback address."""
    timezone: str = ""
    """IANA, of dates that name no zone; empty: that of the feed's other dates, else UTC."""
    select: str = ""
    """A CSS selector of the elements that hold a page's text; empty: what is text is found by its looks."""
    remove: str = ""
    """A CSS selector of what is no text of the article wherever it stands; may be empty."""
    keep: tuple[str, ...] = ()
    """Patterns (`model.patterns`): only what has one in its headline or address is taken; empty: everything."""
    drop: tuple[str, ...] = ()
    """Patterns: what has one in its headline or address is not taken."""


class BlockKind(StrEnum):
    """What a block of an article is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Block:
    """One heading or paragraph of an article, one line of plain text."""

    kind: BlockKind
    text: str
    level: int = 0
    """Of a heading, 2 to 6, as in HTML; 0 for a paragraph."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article, where it lies; nobody has looked at it."""

    url: str
    """Absolute, http or https."""
    alt: str = ""
    """What it shows, one plain line; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class Article:
    """One document at one canonical URL."""

    id: ArticleId
    """16 hex digits of the canonical URL's SHA-256."""
    source: str
    """The name of its source."""
    url: str
    """Canonical, http or https; `file:` with the relative path for a folder's article."""
    title: str
    blocks: tuple[Block, ...]
    """The body in reading order, without the title; boilerplate still in it."""

    fingerprint: str
    """Of the words of title and body: equal for copies of one text wherever they stand."""
    collected_at: datetime
    """When it was first seen."""
    published_at: datetime | None = None
    """As its publisher says; None where nobody says."""
    standfirst: str = ""
    """The feed's own summary, as plain text."""
    language: str = ""
    """BCP 47, lower case; empty if nobody says."""
    author: str = ""
    aliases: tuple[ArticleId, ...] = ()
    """Ids of other addresses that lead to it, so that it is known by them too."""

    kind: ArticleKind = ArticleKind.NEWS
    outlet: str = ""
    """The site's own name, as its page says; empty where it does not."""
    image: Image | None = None
    """The lead picture."""
    gap: str = ""
    """Why the page's own text is not there (`behind a paywall`); empty where it is, or nobody asked for it."""
    claimed_at: datetime | None = None
    """When it was published as its publisher says, where that cannot be: far ahead, or absurdly long ago."""
    updated_at: datetime | None = None
    """When its words were last seen changed; None while they are as first seen."""
    version: str = ""
    """Of the words its feed has for it: with another one the article is looked at again. Empty: nobody compares."""

    @property
    def at(self) -> datetime:
        """When it was published, or first seen where nobody says."""
        return self.published_at or self.collected_at


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of an article that was collected before."""

    id: ArticleId
    """Its own, whichever of its addresses it is known by."""
    version: str
    source: str
    """Whose words it has: those of another source are another telling of it, not a change."""
    since: datetime
    """When it was first kept."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The paragraphs under one sub-heading of an article: the unit that gets a section."""

    article: ArticleId
    position: int
    """Its place in the article's reading order, from 0."""
    heading: str
    """Empty for what stands before the first sub-heading."""
    paragraphs: tuple[str, ...]
    dateline: str = ""
    """Where and when an agency says it wrote, taken from before the first sentence: `TARNMOUTH, 3 May (Karsk Wire)`."""

    @property
    def text(self) -> str:
        """The paragraphs, a blank line between two."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Placement:
    """The decision that a passage belongs to a section, and why."""

    passage: Passage
    section: SectionId
    """A section of the edition, `OTHER` or `BOILERPLATE`."""

    score: float
    """0 to 1, comparable only within one passage."""
    evidence: tuple[str, ...] = ()
    """The phrases that decided it, in the order they appear; for boilerplate, the rule that named it."""


@dataclass(frozen=True, slots=True)
class Story:
    """Passages about one event, from any articles."""

    section: SectionId
    placements: tuple[Placement, ...]
    """The first is the one that is told; each article at most once."""
    score: float
    """What it was ranked by; higher stands first."""
    reasons: tuple[str, ...] = field(default=())
    """Why it stands where it stands, in words an editor reads."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source between two polls."""

    name: str
    etag: str = ""
    last_modified: str = ""
    last_try_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    """In a row; 0 after a success."""
    reason: str = ""
    """Why the last try failed; empty after a success."""
    url: str = ""
    """The address in the settings that all this was learned from; with another one nothing of it holds."""
    next_at: datetime | None = None
    """When it is to be polled next; None where nobody has decided."""
    asked_until: datetime | None = None
    """Until when its server asks us to stay away (Retry-After); None if it does not."""
    moved_to: str = ""
    """Where it sends us for good (301, 308); empty if it does not."""
    moves: int = 0
    """Polls in a row that were sent there."""
    retired: bool = False
    """Whether its address is gone for good (410)."""
    body_hash: str = ""
    """Of the last document that was read to its end, and of how it was read; the same one again is not parsed."""
    failing_since: datetime | None = None
    """When the first of its failures in a row was; None after a success."""
