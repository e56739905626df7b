"""What could still be told: what was held back, what fell below the line, and whatever else was collected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Final

from pydantic import ConfigDict, TypeAdapter

from digest.compose import BELOW_THE_LINE
from digest.compose.headlines import headline
from digest.compose.items import web_address
from digest.compose.rank import age_in_words
from digest.edit import HELD, BringIn, PassageRef, Ref, ref_of
from digest.errors import MoveError
from digest.model.issue import Content, Issue, Item, LeftOut
from digest.model.news import Article, ArticleId, Passage, SectionId
from digest.model.words import words
from digest.parts import Parts
from digest.pipeline.editing import look_in
from digest.pipeline.retell import WHOLE
from digest.store import Store

_KEY: Final[TypeAdapter[str | list[tuple[ArticleId, int, str]]]] = TypeAdapter(
    str | list[tuple[ArticleId, int, str]], config=ConfigDict(strict=True)
)
BELOW: Final = re.compile(rf"{re.escape(BELOW_THE_LINE)} (?P<section>[\w-]+)")
PORTION: Final = 100
"""Stories whose articles are read at a time."""
LOOKED_AT: Final = 500
"""Articles, the newest first, among which is searched beside those of the issue's pool."""
SEARCHED: Final = 2_000
"""Characters of an article's text that are searched."""
COLLECTED: Final = "collected, and in no issue"
LATER: Final = "collected since this issue was built"


@dataclass(frozen=True, slots=True)
class Offer:
    """A story that is not in the issue and could be."""

    key: str
    """What `bring_in` takes; fit for a form."""
    headline: str
    outlet: str
    url: str
    at: datetime
    age: str
    reason: str
    """Why it is not in."""
    section: SectionId
    """Where it would stand; empty where nobody has placed it."""
    held: bool = False
    """Whether an editor held it back; then it comes back as it was."""
    below: bool = False
    """Whether it fell below its section's line."""


def offered(
    parts: Parts, issue: Issue, *, now: datetime, section: SectionId = "", query: str = "", limit: int = 50
) -> list[Offer]:
    """Return what could be brought in: held back by editors, below the line in its order, left out, only collected.

    With `section` what would stand there comes first among those below the line; with `query` only what has all its
    words, or words that begin so, in headline, outlet or text. Without one, nothing that was only collected before the
    issue was built. Raises MoveError where nothing is built.
    """
    wanted = [word.folded for word in words(query)]
    seen: set[str] = set()
    found: list[Offer] = []
    for offer in _all(parts, issue, section, wanted, now):
        if offer.key not in seen:
            seen.add(offer.key)
            found.append(offer)
            if len(found) == limit:
                break
    return found


def bring_in(key: str, section: SectionId, position: int | None = None) -> BringIn:
    """Return the move that takes an offer up. Raises MoveError for what is no key of an offer."""
    try:
        said = _KEY.validate_json(key)
    except ValueError as e:
        raise MoveError("that is nothing that could be brought in; search for it again") from e
    ref = Ref(anchor=said) if isinstance(said, str) else Ref(tuple(PassageRef(*each) for each in said))
    return BringIn(ref, section, position)


def _all(parts: Parts, issue: Issue, section: SectionId, wanted: Sequence[str], now: datetime) -> Iterator[Offer]:
    """Yield what is offered, the likeliest first; articles are read in portions, for as long as somebody asks."""
    edited = look_in(parts, issue.id)
    for own, item in edited.held:
        if _matches(wanted, item.headline, *item.summary, *(credit.name for credit in item.credits)):
            yield _held(item, own, now)
    candidates = iter([*_left_out(edited.content, section), *_collected(parts.store, edited.content, wanted)])
    read: dict[ArticleId, Article | None] = {}
    while portion := list(islice(candidates, PORTION)):
        new = {each.refs[0].article for each in portion} - read.keys()
        read |= dict.fromkeys(new) | parts.store.articles.having(new, wanted)
        for each in portion:
            article = read[each.refs[0].article]
            if article and _matches(wanted, article.title, article.source, each.text or _text(article)):
                yield _offer(each, article, now)


@dataclass(frozen=True, slots=True)
class _Candidate:
    refs: tuple[PassageRef, ...]
    reason: str
    text: str = ""
    section: SectionId = ""
    below: bool = False


def _left_out(content: Content, section: SectionId) -> list[_Candidate]:
    """Return what the issue leaves out, each story once; those below the line first, the section's before others'."""
    below, others = [], []
    rows = (left for left in content.left_out if left.reason != HELD)
    for reason, group in groupby(rows, key=lambda left: left.reason):
        if place := BELOW.match(reason):
            lefts = list(group)
            refs = tuple(PassageRef(left.article, left.position or 0, left.heading) for left in lefts)
            below.append(_Candidate(refs, reason, _told(lefts), place["section"], below=True))
        else:
            others += [_Candidate((_ref(left),), reason, _told([left])) for left in group]
    return sorted(below, key=lambda each: each.section != section) + others


def _collected(store: Store, content: Content, wanted: Sequence[str]) -> Iterator[_Candidate]:
    """Yield what was collected after the issue was built, and if something is sought, what was collected before."""
    known = {cited.article for s in content.sections for item in s.items for cited in item.passages}
    known |= {left.article for left in content.left_out} | {dropped.article for dropped in content.boilerplate}
    for name, kept_at in store.articles.latest(LOOKED_AT, since=None if wanted else content.built_at):
        if name not in known:
            later = kept_at > content.built_at
            yield _Candidate((PassageRef(name, WHOLE),), LATER if later else COLLECTED)


def _ref(left: LeftOut) -> PassageRef:
    if left.position is None:
        return PassageRef(left.article, WHOLE)
    return PassageRef(left.article, left.position, left.heading)


def _told(lefts: Iterable[LeftOut]) -> str:
    return "\n".join(f"{left.heading}\n{left.text[:SEARCHED]}" for left in lefts)


def _text(article: Article) -> str:
    return "\n".join((article.standfirst, *(block.text for block in article.blocks)))[:SEARCHED]


def _matches(wanted: Sequence[str], *texts: str) -> bool:
    """Return whether every wanted word begins a word of the texts."""
    if not wanted:
        return True
    said = {word.folded for text in texts for word in words(text)}
    return all(any(word.startswith(want) for word in said) for want in wanted)


def _offer(each: _Candidate, article: Article, now: datetime) -> Offer:
    first = each.refs[0]
    passage = Passage(article.id, max(first.position, 0), first.heading, tuple(each.text.split("\n\n")))
    return Offer(
        key=_key(Ref(each.refs)),
        headline=headline(article, passage),
        outlet=article.source,
        url=web_address(article),
        at=article.at,
        age=age_in_words(now - article.at),
        reason=each.reason,
        section=each.section,
        below=each.below,
    )


def _held(item: Item, section: SectionId, now: datetime) -> Offer:
    at = max((credit.at for credit in item.credits), default=now)
    outlet = item.credits[0].name if item.credits else ""
    ref = ref_of(item)
    return Offer(_key(ref), item.headline, outlet, item.url, at, age_in_words(now - at), HELD, section, held=True)


def _key(ref: Ref) -> str:
    passages = [(each.article, each.position, each.heading) for each in ref.passages]
    return _KEY.dump_json(passages or ref.anchor).decode()
