"""What the editorial brain costs: passages placed, events brought together, stories ranked, sentences chosen.

Sections and terms are those that `digest init` lays out; the articles are invented, three passages each, about four
articles to an event. The seconds are CPU, the median of the rounds. `growth` is how many times longer ten times as
many articles take: 10 would be a straight line.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from invented import NOW, articles

from digest.classify import classify
from digest.cli.starting import starter
from digest.compose import compose, counted
from digest.compose.stories import gathered
from digest.compose.telling import tellings
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


def placed(news: list[Article], edition: Edition) -> list[Placement]:
    """Return every article's placements."""
    return [placement for article in news for placement in classify(article, edition.sections)]


def told(placements: list[Placement], news: list[Article], edition: Edition, archive: Archive) -> Content:
    """Return the issue's content."""
    slot = next(candidates(edition, NOW))
    return compose(placements, news, edition, sources=(), number=1, slot=slot, now=NOW, archive=archive)


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
    few = medians([measure(given.articles, given.seed + n) for n in range(given.rounds)])
    many = measure(given.articles * given.times, given.seed) if given.times > 1 else few
    growth = {name: round(many[name] / few[name], 1) for name in ("classify", "compose", "of that: stories", "all")}
    found = {"articles": given.articles, "seconds": few, "allowed": ALLOWED, "times": given.times, "growth": growth}
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{given.articles:,} articles, seconds of CPU ({ALLOWED} allowed):")
    for name, value in few.items():
        grown = f"  x {growth[name]}" if name in growth and given.times > 1 else ""
        print(f"  {name:20}{value:10.3f}{grown}")


if __name__ == "__main__":
    main()
