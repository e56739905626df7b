"""When two passages tell one event."""

from __future__ import annotations

import random
import time

import pytest

from digest.compose.stories import gathered, settle
from digest.compose.telling import tellings
from digest.model.words import listed

WORDS = [
    f"{start}{middle}{end}" for start in ("ka", "tor", "vel") for middle in "aeiou" for end in ("rn", "st", "lm", "dd")
]


@pytest.fixture
def grouped(article, placed):
    def grouped(*told: tuple[str, str, float]) -> set[frozenset[str]]:
        articles = [
            article(f"{n}", title, text, source=f"Outlet {n}", hours=hours)
            for n, (title, text, hours) in enumerate((*told, *NOISE))
        ]
        placements = [placed(a) for a in articles]
        groups = gathered(tellings(placements, {a.id: a for a in articles}))
        return {frozenset(t.article.id for t in group) for group in groups if len(group) > 1}

    return grouped


NOISE = [
    (f"{place} {what}", f"The council of {place} met on Friday about the {what.split()[0]}.", 5.0)
    for place, what in (
        ("Norrmark", "harbour silted"),
        ("Calder", "school reopens"),
        ("Ilma", "market closes"),
        ("Sorvat", "wheat rots"),
        ("Lindholm", "choir tours"),
        ("Ferren", "toll doubles"),
    )
]


def test_two_reports_of_one_strike_are_one_story(grouped):
    found = grouped(
        (
            "Seven killed in missile strike on Tarnmouth",
            "Seven people were killed and eleven injured when missiles hit the port of Tarnmouth early on Monday.",
            4,
        ),
        (
            "Death toll of strikes on Tarnmouth grows to seven",
            "Seven people died and 11 were wounded in missile strikes on Tarnmouth, its mayor said.",
            2,
        ),
    )

    assert found == {frozenset({"0", "1"})}


def test_the_same_place_on_another_matter_is_another_story(grouped):
    found = grouped(
        (
            "Seven killed in missile strike on Tarnmouth",
            "Seven people were killed when missiles hit the port of Tarnmouth early on Monday.",
            4,
        ),
        (
            "Tarnmouth ferry sold to miller",
            "The old ferry was bought by a miller, who wants to sail it to Ilma again by the summer.",
            2,
        ),
    )

    assert found == set()


def test_the_same_words_three_days_later_are_another_story(grouped):
    found = grouped(
        ("Missiles hit the port of Tarnmouth", "Missiles hit the port of Tarnmouth before dawn, its mayor said.", 70),
        ("Missiles hit the port of Tarnmouth", "Missiles hit the port of Tarnmouth before dawn, its mayor said.", 1),
    )

    assert found == set()


def test_two_reports_that_share_only_names_are_two_stories(grouped):
    found = grouped(
        ("Tarn Ilmari gives wheat to Marenia", "Wheat was promised to Marenia by Chancellor Tarn Ilmari of Calder.", 4),
        ("Chancellor Tarn Ilmari is a dull sausage, envoy says", "", 2),
    )

    assert found == set()


def test_bulletins_of_two_days_are_two_stories(grouped):
    found = grouped(
        ("Summary of the river guard", "The river guard gave out its summary as of 6 pm on 3 May.", 4),
        ("Summary of the river guard", "The river guard gave out its summary as of 6 pm on 5 May.", 2),
    )

    assert found == set()


def test_an_exact_copy_joins_its_original(grouped):
    text = "The bridge of Ferren was closed for repairs after a barge struck its second pier."

    assert grouped(("Ferren bridge closed", text, 3), ("Bridge of Ferren shut", text, 2)) == {frozenset({"0", "1"})}


def test_an_article_never_comes_twice_into_one_section(article, placed):
    a = article("a", "Depot burns near Karsk")
    b = article("b", "Depot near Karsk burns", source="Radio Tarn")
    text = "An oil depot near Karsk burned for six hours after a drone came down on it."
    made = tellings(
        [
            placed(a, "military", text),
            placed(a, "diplomacy", "A minister came to see it.", position=1),
            placed(b, "diplomacy", text),
        ],
        {"a": a, "b": b},
    )

    settled = settle(gathered(made), ["military", "diplomacy"])

    for groups in settled.values():
        ids = [telling.article.id for group in groups for telling in group]
        assert len(ids) == len(set(ids))
    assert sum(len(group) for groups in settled.values() for group in groups) == len(made)


def test_a_story_that_everybody_tells_does_not_fall_apart(article, placed):
    chance = random.Random(5)
    said = listed(
        "harbour dawn passengers drowned divers captain storm lifeboats crew helicopters mayor mourning owner"
        " inspection hull leaked insurers inquiry minister compensation"
    )
    articles = [
        article(
            f"{n}",
            f"Ferry Marena: {' '.join(chance.sample(sorted(said), 3))}",
            f"The ferry Marena sank off Tarnmouth, {' '.join(chance.sample(sorted(said), 9))}.",
            source=f"Outlet {n}",
            hours=chance.random() * 20,
        )
        for n in range(150)
    ]

    groups = gathered(tellings([placed(a) for a in articles], {a.id: a for a in articles}))

    assert len(groups) == 1


def test_the_cost_grows_no_faster_than_the_news(article, placed):
    def cost(articles: int) -> float:
        made = tellings(*_month(articles, article, placed))
        began = time.process_time()
        gathered(made)
        return time.process_time() - began

    cost(100)
    few, many = [], []
    for _ in range(5):  # whatever else the machine does makes a run dearer, never cheaper: the cheapest is the truest
        few.append(cost(400))
        many.append(cost(1600))
        if min(many) < 8 * max(min(few), 0.05):
            break
    else:
        pytest.fail(f"400 articles cost {few} s, 1600 cost {many} s")


def _month(count, article, placed):
    chance = random.Random(7)
    told = [" ".join(chance.choices(WORDS, k=40)).capitalize() + "." for _ in range(count)]
    articles = [article(f"{n}", text[:50], text, hours=chance.random() * 72) for n, text in enumerate(told)]
    return [placed(a) for a in articles], {a.id: a for a in articles}
