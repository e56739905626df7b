"""What a day's news costs on its way from the store to the mail's bytes: classify, compose, render.

Collecting waits for other people's servers and is left out. Sections, terms and look are those that `digest init` lays
out; the articles are invented, three passages each, about four articles to an event. The seconds are CPU.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from invented import NOW, articles

from digest.classify import classify
from digest.cli.starting import starter
from digest.compose import compose, pool
from digest.model.issue import Content, Edition
from digest.model.news import Article, Placement
from digest.render import MailSettings, open_look, render, titled, variants
from digest.settings import Settings, load
from digest.slots import candidates

T = TypeVar("T")
DESK = "desk@brief.example"
MAIL = MailSettings("The Brief", DESK, DESK, "https://brief.example", "8 Ropewalk, Aldovar", "brief.example", DESK)


class Watch:
    """Seconds of CPU by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, work: Callable[[], T]) -> T:
        """Do the work and note what it cost."""
        begun = time.process_time()
        result = work()
        self.seconds[stage] = time.process_time() - begun
        return result


def placed(chosen: tuple[Article, ...], edition: Edition) -> list[Placement]:
    """Return every article's placements."""
    return [placement for article in chosen for placement in classify(article, edition.sections)]


def told(placements: list[Placement], chosen: tuple[Article, ...], edition: Edition, settings: Settings) -> Content:
    """Return the issue's content."""
    slot = next(candidates(edition, NOW))
    return compose(placements, chosen, edition, sources=settings.sources, number=1, slot=slot, now=NOW).content


def mail_bytes(content: Content, edition: Edition, settings: Settings) -> int:
    """Return the size of the one skeleton that most readers get, its look opened as a build does."""
    look = open_look(settings.templates, edition.look)
    shown = titled(content, look, edition)
    (skeleton,) = render(shown, look, variants(shown, [((), "")], edition).values(), MAIL, edition=edition).values()
    return sum(len(part) for part in skeleton.parts if isinstance(part, bytes))


def measure(count: int, seed: int) -> dict[str, object]:
    """Run the job once over so many articles; return what it cost and what it made."""
    settings = load(starter() / "digest.toml", {})
    edition = next(iter(settings.editions.values()))
    news = list(articles(count, seed=seed))
    watch = Watch()
    chosen = watch.time("pool", lambda: pool(news, edition, now=NOW)).articles
    placements = watch.time("classify", lambda: placed(chosen, edition))
    content = watch.time("compose", lambda: told(placements, chosen, edition, settings))
    size = watch.time("render", lambda: mail_bytes(content, edition, settings))
    return {
        "articles": len(news),
        "passages": len(placements),
        "stories": content.stories,
        "mail_bytes": size,
        "seconds": {stage: round(seconds, 4) for stage, seconds in watch.seconds.items()},
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def shown(result: dict[str, object], seconds: dict[str, float]) -> str:
    """Return the result as a table."""
    whole = sum(seconds.values())
    rows = [f"{stage:<10}{spent:>9.3f} s{spent / whole:>7.0%}" for stage, spent in seconds.items()]
    made = "{articles:,} articles, {passages:,} passages, {stories} stories, a mail of {mail_bytes:,} bytes".format(
        **result
    )
    return "\n".join((made, *rows, f"{'together':<10}{whole:>9.3f} s", f"peak memory {result['peak_mib']} MiB"))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--articles", type=int, default=1000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented news (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    result = measure(options.articles, options.seed)
    seconds = result["seconds"]
    assert isinstance(seconds, dict)
    print(json.dumps(result) if options.json else shown(result, seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
