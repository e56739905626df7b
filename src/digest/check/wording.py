"""What an editor would hold against the words of a story: numbers, quotes, names, claims, debris."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from digest.check.finding import Area, Finding, Level, count, quoted, some
from digest.check.numbers import NOUN, Number, numbers
from digest.check.proof import Proof, told_text, whole_text
from digest.model.issue import Item
from digest.model.words import fold, words

CLAIM: Final = re.compile(
    r"\b(?:it (?:is|was|has been) (?:claimed|alleged|said|rumou?red)|(?:is|are|was|were) (?:said|claimed|rumou?red) to"
    r"|allegedly|unconfirmed reports?|(?:some|many|sources) (?:say|claim)|claims? (?:emerged|circulated)"
    r"|повідомляється, що|як стверджується|сообщается, что|утверждается, что)\b",
    re.IGNORECASE,
)
SAID_BY: Final = re.compile(
    r"\b(?:according to|said|says|told|claimed by|reported by|за словами|по словам|за даними|по данным)\b",
    re.IGNORECASE,
)
MARKS: Final = ("“”„", "«»", '"')
LISTED: Final = re.compile(r"(?:^|\s)(?:\d{1,2}|[a-z])\)")
SHORTEST_NAME: Final = 5
NAME: Final = re.compile(r"(?<![\w’'-])[^\W\d_a-zа-яіїєґ][^\W\d_]{3,}(?![\w-])")
SENTENCE_END: Final = re.compile(r"[.!?…:\n]['”’»\")\]]*\s*[“\"«‘(\[]*$")
FEWEST: Final = 3
"""Capitalised words, beside the first, that make a headline one in title case, which tells no name from a word."""


def wording(proof: Proof) -> Iterator[Finding]:
    """Yield what is to be said of the words."""
    for item in proof.items:
        yield from _unsourced(proof, item)
        yield from _unbalanced(item)
        yield from _claims(item)
        yield from _figures(item)
        yield from _debris(proof, item)
    yield from _names(proof)


# ------------------------------------------------------------------------------------------------------------ numbers


def _unsourced(proof: Proof, item: Item) -> Iterator[Finding]:
    """Yield numbers that none of a story's articles has; without its articles nothing can be said."""
    articles = proof.sources(item)
    if not articles:
        return
    known = {number.value for article in articles for number in numbers(whole_text(article))}
    text = told_text(item)
    strange = [_with_noun(text, number) for number in numbers(text) if number.value not in known]
    if strange:
        yield _amber(
            "Figure without a source",
            some([quoted(each) for each in dict.fromkeys(strange)]),
            item.anchor,
            cure="take the number from the article, or out",
        )


def _with_noun(text: str, number: Number) -> str:
    noun = NOUN.match(text, number.end)
    return text[number.start : noun.end() if noun else number.end]


# ------------------------------------------------------------------------------------------------------ marks, claims


def _unbalanced(item: Item) -> Iterator[Finding]:
    for text in (item.headline, *item.summary):
        if not balanced(text):
            yield _amber(
                "A quotation or a bracket is opened and not closed",
                quoted(text, 80),
                item.anchor,
                cure="close it, or take the mark out",
            )
            return


def balanced(text: str) -> bool:
    """Return whether every quotation mark and bracket has its other half, in any of the languages' fashions.

    >>> [balanced(text) for text in ("“Not yet,” she said.", "“Not yet, she said.", "„Noch nicht“", "1) A list")]
    [True, False, True, True]
    """
    bare = LISTED.sub(" ", text)
    even = all(sum(bare.count(mark) for mark in marks) % 2 == 0 for marks in MARKS)
    return even and bare.count("(") == bare.count(")") and bare.count("[") == bare.count("]")


