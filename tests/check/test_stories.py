"""Stories told twice, told before, too old or missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.check.numbers import counted, numbers
from digest.model.issue import Follows, LeftOut, Told
from digest.model.news import ArticleKind
from tests.render.samples import EDITION, SECTIONS, credit

from .samples import CROWD, LATER, ONE, THREE, TWO, article, cited, found, issue, looks, proof

STRIKE = replace(
    ONE,
    headline="Drones hit the rail yard of Tarnmouth",
    summary=("At 04:30 three drones came down in Tarnmouth.", "Seven people were hurt near the rail yard."),
)
SAME = replace(
    TWO,
    headline="Seven hurt near rail yard",
    summary=("Seven people were hurt in Tarnmouth when drones came down near the rail yard at 4:30.",),
)


def test_one_event_under_two_headlines_is_told_with_what_both_name():
    twice = found(proof(issue(STRIKE, SAME)), "One event")

    assert twice.level.value == "amber"
    assert twice.places == ("military-1", "military-2")
    assert twice.seen.startswith("Tarnmouth, 04:30, 7 people: “Drones hit the rail yard")


@pytest.mark.parametrize(
    "other",
    [
        replace(SAME, headline="Bus off the road", summary=("Seven people were hurt in Ferren in a bus at noon.",)),
        replace(SAME, headline="Fire in Tarnmouth", summary=("A bakery burnt down in Tarnmouth on Quay Street.",)),
        replace(SAME, credits=(credit("Radio Tarn", 60),)),
    ],
    ids=["another town", "only the town", "two days apart"],
)
def test_what_shares_only_a_part_is_another_event(other):
    assert looks(proof(issue(STRIKE, other))) == []


def test_parts_of_one_article_are_never_taken_for_one_event():
    assert looks(proof(issue(cited(STRIKE, "a"), cited(SAME, "a")))) == []


def test_a_story_held_below_the_line_that_tells_a_shown_one_is_told():
    text = " ".join(SAME.summary)
    held = LeftOut("b", "", text, 0.4, "below the line in military: rank 6, the section holds 5")
    fits_none = replace(held, article="c", reason="fits no section")
    made = issue(STRIKE, left_out=(fits_none, held))

    twice = found(proof(made, article("b", SAME.headline, text), article("c", SAME.headline, text)), "One event")

    assert twice.places == ("military-1",)
    assert "held h1 “Seven hurt near rail yard”" in twice.seen
    assert "Radio Tarn reports it too" in twice.cure


def test_equal_headlines_are_told_whatever_marks_they_have():
    again = replace(TWO, headline=f"{ONE.headline.upper()}!")

    assert ("amber", "Two stories have the same headline") in looks(proof(issue(ONE, again)))


@pytest.mark.parametrize(
    "told",
    [
        {"headline": ONE.headline},
        {"headline": "Something else", "url": ONE.url},
        {"headline": ONE.headline.replace("through a third", "through the third")},
    ],
    ids=["headline", "address", "nearly the headline"],
)
def test_what_an_earlier_issue_told_is_named_with_its_number(told):
    before = Told(411, date(2026, 11, 19), text="", **{"url": "", **told})

    judged = proof(issue(ONE), told=(before,))

    assert looks(judged) == [("amber", "No. 411 of 19 November told this")]
    followed = replace(ONE, follows=Follows(411, date(2026, 11, 19), ONE.headline))
    assert looks(proof(issue(followed), told=(before,))) == []


def test_a_story_older_than_the_edition_takes_is_told_by_the_hour_of_the_check():
    old = replace(THREE, credits=(credit("Radio Tarn", 71),))
    edition = replace(EDITION, sections=SECTIONS[:1], max_age=timedelta(hours=72))

    assert looks(proof(issue(ONE, old), edition=edition)) == []
    assert looks(proof(issue(ONE, old), edition=edition, now=LATER + timedelta(hours=1))) == [
        ("amber", "Older than the edition takes")
    ]


def test_a_section_without_a_story_is_told_with_how_many_lose_by_it():
    judged = proof(issue(ONE), edition=replace(EDITION, sections=SECTIONS), crowd=replace(CROWD, nothing=12))

    assert [text for _, text in looks(judged)] == [
        "Diplomacy has no story and is left out",
        "Peace summit has no story and is left out",
    ]
    assert found(judged, "Diplomacy").seen == "12 readers who chose only what is empty get no mail"


def test_a_lead_without_text_or_that_is_no_news_is_told():
    bare = replace(cited(ONE, "a"), summary=())
    opinion = article("a", ONE.headline, kind=ArticleKind.OPINION)

    said = [text for _, text in looks(proof(issue(bare), opinion))]

    assert said == ["The lead has a headline and no text", "The lead is opinion, not news"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2,300 soldiers and 2 300 more", ["2300", "2300"]),
        ("sixty-four drones, a dozen hurt", ["64", "12"]),
        ("4.50 million, 4,5 Millionen", ["4.5", "4.5"]),
        ("In 2022 a Su-34 of the M1 class flew at 04:30", ["2022"]),
        ("https://a.example/7/8", []),
    ],
)
def test_numbers_are_read_in_one_spelling(text, values):
    assert [number.value for number in numbers(text)] == values


def test_dates_years_and_spans_count_nothing():
    text = "On 18 April 2022 seven soldiers waited three hours for 12 new tanks"

    assert list(counted(text)) == [("7", "soldie"), ("12", "tanks")]
