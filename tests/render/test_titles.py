"""Subject and preheader: the two lines an inbox shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import LookError
from digest.render import open_look, titled

from .samples import EDITION, TEMPLATES, content, with_item

LOOK = open_look(TEMPLATES, "brief")


def subject(template, issue=None):
    return titled(issue or content(), LOOK, replace(EDITION, subject=template)).subject


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("{{ lead.headline | short(60) }}", "Crossing at Ferren holds through a third night of shelling"),
        ("{{ lead.headline | short(30) }}", "Crossing at Ferren holds…"),
        ("{{ title }} No. {{ number }}, {{ date }}", "The Aldovar Brief No. 412, Friday 20 November 2026"),
        ("{{ sections | map(attribute='title') | join(', ') }}", "Military situation, Diplomacy, Peace summit"),
        ("{{ issue.stories }} of {{ content.sources_read }}", "10 of 14"),
    ],
)
def test_a_subject_is_made_from_the_editions_template(template, made):
    assert subject(template) == made


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ laed.headline }}", "'laed' is undefined"),
        ("{{ lead.title }}", "title"),
        ("{{ lead.headline", "unexpected|expected"),
        ("{{ lead.headline | shrt }}", "shrt"),
        ("{{ ''.__class__.__mro__ }}", "unsafe|undefined|__class__"),
        ("{{ 1 / 0 }}", "division"),
        ("  ", "empty subject"),
    ],
)
def test_a_template_that_cannot_be_filled_is_named_by_its_edition(template, said):
    with pytest.raises(LookError, match=said) as caught:
        subject(template)

    assert caught.value.where == "[edition.weekday] subject"


@given(st.text(min_size=1, max_size=400))
def test_a_subject_is_one_printable_line_of_at_most_150_characters(headline):
    made = subject("No. {{ number }}: {{ lead.headline }}", with_item(headline=headline))

    assert len(made) <= 150
    assert made == " ".join(made.split())
    assert not [c for c in made if ord(c) < 32 or 0x7F <= ord(c) < 0xA0]


def test_the_preheader_tells_of_the_other_sections_and_not_of_the_subject_again():
    made = titled(content(), LOOK, EDITION)

    assert made.preheader == (
        "Northern League splits over who would watch a ceasefire. Lindholm prepares a second table, twelve days out."
    )
    assert made.subject not in made.preheader


@given(st.text(min_size=1, max_size=300), st.lists(st.text(max_size=200), max_size=3))
def test_a_preheader_has_30_to_140_characters_and_does_not_repeat_the_subject(headline, summary):
    made = titled(with_item(headline=f"A{headline}", summary=tuple(summary)), LOOK, EDITION)

    assert 30 <= len(made.preheader) <= 140
    assert made.preheader != made.subject


def test_an_issue_without_stories_still_has_a_name():
    made = titled(content(sections=()), LOOK, EDITION)

    assert made.subject == "The Aldovar Brief, No. 412"
    assert len(made.preheader) >= 30
