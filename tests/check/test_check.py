"""The whole check: what it says of a sound issue, and in what order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.check import Area, Finding, Level, check, reds, worst
from digest.check.finding import sorted_findings

from .samples import CROWD, OUT, issue, looks, proof


def test_a_sound_issue_is_green_all_over_with_one_line_an_area():
    findings = check(proof())

    assert looks(proof()) == []
    assert [one.area for one in findings] == list(Area)
    assert all(one.cure == "" for one in findings)


def test_what_leaves_the_machine_is_judged_for_its_signature_too():
    assert looks(proof(way=OUT)) == [("amber", "Nothing signs this mail here")]


def test_an_issue_without_stories_is_red_and_nothing_else_is_asked_of_it():
    findings = check(proof(issue()))

    assert [one.text for one in reds(findings)] == ["There is nothing to tell"]
    assert {one.area for one in findings} == {Area.CONTENT, Area.AUDIENCE}
    assert worst(findings) is Level.RED


def test_the_worst_stands_first_and_areas_keep_their_order():
    levels = (Level.GREEN, Level.AMBER, Level.RED)
    mixed = [Finding(level, area, "") for area in reversed(Area) for level in levels]

    ordered = sorted_findings(mixed)

    assert [one.level for one in ordered[:9]] == [Level.RED] * 8 + [Level.AMBER]
    assert [one.area for one in ordered[:8]] == list(Area)


@pytest.mark.parametrize(
    ("crowd", "said"),
    [
        ({"going": 0}, ["It goes to nobody"]),
        ({"before": 160}, ["120 readers, 25% fewer than last time"]),
        ({"before": 90}, ["120 readers, 33% more than last time"]),
        ({"before": 110}, []),
        ({"before": None}, []),
        ({"going": 3, "before": 2, "lists": (("weekday", 3),)}, []),
    ],
)
def test_a_jump_in_the_number_of_readers_deserves_a_look(crowd, said):
    assert [text for _, text in looks(proof(crowd=replace(CROWD, **crowd)))] == said


def test_who_gets_nothing_is_counted_by_the_reason():
    crowd = replace(
        CROWD, lists=(("weekday", 80), ("sunday", 60)), going=120, suppressed=4, unconfirmed=2, left=1, nothing=5
    )

    [line] = [one for one in check(proof(crowd=crowd)) if one.area is Area.AUDIENCE]

    assert line.text == "It goes to 120 readers"
    assert line.seen == (
        "weekday 80, sunday 60; 15 on more than one list; 4 suppressed; 2 not confirmed; 1 unsubscribed; "
        "5 with nothing in their sections"
    )
