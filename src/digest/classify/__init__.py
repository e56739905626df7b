"""Articles in, placements out: boilerplate named, passages cut, each placed in a section or in none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from digest.classify.boilerplate import verdicts
from digest.classify.passages import Stretch, cut
from digest.classify.sections import Meaning, Scorer, Title, Verdict, place, read, scorer, title_of
from digest.classify.turns import part
from digest.classify.weights import Weights, shipped
from digest.model.issue import Section
from digest.model.news import BOILERPLATE, OTHER, Article, Block, BlockKind, Passage, Placement

__all__ = ["classify"]

CLOSING = "closing paragraph that sums up"
BARE = "heading without text"


def classify(
    article: Article, sections: Sequence[Section], weights: Weights | None = None, meaning: Meaning | None = None
) -> tuple[Placement, ...]:
    """Return the article's passages in reading order, each with its section, `OTHER` or `BOILERPLATE`.

    Boilerplate comes as one placement a line with the rule's name as evidence. An article without a body is
    placed by its standfirst, or by its title alone with no paragraphs. `Section.fallback` takes what fits none.
    `weights` are what was learned; None: those that come with the program. `meaning` is asked where words are in doubt.
    """
    known = scorer_of(sections, weights)
    title = title_of(known, article.title)
    blocks = article.blocks or _standfirst(article)
    rules = verdicts(article.title, blocks)
    parts = cut(blocks, rules)
    for i in parts.bare:
        rules[i] = BARE
    stretches = [piece for stretch in parts.stretches for piece in part(stretch, known)]
    if _in_english(article):
        known = asking(known, meaning)
    if not stretches and article.title.strip():
        stretches = [_instead(article, blocks, rules)]
    placed = _placed(title, stretches, sections, known)
    joined = _rejoined(stretches, placed)
    if len(joined) < len(stretches):
        stretches, placed = joined, _placed(title, joined, sections, known)
    return _in_reading_order(article, blocks, rules, stretches, placed)


def _in_english(article: Article) -> bool:
    """Return whether the article is in the language of the examples, or nobody says; others' meaning is not asked."""
    return article.language.replace("_", "-").partition("-")[0].casefold() in ("", "en")


def scorer_of(sections: Sequence[Section], weights: Weights | None = None) -> Scorer:
    """Return what the sections are recognised by; made once for the same sections and weights."""
    return _scorer(tuple(sections), weights or shipped())


def asking(known: Scorer, meaning: Meaning | None) -> Scorer:
    """Return the scorer that asks for the meaning of what is in doubt."""
    return replace(known, meaning=meaning) if meaning else known


@lru_cache(maxsize=16)
def _scorer(sections: tuple[Section, ...], weights: Weights) -> Scorer:
    return scorer(sections, weights)


def _standfirst(article: Article) -> tuple[Block, ...]:
    return (Block(BlockKind.PARAGRAPH, article.standfirst),) if article.standfirst.strip() else ()


def _instead(article: Article, blocks: Sequence[Block], rules: Sequence[str]) -> Stretch:
    """Return what tells of an article whose body is all boilerplate: its standfirst, else its bare title."""
    standfirst = article.standfirst.strip()
    said = {block.text.strip() for block in blocks}
    usable = standfirst and standfirst not in said and not verdicts(article.title, _standfirst(article))[0]
    return Stretch(len(rules), "", (standfirst,) if usable else ())


def _placed(title: Title, stretches: Sequence[Stretch], sections: Sequence[Section], known: Scorer) -> list[Verdict]:
    readings = [
        read(known, title, stretch.heading, "\n\n".join(stretch.paragraphs), opens=i == 0)
        for i, stretch in enumerate(stretches)
    ]
    fallback = next((section.id for section in sections if section.fallback), OTHER)
    placed = []
    for stretch, verdict in zip(stretches, place(readings), strict=True):
        if stretch.closing:
            verdict = Verdict(OTHER, verdict.score, (CLOSING,))
        elif verdict.section == OTHER:
            verdict = replace(verdict, section=fallback)
        placed.append(verdict)
    return placed


def _rejoined(stretches: Sequence[Stretch], placed: Sequence[Verdict]) -> list[Stretch]:
    """Put parts of one stretch together again that went to the same section after all."""
    joined: list[tuple[Stretch, str]] = []
    for stretch, verdict in zip(stretches, placed, strict=True):
        before, section = joined[-1] if joined else (stretch, "")
        if joined and not stretch.heading and not stretch.closing and section == verdict.section:
            joined[-1] = (replace(before, paragraphs=before.paragraphs + stretch.paragraphs), section)
        else:
            joined.append((stretch, verdict.section))
    return [stretch for stretch, _ in joined]


def _in_reading_order(
    article: Article,
    blocks: Sequence[Block],
    rules: Sequence[str],
    stretches: Sequence[Stretch],
    placed: Sequence[Verdict],
) -> tuple[Placement, ...]:
    """Number passages and dropped lines together, as they follow each other in the article."""
    lines = [
        (i, "", (blocks[i].text.strip(),), "", Verdict(BOILERPLATE, 1.0, (rule,)))
        for i, rule in enumerate(rules)
        if rule and blocks[i].text.strip()
    ]
    passages = [
        (s.first, s.heading, s.paragraphs, s.dateline, verdict) for s, verdict in zip(stretches, placed, strict=True)
    ]
    rows = sorted([*lines, *passages], key=lambda row: row[0])
    return tuple(
        Placement(
            Passage(article.id, at, heading, paragraphs, dateline), verdict.section, verdict.score, verdict.evidence
        )
        for at, (_, heading, paragraphs, dateline, verdict) in enumerate(rows)
    )
