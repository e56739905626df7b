"""What templates are given: an issue's words cleaned, its links judged, its times said in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from digest.model.issue import Content, Correction, Credit, Figure, Follows, IssueSection, Item
from digest.model.news import SectionId
from digest.render.clean import clean, link, short
from digest.render.labels import Labels, direction

OTHERS: Final = 5
"""Outlets named after the first; the rest are counted."""

FIGURES: Final = 4
"""Numbers that are set side by side."""

CLAIMANTS: Final = 3
"""Of a story, who says so."""

_NOTHING: Final[Mapping[SectionId, Sequence[str]]] = {}
_STRAIGHT: Final[Mapping[str, str]] = {}
_WORDS_A_MINUTE: Final = 220
_OPENER: Final = 140
_HEADLINE: Final = 240
_SUMMARY: Final = 1_200
_OUTLET: Final = 80
_CORRECTION: Final = 600
"""Characters after which a hostile or broken source is cut, so that it costs the other stories nothing."""


@dataclass(frozen=True, slots=True)
class CreditView:
    """An outlet, and where it reports."""

    name: str
    mark: str
    """What a reader should know of it, such as `(state media)`; empty if nothing."""
    url: str
    """http(s), or empty: then it is named without a link."""
    when: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """A number as some of a story's outlets give it."""

    told: str
    """`9 dead`."""
    outlets: str
    """Who gives it, as a list in words."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """A story."""

    anchor: str
    headline: str
    url: str
    summary: str
    language: str
    """Only where it is not the page's, else empty."""
    direction: str
    first: CreditView | None
    others: tuple[CreditView, ...]
    more: int
    """Outlets that are not named."""
    also: tuple[tuple[str, str], ...]
    """(id, title) of sections that carry other passages of the same article."""
    follows: str
    """Since when the readers have known of it; empty for what is new to them."""
    figures: tuple[tuple[FigureView, ...], ...]
    """The numbers on which its outlets do not agree, those of one kind together, the highest first."""
    claimed: tuple[str, ...]
    """Who says so, as the reports put it."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section, its lead first."""

    id: str
    title: str
    opener: str
    """One sentence that says what its first story is."""
    items: tuple[ItemView, ...]
    share: int
    """Of the issue's stories, in percent; all sections' add up to 100."""
    more: int = 0
    """Stories that stand on the web page alone."""
    more_at: str = ""
    """The first of them, there."""


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """What an earlier issue had wrong."""

    of: str
    """`Correction to No. 411, “Crossing at Ferren shelled”.`"""
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class Page:
    """One variant of an issue."""

    title: str
    number: int
    date: str
    language: str
    direction: str
    subject: str
    preheader: str
    stories: int
    sources: int
    minutes: int
    sections: tuple[SectionView, ...]
    corrections: tuple[CorrectionView, ...]
    postal_address: str

    @property
    def start(self) -> str:
        """The side where lines begin: `left` or `right`."""
        return "right" if self.direction == "rtl" else "left"

    @property
    def end(self) -> str:
        """The side where lines end."""
        return "left" if self.direction == "rtl" else "right"


def page(
    content: Content,
    labels: Labels,
    postal_address: str,
    folded: Mapping[SectionId, Sequence[str]] = _NOTHING,
    counted: Mapping[str, str] = _STRAIGHT,
) -> Page:
    """Return the view of an issue in one language; `folded` are the stories that it leaves to the web page.

    `counted` has what stands in the place of a story's address; those that are not in it stand themselves.
    """
    viewer = _Viewer(content, labels, folded, counted)
    held = [section for section in content.sections if section.items]
    shares = percents([len(section.items) for section in held])
    sections = tuple(viewer.section(section, share) for section, share in zip(held, shares, strict=True))
    return Page(
        title=clean(content.title),
        number=content.number,
        date=labels.day(content.local_date),
        language=labels.language,
        direction=labels.direction,
        subject=clean(content.subject),
        preheader=clean(content.preheader),
        stories=content.stories,
        sources=max(content.sources_read, viewer.outlets(content)),
        minutes=_minutes(sections),
        sections=sections,
        corrections=tuple(viewer.correction(correction) for correction in content.corrections),
        postal_address=clean(postal_address),
    )


