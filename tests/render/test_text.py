"""The text part: every story with its link, in lines of 78."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.delivery import Variant
from digest.model.issue import Figure, Follows
from digest.render import open_look, render, shown, titled
from digest.render.text import tidy
from digest.render.wrap import rule, width, wrap

from .samples import EDITION, MAIL, TEMPLATES, content, with_item
from .test_message import fields

LOOK = open_look(TEMPLATES, "brief")


def text(**changes):
    issue = titled(content(**changes), LOOK, EDITION)
    variant = Variant(tuple(section.id for section in issue.sections), "en")
    return shown(render(issue, LOOK, [variant], MAIL)[variant.id], fields())[1].replace("\r\n", "\n")


def test_the_text_part_says_since_when_a_story_is_known_and_on_what_its_outlets_differ():
    made = with_item(
        follows=Follows(411, date(2026, 11, 19), "Crossing at Ferren shelled"),
        figures=(Figure("hurt", ((9, ("Radio Tarn",)), (7, ("Karsk Wire",)))),),
    )

    told = text(sections=made.sections)

    assert "\n  New since Thursday, No. 411\n" in told
    assert "\n  The figures differ:\n    9 hurt: Radio Tarn\n    7 hurt: Karsk Wire\n  Ilma Courier, 05:42" in told


def test_the_text_part_holds_every_title_and_link_in_lines_of_78():
    made = text()

    for item in (item for section in content().sections for item in section.items):
        assert item.headline in made
        assert f"  {item.url}" in made.splitlines()
    assert not [line for line in made.splitlines() if len(line) > 78 and "://" not in line]
    assert "\n\n\n\n" not in made


@given(st.text(max_size=300), st.integers(8, 90))
def test_wrapped_lines_keep_within_their_columns_and_lose_no_word(words, columns):
    made = wrap(words, "  ", columns)

    assert "".join(made.split()) == "".join(words.split())
    assert all(width(line) <= columns for line in made.splitlines())


@pytest.mark.parametrize("length", [60, 78, 79, 300])
def test_an_address_is_never_cut(length):
    url = "https://ilma.example/".ljust(length, "x")

    assert url in wrap(f"Read it in {url} before noon.").split()


def test_wide_characters_take_two_columns():
    assert wrap("平和会議が来週", columns=8) == "平和会議\nが来週"
    assert rule("平和", "3", 8) == "平和   3"


def test_a_heading_too_long_for_its_line_keeps_its_count_below_it():
    assert rule("A very long name of a section", "12 stories", 30) == "A very long name of a section\n12 stories"


def test_a_signature_line_keeps_its_blank_and_no_other_line_does():
    assert tidy("a  \n\n\n\n\n\nb\t\n--\nc\n\n") == "a\n\n\nb\n-- \nc\n"
