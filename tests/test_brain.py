"""Whatever text `digest classify` is given, what an issue would show of it stands in it word for word."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.classify import classify
from digest.collect import read_document
from digest.compose import compose
from digest.compose.items import room_at
from digest.compose.summary import summarise
from digest.errors import ParseError
from digest.model.issue import Edition, Schedule, Slot
from digest.settings import load

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
SECTIONS = load(Path(__file__).parents[1] / "digest.toml", {}).sections
DAILY = frozenset(range(7))
EDITION = Edition(
    "weekday", "The Aldovar Brief", SECTIONS, (), "UTC", "en", Schedule(DAILY, clock(6)), Schedule(DAILY, clock(7))
)
SLOT = Slot("weekday", date(2026, 11, 20), "07:00", NOW, NOW + timedelta(hours=1))
LINES = st.sampled_from(
    (
        "Sixty drones crossed the front before dawn. The air force brought down fifty, and shells fell on a mill.",
        "“We saw it fall,” she said. “Then nothing.” He added that nobody had come. View photo news.",
        "The U.S. envoy, Mr. J. Karsk, met the foreign minister at 4.30 p.m. on Friday; sanctions were not spoken of.",
        "Aldovar will host a second peace summit in May. Its plan asks for a ceasefire… and talks on prisoners",
        "## Fire at Karsk",
        "You may also like:",
        "- Ten walks along the canal",
        "TARNMOUTH (Karsk Wire) — An oil depot burned for six hours after a drone strike, officials say",
        "Subscribe to our newsletter. Read also: Bridge falls",
        "Мер міста сказав, що пожежу загасили до ранку. «Усі живі», — додав він.",
        "وقال رئيس البلدية إن الحريق أخمد قبل الفجر. لم يصب أحد.",
        "Die Bürgermeisterin sagte: „Das Feuer ist aus.“ Danach fuhr sie nach Lindholm.",
        "and so it went on without any mark at all",
        "🙂🎉",
    )
)
TEXTS = st.lists(st.one_of(LINES, st.text(max_size=120)), min_size=1, max_size=12)


def read(text: str, name: str):
    """The articles that a file of this name with this text holds, at most one, and what becomes of them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            articles = [read_document(path, now=NOW)]
        except ParseError:  # told to who gave it: no text in it
            articles = []
    return articles, [placement for article in articles for placement in classify(article, SECTIONS)]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(("article.txt", "article.md")))
def test_every_sentence_that_may_be_shown_stands_in_its_passage_and_every_passage_in_the_article(lines, name):
    articles, placements = read("\n\n".join(lines), name)

    blocks = [text for a in articles for text in (a.title, a.standfirst, *(block.text for block in a.blocks))]
    for placement in placements:
        passage = placement.passage
        assert all(any(text in block for block in blocks) for text in passage.paragraphs)
        for rank in (1, 2, 9):
            shown = summarise(passage.paragraphs, articles[0].title, room_at(rank))
            assert all(any(sentence in text for text in passage.paragraphs) for sentence in shown)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_an_issue_made_of_any_texts_says_only_what_their_passages_say(texts):
    read_in = [read("\n\n".join(lines), f"{n}.txt") for n, lines in enumerate(texts)]
    articles = [article for found, _ in read_in for article in found]
    placements = [placement for _, placed in read_in for placement in placed]

    content = compose(placements, articles, EDITION, sources=(), number=1, slot=SLOT, now=NOW).content

    said = {(p.passage.article, p.passage.position): p.passage.text for p in placements}
    for item in (item for section in content.sections for item in section.items):
        cited = [said[passage.article, passage.position] for passage in item.passages]
        assert all(any(sentence in text for text in cited) for sentence in item.summary)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "word",
        "🙂🎉🙂",
        "and so it went on " * 55_000,
        "x" * 1_000_000,
        "A. " * 330_000,
        "“" * 300_000,
        "\n" * 900_000,
    ],
    ids=["empty", "one word", "emoji", "no marks", "one long word", "marks only", "quotes only", "lines only"],
)
def test_a_text_that_is_none_is_shown_short_or_not_at_all_and_soon(text):
    began = time.process_time()

    articles, placements = read(text, "article.txt")
    content = compose(placements, articles, EDITION, sources=(), number=1, slot=SLOT, now=NOW).content

    assert time.process_time() - began < 60  # it takes four seconds at most; what grows with the square takes hours
    assert content.stories <= 1
    assert all(len(s) <= 500 for section in content.sections for item in section.items for s in item.summary)