def _minutes(sections: Iterable[SectionView]) -> int:
    words = sum(len(f"{item.headline} {item.summary}".split()) for section in sections for item in section.items)
    return max(1, ceil(words / _WORDS_A_MINUTE))


def percents(counts: Sequence[int]) -> list[int]:
    """Return the counts as whole percents that add up to 100; what rounding leaves goes where most was cut off.

    >>> percents([4, 3, 3]), percents([1, 1, 1]), percents([])
    ([40, 30, 30], [34, 33, 33], [])
    """
    total = sum(counts)
    shares = [count * 100 // total for count in counts]
    cut = sorted(range(len(counts)), key=lambda place: -(counts[place] * 100 % total))
    for place in cut[: 100 - sum(shares)]:
        shares[place] += 1
    return shares


class _Viewer:
    """Views the parts of one issue in one language."""

    def __init__(
        self,
        content: Content,
        labels: Labels,
        folded: Mapping[SectionId, Sequence[str]],
        counted: Mapping[str, str],
    ) -> None:
        self._content, self._labels, self._folded, self._counted = content, labels, folded, counted
        self._zone = ZoneInfo(content.timezone)
        self._titles = {section.id: clean(section.title) for section in content.sections}

    def outlets(self, content: Content) -> int:
        """Return how many outlets are named."""
        return len({credit.name for section in content.sections for item in section.items for credit in item.credits})

    def section(self, section: IssueSection, share: int) -> SectionView:
        items = tuple(self._item(item) for item in section.items)
        more = self._folded.get(section.id, ())
        return SectionView(
            id=section.id,
            title=self._titles[section.id],
            opener=_opener(section.items[0]),
            items=items,
            share=share,
            more=len(more),
            more_at=more[0] if more else "",
        )

    def correction(self, correction: Correction) -> CorrectionView:
        headline = short(correction.headline, _HEADLINE)
        key = "correction_of" if headline else "correction"
        return CorrectionView(
            of=self._labels.say(key, number=correction.number, headline=headline),
            text=short(correction.text, _CORRECTION),
            when=self._labels.when(correction.at, self._content.local_date, self._zone),
        )

    def _item(self, item: Item) -> ItemView:
        language = item.language or self._content.language
        outlets = tuple(self._credit(credit) for credit in item.credits)
        own = language if language.lower() != self._labels.language.lower() else ""
        return ItemView(
            anchor=item.anchor,
            headline=short(item.headline, _HEADLINE),
            url=self._link(item.url),
            summary=short(" ".join(item.summary), _SUMMARY),
            language=own,
            direction=direction(language),
            first=outlets[0] if outlets else None,
            others=outlets[1 : OTHERS + 1],
            more=max(0, len(outlets) - OTHERS - 1),
            also=tuple((name, self._titles[name]) for name in item.also_in if name in self._titles),
            follows=self._follows(item.follows),
            figures=tuple(self._figure(figure) for figure in item.figures),
            claimed=tuple(short(name, _OUTLET) for name in item.claimed_by[:CLAIMANTS]),
        )

    def _link(self, url: str) -> str:
        judged = link(url)
        return self._counted.get(judged, judged)

    def _follows(self, follows: Follows | None) -> str:
        if follows is None:
            return ""
        day = self._labels.since(follows.day, self._content.local_date)
        return self._labels.say("follow_up", day=day, number=follows.number)

    def _figure(self, figure: Figure) -> tuple[FigureView, ...]:
        return tuple(
            FigureView(
                told=self._labels.say(figure.what, number),
                outlets=self._labels.names([short(name, _OUTLET) for name in names[:OTHERS]]),
            )
            for number, names in figure.said[:FIGURES]
        )

    def _credit(self, credit: Credit) -> CreditView:
        return CreditView(
            name=short(credit.name, _OUTLET),
            mark=self._labels.say("state_media") if credit.side.endswith("-state") else "",
            url=self._link(credit.url),
            when=self._labels.when(credit.at, self._content.local_date, self._zone),
        )


def _opener(item: Item) -> str:
    """Return the first sentence of the summary if it is a short one, else the headline."""
    first = clean(item.summary[0]) if item.summary else ""
    return first if 0 < len(first) <= _OPENER else short(item.headline, _HEADLINE)
