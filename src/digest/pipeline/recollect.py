"""What an edition remembers when an issue is built: what it sent of late, and how common words are in its archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from digest.compose import counted
from digest.model.issue import Archive, Edition, Issue, Item, Told
from digest.model.news import Article, ArticleId, BlockKind
from digest.store import Store

REMEMBERED: Final = timedelta(days=10)
"""How long a story that was sent is known: a week's edition knows its last issue."""
ARCHIVE: Final = 1_000
"""Articles in which words are counted, the last kept."""
QUOTED: Final = 600
"""Characters of an article that are remembered of it."""


def recollect(store: Store, edition: Edition, issue: Issue) -> tuple[Archive, tuple[Told, ...]]:
    """Return how common words are in what earlier issues drew on, and what they told, the newest first."""
    archive = archive_of(store, edition, but=issue.id)
    issues = store.issues.sent_between(edition.id, issue.send_at - REMEMBERED, issue.send_at)
    cited = {passage.article for each in issues for item in _items(each) for passage in item.passages}
    texts = store.articles.kept(cited)
    return archive, tuple(_told(each, item, texts) for each in issues for item in _items(each))


def archive_of(store: Store, edition: Edition, *, but: int = 0) -> Archive:
    """Return how common words are in what the edition's issues drew on, except issue `but`; 0 leaves none out."""
    return counted(store.articles.drawn_on(edition.id, ARCHIVE, but=but), edition.names)


def _items(issue: Issue) -> Iterator[Item]:
    for section in issue.content.sections if issue.content else ():
        yield from section.items


def _told(issue: Issue, item: Item, texts: Mapping[ArticleId, Article]) -> Told:
    """Return the item as it is remembered: its summary, and how each of its articles put it."""
    cited = dict.fromkeys(passage.article for passage in item.passages)
    quotes = (_quote(texts[name], item) for name in cited if name in texts)
    return Told(
        number=issue.number,
        day=issue.local_date,
        headline=item.headline,
        text="\n".join((" ".join(item.summary), *filter(None, quotes))),
        url=item.url,
        at=max((credit.at for credit in item.credits), default=None),
    )


def _quote(article: Article, item: Item) -> str:
    """Return an article's headline and first sentences; where only parts of it were told, what stands over those."""
    headings = [p.heading for p in item.passages if p.article == article.id]
    if all(headings):
        return " ".join(". ".join(headings).split())
    first = next((block.text for block in article.blocks if block.kind is BlockKind.PARAGRAPH), article.standfirst)
    return " ".join(f"{article.title}. {first[:QUOTED]}".split())
