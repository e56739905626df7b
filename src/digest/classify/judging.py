"""Where single lines go: the passages of an article handed over one by one, or headlines without a text."""

from __future__ import annotations

from collections.abc import Sequence

from digest.classify.boilerplate import verdicts
from digest.classify.sections import Scorer, Verdict, confidences, place, read, title_of
from digest.model.news import BOILERPLATE, Block, BlockKind, SectionId


def judged(known: Scorer, title: str, lines: Sequence[str]) -> list[Verdict]:
    """Return where each line of an article goes, in order; none is joined with another, or cut.

    Without lines it is the title that is judged, and the one verdict is its.
    """
    said = title_of(known, title)
    if not lines:
        return place([read(known, said, "", "")])
    rules = verdicts(title, [Block(BlockKind.PARAGRAPH, line) for line in lines])
    own = [i for i, rule in enumerate(rules) if not rule]
    placed = dict(zip(own, place([read(known, said, "", lines[i], opens=i == own[0]) for i in own]), strict=True))
    return [placed[i] if i in placed else Verdict(BOILERPLATE, 1.0, (rules[i],)) for i in range(len(lines))]


def chances(known: Scorer, title: str, text: str) -> dict[SectionId, float]:
    """Return the chance of each section, and of `OTHER`, to be right for a passage by itself."""
    return confidences(read(known, title_of(known, title), "", text).odds)
