"""An outlet's own headline, without the outlet's name around it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from digest.compose.sentences import is_balanced, leaning, sentences
from digest.compose.vectors import stems
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
LOOKED_AT_BLOCKS: Final = 4
"""Blocks among which the sentence is sought that a title was cut from."""
LEEWAY: Final = 20
"""Characters, quotation marks for the most part, that a text may have more than the title cut from it."""
GOES_ON: Final = 3
"""Letters by which a sentence must go on where a title ends, for the title to be cut from it."""
SLUG: Final = 5
"""Words without a capital from which a title is an address."""
LEAST_WORDS: Final = 3
"""Words that must be left of a title when the topic before it is taken off."""
LONGEST_TITLE: Final = 400
LONGEST: Final = 140
"""Characters of a first sentence that may stand in for a headline."""


def headline(article: Article, passage: Passage) -> str:
    """Return the headline of a story told by `passage`: its own sub-heading, else the article's title.

    An article without a title is called by its first words.
    """
    if passage.heading:
        return passage.heading
    title = clean(article.title, article)
    if is_slug(title):
        return opening(passage).removesuffix(".") or title
    if title.endswith(("…", "...")):
        return uncut(title, article) or title
    return title or opening(passage) or article.source


def is_slug(title: str) -> bool:
    """Return whether a title is a page's address with spaces in it: many words, not one with a capital.

    >>> is_slug("ferren bridge falls 20 november 2026 at dawn"), is_slug("eBay sells Ferren bridge for one crown")
    (True, False)
    """
    return len(title.split()) >= SLUG and title.islower() and title.isascii()


def uncut(title: str, article: Article) -> str:
    """Return the sentence of the article that a title breaks off; empty if none is short enough to be a headline."""
    start = title.rstrip(". …")
    for block in article.blocks[:LOOKED_AT_BLOCKS]:
        if block.text.startswith(start):
            whole = sentences(block.text[:LOOKED_AT])[0].removesuffix(".")
            return whole if len(whole) <= LONGEST and whole[-1:] not in "…." else ""
    return ""


def flaws(article: Article, passage: Passage) -> tuple[str, ...]:
    """Return what speaks against the headline of a story told by `passage`, the gravest first; empty if nothing does.

    Sub-headings are taken as they are.
    """
    if passage.heading:
        return ()
    shown = headline(article, passage)
    found = (
        (not article.title.strip(), "not its own"),
        (is_first_sentence_cut(article), "cut from its first sentence"),
        (is_slug(clean(article.title, article)), "in small letters"),
        (shown.endswith(("…", "...")), "broken off"),
        (shown[:1].islower(), "begun small"),
        (_topic_twice(shown), "a topic said twice"),
        (len(shown) > SHORT, f"over {SHORT} characters"),
    )
    return tuple(name for applies, name in found if applies)


def is_first_sentence_cut(article: Article) -> bool:
    """Return whether the title was made of the first words of the article's first sentence."""
    title = _letters(article.title[:LONGEST_TITLE])
    return bool(title) and any(
        _letters(block.text[: len(article.title) + LEEWAY]).startswith(title)
        and len(_letters(_first_sentence(block.text))) > len(title) + GOES_ON
        for block in article.blocks[:LOOKED_AT_BLOCKS]
    )


def _first_sentence(text: str) -> str:
    return next(iter(sentences(text[:LOOKED_AT])), "")


def _topic_twice(title: str) -> bool:
    """Return whether a title names a topic before a colon and again behind it."""
    before, colon, after = title.partition(": ")
    return bool(colon) and bool(set(stems(before)) & set(stems(after)))


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
    """Return what stands behind the colon of a title, if that says again all that stands before it.

    >>> _said_once("talks in Ferren: Mayors held talks in Ferren"), _said_once("Mayor: the bridge will fall")
    ('Mayors held talks in Ferren', 'Mayor: the bridge will fall')
    """
    before, colon, after = title.partition(": ")
    said = set(stems(before))
    again = bool(said) and said <= set(stems(after)) and len(words(after)) >= LEAST_WORDS
    return after[:1].upper() + after[1:] if colon and again else title
