"""What an editor would hold against the choice of stories: told twice, told before, too old, missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from digest.check.finding import Area, Finding, Level, count, quoted
from digest.check.proof import Proof, told_text
from digest.check.scene import Scene, scene
from digest.model.issue import Item, LeftOut
from digest.model.words import words

BELOW: Final = re.compile(r"below the line in (?P<section>[\w-]+)")
"""How the reason of a story begins that fell below its section's line."""
CLOSE: Final = 36 * 3600
"""Seconds between two reports of one event, at most."""
MOST_HELD: Final = 12
"""Stories below a line that are compared: those that could still be shown."""
SAME_WORDS: Final = 0.8


def stories(proof: Proof) -> Iterator[Finding]:
    """Yield what is to be said of the stories."""
    if not proof.content.stories:
        yield Finding(
            Level.RED,
            Area.CONTENT,
            "There is nothing to tell",
            cure="collect and build again, or give it up: digest skip",
        )
        return
    yield from _lead(proof)
    yield from _sections(proof)
    twice = list(_twice(proof))
    yield from twice
    yield from _headlines(proof)
    yield from _before(proof)
    yield from _old(proof)
    if not twice:
        told = count(proof.content.stories, "story", "stories")
        yield Finding(Level.GREEN, Area.CONTENT, f"{told}, each told once")


# ---------------------------------------------------------------------------------------------------- lead, sections


def _lead(proof: Proof) -> Iterator[Finding]:
    lead, articles = proof.content.lead, proof.sources(proof.content.lead)
    if not lead.summary:
        yield _amber(
            "The lead has a headline and no text",
            quoted(lead.headline),
            lead.anchor,
            cure="let another story lead, or give it a text",
        )
    if articles and not articles[0].kind.may_lead:
        yield _amber(
            f"The lead is {articles[0].kind.value}, not news",
            quoted(lead.headline),
            lead.anchor,
            cure="let a news story lead",
        )


def _sections(proof: Proof) -> Iterator[Finding]:
    there = {section.id for section in proof.content.sections if section.items}
    for section in proof.edition.sections:
        if section.id not in there:
            lost = proof.crowd.nothing
            who = f"{count(lost, 'reader')} who chose only what is empty get no mail" if lost else ""
            yield _amber(
                f"{section.title} has no story and is left out",
                who,
                section.id,
                cure="nothing, if there is no news; else look at what was left out: digest -v build",
            )


# ------------------------------------------------------------------------------------------------------------- twice


def _twice(proof: Proof) -> Iterator[Finding]:
    items = proof.items
    scenes = {item.anchor: _scene_of(proof, told_text(item)) for item in items}
    for one, other in combinations(items, 2):
        if _of_one_article(one, other) or not _near(one, other):
            continue
        if shared := scenes[one.anchor].shared(scenes[other.anchor]):
            yield _amber(
                "One event, told twice?",
                f"{', '.join(shared)}: {quoted(one.headline, 40)} and {quoted(other.headline, 40)}",
                one.anchor,
                other.anchor,
                cure="if it is one event, hold one of the two back",
            )
    yield from _held(proof, items, scenes)


def _held(proof: Proof, items: tuple[Item, ...], scenes: dict[str, Scene]) -> Iterator[Finding]:
    """Yield stories that are shown while others about the same event fell below a line: they would add to it."""
    for n, held in enumerate(_below(proof), start=1):
        article = proof.articles.get(held.article)
        if article is None:
            continue
        its = _scene_of(proof, f"{held.heading or article.title}\n{held.text[:600]}")
        for item in items:
            cited = {passage.article for passage in item.passages}
            newest = max((credit.at for credit in item.credits), default=article.at)
            if held.article in cited or abs((newest - article.at).total_seconds()) > CLOSE:
                continue
            if shared := scenes[item.anchor].shared(its):
                yield _amber(
                    "One event, told twice?",
                    f"{', '.join(shared)}: {quoted(item.headline, 40)} and held h{n} {quoted(article.title, 40)}",
                    item.anchor,
                    cure=f"if it is one event, merge them: {article.source} reports it too",
                )
                break


def _below(proof: Proof) -> list[LeftOut]:
    """Return what fell just below the lines, each story once."""
    found: dict[str, LeftOut] = {}
    for left in proof.content.left_out:
        if BELOW.match(left.reason):
            found.setdefault(left.article, left)
    return list(found.values())[:MOST_HELD]


def _scene_of(proof: Proof, text: str) -> Scene:
    return scene(text, proof.lore.places(text))


def _of_one_article(one: Item, other: Item) -> bool:
    """Return whether the program itself cut both out of one article: then they are different parts of it."""
    return bool({passage.article for passage in one.passages} & {passage.article for passage in other.passages})


def _near(one: Item, other: Item) -> bool:
    """Return whether two stories were reported close enough to each other to be one event."""
    if not one.credits or not other.credits:
        return True
    gaps = (abs((a.at - b.at).total_seconds()) for a in one.credits for b in other.credits)
    return min(gaps) <= CLOSE


# -------------------------------------------------------------------------------------------------- said before, old


def _headlines(proof: Proof) -> Iterator[Finding]:
    for one, other in combinations(proof.items, 2):
        if _key(one.headline) == _key(other.headline):
            yield _amber(
                "Two stories have the same headline",
                quoted(one.headline),
                one.anchor,
                other.anchor,
                cure="give one of them another headline",
            )


def _before(proof: Proof) -> Iterator[Finding]:
    for item in proof.items:
        if item.follows is not None:
            continue
        key, spoken = _key(item.headline), set(_key(item.headline))
        for told in proof.told:
            other = set(_key(told.headline))
            nearly = len(spoken & other) >= SAME_WORDS * len(spoken | other) and len(spoken) > 3
            if (item.url and item.url == told.url) or key == _key(told.headline) or nearly:
                yield _amber(
                    f"No. {told.number} of {told.day:%-d %B} told this",
                    quoted(item.headline),
                    item.anchor,
                    cure="hold it back, or say in it what is new since",
                )
                break


def _old(proof: Proof) -> Iterator[Finding]:
    oldest = max(proof.now, proof.content.built_at) - proof.edition.max_age
    for item in proof.items:
        newest = max((credit.at for credit in item.credits), default=None)
        if newest is not None and newest < oldest:
            yield _amber(
                "Older than the edition takes",
                f"{quoted(item.headline, 40)} of {newest:%-d %B}",
                item.anchor,
                cure="hold it back, or build again",
            )


def _key(headline: str) -> tuple[str, ...]:
    return tuple(word.folded for word in words(headline))


def _amber(text: str, seen: str, *places: str, cure: str) -> Finding:
    return Finding(Level.AMBER, Area.CONTENT, text, seen, places, cure)
