"""Articles of invented places, and the sections of an invented edition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model.issue import Section
from digest.model.news import Article, Block, BlockKind
from digest.settings import load

MakeArticle = Callable[..., Article]


@pytest.fixture(scope="session")
def sections() -> tuple[Section, ...]:
    return (
        Section(
            "military",
            "Military",
            match=(
                "drone*^1.5",
                "missile*",
                "brigade",
                "front",
                "air force",
                "desert*",
                "shell*",
                "oil depot*^1.5",
                "soldier*",
            ),
        ),
        Section(
            "diplomacy",
            "Diplomacy",
            match=("minister*", "envoy*", "sanction*^1.5", "ally", "allies", "visit*", "military aid^2", "embass*"),
        ),
        Section("peace_summit", "Peace summit", match=("peace summit^3", "peace plan^2", "talks", "ceasefire^1.5")),
    )


@pytest.fixture(scope="session")
def article() -> MakeArticle:
    """Make an article of lines: one that starts with `## ` is a heading, any other a paragraph."""

    def make(*lines: str, title: str = "News of the Ferren valley", standfirst: str = "") -> Article:
        blocks = tuple(
            Block(BlockKind.HEADING, line.removeprefix("## "), 2)
            if line.startswith("## ")
            else Block(BlockKind.PARAGRAPH, line)
            for line in lines
        )
        at = datetime(2026, 11, 20, 6, tzinfo=UTC)
        return Article(
            "0123456789abcdef", "Karsk Wire", "https://karsk.example/1", title, blocks, "f", at, at, standfirst
        )

    return make


@pytest.fixture(scope="session")
def brief() -> tuple[Section, ...]:
    """The sections of the edition that the repository carries."""
    return load(Path(__file__).parents[2] / "digest.toml", {}).sections
