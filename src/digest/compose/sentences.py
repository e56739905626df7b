"""Where sentences end, in scripts with and without capitals."""

from __future__ import annotations

import re
from typing import Final

from digest.model.words import listed

END: Final = re.compile(r"(?<![.!?…؟۔])[.!?…؟۔]++[\"'”’»“)\]]*+(?=\s)|[。！？]++[”」』）]*+")
BEFORE: Final = re.compile(r"([^\W_]+(?:\.[^\W_]+)*)$")
OPENERS: Final = "\"'“”‘’«»„([—–- "
CLOSERS: Final = "\"'”’»“)]」』）"
MARKS: Final = tuple(".!?؟۔。！？।")
LOOK_BACK: Final = 24
"""Characters before a full stop in which its abbreviation stands."""

ABBREVIATIONS: Final = listed(
    """
    mr mrs ms dr prof sen rep gov gen col lt sgt capt cmdr adm maj brig pvt st ste jr sr rev hon pres vs etc
    inc ltd co corp dept est approx no nos vol pp fig art e.g i.e a.k.a p.m a.m cf al op jan feb mar apr jun
    jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun hr frau nr bzw z.b d.h u.a ca
    usw str tel abs mme mlle av sra srta ud uds pág г гг обл р рр тис тыс млн млрд ім им вул ул д-р проф ст
    т.д т.п т.е т.к np tzw ul gen
    """
)
STARTERS: Final = listed(
    """
    the a an he she it they we i in on at but and this that these those there his her their its our for from
    by with as after before while when if however meanwhile both some many most all no not
    """
)
"""Words that, capitalised after `U.S.`, begin a sentence."""


LEANING: Final = listed(
    """
    he she it they this that these those his her its their but and so also then however meanwhile moreover
    instead still yet another such both nor or він вона воно вони це але також он она оно они это но также
    er sie es diese aber auch
    """
)
LINKS: Final = re.compile(
    r"(?:in addition|as (?:part|a result) of (?:that|this)|by contrast|for (?:his|her|its|their) part)\b"
)
SAID: Final = re.compile(
    r"[”\"»’,] (?:(?:he|she|they) (?:also )?(?:said|says|say|added|adds|told|wrote|noted|stressed|continued|explained)"
    r"|(?:said|says|added) (?:he|she|they))\b"
)
"""Quoted words of somebody whom only another sentence names."""
PAIRS: Final = (("“", "”"), ("«", "»"), ("(", ")"), ("[", "]"))


def sentences(paragraph: str) -> list[str]:
    """Return the sentences of a paragraph in order, each word for word as it stands there.

    >>> sentences("The U.S. envoy, Mr. J. Karsk, left at 4.30 p.m. on Friday. “Now what?” he asked. Nobody knew.")
    ['The U.S. envoy, Mr. J. Karsk, left at 4.30 p.m. on Friday.', '“Now what?” he asked.', 'Nobody knew.']
    """
    found, start = [], 0
    for mark in END.finditer(paragraph):
        if _ends(paragraph, start, mark):
            found.append(paragraph[start : mark.end()].strip())
            start = mark.end()
    found.append(paragraph[start:].strip())
    return [sentence for sentence in found if sentence]


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    """Return whether a sentence ends at a mark, going by the words on either side."""
    marks, following = mark.group(), _next_word(text, mark.end())
    if marks[0] in "。！？؟۔":
        return True
    if not following:
        return False
    if following[0].islower():
        return False
    if marks[0] != "." or marks.startswith(".."):
        return True
    before = BEFORE.search(text[max(start, mark.start() - LOOK_BACK) : mark.start()])
    word = before.group(1) if before else ""
    if len(marks) > 1 and word.casefold() not in ABBREVIATIONS:
        return True
    return not _abbreviates(word, following, opens=_opens(text, start, mark.start() - len(word)))


def _opens(text: str, start: int, at: int) -> bool:
    """Return whether nothing stands between a sentence's start and the word at `at`."""
    return at - start < LOOK_BACK and not text[start:at].strip()


def _next_word(text: str, at: int) -> str:
    """Return the next word behind spaces, quotation marks and brackets; empty if there is none."""
    end = min(len(text), at + 40)
    while at < end and text[at] in OPENERS + "\t\n\u00a0\u202f":
        at += 1
    stop = at
    while stop < end and (text[stop].isalnum() or text[stop] in "'’"):
        stop += 1
    return text[at:stop] or text[at : at + 1]


def _abbreviates(word: str, following: str, *, opens: bool) -> bool:
    """Return whether the full stop behind `word` belongs to it rather than to the sentence."""
    folded = word.casefold()
    if word.isdigit():
        return opens
    if folded in (
        "no",
        "nos",
        "art",
        "vol",
        "pp",
        "fig",
        "nr",
        "p.m",
        "a.m",
        "co",
        "inc",
        "ltd",
        "corp",
        "etc",
        "al",
        "st",
    ):
        if folded in ("p.m", "a.m", "co", "inc", "ltd", "corp", "etc", "al"):
            return following.casefold() not in STARTERS
        return following[0].isdigit() if folded != "st" else True
    if folded in ("sat", "sun", "mar", "may"):
        return following[0].isdigit()
    if folded in ABBREVIATIONS:
        return True
    initials = all(len(letter) == 1 for letter in word.split("."))
    return bool(word) and initials and word[0].isupper() and following.casefold() not in STARTERS


def leaning(sentence: str) -> bool:
    """Return whether a sentence points back to one before it.

    >>> leaning("He also spoke in Tarnmouth."), leaning("The governor spoke in Tarnmouth."), leaning("“No,” she said.")
    (True, False, True)
    """
    first = sentence.lstrip("“\"«'‘„ ").split(maxsplit=1)
    return bool(first) and (
        first[0].rstrip(",").casefold() in LEANING or bool(LINKS.match(sentence.lower())) or bool(SAID.search(sentence))
    )


def is_balanced(sentence: str) -> bool:
    """Return whether every quotation mark and bracket opened is closed.

    >>> is_balanced("“Not yet,” she said."), is_balanced("“Not yet, she said.")
    (True, False)
    """
    return sentence.count('"') % 2 == 0 and all(sentence.count(a) == sentence.count(b) for a, b in PAIRS)


def is_whole(sentence: str) -> bool:
    """Return whether a sentence neither begins nor ends in the middle.

    >>> is_whole("The bridge fell."), is_whole("“It fell,” she said"), is_whole("and then fell.")
    (True, False, False)
    """
    return sentence.rstrip(CLOSERS)[-1:] in MARKS and not sentence.lstrip(OPENERS)[:1].islower()
