"""Which outlet's headline a reader sees, and why."""

from __future__ import annotations

import pytest

from digest.compose import compose
from digest.compose.headlines import clean, flaws, headline
from digest.model.news import Passage

FIRE = (
    "An oil depot near Karsk burned for six hours on Friday after a drone came down on it, the governor said. "
    "Two tanks were emptied in time. Nobody was hurt."
)
OTHERS = (
    ("Norrmark", "its silted harbour"),
    ("Calder", "a school"),
    ("Ilma", "the market"),
    ("Sorvat", "rotten wheat"),
    ("Lindholm", "a choir"),
    ("Ferren", "the toll"),
)


@pytest.fixture
def told(edition, slot, now, article, placed):
    def told(*articles):
        others = [
            article(f"other {n}", f"{place} council meets", f"The council of {place} met to talk of {what}.")
            for n, (place, what) in enumerate(OTHERS)
        ]
        placements = [*(placed(a) for a in articles), *(placed(a, "diplomacy") for a in others)]
        content = compose(placements, [*articles, *others], edition, sources=(), number=1, slot=slot, now=now).content
        return content.sections[0].items

    return told


def test_of_two_copies_the_one_with_a_title_of_its_own_is_told_and_both_are_credited(told, article):
    cut = article("a", "An oil depot near Karsk burned", FIRE, source="Dropped", hours=0, url="file:a.txt")
    own = article("b", "Drone sets Karsk depot on fire", FIRE, source="Radio Tarn", hours=9)

    (item,) = told(cut, own)

    assert (item.headline, item.url) == ("Drone sets Karsk depot on fire", "https://b.example/1")
    assert [credit.name for credit in item.credits] == ["Radio Tarn", "Dropped"]
    assert "headline of Radio Tarn: that of Dropped is cut from its first sentence" in item.reasons
    assert "1 of 2 reports a copy" in item.reasons


def test_a_copy_confirms_less_than_a_report_of_its_own_and_makes_no_story_newer(told, article):
    again = FIRE.replace("burned for six hours", "was on fire until noon").replace("came down on it", "fell there")
    again = again.replace("Two tanks were emptied in time.", "Crews from Lindholm fought the flames.")
    first = article("a", "Oil depot near Karsk burns", FIRE, hours=9)
    copy = article("b", "Oil depot near Karsk burns", FIRE, source="Radio Tarn", hours=0)
    other = article("c", "Oil depot near Karsk on fire after drone", again, source="Ilma Courier", hours=9)

    (copied,), (confirmed,), (alone,) = told(first, copy), told(first, other), told(first)

    assert confirmed.score > alone.score
    assert copied.score < told(first, article("d", other.title, again, source="Ilma Courier", hours=0))[0].score
    assert "1 of 2 reports a copy" in copied.reasons


def test_an_article_that_two_outlets_share_is_told_once_a_section_though_it_is_placed_otherwise(
    edition, slot, now, article, placed
):
    visit = "A minister came to Karsk on Friday to see what the fire had left, and spoke for an hour with the council."
    drones = "Eleven drones crossed the Tarn in the night before, and four of them were brought down over the hills."
    a = article("a", "Karsk after the fire", FIRE, visit, drones, source="Dropped")
    b = article("b", "Karsk after the fire", FIRE, visit, drones, source="Radio Tarn")
    placements = [
        placed(a, "diplomacy", FIRE),
        placed(a, "diplomacy", visit, position=1),
        placed(a, "military", drones, position=2),
        placed(b, "military", FIRE),
        placed(b, "diplomacy", visit, position=1),
        placed(b, "military", drones, position=2),
    ]

    content = compose(placements, [a, b], edition, sources=(), number=1, slot=slot, now=now).content

    items = {section.id: section.items for section in content.sections}
    assert {section: len(found) for section, found in items.items()} == {"military": 1, "diplomacy": 1}
    assert all("1 of 2 reports a copy" in found[0].reasons for found in items.values())


