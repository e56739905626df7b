"""The language of an article of which nobody says it, where its letters or its commonest words leave no doubt."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from types import MappingProxyType
from typing import Final

from digest.model.news import Article
from digest.model.words import listed, words

BLOCKS: Final = 4
LOOKED_AT: Final = 1_000
"""Blocks under the title, and characters of all that, that are looked at."""
ENOUGH: Final = 20
"""Letters from which a script says anything."""
MOST: Final = 0.7
"""Share of the letters that must be of one script."""
SURE: Final = 4
"""Of a language's commonest words that must stand in a text, and at least twice as many as of any other's."""

LETTERS: Final = re.compile(r"[^\W\d_]")
SCRIPTS: Final = MappingProxyType(
    {
        "Cyrl": re.compile(r"[\u0400-\u052f]"),
        "ar": re.compile(r"[\u0600-\u06ff]"),
        "he": re.compile(r"[\u0590-\u05ff]"),
        "el": re.compile(r"[\u0370-\u03ff]"),
        "ko": re.compile(r"[\uac00-\ud7af]"),
        "ja": re.compile(r"[\u3040-\u30ff]"),
    }
)
OWN_LETTERS: Final = MappingProxyType({"uk": "іїєґ", "ru": "ыэъё"})
"""Letters of Cyrillic that set a language apart."""
COMMONEST: Final = MappingProxyType(
    {
        "en": listed("the of and to in that is was for with on as by from has said have are it its"),
        "de": listed("der die das und nicht mit von ist eine einen dem den zu im auf sich wurde wurden auch nach"),
        "fr": listed("le les des une est dans pour qui sur par au aux ce que du et ont été avec"),
        "es": listed("el los las una que por con para del se su es al lo como más y han"),
        "it": listed("il della che per non una di del sono alla nel dei gli anche con ha è"),
        "pl": listed("się nie że na jest do przez oraz został po w z i dla od co jak"),
    }
)


def tongue(article: Article) -> str:
    """Return the language that an article says it is in, or that its text leaves no doubt about; else an empty text."""
    if article.language:
        return article.language
    texts = (article.title, article.standfirst, *(block.text for block in islice(article.blocks, BLOCKS)))
    return guessed("\n".join(text[:LOOKED_AT] for text in texts)[:LOOKED_AT])


def guessed(text: str) -> str:
    """Return the language of a text; empty where there is a doubt.

    >>> guessed("Над містом уночі збили дрони, їх було десять"), guessed("Tarnmouth 3, Lindholm 1")
    ('uk', '')
    """
    letters = len(LETTERS.findall(text))
    if letters < ENOUGH:
        return ""
    for name, script in SCRIPTS.items():
        if len(script.findall(text)) >= MOST * letters:
            return _in_cyrillic(text.lower()) if name == "Cyrl" else name
    return _by_words(text)


def _in_cyrillic(text: str) -> str:
    if "ў" in text:
        return "be"
    ours = {name: sum(map(text.count, own)) for name, own in OWN_LETTERS.items()}
    first = max(ours, key=lambda name: ours[name])
    return first if ours[first] > 2 * (sum(ours.values()) - ours[first]) else ""


def _by_words(text: str) -> str:
    said = [word.folded for word in words(text)]
    counts = Counter({name: sum(word in common for word in said) for name, common in COMMONEST.items()})
    (first, most), (_, next_most), *_ = counts.most_common()
    return first if most >= max(SURE, 2 * next_most) else ""
