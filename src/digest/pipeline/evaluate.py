"""Lines that people labelled against what the program makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from digest.classify import asking, scorer_of
from digest.classify.figures import Figures, Judged, figures
from digest.classify.judging import judged
from digest.classify.sections import Meaning, Scorer, Verdict
from digest.classify.weights import Weights
from digest.compose.agreement import Agreement, b_cubed, pairs
from digest.compose.stories import gathered
from digest.compose.telling import Telling
from digest.model.issue import Section
from digest.model.news import Article, Block, BlockKind, Passage, Placement
from digest.parts import Parts
from digest.pipeline.lines import Line
from digest.pipeline.recollect import archive_of

UNDATED: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
"""The day of lines without one: all of the same, so that no day tells them apart."""
DATES: Final = ("%m-%d-%Y", "%Y-%b-%d", "%Y-%m")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the program makes of lines, and how well that agrees with their labels."""

    verdicts: Mapping[str, Verdict]
    """By a line's id."""
    figures: Figures
    """Over the lines that have a label."""


@dataclass(frozen=True, slots=True)
class StoryEvaluation:
    """Which story each line was put into, and how well that agrees with what people say."""

    clusters: Mapping[str, str]
    """By a line's id."""
    stories: int
    b_cubed: Agreement
    pairs: Agreement


def evaluate(
    lines: Sequence[Line], sections: Sequence[Section], weights: Weights, meaning: Meaning | None = None
) -> Evaluation:
    """Return where each line goes; passages of one path are judged as one article's, in the order of their keys."""
    known = asking(scorer_of(sections, weights), meaning)
    verdicts: dict[str, Verdict] = {}
    for article in _articles(lines):
        verdicts.update(_of_article(known, article))
    labelled = [Judged(line.label, verdicts[line.id].section, line.also) for line in lines if line.label]
    return Evaluation(verdicts, figures(labelled))


def _articles(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines in groups: a headline by itself, passages with those of their path."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        alone = not line.text.strip() or not line.path
        groups.setdefault(("", line.id) if alone else (line.path, ""), []).append(line)
    return [sorted(group, key=lambda line: line.place) for group in groups.values()]


def _of_article(known: Scorer, article: Sequence[Line]) -> dict[str, Verdict]:
    title = next((line.title for line in article if line.title), "")
    passages = [line for line in article if line.text.strip()]
    if not passages:
        return {article[0].id: judged(known, title or article[0].heading, [])[0]}
    texts = [f"{line.heading}\n{line.text}".strip() for line in passages]
    return dict(zip((line.id for line in passages), judged(known, title, texts), strict=True))


def evaluate_stories(parts: Parts, lines: Sequence[Line], edition_id: str = "") -> StoryEvaluation:
    """Return which lines tell of one event, and how well that agrees with `Line.cluster`.

    They are brought together as an issue of the edition would have them: by its names, and by how common words are in
    its archive. Without an id it is the first edition; raises UnknownError for one that nobody knows.
    """
    edition = parts.settings.edition(edition_id or next(iter(parts.settings.editions), ""))
    groups = gathered([_telling(line) for line in lines], edition.names, archive_of(parts.store, edition))
    clusters = {telling.article.id: f"story-{no}" for no, group in enumerate(groups, 1) for telling in group}
    truth = {line.id: line.cluster for line in lines if line.cluster}
    return StoryEvaluation(clusters, len(groups), b_cubed(clusters, truth), pairs(clusters, truth))


def _telling(line: Line) -> Telling:
    """Return a line as an article of its own, placed in the one section there is."""
    at = day(line.date)
    blocks = (Block(BlockKind.PARAGRAPH, line.text),) if line.text else ()
    article = Article(line.id, line.source, "", line.title or line.text, blocks, line.id, at, at)
    passage = Passage(line.id, 0, line.heading, (line.text,) if line.text else ())
    return Telling(article, "story", (Placement(passage, "story", 1.0),), 0)


def day(date: str) -> datetime:
    """Return noon of a date as lines write it; `UNDATED` for what is none.

    >>> [f"{day(date):%d.%m.%Y}" for date in ("2026-02-27", "05-17-2022", "2024-nov-08", "2025-05", "soon")]
    ['27.02.2026', '17.05.2022', '08.11.2024', '01.05.2025', '01.01.2000']
    """
    try:
        found = datetime.fromisoformat(date)
        return found if found.tzinfo else found.replace(hour=found.hour or 12, tzinfo=UTC)
    except ValueError:
        pass
    for form in DATES:
        try:
            return datetime.strptime(date, form).replace(hour=12, tzinfo=UTC)
        except ValueError:
            continue
    return UNDATED
