"""A recurring newsletter and its numbers: editions, sections, issues and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from digest.model.news import ArticleId, SectionId, Source
from digest.model.people import Segment


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of an edition."""

    id: SectionId
    title: str
    max_stories: int = 5
    match: tuple[str, ...] = ()
    """Terms that speak for it: words or phrases; a trailing `*` takes any ending, `^n` behind a term weighs it."""
    fallback: bool = False
    """Whether it takes what fits no section."""


class Approval(StrEnum):
    """Who lets an issue go."""

    REQUIRED = "required"
    AUTO = "auto"
    AUTO_IF_GREEN = "auto-if-green"


class InDoubt(StrEnum):
    """What becomes of messages nobody knows the fate of."""

    HOLD = "hold"
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of the calendar that an edition has an issue on, and the hour, in the edition's zone."""

    days: frozenset[int]
    """0 is Monday, as in `date.weekday()`."""
    at: time
    """Naive: local wall clock."""
    dates: tuple[int, ...] = ()
    """Days of the month, sorted; empty: any."""
    months: tuple[int, ...] = ()
    """From 1 to 12, sorted; empty: any."""
    timezone: str = ""
    """IANA, where it was written beside the hour; an edition's own `timezone` has what counts."""

    def on(self, day: date) -> bool:
        """Return whether the day is one of its days."""
        return (
            day.weekday() in self.days
            and (not self.dates or day.day in self.dates)
            and (not self.months or day.month in self.months)
        )

    @property
    def slot(self) -> str:
        """The hour as it names a slot, `07:00`."""
        return f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class OwnName:
    """A name that an edition's reports write in several ways."""

    name: str
    also: tuple[str, ...] = ()
    place: bool = False
    """Whether it is one place: what happens there happens nowhere else."""


SUBJECT_TEMPLATE: Final = "{{ lead.headline | short(60) }}"
"""Of editions that name none; every part of an issue that has a story can fill it."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What puts one story before another; the first six are shares of a score, whatever they add up to."""

    coverage: float = 0.35
    """Independent outlets that report it, each by its weight."""
    fit: float = 0.20
    """How surely it belongs to the section."""
    recency: float = 0.15
    substance: float = 0.15
    """That there is a text to tell, and not a headline alone."""
    position: float = 0.05
    """How near the top of its article it stands."""
    novelty: float = 0.10
    """How much of it was not sent before."""
    half_life: timedelta = timedelta(hours=24)
    """Age at which a report counts half."""
    per_source: int = 2
    """Stories of a section that one source alone reports, before those of others; 0: any number."""
    per_subject: int = 2
    """Stories of a section on one subject before those on others; 0: any number."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A recurring newsletter: its sections, schedule, lists and look."""

    id: str
    title: str
    sections: tuple[Section, ...]
    lists: tuple[str, ...]
    timezone: str
    """IANA."""
    language: str
    """BCP 47, of the labels and of the articles where nobody says."""

    draft: Schedule
    send: Schedule
    max_age: timedelta = timedelta(hours=72)
    approval: Approval = Approval.REQUIRED
    deadline_grace: timedelta = timedelta(minutes=20)
    subject: str = SUBJECT_TEMPLATE
    """A Jinja2 template over the issue."""
    look: str = "brief"
    """The folder under templates/."""
    min_stories: int = 1
    """Fewer: held, not sent."""
    languages: tuple[str, ...] = ()
    """Articles in others are left out, for that reason; empty takes all."""
    mute_words: tuple[str, ...] = ()
    """Patterns (`model.patterns`): articles with one in title or standfirst are left out."""
    mute_outlets: tuple[str, ...] = ()
    """Patterns: articles of a source or an outlet with one in its name are left out."""
    catch_up: timedelta = timedelta(hours=6)
    expires: timedelta = timedelta(hours=18)
    never_after: time | None = None
    """In the subscriber's own zone."""
    per_reader_timezone: bool = False
    in_doubt: InDoubt = InDoubt.HOLD
    canary: int = 50
    brake_percent: float = 5.0
    ranking: Ranking = field(default_factory=Ranking)
    segments: tuple[Segment, ...] = ()
    """Of its lists' readers those who fit one of them; empty: all."""
    names: tuple[OwnName, ...] = ()
    """Names beyond those that everybody knows."""
    clicks: bool = False
    """Whether the links of its stories lead over our own address, which counts them; nobody's are counted apart."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One planned issue of an edition."""

    edition: str
    local_date: date
    slot: str
    """The schedule entry's hour, `07:00`."""
    draft_at: datetime
    send_at: datetime


@dataclass(frozen=True, slots=True)
class Credit:
    """An outlet that reports a story, and where."""

    name: str
    url: str
    at: datetime
    side: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that a story stands on, as evidence for the editor."""

    article: ArticleId
    position: int
    heading: str
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Follows:
    """What an earlier issue told of a story that has gone on since."""

    number: int
    """Of that issue."""
    day: date
    """That issue's."""
    headline: str
    """Under which it was told there."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on which a story's outlets do not agree."""

    what: str
    """`dead` or `hurt`."""
    said: tuple[tuple[int, tuple[str, ...]], ...]
    """(number, the outlets that give it), the highest first."""


