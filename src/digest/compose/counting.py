"""How common words are in the news an operator has collected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from digest.compose.names import names
from digest.compose.reading import read_text
from digest.model.issue import Archive, OwnName
from digest.model.news import Article, BlockKind

LEAST: Final = 3
"""Texts that must have a word for it to be kept: what is rarer is as rare as can be told."""
LOOKED_AT: Final = 600
"""Characters of a text."""


def counted(articles: Sequence[Article], own_names: tuple[OwnName, ...] = ()) -> Archive:
    """Return in how many of the articles' headlines and first paragraphs each word and name stands.

    >>> counted([]).texts
    0
    """
    known = names(own_names)
    counts: Counter[str] = Counter()
    for article in articles:
        counts.update(read_text(article.title, _opening(article), known, article.at).bag.keys())
    kept = ((word, count) for word, count in counts.items() if count >= LEAST)
    return Archive(len(articles), tuple(sorted(kept)))


def _opening(article: Article) -> str:
    texts = (block.text for block in article.blocks if block.kind is BlockKind.PARAGRAPH)
    return next(texts, article.standfirst)[:LOOKED_AT]
