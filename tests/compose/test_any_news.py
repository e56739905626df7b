"""Whatever is collected, an issue says nothing that its sources do not say, in time, and loses nothing."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.compose import compose, counted
from digest.model.issue import Edition, Schedule, Section, Slot, Told
from digest.model.news import OTHER, Article, Block, BlockKind, Passage, Placement

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAILY = frozenset(range(7))
EDITION = Edition(
    id="weekday",
    title="The Aldovar Brief",
    sections=(Section("military", "Military", 3), Section("diplomacy", "Diplomacy", 2)),
    lists=("weekday",),
    timezone="Europe/Kyiv",
    language="en",
    draft=Schedule(DAILY, clock(6)),
    send=Schedule(DAILY, clock(7)),
)
SLOT = Slot("weekday", date(2026, 11, 20), "07:00", NOW, NOW + timedelta(hours=1))
PHRASES = st.sampled_from(
    (
        "Seven people were killed in Kyiv on Monday.",
        "Missiles hit the Ukrainian capital, the mayor said.",
        "“We saw it fall,” she said.",
        "Russian authorities say that nothing was hit.",
        "Two boats left Tarnmouth at noon.",
        "🙂🙂",
        "no marks at all",
        "Київ під обстрілом.",
        "قال المتحدث إن الجسر سقط.",
        "x" * 300,
        "As of 6 pm on 3 May - governor.",
    )
)
TEXTS = st.lists(st.one_of(PHRASES, st.text(max_size=80)), max_size=5).map(" ".join)
NEWS = st.lists(
    st.tuples(
        TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(("military", "diplomacy", OTHER)), st.integers(0, 72)
    ),
    max_size=8,
)
PAST = st.lists(st.tuples(TEXTS, TEXTS), max_size=3)


def article(number: int, title: str, paragraphs: list[str], hours: int) -> Article:
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    at = NOW - timedelta(hours=hours)
    return Article(
        f"{number}", f"Outlet {number % 3}", f"https://a.example/{number}", title, blocks, f"{number}", NOW, at
    )


def issue(news, past=()):
    articles = [article(n, title, texts, hours) for n, (title, texts, _, hours) in enumerate(news)]
    placements = [
        Placement(Passage(a.id, 0, "", tuple(texts)), section, 0.5)
        for a, (_, texts, section, _) in zip(articles, news, strict=True)
    ]
    told = [Told(n, date(2026, 11, 19), headline, text) for n, (headline, text) in enumerate(past, 1)]
    archive = counted(articles)
    return placements, compose(
        placements, articles, EDITION, sources=(), number=9, slot=SLOT, now=NOW, told=told, archive=archive
    ).content


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NEWS, PAST)
def test_every_sentence_of_an_issue_stands_in_a_passage_of_its_story_and_every_passage_somewhere(news, past):
    placements, content = issue(news, past)

    texts = {placement.passage.article: placement.passage.text for placement in placements}
    items = [item for section in content.sections for item in section.items]
    for item in items:
        assert all(any(s in texts[cited.article] for cited in item.passages) for s in item.summary)
    ended = Counter(cited.article for item in items for cited in item.passages)
    ended.update(left.article for left in content.left_out)
    assert ended == Counter(texts.keys())


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", ""),
        ("word", "word"),
        ("🙂", "🙂 🎉 🙂"),
        ("No marks", "and so it went on " * 50_000),
        ("x" * 1_000_000, "x" * 1_000_000),
        ("Kyiv " * 100_000, "Kyiv on 3 May " * 70_000),
        ("according to " * 50_000, "the " * 250_000),
        ("7 dead, 8 dead, " * 50_000, "seven dead and eight hurt, " * 40_000),
        ("9" * 5_000 + " killed", "1" + ",000" * 2_000 + " dead. " + "0" * 5_000 + "7 hurt."),
        ("on A A A " * 100_000, "in B B B B " * 90_000),
    ],
)
def test_wrong_input_costs_little_and_says_little(title, text):
    began = time.process_time()

    _, content = issue(
        [(title, [text], "military", 1), (title, [text], "military", 2), ("Mill", [text], "diplomacy", 3)]
    )

    assert time.process_time() - began < 5
    assert content.stories <= 3
    assert all(len(sentence) <= 500 for s in content.sections for i in s.items for sentence in i.summary)
