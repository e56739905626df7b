"""Which blocks of an article are not the article: by their own wording, and by the company they keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from digest.classify.datelines import parted
from digest.classify.lines import reads_like_boilerplate
from digest.classify.rules import opens_related, opens_tags, rule_of
from digest.model.news import Block, BlockKind
from digest.model.words import words

BULLET: Final = re.compile(r"^[\s*•·▪‣>»–—-]+")
DASHED: Final = re.compile(r"^[–—-]\s+\S.{0,58}$")
PULLED: Final = re.compile(r"^[“\"«][^\W\d_A-ZА-ЯІЇЄҐ][^“”\"«»]{0,100}[”\"»]$")
CLOCK: Final = re.compile(r"^\d{1,2}[:.]\d{2}$")
ATTRIBUTION: Final = re.compile(r"^(?:as reported by|according to|source|via)\W*$", re.IGNORECASE)
ENDS: Final = (".", "!", "…", ";", ",", "。", "۔")
QUOTES: Final = "\"'”’»“)]"

LONGEST_TITLE: Final = 160
"""Characters: a line longer than that is a paragraph whatever it ends with."""
OPENING_LIST: Final = 4
"""Titles in a row before the first paragraph that make a list of other articles."""
CLOSING_LIST: Final = 3
"""The same behind the last paragraph."""
INNER_LIST: Final = 4
"""The same between paragraphs, where they also must be capitalised like titles."""
MENU: Final = 4
"""Entries of up to three words in a row that make a menu."""
RELATED_SENTENCES: Final = 4
"""Full-sentence links that may stand under a related heading at an article's end."""


def verdicts(title: str, blocks: Sequence[Block]) -> list[str]:
    """Return for each block the rule that takes it for boilerplate; empty where it is the article's own.

    Where the company rules would leave nothing of an article (a text without any sentence marks), only
    the wording of each line counts.
    """
    lines = [BULLET.sub("", block.text).strip() for block in blocks]
    alone = [rule or _beside(block) for rule, block in zip(_alone(title, lines), blocks, strict=True)]
    found = list(alone)
    for rule in (_related, _tags, _attributed, _clocked, _repeated_captions, _lists, _menus, _read):
        rule(blocks, lines, found)
    return found if _keeps_text(blocks, found) else alone


def _alone(title: str, lines: Sequence[str]) -> list[str]:
    """Judge each line by itself, and by what was said before it."""
    found, named, seen = [], _key(title), {_key(title)} - {""}
    for line in lines:
        rule = rule_of(line)
        key = _key(line)
        if not rule and key and (key in seen or _is_title(key, named)):
            rule = "said before"
        seen.add(key)
        found.append(rule)
    return found


def _beside(block: Block) -> str:
    """Judge what a dash or quotation marks around a whole line tell: who was quoted, or a quotation pulled out."""
    text = block.text.strip()
    if DASHED.match(text) and block.kind is BlockKind.HEADING:
        return "attribution"
    return "pull quote" if PULLED.match(text) else ""


