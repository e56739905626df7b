"""An outlet's own headline, without the outlet's name around it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from digest.compose.sentences import is_balanced, leaning, sentences
from digest.model.news import Article, Passage
from digest.model.words import words

BARS: Final = re.compile(r"\s*(?:\s\|\s|\s::\s|\s»\s|\s·\s|\s•\s)\s*")
DASHES: Final = re.compile(r"\s+[-–—]\s+")
EXTRA: Final = re.compile(r"[\s.,:|&+(\[–—-]*\b(?:VIDEO|PHOTOS?|INFOGRAPHICS?|ВІДЕО|ВИДЕО|ФОТО|UPDATED)\b[)\]]?\s*$")
AGENCIES: Final = frozenset({"reuters", "ap", "ap news", "afp", "tass", "dpa", "bbc", "bbc news", "cnn", "al jazeera"})
SHORTEST, SHORT = 30, 110
"""Characters of a sentence that may stand over its own passage."""
LOOKED_AT: Final = 5000
"""Characters of a paragraph in which such sentences are sought."""
LONGEST_TITLE: Final = 400
LONGEST: Final = 140
"""Characters of a first sentence that may stand in for a headline."""


def headline(article: Article, passage: Passage) -> str:
    """Return the headline of a story told by `passage`: its own sub-heading, else the article's title.

    An article without a title is called by its first words.
    """
    if passage.heading:
        return passage.heading
    return clean(article.title, article) or opening(passage) or article.source


def opening(passage: Passage) -> str:
    """Return the passage's first sentence, cut at a word where it is long; empty if there is no text."""
    first = next((sentence for paragraph in passage.paragraphs for sentence in sentences(paragraph[:LOOKED_AT])), "")
    if len(first) <= LONGEST:
        return first
    kept = first[:LONGEST].rpartition(" ")[0] or first[:LONGEST]
    return kept.rstrip(" ,;:–—-") + "…"


def short_sentence(passage: Passage) -> str:
    """Return the passage's first sentence that can stand alone over it; empty if there is none."""
    for paragraph in passage.paragraphs:
        for sentence in sentences(paragraph[:LOOKED_AT]):
            if SHORTEST <= len(sentence) <= SHORT and not leaning(sentence) and is_balanced(sentence):
                return sentence.removesuffix(".")
    return ""


def clean(title: str, article: Article) -> str:
    """Return a title without site names and notes on pictures.

    >>> from datetime import datetime, UTC
    >>> article = Article("a", "Karsk Wire", "https://karsk.example/1", "", (), "", datetime(2026, 11, 20, tzinfo=UTC))
    >>> clean("Ferren bridge falls | War | Karsk Wire", article), clean("Two hurt - Karsk Wire. VIDEO", article)
    ('Ferren bridge falls', 'Two hurt')
    >>> clean("Ferren bridge falls - governor", article)
    'Ferren bridge falls - governor'
    """
    kept = " ".join(title[:LONGEST_TITLE].split())
    while (shorter := EXTRA.sub("", kept)) != kept:
        kept = shorter
    kept = _without_bars(kept)
    parts = DASHES.split(kept)
    if len(parts) > 1 and _names_site(parts[-1], article):
        kept = kept[: kept.rindex(parts[-1])].rstrip(" -–—,")
    return _said_once(kept)


def _without_bars(title: str) -> str:
    """Return what stands before the bars, unless that is the site's name and the headline comes after."""
    parts = [part for part in BARS.split(title) if part]
    if len(parts) < 2:
        return title
    return parts[0] if len(words(parts[0])) >= 3 else max(parts, key=lambda part: len(words(part)))


def _names_site(tail: str, article: Article) -> bool:
    name = _letters(tail)
    if not name or len(words(tail)) > 5:
        return False
    source, host = _letters(article.source), _letters((urlsplit(article.url).hostname or "").removeprefix("www."))
    known = " ".join(word.folded for word in words(tail)) in AGENCIES
    return known or name == source or (len(name) > 3 and (name in source or name in host))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _said_once(title: str) -> str:
    """Return the second half of a title whose two halves, parted by a colon, say the same."""
    before, colon, after = title.partition(": ")
    same = colon and _letters(before) and _letters(after).startswith(_letters(before))
    return after if same else title
