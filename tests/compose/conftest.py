"""An edition of an invented valley, and its articles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from digest.model.issue import Edition, Schedule, Section, Slot
from digest.model.news import Article, Block, BlockKind, Passage, Placement

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
MakeArticle = Callable[..., Article]
MakePlacement = Callable[..., Placement]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def edition() -> Edition:
    every_day = frozenset(range(7))
    return Edition(
        id="weekday",
        title="The Aldovar Brief",
        sections=(
            Section("military", "Military", 3),
            Section("diplomacy", "Diplomacy", 2),
            Section("peace_summit", "Summit", 2),
        ),
        lists=("weekday",),
        timezone="Europe/Kyiv",
        language="en",
        draft=Schedule(every_day, time(6)),
        send=Schedule(every_day, time(7)),
    )


@pytest.fixture
def slot() -> Slot:
    return Slot("weekday", date(2026, 11, 20), "07:00", NOW, NOW + timedelta(hours=1))


@pytest.fixture
def article() -> MakeArticle:
    """Make an article; `hours` ago, by default three."""

    def make(
        name: str = "a",
        title: str = "Ferry returns",
        *text: str,
        source: str = "Karsk Wire",
        hours: float = 3,
        **rest: object,
    ) -> Article:
        values = {
            "id": name,
            "source": source,
            "url": f"https://{name}.example/1",
            "title": title,
            "blocks": tuple(Block(BlockKind.PARAGRAPH, paragraph) for paragraph in text),
            "fingerprint": name,
            "collected_at": NOW,
            "published_at": NOW - timedelta(hours=hours),
        }
        return Article(**(values | rest))

    return make


@pytest.fixture
def placed() -> MakePlacement:
    """Place a passage of an article."""

    def make(
        article: Article,
        section: str = "military",
        *paragraphs: str,
        position: int = 0,
        heading: str = "",
        score: float = 0.8,
        evidence: tuple[str, ...] = (),
    ) -> Placement:
        texts = paragraphs or tuple(block.text for block in article.blocks)
        return Placement(Passage(article.id, position, heading, texts), section, score, evidence)

    return make
