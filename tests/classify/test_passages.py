"""Where an article is cut."""

from __future__ import annotations

from digest.classify.passages import cut, is_closing
from digest.model.news import Block, BlockKind

LONG = "The ferry of Tarnmouth will sail again on Monday, two years after the fire that took its pier."


def pieces(*lines: str) -> list[tuple[str, int]]:
    blocks = [
        Block(BlockKind.HEADING, line.removeprefix("## "), 2)
        if line.startswith("## ")
        else Block(BlockKind.PARAGRAPH, line)
        for line in lines
    ]
    return [(s.heading, len(s.paragraphs)) for s in cut(blocks, [""] * len(blocks)).stretches]


def test_sub_headings_cut_and_the_text_before_the_first_has_none():
    assert pieces(LONG, LONG, "## The pier", LONG, "## The price", LONG) == [("", 2), ("The pier", 1), ("The price", 1)]


def test_a_heading_never_travels_without_its_text():
    assert pieces("## The pier", "## The price", LONG, "## What comes next") == [("The price", 1)]


def test_very_short_passages_join_their_neighbour():
    assert pieces("Short.", "## The pier", LONG, "## Note", "Also short.") == [("The pier", 3)]


def test_an_article_of_one_short_line_stays():
    assert pieces("Short.") == [("", 1)]


def test_a_bare_line_over_a_paragraph_is_its_heading():
    assert pieces(LONG, "What the council decided", LONG) == [("", 1), ("What the council decided", 1)]


def test_a_heading_far_above_the_text_does_not_head_it():
    blocks = [
        Block(BlockKind.HEADING, "Language", 2),
        *[Block(BlockKind.PARAGRAPH, "menu")] * 6,
        Block(BlockKind.PARAGRAPH, LONG),
    ]

    made = cut(blocks, ["", *["menu"] * 6, ""])

    assert [(s.heading, s.first) for s in made.stretches] == [("", 7)]
    assert made.bare == (0,)


def test_a_last_paragraph_that_reports_stays_with_its_passage():
    assert pieces(LONG, "## The pier", LONG, LONG) == [("", 1), ("The pier", 2)]
    assert not is_closing("The council of Tarnmouth voted eleven to four on Friday and will meet again in May.")