def _read(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take what the examples of boilerplate would have among them; a heading is left to the other rules."""
    for i, line in enumerate(lines):
        if not found[i] and blocks[i].kind is BlockKind.PARAGRAPH and reads_like_boilerplate(parted(line)[1]):
            found[i] = "reads like boilerplate"


def _key(line: str) -> str:
    """Return what a line is known by when it is said again; a long paragraph must come back letter by letter."""
    return line.casefold() if len(line) > LONGEST_TITLE else " ".join(word.folded for word in words(line))


def _is_title(key: str, title: str) -> bool:
    """Return whether a line is the title, less a site's name behind it."""
    return title.startswith(key) and len(key) > 20 and len(key) > 0.6 * len(title)


def titleish(block: Block, line: str) -> bool:
    """Return whether a block reads like a title: a heading, or a short line that ends in no full stop.

    >>> titleish(Block(BlockKind.PARAGRAPH, ""), "Ferry returns to Tarnmouth after two years")
    True
    >>> titleish(Block(BlockKind.PARAGRAPH, ""), "The ferry returned.")
    False
    """
    if block.kind is BlockKind.HEADING:
        return True
    bare = line.rstrip(QUOTES + " ")
    return 0 < len(line) <= LONGEST_TITLE and not bare.endswith(ENDS) and not line.endswith(":")


def _run(
    blocks: Sequence[Block], lines: Sequence[str], found: Sequence[str], start: int, *, over_dropped: bool = False
) -> int:
    """Return the end of the run of title-like lines from `start` on that no rule has taken.

    With `over_dropped`, lines that a rule has taken belong to the run as well.
    """
    end = start
    while end < len(blocks) and (
        over_dropped if found[end] else titleish(blocks[end], lines[end]) and not opens_related(lines[end])
    ):
        end += 1
    return end


def _related(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take a related heading with the titles under it, but leave the heading of the paragraph that follows."""
    for i, line in enumerate(lines):
        if not opens_related(line):
            continue
        found[i] = "related links"
        end, titles = i + 1, []
        while end < len(blocks) and not opens_related(lines[end]) and (found[end] or titleish(blocks[end], lines[end])):
            titles += [] if found[end] else [end]
            end += 1
        if titles and end < len(blocks) and (len(titles) > 1 or _outranks(blocks[titles[0]], blocks[i])):
            titles.pop()
        elif not titles:
            titles = list(range(end, _sentences(lines, found, end)))
        for at in titles:
            found[at] = "related links"


def _outranks(heading: Block, marker: Block) -> bool:
    return (
        heading.kind is BlockKind.HEADING
        and heading.level > 0
        and (marker.kind is BlockKind.PARAGRAPH or heading.level < marker.level)
    )


def _sentences(lines: Sequence[str], found: Sequence[str], start: int) -> int:
    """Return the end of a few one-sentence links that close an article; `start` where there are none."""
    end = start
    while end < len(lines) and not found[end] and not opens_tags(lines[end]) and not opens_related(lines[end]):
        if end - start == RELATED_SENTENCES or len(lines[end]) > 240 or ". " in lines[end]:
            return start
        end += 1
    rest_is_dropped = all(found[end:]) or (end < len(lines) and opens_tags(lines[end]))
    return end if rest_is_dropped else start


def _tags(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    for i, line in enumerate(lines):
        if opens_tags(line):
            end = _run(blocks, lines, found, i + 1)
            found[i:end] = ["tags"] * (end - i)


def _attributed(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take the name under a line that only says `As reported by`."""
    for i in range(1, len(lines)):
        if ATTRIBUTION.match(lines[i - 1]) and not found[i] and titleish(blocks[i], lines[i]):
            found[i] = "attribution"


def _clocked(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take the titles of a list whose entries each stand under a time of day."""
    entries = [
        i
        for i, (before, _) in enumerate(pairwise(lines), 1)
        if CLOCK.match(before) and not found[i] and titleish(blocks[i], lines[i])
    ]
    if len(entries) >= CLOSING_LIST:
        for i in entries:
            found[i] = "time-stamped list"


def _repeated_captions(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take a line that the next one, a caption with its credit, says again."""
    for i in range(len(lines) - 1):
        if (
            found[i + 1] == "photo caption"
            and not found[i]
            and len(lines[i]) > 20
            and lines[i + 1].startswith(lines[i])
        ):
            found[i] = "photo caption"


def _lists(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take runs of titles: before the first paragraph, behind the last, and capitalised ones between.

    Before the first and behind the last, lines that are dropped already do not part a run.
    """
    i = over = 0
    before_text, closes = True, False
    while i < len(blocks):
        end = i if found[i] else _run(blocks, lines, found, i)
        if end == i:
            before_text = before_text and bool(found[i])
            i += 1
            continue
        if i >= over:
            over = _run(blocks, lines, found, i, over_dropped=True)
            closes = all(found[over:])
        end = over if before_text or closes else end
        titles = [at for at in range(i, end) if not found[at]]
        kept = titles if closes else titles[:-1]  # the last may head the text that follows
        least = CLOSING_LIST if closes else OPENING_LIST if before_text else INNER_LIST
        if len(kept) >= least and ((before_text and not closes) or _capitalised([lines[at] for at in kept])):
            for at in kept:
                found[at] = "list of titles"
        i = end


def _capitalised(lines: Sequence[str]) -> bool:
    """Return whether most longer words of the lines begin with a capital."""
    long_words = [word for line in lines for word in line.split() if len(word) > 3]
    return sum(word[:1].isupper() for word in long_words) > 0.6 * len(long_words)


def _menus(blocks: Sequence[Block], lines: Sequence[str], found: list[str]) -> None:
    """Take runs of entries of one to three words."""
    i = 0
    while i < len(lines):
        end = i
        while end < len(lines) and (found[end] or _entry(blocks[end], lines[end])):
            end += 1
        entries = [at for at in range(i, end) if not found[at]]
        heads_text = end < len(lines) and bool(entries) and entries[-1] == end - 1
        if len(entries) >= MENU + heads_text:
            for at in entries[: len(entries) - heads_text]:
                found[at] = "menu"
        i = max(end, i + 1)


def _entry(block: Block, line: str) -> bool:
    return len(line) <= 30 and len(line.split()) <= 3 and titleish(block, line)


def _keeps_text(blocks: Sequence[Block], found: Sequence[str]) -> bool:
    return any(not rule and block.kind is BlockKind.PARAGRAPH for block, rule in zip(blocks, found, strict=True))
