"""Forty invented events told in different words, and twenty that only look like one of them."""

from __future__ import annotations

import pytest

from digest.compose.agreement import b_cubed, pairs
from digest.compose.stories import gathered

from .events import telling, told_events


@pytest.fixture(scope="module")
def events():
    return told_events()


@pytest.fixture(scope="module")
def found(events):
    """The number of the story that each article came to."""
    groups = gathered([telling(article) for event in events for article in event.articles])
    return {told.article.id: number for number, group in enumerate(groups) for told in group}


def test_there_are_forty_events_told_three_to_six_ways_over_five_days_and_twenty_near_misses(events):
    told = [event for event in events if not event.is_near_miss]

    assert len(told) == 40
    assert all(3 <= len(event.articles) <= 6 for event in told)
    assert len({event.articles[0].at.date() for event in told}) == 5
    assert len(events) - len(told) == 20


def test_nine_in_ten_pairs_put_together_are_of_one_event_and_six_in_ten_of_those_are_found(events, found):
    truth = {article.id: event.event for event in events for article in event.articles}

    agreement = pairs(found, truth)

    assert agreement.precision >= 0.9, agreement
    assert agreement.recall >= 0.6, agreement
    assert b_cubed(found, truth).f1 >= 0.9


@pytest.mark.parametrize("other", ["kyiv-night-1", "kyiv-night-4"])
def test_the_ukrainian_capital_is_kyiv_whoever_tells_of_the_night(found, other):
    assert found["kyiv-night-0"] == found[other]


@pytest.mark.parametrize(
    ("near_miss", "event"),
    [
        ("near-kyiv-later-0", "kyiv-night-1"),
        ("near-nine-killed-0", "kyiv-night-1"),
        ("near-refinery-0", "saratov-refinery-0"),
        ("near-village-0", "robotyne-advance-0"),
        ("near-kharkiv-other-0", "kharkiv-school-0"),
        ("near-prisoners-later-0", "prisoners-205-0"),
    ],
)
def test_the_same_place_another_day_and_the_same_number_elsewhere_are_other_events(found, near_miss, event):
    assert found[near_miss] != found[event]
