"""The big events of a day, each told by many outlets from many sides, and what happened beside them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.compose.agreement import pairs
from digest.compose.facts import Facts
from digest.compose.reports import Group, Report
from digest.compose.running import run_together
from digest.compose.stories import gathered
from digest.model.news import ArticleKind, Block, BlockKind

from .events import telling, told_events

BIG = {"geneva-summit": 13, "lviv-night": 13, "kolvarsk-works": 12}
"""Events, and how many tell each."""


@pytest.fixture(scope="module")
def told():
    """Each article with the event it tells."""
    events = told_events("running.txt", apart=timedelta(hours=1))
    return [(article, event.event) for event in events for article in event.articles]


def stories(told):
    """The number of the story that each article came to."""
    groups = gathered([telling(article) for article, _ in told])
    return {each.article.id: number for number, group in enumerate(groups) for each in group}


def truth(told):
    return {article.id: event for article, event in told}


def most_in_one(told, event):
    """How many of an event's articles its largest story holds, and whether that holds any of another event."""
    found = stories(told)
    number, count = Counter(found[article.id] for article, its in told if its == event).most_common(1)[0]
    return count, any(found[article.id] == number for article, its in told if its != event)


def renamed(article, place, other):
    """The article with another place in it."""
    blocks = tuple(Block(BlockKind.PARAGRAPH, block.text.replace(place, other)) for block in article.blocks)
    return replace(article, title=article.title.replace(place, other), blocks=blocks)


@pytest.mark.parametrize("event", BIG)
def test_a_summit_a_siege_that_ends_and_a_night_of_strikes_are_one_story_each(told, event):
    count, mixed = most_in_one(told, event)

    assert count >= 0.8 * BIG[event]
    assert not mixed


def test_what_is_put_together_belongs_together_and_most_of_it_is_found(told):
    agreement = pairs(stories(told), truth(told))

    assert agreement.precision >= 0.95, agreement
    assert agreement.recall >= 0.85, agreement


@pytest.mark.parametrize("event", BIG)
def test_five_outlets_that_come_back_to_an_event_tell_one_story(told, event):
    by_few = [(replace(article, source=f"Outlet {n % 5}"), its) for n, (article, its) in enumerate(told)]

    assert most_in_one(by_few, event)[0] >= 0.8 * BIG[event]


def test_what_one_outlet_tells_of_a_place_over_and_over_is_no_big_event(told):
    by_one = [(replace(article, source="Karsk Wire"), event) for article, event in told]

    assert most_in_one(by_one, "geneva-summit")[0] < 6


def test_small_strikes_on_a_town_near_the_front_stay_many_stories(told):
    by_three = [(replace(article, source=f"Outlet {n % 3}"), event) for n, (article, event) in enumerate(told)]
    found = stories(by_three)

    assert len({found[article.id] for article, event in by_three if event.startswith("kherson-")}) >= 5


def test_a_works_and_its_town_are_the_site_of_one_event(told):
    names = ("Kolvarsk", "Berdiansk", "Kolvarsk in Berdiansk", "Kolvarsk in Berdiansk")
    by_both = [
        (renamed(article, "Kolvarsk", names[n % 4]), event)
        for n, (article, event) in enumerate(each for each in told if each[1] == "kolvarsk-works")
    ]
    others = [each for each in told if each[1] != "kolvarsk-works"]

    assert most_in_one([*by_both, *others], "kolvarsk-works")[0] >= 0.8 * BIG["kolvarsk-works"]


def test_meetings_of_one_day_in_a_capital_are_several_stories(told):
    found = stories(told)

    for event in ("brussels-loan", "brussels-nato", "brussels-moldova", "brussels-farmers"):
        others = {found[article.id] for article, its in told if its != event}
        assert not {found[article.id] for article, its in told if its == event} & others


def test_a_summit_in_a_capital_is_one_story_too(told):
    elsewhere = [(renamed(article, "Geneva", "Vienna"), event) for article, event in told]

    count, mixed = most_in_one(elsewhere, "geneva-summit")

    assert count >= 6
    assert not mixed


def test_an_event_with_a_section_of_its_own_is_several_stories_there(told):
    summit = [article for article, event in told if event == "geneva-summit"]
    rest = [article for article, event in told if event != "geneva-summit"]

    groups = gathered([*(telling(each, section="summit") for each in summit), *map(telling, rest)])

    largest = max(sum(each.section == "summit" for each in group) for group in groups)
    assert largest < len(summit) / 2


@pytest.mark.parametrize(("kind", "joins"), [(ArticleKind.NEWS, True), (ArticleKind.REVIEW, False)])
def test_a_round_up_that_mentions_the_event_among_others_is_not_of_it(told, kind, joins):
    last = replace(
        told[0][0],
        id="last",
        title="Monday in brief",
        blocks=(
            Block(
                BlockKind.PARAGRAPH, "Geneva has its declaration on Ukraine, signed by its leaders, and milk is dearer."
            ),
        ),
        kind=kind,
    )
    found = stories([*told, (last, "last")])

    assert (list(found.values()).count(found["last"]) > 6) is joins


def test_the_order_of_the_articles_changes_nothing(told):
    there, back = stories(told), stories(told[::-1])

    assert there == back


def test_stories_that_hold_more_of_other_things_are_not_drawn_into_the_event():
    at = datetime(2026, 11, 16, 6, tzinfo=UTC)
    nothing = {"facts": Facts(), "matter": frozenset(), "countries": frozenset(), "keys": (), "is_news": True}
    reports = [
        Report(
            **nothing,
            article=f"{n}",
            at=at,
            vector={"ferren": 0.6, "talk": 0.8} if n % 2 else {"sheep": 1.0},
            classes=frozenset({"talk"} if n % 2 else ()),
            places=frozenset({"ferren"} if n % 2 else ()),
            source=f"Outlet {n}",
        )
        for n in range(16)
    ]
    groups = [Group() for _ in range(8)]
    for n, report in enumerate(reports):
        groups[n // 2].add(n, report)

    assert run_together(groups, reports, ["story"] * 16) == groups