@dataclass(frozen=True, slots=True)
class Item:
    """A story as it stands in an issue."""

    anchor: str
    """Unique in the issue, fit for an HTML id: `military-1`."""
    headline: str
    url: str
    """Where the headline leads; http(s), or empty for an article that stands nowhere on the web."""
    summary: tuple[str, ...]
    """Sentences, each found word for word in one of the passages, but for those in `written`."""
    credits: tuple[Credit, ...]
    """The outlet that is told first, then the others that report it."""
    passages: tuple[Cited, ...]
    score: float
    reasons: tuple[str, ...] = ()
    language: str = ""
    """BCP 47 of headline and summary; empty: the edition's."""
    also_in: tuple[SectionId, ...] = ()
    """Sections in which other passages of the same article stand."""
    voices: int = 0
    """How many outlets report it in words of their own."""
    claimed_by: tuple[str, ...] = ()
    """Who says so, as the reports put it: `the regional governor`."""
    figures: tuple[Figure, ...] = ()
    follows: Follows | None = None
    """None for a story that is new to the edition's readers."""
    written: tuple[str, ...] = ()
    """What of headline and summary is in an editor's words, and in no passage."""


@dataclass(frozen=True, slots=True)
class IssueSection:
    """A section of an issue with its items, the lead first."""

    id: SectionId
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an earlier issue had wrong, put right in this one."""

    number: int
    """Of the issue that was wrong."""
    headline: str
    """Of the story there; empty where it concerns no single one."""
    text: str
    """What was wrong and what is right, in the editors' words."""
    at: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A passage (or, without text, an article) that the issue does not show, and why."""

    article: ArticleId
    heading: str
    text: str
    score: float
    reason: str
    position: int | None = None
    """Of the passage, as in `Cited`; None for an article that is left out as a whole."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line taken for boilerplate, and the rule that took it."""

    article: ArticleId
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an issue says: everything its mail, its web page and its text part are made of, and why it is so."""

    edition: str
    title: str
    number: int
    local_date: date
    timezone: str
    language: str
    built_at: datetime

    subject: str
    preheader: str
    sections: tuple[IssueSection, ...]
    """In the edition's order; sections without items are not in it."""
    sources_read: int
    """How many sources had articles in the pool."""

    left_out: tuple[LeftOut, ...] = ()
    boilerplate: tuple[Dropped, ...] = ()
    corrections: tuple[Correction, ...] = ()
    """Of earlier issues, the newest first; they stand above the sections."""

    @property
    def stories(self) -> int:
        """How many items stand in it."""
        return sum(len(section.items) for section in self.sections)

    @property
    def lead(self) -> Item:
        """The story it opens with; IndexError where it has none."""
        return self.sections[0].items[0]


class State(StrEnum):
    """Where an issue stands; the moves between them are in `digest.lifecycle`."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    HELD = "held"
    STOPPED = "stopped"
    SKIPPED = "skipped"
    MISSED = "missed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Archive:
    """In how many texts of earlier news each word stood: what makes a word rare."""

    texts: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    """(stem or name, texts that have it), sorted; a word that is not here stood in one at the most."""


@dataclass(frozen=True, slots=True)
class Told:
    """A story as an earlier issue of the edition told it."""

    number: int
    """Of the issue."""
    day: date
    """The issue's."""
    headline: str
    text: str
    """Its summary, and in a line each how the articles put it that it stood on."""
    url: str = ""
    at: datetime | None = None
    """Its newest report; None where nobody says."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that an issue's content was made from, so that it can be made again."""

    edition: Edition
    articles: tuple[ArticleId, ...]
    """The pool, in the order of collection. Their texts are kept beside the issue."""
    sources: tuple[Source, ...]
    versions: tuple[tuple[str, str], ...]
    """(part, version) of the program and of whatever decides: rules, weights."""
    aside: tuple[LeftOut, ...] = ()
    """What the pool left out."""
    overrides: tuple[str, ...] = ()
    """Editors' moves that stand (`digest.edit`), in order, as JSON."""
    archive: Archive = field(default_factory=Archive)
    told: tuple[Told, ...] = ()
    """What earlier issues told, the newest first."""
    meanings: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """What the sentence encoder said of passages in doubt: (mark of the text, log-odds of the weights' labels)."""


@dataclass(frozen=True, slots=True)
class Unedited:
    """What a build made, before editors' moves: they are made on it again after each."""

    content: Content
    edition: Edition
    """As it was configured at that build."""
    spare: tuple[IssueSection, ...] = ()
    """Stories just below each section's line, as they would be told: a move may ask for one of them."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One number of an edition, with its state."""

    id: int
    """In commands and URLs."""
    edition: str
    number: int
    """Within the edition; printed. 0 for one that was missed: it takes no number from the others."""
    local_date: date
    slot: str
    state: State
    revision: int
    """Counts the contents it has had, from 1; 0 where nothing was built (missed)."""
    draft_at: datetime
    send_at: datetime
    expires_at: datetime
    """Nothing of it leaves after that."""
    content: Content | None = None
    """None until it is built."""
    approved_by: str = ""
    approved_at: datetime | None = None
    binding: str = ""
    """SHA-256 over what was approved: content, look, message files, the settings that render reads; empty if none."""
    reason: str = ""
    """Why it is held, skipped, missed, stopped or failed."""
    override: str = ""
    """Why it was approved although the check found red; empty where nobody had to say."""

    @property
    def its_slot(self) -> Slot:
        """The slot that it fills."""
        return Slot(self.edition, self.local_date, self.slot, self.draft_at, self.send_at)