@pytest.mark.parametrize(
    "clumsy",
    [
        "depot fire near Karsk: oil burns",
        "Fire near Karsk: The fire of the oil depot",
        "Oil depot near Karsk burns after a drone, and the governor says that two of its tanks were emptied in time by "
        "crews who came from as far as Lindholm",
    ],
)
def test_a_clumsy_headline_gives_way_to_a_plain_one(told, article, clumsy):
    again = "A drone set fire to an oil depot near Karsk on Friday, and two tanks were emptied, said the governor."
    a = article("a", clumsy, FIRE)
    b = article("b", "Drone sets oil depot near Karsk on fire", again, source="Radio Tarn", hours=5)

    (item,) = told(a, b)

    assert item.headline == "Drone sets oil depot near Karsk on fire"
    assert any(reason.startswith("headline of Radio Tarn: that of Karsk Wire is") for reason in item.reasons)


def test_an_outlet_s_later_count_is_told(told, article):
    six = "Six people were killed when a barge hit the pier in Tarnmouth at dawn, the town's harbour master said early."
    seven = "Seven people were killed when a barge hit the pier in Tarnmouth at dawn, he says now."
    a = article("a", "Six killed as barge hits pier in Tarnmouth", six, hours=1)
    b = article("b", "Barge at pier in Tarnmouth: seven killed", seven, hours=2)

    (item,) = told(a, b)

    assert item.headline == b.title
    assert "headline of Karsk Wire: another is overtaken by a later count" in item.reasons


def test_a_title_like_an_address_is_replaced_by_the_first_sentence(article):
    text = "The old ferry of Tarnmouth was sold to a miller on Friday. He paid one crown."
    a = article("a", "tarnmouth ferry sold to miller november 20", text)

    assert headline(a, Passage("a", 0, "", (text,))) == "The old ferry of Tarnmouth was sold to a miller on Friday"


def test_a_title_broken_off_is_completed_from_the_text(article):
    text = "The council of Norrmark wants to dredge the harbour before the ice comes"
    a = article("a", "The council of Norrmark wants to dredge the harbour…", text)

    assert headline(a, Passage("a", 0, "", (text,))) == text


def test_a_title_that_cannot_be_completed_stays_and_is_named(article):
    a = article("a", "The council of Norrmark wants to dredge…", "Another text.")

    assert headline(a, Passage("a", 0, "", ("Another text.",))) == a.title
    assert flaws(a, Passage("a", 0, "", ("Another text.",))) == ("broken off",)


def test_who_speaks_is_never_taken_off_a_headline(article):
    for title in ("Governor of Karsk: the depot will burn for days", "Karsk: depot burns"):
        assert clean(title, article("a", title)) == title


def test_a_sub_heading_is_taken_as_it_is(article):
    a = article("a", "")

    assert flaws(a, Passage("a", 1, "on the river: the river rises", ("It rose.",))) == ()


def test_of_many_reports_the_one_that_tells_the_event_and_not_a_detail_is_told(told, article):
    texts = (
        (
            "Five killed as barge sinks off Tarnmouth",
            "Five people were killed when a barge sank off Tarnmouth at dawn.",
        ),
        ("Barge sinks off Tarnmouth, five killed", "A barge sank off Tarnmouth at dawn, and five people were killed."),
        (
            "Dog swims home from barge",
            "A dog swam home when a barge sank off Tarnmouth at dawn and five people were killed, its owner said. "
            "It is seven years old, and it shook itself on the quay for some time, watched by a constable "
            "of the harbour police, who wrote down its name, its age and the length of its tail for a register.",
        ),
    )
    articles = [
        article(f"{n}", title, text, source=f"Outlet {n}", hours=4 - n) for n, (title, text) in enumerate(texts)
    ]

    (item,) = told(*articles)

    assert "five killed" in item.headline.lower()
