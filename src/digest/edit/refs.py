"""How a move names a story: by the passages it stands on, so that it is found again after the next build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.model.issue import Cited, Content, Item
from digest.model.news import ArticleId


@dataclass(frozen=True, slots=True)
class PassageRef:
    """A passage of an article, whatever story it stands in."""

    article: ArticleId
    position: int
    """In the article's reading order; an update of the article may shift it, and then the heading counts."""
    heading: str = ""

    def means(self, cited: Cited | PassageRef) -> bool:
        """Return whether it is that passage: the same place, or the same sub-heading of the same article."""
        if self.article != cited.article or self.heading != cited.heading:
            return False
        return bool(self.heading) or self.position == cited.position


@dataclass(frozen=True, slots=True)
class Ref:
    """A story, by what it is made of."""

    passages: tuple[PassageRef, ...] = ()
    """The one that is told comes first."""
    anchor: str = ""
    """Of an item that stands on no passage, since an editor wrote it."""


def ref_of(item: Item) -> Ref:
    """Return how a move names the item."""
    if not item.passages:
        return Ref(anchor=item.anchor)
    return Ref(tuple(PassageRef(cited.article, cited.position, cited.heading) for cited in item.passages))


def at(content: Content, anchor: str) -> Ref | None:
    """Return how a move names the story with that anchor; None where the issue has none."""
    item = next((item for section in content.sections for item in section.items if item.anchor == anchor), None)
    return ref_of(item) if item else None


def found(ref: Ref, items: Sequence[Item], *, exactly: bool = False) -> Item | None:
    """Return the item that `ref` means today; None where too few of its passages are still together.

    Half of them must stand in one item; of two such items the one that has the passage told first. Where an article
    was cut in another way since, its id alone must do, if one item alone has it; not if it must be `exactly` so.
    """
    if not ref.passages:
        return next((item for item in items if ref.anchor and item.anchor == ref.anchor and not item.passages), None)
    shares = [(_shared(ref, item), item) for item in items]
    best = _best(ref, shares)
    if best or exactly:
        return best
    articles = {passage.article for passage in ref.passages}
    having = [item for item in items if articles & {cited.article for cited in item.passages}]
    kept = articles & {cited.article for item in having for cited in item.passages}
    return having[0] if len(having) == 1 and 2 * len(kept) >= len(articles) else None


def _best(ref: Ref, shares: Iterable[tuple[int, Item]]) -> Item | None:
    first = ref.passages[0]
    enough = [(share, item) for share, item in shares if share and 2 * share >= len(ref.passages)]
    told = {item.anchor for _, item in enough if any(map(first.means, item.passages))}
    return max(enough, key=lambda pair: (pair[0], pair[1].anchor in told), default=(0, None))[1]


def _shared(ref: Ref, item: Item) -> int:
    return sum(any(map(passage.means, item.passages)) for passage in ref.passages)


def those(refs: Sequence[PassageRef], cited: Iterable[Cited]) -> Iterator[Cited]:
    """Yield the cited passages that one of `refs` means, in their order."""
    return (each for each in cited if any(ref.means(each) for ref in refs))
