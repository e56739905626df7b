"""How a move names a story: by the passages it stands on, so that it is found again after the next build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from digest.model.issue import Cited, Content, Item, LeftOut
from digest.model.news import ArticleId, Passage

Key: TypeAlias = tuple[ArticleId, str, int]


@dataclass(frozen=True, slots=True)
class PassageRef:
    """A passage of an article, whatever story it stands in."""

    article: ArticleId
    position: int
    """In the article's reading order; an update of the article may shift it, and then the heading counts."""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """A story, by what it is made of."""

    passages: tuple[PassageRef, ...] = ()
    """The one that is told comes first."""
    anchor: str = ""
    """Of an item that stands on no passage, since an editor wrote it."""


def key(passage: Cited | LeftOut | Passage | PassageRef) -> Key:
    """Return what tells a passage from others: its sub-heading within its article, else its place there."""
    place = 0 if passage.heading or passage.position is None else passage.position
    return passage.article, passage.heading, place


def ref_of(item: Item) -> Ref:
    """Return how a move names the item."""
    if not item.passages:
        return Ref(anchor=item.anchor)
    return Ref(tuple(PassageRef(cited.article, cited.position, cited.heading) for cited in item.passages))


def at(content: Content, anchor: str) -> Ref | None:
    """Return how a move names the story with that anchor; None where the issue has none."""
    item = next((item for section in content.sections for item in section.items if item.anchor == anchor), None)
    return ref_of(item) if item else None


def found(ref: Ref, items: Sequence[Item], *, exactly: bool = False, itself: bool = False) -> Item | None:
    """Return the item that `ref` means today; None where too few of its passages are still together.

    Half of them must stand in one item; of two such items the one that has the passage told first. Where an article
    was cut in another way since, its id alone must do, if one item alone has it; not if it must be `exactly` so.
    One that `is_itself` is meant where what is done to it must hit no other story.
    """
    items = [item for item in items if is_itself(ref, item)] if itself else items
    if not ref.passages:
        return next((item for item in items if ref.anchor and item.anchor == ref.anchor and not item.passages), None)
    wanted = {key(passage) for passage in ref.passages}
    keys = [(item, {key(cited) for cited in item.passages}) for item in items]
    shares = [(len(wanted & own), key(ref.passages[0]) in own, item) for item, own in keys]
    enough = [each for each in shares if each[0] and 2 * each[0] >= len(wanted)]
    if enough or exactly:
        return max(enough, key=lambda each: each[:2], default=(0, False, None))[2]
    articles = {passage.article for passage in ref.passages}
    having = [item for item in items if articles & {cited.article for cited in item.passages}]
    kept = articles & {cited.article for item in having for cited in item.passages}
    return having[0] if len(having) == 1 and 2 * len(kept) >= len(articles) else None


def is_itself(ref: Ref, item: Item) -> bool:
    """Return whether an item tells the passage that the story of `ref` told, or is most of it and made mostly of it.

    What shares no passage with it, since an article was cut in another way, is judged by the articles.
    """
    if not (ref.passages and item.passages):
        return not ref.passages
    wanted, own = [key(each) for each in ref.passages], [key(each) for each in item.passages]
    if set(wanted).isdisjoint(own):
        return _mostly([each.article for each in ref.passages], [each.article for each in item.passages])
    return _mostly(wanted, own)


def _mostly(wanted: Sequence[object], own: Sequence[object]) -> bool:
    common = len(set(wanted) & set(own))
    return wanted[0] == own[0] or (2 * common > len(set(wanted)) and 2 * common > len(set(own)))


def those(refs: Iterable[PassageRef], cited: Iterable[Cited]) -> Iterator[Cited]:
    """Yield the cited passages that one of `refs` means, in their order."""
    wanted = {key(ref) for ref in refs}
    return (each for each in cited if key(each) in wanted)
