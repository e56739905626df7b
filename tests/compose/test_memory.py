"""What was sent comes back only with something new, and says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from digest.compose import compose
from digest.model.issue import Follows, Told

from .conftest import NOW

FERRY = (
    "The ferry Marena sank off Tarnmouth before dawn on Wednesday. Four people died and nine were hurt, the harbour "
    "master said. Divers are looking for the ferry's log."
)
TOLD = Told(
    number=12,
    day=date(2026, 11, 19),
    headline="Ferry Marena sinks off Tarnmouth, four dead",
    text=FERRY,
    at=NOW - timedelta(days=1),
)


@pytest.fixture
def made(article, placed, edition, slot, now):
    def made(title: str, *text: str, told: tuple[Told, ...] = (TOLD,)):
        a = article("a", title, *text)
        return compose([placed(a)], [a], edition, sources=(), number=13, slot=slot, now=now, told=told).content

    return made


def test_a_story_that_goes_on_says_since_when_and_what_is_new(made):
    text = "A fifth passenger died of the ferry Marena, which sank off Tarnmouth on Wednesday. Five people have died."

    content = made("Toll of ferry Marena off Tarnmouth rises: five dead", text)

    (item,) = content.sections[0].items
    assert item.follows == Follows(12, date(2026, 11, 19), TOLD.headline)
    assert any(reason.startswith("goes on with No. 12 of 19 Nov; new: 5 dead") for reason in item.reasons)


@pytest.mark.parametrize("title", ["Four dead as ferry Marena sinks off Tarnmouth", "Ferry Marena sinks: four dead"])
def test_what_only_repeats_is_left_out_with_the_issue_that_told_it(made, title):
    content = made(title, FERRY)

    assert content.stories == 0
    assert [left.reason for left in content.left_out] == [
        "told in No. 12 of 19 Nov (“Ferry Marena sinks off Tarnmouth, four dead”), nothing new since"
    ]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Council of Norrmark dredges harbour",
            "The council of Norrmark will dredge its harbour before the ice comes.",
        ),
        (
            "Ferry Tilla runs aground off Karsk",
            "The ferry Tilla ran aground near Karsk on Friday with thirty people, and nobody was hurt.",
        ),
    ],
)
def test_another_event_follows_nothing(made, title, text):
    (item,) = made(title, text).sections[0].items

    assert item.follows is None


@pytest.mark.parametrize(("hours", "stories"), [(2, 1), (23, 0)])
def test_other_words_for_what_was_told_are_news_only_if_they_came_later(
    article, placed, edition, slot, now, hours, stories
):
    text = (
        "Four people lost their lives when the ferry Marena went down before dawn off Tarnmouth, a harbour pilot said."
    )
    a = article("a", "Ferry Marena goes down off Tarnmouth with four lives lost", text, hours=hours)

    content = compose([placed(a)], [a], edition, sources=(), number=13, slot=slot, now=now, told=(TOLD,)).content

    assert content.stories == stories


def test_an_edition_without_a_past_tells_everything_as_new(made):
    (item,) = made(TOLD.headline, FERRY, told=()).sections[0].items

    assert item.follows is None


def test_the_same_town_struck_again_two_days_later_is_no_follow_up(made):
    told = Told(
        9,
        date(2026, 11, 17),
        "Nine killed in strikes on Kyiv",
        "Missiles struck Kyiv on Monday, and nine people were killed.",
        at=NOW - timedelta(days=4),
    )

    (item,) = (
        made("Drones hit Kyiv, two killed", "Drones struck Kyiv on Friday, and two people were killed.", told=(told,))
        .sections[0]
        .items
    )

    assert item.follows is None


@pytest.mark.parametrize(
    ("title", "text", "follows"),
    [
        ("Drones attack Odesa port", "Drones set a silo on fire in the port of Odesa before dawn.", False),
        (
            "Fire in Odesa port is out after three days",
            "Firefighters put out the silo in the port of Odesa that drones had attacked on Tuesday.",
            True,
        ),
    ],
)
def test_the_same_attack_words_days_later_are_a_new_attack_unless_they_name_its_day(made, title, text, follows):
    told = Told(
        9,
        date(2026, 11, 18),
        "Drones attack Odesa port",
        "Drones attacked the port of Odesa on Tuesday and set a silo on fire.",
        at=NOW - timedelta(days=3),
    )

    (item,) = made(title, text, told=(told,)).sections[0].items

    assert (item.follows is not None) is follows


def test_of_two_issues_that_told_it_the_likest_is_named(made):
    first = Told(11, date(2026, 11, 18), "Ferry late", "A ferry was late in Tarnmouth.")
    text = "A fifth passenger died of the ferry Marena, which sank off Tarnmouth on Wednesday. Five people have died."

    (item,) = made("Toll of ferry Marena rises to five", text, told=(TOLD, first)).sections[0].items

    assert item.follows is not None
    assert item.follows.number == 12
