"""What a variant leaves to the issue's web page, so that its mail arrives whole."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from digest.model.delivery import Cut
from digest.model.issue import Content, IssueSection, Item
from digest.model.news import SectionId

SHORTEN: Final = "shorten"
FOLD: Final = "fold"
UNLINK: Final = "unlink"
ALONE: Final = "alone"

Step = tuple[str, str]
"""What is done, to the story of which anchor."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """An issue as a mail tells it."""

    content: Content
    folded: Mapping[SectionId, tuple[str, ...]] = field(default_factory=dict)
    """Anchors of the stories that are on the web page alone, in their order."""
    shortened: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    """Anchors of the stories whose outlets lost their links, or all but the first their names."""
    steps: int = 0
    """How much was taken away, step by step; two of one issue with equal steps are equal."""

    @property
    def cut(self) -> Cut:
        """What the editor is told of it."""
        return Cut(self.shortened, tuple(anchor for anchors in self.folded.values() for anchor in anchors), self.bare)


def fit(content: Content, size: Callable[[Fitted], int], limit: int) -> Fitted | None:
    """Return the issue with as little taken away as brings its `size` down to `limit`; None if nothing does.

    Summaries lose their last sentences first, the longest of them before the others and those of the leads last; then
    sections lose their last stories, the section with the most of them first; at the very last the leads' outlets lose
    their links, and those after the first their names. Every story keeps a sentence and the link of its headline,
    every section its lead. A function of its arguments alone.
    """
    whole = Fitted(content)
    if size(whole) <= limit:
        return whole
    steps = list(_steps(content))
    if not steps or size(_after(content, steps)) > limit:
        return None
    enough = bisect_left(range(len(steps)), True, lo=1, key=lambda taken: size(_after(content, steps[:taken])) <= limit)
    return _after(content, steps[:enough])


def least(content: Content) -> Fitted:
    """Return the issue with all taken away that may be: in each section a story of one sentence by one outlet."""
    return _after(content, list(_steps(content)))


def _steps(content: Content) -> Iterator[Step]:
    """Yield everything that may be taken away, in the order in which it goes."""
    leads = [section.items[0] for section in content.sections if section.items]
    others = [item for section in content.sections for item in section.items[1:]]
    for items in (others, leads):
        yield from ((SHORTEN, anchor) for anchor in _shortening(items))
    yield from ((FOLD, anchor) for anchor in _folding(content.sections))
    heaviest = sorted(leads, key=lambda item: -sum(len(credit.url) for credit in item.credits))
    yield from ((UNLINK, item.anchor) for item in heaviest if any(credit.url for credit in item.credits))
    yield from ((ALONE, item.anchor) for item in heaviest if len(item.credits) > 1)


def _shortening(items: Iterable[Item]) -> Iterator[str]:
    left = {item.anchor: [len(sentence) for sentence in item.summary] for item in items if len(item.summary) > 1}
    while left:
        longest = max(reversed(left), key=lambda anchor: sum(left[anchor]))
        yield longest
        left[longest].pop()
        if len(left[longest]) == 1:
            del left[longest]


def _folding(sections: Iterable[IssueSection]) -> Iterator[str]:
    left = {section.id: [item.anchor for item in section.items] for section in sections}
    while any(len(anchors) > 1 for anchors in left.values()):
        yield left[max(reversed(left), key=lambda section: len(left[section]))].pop()


def _after(content: Content, steps: Sequence[Step]) -> Fitted:
    """Return the issue after these steps."""
    lost: dict[str, int] = {}
    which: dict[str, set[str]] = {FOLD: set(), UNLINK: set(), ALONE: set()}
    for what, anchor in steps:
        if what == SHORTEN:
            lost[anchor] = lost.get(anchor, 0) + 1
        else:
            which[what].add(anchor)
    gone, bare = which[FOLD], which[UNLINK] | which[ALONE]

    def told(item: Item) -> Item:
        shorter = _shorter(item, lost)
        return _bare(shorter, alone=item.anchor in which[ALONE]) if item.anchor in bare else shorter

    sections = tuple(
        replace(section, items=tuple(told(item) for item in section.items if item.anchor not in gone))
        for section in content.sections
    )
    folded = {
        section.id: anchors
        for section in content.sections
        if (anchors := tuple(item.anchor for item in section.items if item.anchor in gone))
    }
    kept = [item.anchor for section in sections for item in section.items]
    shortened, unlinked = (tuple(anchor for anchor in kept if anchor in some) for some in (lost, bare))
    return Fitted(replace(content, sections=sections), folded, shortened, unlinked, len(steps))


def _shorter(item: Item, lost: Mapping[str, int]) -> Item:
    fewer = lost.get(item.anchor, 0)
    return replace(item, summary=item.summary[:-fewer]) if fewer else item


def _bare(item: Item, *, alone: bool) -> Item:
    named = item.credits[:1] if alone else item.credits
    return replace(item, credits=tuple(replace(credit, url="") for credit in named))
