"""What tells two events apart that are told in like words."""

from __future__ import annotations

import pytest

from digest.compose.facts import facts
from digest.compose.reports import FIRM, Group, Report


def test_a_date_is_read_however_it_is_written():
    for text in ("on 18 April", "April 18th,", "18.04.2026", "on Apr. 18"):
        assert facts(f"Fire {text} in the hills").days == {(4, 18)}


@pytest.mark.parametrize("text", ["45 May", "on 18.44.2026", "in 2026", "he may 100 times"])
def test_what_is_no_date_is_not_read_as_one(text):
    assert facts(text).days == frozenset()


def test_a_whole_region_is_no_place():
    assert facts("Shelling in Karsk region and near Tarnmouth, on Monday").places == {"tarnmouth"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Four people were killed, 5 wounded in the port", {"dead": {4}, "hurt": {5}}),
        ("Death toll of the fire grows to seven", {"dead": {7}}),
        ("Two of 40 sailors died", {}),
        ("Nobody was hurt", {}),
        ("1" * 5_000 + " people were killed and 3 hurt", {"hurt": {3}}),
        ("1" + ",000" * 2_000 + " people were killed", {}),
        ("1,240 were injured and 12 died on 3 May", {"dead": {12}, "hurt": {1240}}),
    ],
)
def test_a_toll_is_a_number_alone_with_the_dead_or_the_hurt(text, expected):
    assert facts(text).tolls == expected


@pytest.fixture
def takes(now):
    def takes(one: str, other: str, like: float = 0.4) -> bool:
        group = Group()
        group.add(0, _report("a", one, now))
        return group.takes(_report("b", other, now), like)

    return takes


def _report(article, text, at):
    words = {word.strip(".,").lower(): 0.3 for word in text.split()}
    return Report(
        article=article,
        at=at,
        vector=words,
        matter=frozenset(words),
        facts=facts(text, at=at),
        classes=frozenset(),
        countries=frozenset(),
        keys=tuple(words),
        places=frozenset(),
        source="",
        is_news=True,
    )


def test_the_same_place_on_another_day_is_another_event(takes):
    assert not takes("Drones hit the port of Tarnmouth on 3 May", "Drones hit the port of Tarnmouth on 5 May", 0.8)


def test_the_same_number_at_another_place_is_another_event(takes):
    assert not takes("Four were killed in Tarnmouth", "Four were killed in Lindholm")


def test_other_tolls_without_a_common_place_are_another_event(takes):
    assert not takes("Four people were killed in Karsk region", "Two people were killed in Karsk region")


def test_a_growing_toll_at_one_place_is_one_event(takes):
    assert takes("Six people were killed in Tarnmouth", "Death toll in Tarnmouth grows to seven")


def test_a_place_that_the_other_report_names_elsewhere_does_not_part_them(takes):
    assert takes("A barge sank near Lindholm, said the mayor of Tarnmouth", "A barge sank near Tarnmouth")


def test_firm_likeness_outweighs_other_figures_but_not_another_date(takes):
    assert takes("Four were killed in Tarnmouth", "Five were killed in Lindholm", FIRM)
    assert not takes("Four were killed on 3 May", "Four were killed on 4 May", FIRM)


def test_a_chain_of_reports_does_not_join_what_a_date_parts(now):
    group = Group()
    group.add(0, _report("a", "Summary of the guard for 3 May", now))
    group.add(1, _report("b", "Summary of the guard", now))

    assert not group.takes(_report("c", "Summary of the guard for 9 May", now), 0.7)
