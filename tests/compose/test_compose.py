"""Placements become an issue: everything accounted for, everything traceable, always the same."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from digest.compose import compose
from digest.model.issue import LeftOut
from digest.model.news import BOILERPLATE, OTHER, ArticleKind, Source, SourceKind

FIRE = (
    "An oil depot near Karsk burned for six hours on Friday after a drone came down on it, the governor "
    "said. Two tanks were emptied in time. Nobody was hurt."
)
FIRE_AGAIN = (
    "A drone set fire to an oil depot near Karsk on Friday, and two tanks had to be emptied, according to "
    "the governor. The fire burned for six hours."
)
VISIT = (
    "The Marenian foreign minister flew to Sorvat on Thursday, the first such visit in nine years. His "
    "hosts promised wheat."
)
SUMMIT = (
    "Aldovar will host a second peace summit at Lindholm in May. Forty countries have been asked, and "
    "eleven have said yes."
)


@pytest.fixture
def make(edition, slot, now):
    def make(placements, articles, **rest):
        given = {"sources": (), "number": 7, "slot": slot, "now": now} | rest
        return compose(placements, articles, given.pop("edition", edition), **given).content

    return make


@pytest.fixture
def valley(article, placed):
    a = article("a", "Oil depot burns near Karsk | Karsk Wire", FIRE)
    b = article("b", "Drone sets oil depot near Karsk on fire", FIRE_AGAIN, source="Radio Tarn", hours=2)
    c = article("c", "A long week", VISIT, source="Ilma Courier")
    placements = [
        placed(a, score=0.9, evidence=("oil depot", "drone")),
        placed(b, score=0.8),
        placed(c, BOILERPLATE, "Welcome to ilma.example.", evidence=("greeting",)),
        placed(c, "diplomacy", VISIT, position=1, heading="A visit to Sorvat"),
        placed(c, "peace_summit", SUMMIT, position=2, heading="A second summit"),
        placed(c, OTHER, "The coming weeks will show.", position=3, score=0.2, evidence=("closest: military 0.20",)),
    ]
    return placements, [a, b, c]


def test_two_outlets_on_one_event_make_one_story_with_both_credited(make, valley):
    content = make(*valley)

    (item,) = content.sections[0].items
    assert [credit.name for credit in item.credits] == ["Karsk Wire", "Radio Tarn"]
    assert item.headline == "Oil depot burns near Karsk"
    assert item.url == "https://a.example/1"
    assert "2 outlets" in item.reasons
    assert [(cited.article, cited.evidence) for cited in item.passages] == [("a", ("oil depot", "drone")), ("b", ())]


def test_a_story_under_a_sub_heading_is_called_by_it_and_names_the_other_sections(make, valley):
    content = make(*valley)

    diplomacy, summit = content.sections[1].items[0], content.sections[2].items[0]
    assert (diplomacy.headline, diplomacy.also_in) == ("A visit to Sorvat", ("peace_summit",))
    assert (summit.headline, summit.also_in) == ("A second summit", ("diplomacy",))


def test_anchors_are_unique_and_name_the_section(make, valley):
    anchors = [item.anchor for section in make(*valley).sections for item in section.items]

    assert anchors == ["military-1", "diplomacy-1", "peace_summit-1"]


def test_what_fits_nowhere_and_what_is_boilerplate_is_listed_with_the_reason(make, valley):
    content = make(*valley)

    assert [(left.text, left.reason) for left in content.left_out] == [
        ("The coming weeks will show.", "fits no section; closest: military 0.20")
    ]
    assert [(dropped.text, dropped.reason) for dropped in content.boilerplate] == [
        ("Welcome to ilma.example.", "greeting")
    ]


def test_the_pool_s_left_out_stand_before_the_build_s(make, valley):
    old = LeftOut("z", "Old news", "", 0.0, "older than 72 h")

    assert make(*valley, left_out=[old]).left_out[0] == old


def test_stories_below_the_line_are_left_out_with_their_rank(make, article, placed):
    articles = [
        article(f"{n}", title, f"{title}, the council of {title.split()[0]} said on Friday.", source=f"Outlet {n}")
        for n, title in enumerate(
            (
                "Tarnmouth mill reopens",
                "Lindholm choir strikes",
                "Ferren bridge closes",
                "Norrmark harbour floods",
                "Calder school burns",
            )
        )
    ]
    placements = [placed(a, score=0.9 - n / 10) for n, a in enumerate(articles)]

    content = make(placements, articles)

    assert [item.headline for item in content.sections[0].items] == [
        "Tarnmouth mill reopens",
        "Lindholm choir strikes",
        "Ferren bridge closes",
    ]
    fourth, fifth = (left.reason for left in content.left_out)
    assert fourth.startswith("below the line in military: rank 4, the section holds 3; score 0.")
    assert "1 outlet; 3 h old; fits military 0.60" in fourth
    assert fifth.startswith("below the line in military: rank 5, the section holds 3; score 0.")


def test_an_article_stands_once_in_a_section_with_its_other_passages_cited(make, article, placed):
    a = article("a", "War on the Tarn")
    placements = [
        placed(a, "military", FIRE, position=0, score=0.7),
        placed(
            a,
            "military",
            "Drones crossed the river for a third night running, the air force said.",
            position=1,
            heading="Night",
            score=0.9,
        ),
    ]

    (item,) = make(placements, [a]).sections[0].items

    assert item.headline == "War on the Tarn"
    assert [cited.position for cited in item.passages] == [0, 1]


def test_one_event_placed_apart_by_two_outlets_is_told_once(make, article, placed):
    a, b = (
        article("a", "Oil depot burns near Karsk", FIRE),
        article("b", "Oil depot near Karsk burns", FIRE_AGAIN, source="Radio Tarn"),
    )

    content = make([placed(a, "military", score=0.9), placed(b, "diplomacy", score=0.4)], [a, b])

    assert [(section.id, len(section.items)) for section in content.sections] == [("military", 1)]
    assert "also told under diplomacy, shown once" in content.sections[0].items[0].reasons


def test_every_placement_is_in_an_item_or_left_out_or_boilerplate(make, valley):
    placements, articles = valley
    content = make(placements, articles)

    cited = Counter((c.article, c.position) for s in content.sections for i in s.items for c in i.passages)
    assert set(cited.values()) == {1}
    assert len(cited) + len(content.left_out) + len(content.boilerplate) == len(placements)


def test_the_order_in_which_things_come_changes_nothing(make, valley):
    placements, articles = valley
    expected = make(placements, articles)

    for seed in range(8):
        shuffled, others = placements[:], articles[:]
        random.Random(seed).shuffle(shuffled)
        random.Random(seed).shuffle(others)
        assert make(shuffled, others) == expected


def test_a_link_is_http_or_none_at_all(make, article, placed):
    a = article("a", "From a folder", FIRE, url="file:notes/karsk.txt")
    b = article("b", "Ferry of Lindholm sold", "The ferry of Lindholm was sold to a miller.", url="javascript:alert(1)")

    items = make([placed(a), placed(b, "diplomacy")], [a, b]).sections

    assert [(s.items[0].url, s.items[0].credits[0].url) for s in items] == [("", ""), ("", "")]


def test_a_source_s_side_and_weight_reach_the_issue(make, article, placed):
    a, b = (
        article("a", "Mill reopens", "The mill of Tarnmouth reopened on Friday."),
        article("b", "Choir sings", "The choir of Lindholm sang on Friday.", source="Norrmark Post"),
    )
    sources = [
        Source("Norrmark Post", SourceKind.FEED, weight=3, side="norrmark-state"),
        Source("Karsk Wire", SourceKind.FEED),
    ]

    items = make([placed(a), placed(b)], [a, b], sources=sources).sections[0].items

    assert [item.credits[0].side for item in items] == ["norrmark-state", ""]


def test_the_language_stands_on_an_item_only_where_it_is_not_the_edition_s(make, article, placed):
    a = article("a", "Fähre fährt wieder", "Die Fähre von Tarnmouth fährt seit Freitag wieder.", language="de-at")
    b = article("b", "Choir sings", "The choir of Lindholm sang on Friday.", language="en-gb")

    items = make([placed(a, "military"), placed(b, "diplomacy")], [a, b]).sections

    assert [s.items[0].language for s in items] == ["de-at", ""]


@pytest.mark.parametrize("kind", ArticleKind)
def test_only_news_and_analysis_lead(make, article, placed, kind):
    fresh = article("a", "Ferren bridge", "Latest from the Ferren bridge as crews arrive.", hours=0, kind=kind)
    news = article(
        "b", "Choir of Lindholm sings", "The choir of Lindholm sang on Friday.", hours=30, source="Radio Tarn"
    )

    items = make([placed(fresh, score=1.0), placed(news, score=0.4)], [fresh, news]).sections[0].items

    behind = f"{kind}: may not lead before news"
    assert (items[0].headline == "Ferren bridge") is (kind in ("news", "analysis"))
    assert any(behind in item.reasons for item in items) is (kind not in ("news", "analysis"))


def test_an_article_of_a_title_alone_is_an_item_without_a_summary(make, article, placed):
    a = article("a", "Peace summit opens at Lindholm")

    (item,) = make([placed(a, "peace_summit")], [a]).sections[0].items

    assert (item.headline, item.summary) == ("Peace summit opens at Lindholm", ())


def test_an_empty_build_is_an_issue_without_sections(make):
    content = make([], [])

    assert (content.sections, content.stories, content.sources_read) == ((), 0, 0)


def test_a_section_the_edition_does_not_have_is_refused(make, valley):
    placements, articles = valley

    with pytest.raises(ValueError, match="no section weather in the edition"):
        make([replace(placements[0], section="weather")], articles)