def _claims(item: Item) -> Iterator[Finding]:
    """Yield a claim in a story that nowhere says whose it is."""
    if item.claimed_by:
        return
    for text in (item.headline, *item.summary):
        claim = CLAIM.search(text)
        if claim and not SAID_BY.search(" ".join(item.summary).replace(claim.group(), "")):
            yield _amber(
                "A claim, and nobody who makes it", quoted(text, 80), item.anchor, cure="say who claims it, or drop it"
            )
            return


def _figures(item: Item) -> Iterator[Finding]:
    for figure in item.figures:
        nameless = [str(number) for number, outlets in figure.said if not outlets]
        if nameless:
            yield _amber(
                "Disputed figures without names",
                f"{', '.join(nameless)} {figure.what}",
                item.anchor,
                cure="name the outlet that gives each number",
            )


def _debris(proof: Proof, item: Item) -> Iterator[Finding]:
    for text in (item.headline, *item.summary):
        if rule := proof.lore.boilerplate(text):
            yield _amber(
                f"Reads like boilerplate ({rule})",
                quoted(text, 80),
                item.anchor,
                cure="take the line out; `digest learn` remembers it",
            )


# -------------------------------------------------------------------------------------------------------------- names


def _names(proof: Proof) -> Iterator[Finding]:
    """Yield names that are spelt in two ways; words that begin a sentence count where they stand inside of one too."""
    spelt: dict[str, dict[str, str]] = defaultdict(dict)
    begins: dict[str, dict[str, str]] = defaultdict(dict)
    for item in proof.items:
        for text in (item.headline, *item.summary):
            for called, written in proof.lore.towns(text):
                if len(words(written)) == 1:
                    spelt[called].setdefault(_bare(written), item.anchor)
            for name, inside in _names_of(text):
                (spelt if inside else begins)[_sound(name)].setdefault(_bare(name), item.anchor)
    for sound in begins.keys() & spelt.keys():
        spelt[sound] = {**begins[sound], **spelt[sound]}
    seen: set[frozenset[str]] = set()
    for ways in spelt.values():
        key = frozenset(ways)
        if len({way.casefold() for way in ways}) > 1 and key not in seen:
            seen.add(key)
            yield _amber(
                f"One name, spelt in {count(len(ways), 'way')}",
                " and ".join(quoted(way) for way in sorted(ways)),
                *(item.anchor for item in proof.items if item.anchor in ways.values()),
                cure="choose one spelling",
            )


def _names_of(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a text that may be names, each with whether it stands inside a sentence."""
    capitals = [(found.group(), _begins(text, found)) for found in NAME.finditer(text)]
    inner = [name for name, begins in capitals if not begins]
    rest = [word for word in text.split()[1:] if len(word) > 3]
    if len(inner) >= FEWEST and len(inner) > 0.6 * len(rest):
        return  # in title case
    yield from ((name, not begins) for name, begins in capitals if len(name) >= SHORTEST_NAME and not name.isupper())


def _begins(text: str, found: re.Match[str]) -> bool:
    return not found.start() or bool(SENTENCE_END.search(text[max(0, found.start() - 8) : found.start()]))


def _bare(name: str) -> str:
    return re.sub(r"[’'ʼ]s$", "", name)


def _sound(name: str) -> str:
    """Return how a name sounds whatever way it was written in Latin letters.

    >>> {_sound(name) for name in ("Zelensky", "Zelenskyy", "Zelenskiy", "Zelenskyi")}, _sound("Kupyansk")
    ({'zelenski'}, 'kupiansk')
    """
    sound = re.sub(r"[yij]+", "i", fold(name))
    for many, one in (("kh", "h"), ("ck", "k"), ("w", "v"), ("ts", "c"), ("tz", "c"), ("ou", "u"), ("oo", "u")):
        sound = sound.replace(many, one)
    return re.sub(r"(.)\1+", r"\1", sound)


def _amber(text: str, seen: str, *places: str, cure: str) -> Finding:
    return Finding(Level.AMBER, Area.CONTENT, text, seen, places, cure)
