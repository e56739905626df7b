"""An article's own blocks, cut at its sub-headings into passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from digest.classify.boilerplate import titleish
from digest.classify.datelines import parted
from digest.classify.lines import reads_like_closing
from digest.model.news import Block, BlockKind

SHORT: Final = 60
"""Characters: a passage with less text than that joins its neighbour."""
APART: Final = 4
"""Dropped lines between a heading and a text that make them strangers."""
LONGEST_HEADING: Final = 80
"""Characters of a line without mark-up that may still be a heading."""
CLOSING_CUES: Final = 2
"""Turns of phrase that make a last paragraph an editorial one."""

LONGEST_CLOSING: Final = 1500
"""Characters of a paragraph that may be one."""

CUES: Final = re.compile(
    r"\bmarks? (?:an?|the|another) (?:\w+ ){0,2}(?:escalation|turn|turning point|moment|chapter|shift|step|test)\b"
    r"|\bthe (?:international community|wider world|world) (?:\w+ ){0,2}(?:faces?|must|will|watch\w*|waits?|is"
    r"|has|holds)\b"
    r"|\bcoming (?:days|weeks|months|years)\b|\bremains? (?:to be seen|unclear|uncertain|elusive)\b"
    r"|\b(?:only )?time will tell\b|\bno (?:end|signs?|resolution) (?:in sight|of)\b|\bshows? (?:no|few"
    r"|little) signs?\b"
    r"|\b(?:will be|prove|proves) (?:crucial|decisive|critical|pivotal)\b|\b(?:trajectory|course|future) of the\b"
    r"|\bprospects? (?:for|of)\b|\bfor now,|\b(?:in conclusion|ultimately|overall|in short|in sum)\b"
    r"|\bas (?:the|both) (?:war|conflict|fighting|crisis|sides)\b|\bwhat (?:comes|happens) next\b"
    r"|\bhangs? in the balance\b"
    r"|\bпокаже час\b|\bпокажет время\b|\bнайближч\w+ (?:дні|тижні|місяці)\b|\bближайш\w+ (?:дни|недели|месяцы)\b"
    r"|\bbleibt abzuwarten\b|\bin den kommenden (?:tagen|wochen|monaten)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Paragraphs that stand together, before they have a section."""

    first: int
    """The index of its first block in the article."""
    heading: str
    """Empty for what stands before the first sub-heading."""
    paragraphs: tuple[str, ...]
    headed_at: int = -1
    """The index of its heading's block; -1 without one."""
    closing: bool = False
    """Whether it is an editorial last word rather than a report."""
    dateline: str = ""
    """What stood before the first sentence of an article that begins with it."""

    @property
    def size(self) -> int:
        """Characters of its paragraphs."""
        return sum(map(len, self.paragraphs))


@dataclass(frozen=True, slots=True)
class Cut:
    """What an article falls into."""

    stretches: tuple[Stretch, ...]
    bare: tuple[int, ...]
    """Indices of headings with no text under them, or too little for a passage."""


def cut(blocks: Sequence[Block], verdicts: Sequence[str]) -> Cut:
    """Return the article's stretches in reading order, each heading with its text; boilerplate is passed over."""
    stretches: list[Stretch] = []
    bare: list[int] = []
    heading, headed_at, first, paragraphs = "", -1, 0, list[str]()

    def close() -> None:
        if paragraphs:
            at = headed_at if heading else -1
            stretches.append(Stretch(headed_at if heading else first, heading, tuple(paragraphs), at))
            paragraphs.clear()
        elif heading:
            bare.append(headed_at)

    own = [i for i, verdict in enumerate(verdicts) if not verdict and blocks[i].text.strip()]
    for place, i in enumerate(own):
        following = blocks[own[place + 1]] if place + 1 < len(own) else None
        if _is_heading(blocks[i], following):
            close()
            heading, headed_at = blocks[i].text.strip(), i
            continue
        if heading and not paragraphs and i - headed_at > APART:
            bare.append(headed_at)
            heading = ""
        first = first if paragraphs else i
        paragraphs.append(blocks[i].text.strip())
    close()
    joined, lost = _join_short(stretches)
    return Cut(tuple(_part_closing(_part_dateline(joined))), (*bare, *lost))


def _is_heading(block: Block, following: Block | None) -> bool:
    if block.kind is BlockKind.HEADING:
        return True
    line = block.text.strip()
    return (
        following is not None
        and following.kind is BlockKind.PARAGRAPH
        and len(following.text) >= SHORT
        and not titleish(following, following.text)
        and titleish(block, line)
        and len(line) <= LONGEST_HEADING
        and len(line.split()) > 1
        and line[:1].isupper()
        and line[-1] not in '?"”»'
    )


def _join_short(stretches: Sequence[Stretch]) -> tuple[list[Stretch], list[int]]:
    """Let very short stretches join the one before them, or the next where none is.

    Returns the stretches, and where the headings stood that have no passage any more.
    """
    joined: list[Stretch] = []
    lost: list[int] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last is None or (stretch.size >= SHORT and last.size >= SHORT):
            joined.append(stretch)
        elif last.size >= SHORT or not stretch.heading:
            joined[-1] = replace(last, paragraphs=last.paragraphs + stretch.paragraphs)
            lost += [stretch.headed_at] if stretch.heading else []
        else:
            joined[-1] = replace(stretch, first=last.first, paragraphs=last.paragraphs + stretch.paragraphs)
            lost += [last.headed_at] if last.heading else []
    return joined, lost


def _part_dateline(stretches: list[Stretch]) -> list[Stretch]:
    """Part the dateline from an article's first paragraph."""
    if not stretches:
        return stretches
    first, *rest = stretches
    dateline, text = parted(first.paragraphs[0])
    return [replace(first, paragraphs=(text, *first.paragraphs[1:]), dateline=dateline), *rest]


def _part_closing(stretches: list[Stretch]) -> list[Stretch]:
    """Part an editorial last paragraph from the passage it merely follows."""
    if len(stretches) < 2 or len(stretches[-1].paragraphs) < 2 or not is_closing(stretches[-1].paragraphs[-1]):
        return stretches
    last = stretches[-1]
    reach = last.first + len(last.paragraphs)
    return [
        *stretches[:-1],
        replace(last, paragraphs=last.paragraphs[:-1]),
        Stretch(reach, "", last.paragraphs[-1:], closing=True),
    ]


def is_closing(paragraph: str) -> bool:
    """Return whether a last paragraph sums up and looks ahead instead of reporting.

    >>> is_closing("The fall of the bridge marks a new chapter. The coming weeks will show who holds the ford.")
    True
    >>> is_closing("Seven people were hurt when the bridge fell at 04:30, the governor said.")
    False
    """
    if len(paragraph) > LONGEST_CLOSING:
        return False
    cues = {found.group().casefold() for found in CUES.finditer(paragraph)}
    return len(cues) >= CLOSING_CUES or reads_like_closing(paragraph)
