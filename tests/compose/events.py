"""The invented events of `data/events.txt` and `data/running.txt`, as articles: which outlet told which, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.compose.telling import Telling
from digest.model.news import Article, Block, BlockKind, Passage, Placement

DATA = Path(__file__).parent / "data"
FIRST_DAY = datetime(2026, 11, 16, tzinfo=UTC)
"""A Monday: the days of the file count from it."""
APART = timedelta(hours=2)
"""Between two tellings of one event."""


@dataclass(frozen=True)
class Told:
    """An event and the articles that tell it."""

    event: str
    articles: tuple[Article, ...]

    @property
    def is_near_miss(self) -> bool:
        """Whether it is only there to be kept apart from another."""
        return self.event.startswith("near-")


def told_events(file: str = "events.txt", apart: timedelta = APART) -> list[Told]:
    """Return the events of the file in its order, the tellings of each so far apart in time."""
    found = []
    for block in (DATA / file).read_text(encoding="utf-8").split("\n== ")[1:]:
        head, *lines = block.strip().splitlines()
        event, day, hour = head.split(", ")
        at = FIRST_DAY + timedelta(days=int(day) - 1, hours=int(hour))
        articles = (_article(event, n, line, at + n * apart) for n, line in enumerate(lines) if line.strip())
        found.append(Told(event, tuple(articles)))
    return found


def _article(event: str, n: int, line: str, at: datetime) -> Article:
    title, text = line.split(" | ")
    return Article(
        id=f"{event}-{n}",
        source=f"Outlet {n}",
        url=f"https://outlet{n}.example/{event}",
        title=title,
        blocks=(Block(BlockKind.PARAGRAPH, text),),
        fingerprint=f"{event}-{n}",
        collected_at=at,
        published_at=at,
    )


def telling(article: Article, section: str = "military") -> Telling:
    """Return what an article tells in one section."""
    passage = Passage(article.id, 0, "", tuple(block.text for block in article.blocks))
    return Telling(article, section, (Placement(passage, section, 0.8),), 0)
