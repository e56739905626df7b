"""What the editorial brain costs: passages placed, events brought together, stories ranked, sentences chosen.

Sections and terms are those that `digest init` lays out; the articles are invented, three passages each, about four
articles to an event. The seconds are CPU, the median of the rounds. `growth` is how many times longer ten times as
many articles take: 10 would be a straight line. What the sentence encoder adds, where it is installed, is told apart:
it is asked of the passages in doubt, each once.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from invented import NOW, articles

from digest.classify import classify
from digest.classify.sections import Meaning
from digest.classify.weights import shipped
from digest.cli.starting import starter
from digest.compose import compose, counted
from digest.compose.stories import gathered
from digest.compose.telling import tellings
from digest.encoder import Missing, open_encoder
from digest.meaning import notebook
from digest.model.issue import Archive, Content, Edition
from digest.model.news import Article, Placement
from digest.settings import load
from digest.slots import candidates

T = TypeVar("T")
ALLOWED = 5.0
"""Seconds of CPU that 1,000 articles may take, all told."""


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return what the work cost in seconds of CPU, and what it made."""
    begun = time.process_time()
    made = work()
    return time.process_time() - begun, made


def placed(news: list[Article], edition: Edition, meaning: Meaning | None = None) -> list[Placement]:
    """Return every article's placements."""
    return [placement for article in news for placement in classify(article, edition.sections, meaning=meaning)]


def told(placements: list[Placement], news: list[Article], edition: Edition, archive: Archive) -> Content:
    """Return the issue's content."""
    slot = next(candidates(edition, NOW))
    return compose(placements, news, edition, sources=(), number=1, slot=slot, now=NOW, archive=archive).content


def measure(count: int, seed: int) -> dict[str, float]:
    """Return the seconds of one round over so many articles, by what they went into."""
    edition = next(iter(load(starter() / "digest.toml", {}).editions.values()))
    news = list(articles(count, seed=seed))
    by_id = {article.id: article for article in news}
    classifying, placements = timed(lambda: placed(news, edition))
    counting, archive = timed(lambda: counted(news[:1_000]))
    gathering, groups = timed(lambda: gathered(tellings(placements, by_id), edition.names, archive))
    composing, content = timed(lambda: told(placements, news, edition, archive))
    return {
        "classify": classifying,
        "compose": composing,
        "of that: stories": gathering,
        "count the archive": counting,
        "all": classifying + counting + composing,
        "stories": len(groups),
        "shown": content.stories,
    }


def with_encoder(count: int, seed: int) -> dict[str, float] | str:
    """Return what placing so many articles costs with the sentence encoder, or why there is none."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loading, encoder = timed(open_encoder)
    if isinstance(encoder, Missing):
        return str(encoder)
    book = notebook(encoder, shipped())
    edition = next(iter(load(starter() / "digest.toml", {}).editions.values()))
    classifying, placements = timed(lambda: placed(list(articles(count, seed=seed)), edition, book))
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "load": round(loading, 3),
        "classify": round(classifying, 3),
        "placements": len(placements),
        "asked": len(book.said),
        "megabytes more": round(more / 1024),
    }


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure."""
    return {name: round(statistics.median(each[name] for each in rounds), 3) for name in rounds[0]}


def main() -> None:
    """Print what 1,000 and 10,000 articles cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=10, help="how many times more for the growth; 1: no growth")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    meaning = with_encoder(given.articles, given.seed)
    few = medians([measure(given.articles, given.seed + n) for n in range(given.rounds)])
    many = measure(given.articles * given.times, given.seed) if given.times > 1 else few
    growth = {name: round(many[name] / few[name], 1) for name in ("classify", "compose", "of that: stories", "all")}
    found = {"articles": given.articles, "seconds": few, "allowed": ALLOWED, "times": given.times, "growth": growth}
    found["with the sentence encoder"] = meaning
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{given.articles:,} articles, seconds of CPU ({ALLOWED} allowed):")
    for name, value in few.items():
        grown = f"  x {growth[name]}" if name in growth and given.times > 1 else ""
        print(f"  {name:20}{value:10.3f}{grown}")
    print(f"with the sentence encoder, the first time: {meaning}")


if __name__ == "__main__":
    main()
