"""What puts one story before another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.compose import compose
from digest.model.issue import Archive, OwnName, Ranking
from digest.model.news import ArticleKind, Source, SourceKind

MILL = "The mill of Tarnmouth reopened after nine years, and the first sacks went to the bakers of Ilma by boat."
CHOIR = "The choir of Lindholm refuses to sing until its hall has a roof again, its leader told the council."
BRIDGE = "The bridge of Ferren was closed for repairs when a barge struck its second pier in thick fog."
WHEAT = "Wheat rots in the barns of Sorvat because no lorry can cross the flooded valley road this week."
SCHOOL = "A school in Calder lost its stove to a thief who came down the chimney, the teacher believes."


@pytest.fixture
def headlines(edition, slot, now, placed):
    def headlines(*articles, ranking=None, **rest):
        chosen = replace(edition, ranking=ranking or Ranking())
        placements = [placed(a) for a in articles]
        content = compose(placements, articles, chosen, sources=(), number=1, slot=slot, now=now, **rest).content
        return [item.headline for item in content.sections[0].items]

    return headlines


@pytest.mark.parametrize("kind", [kind for kind in ArticleKind if kind not in (ArticleKind.NEWS, ArticleKind.ANALYSIS)])
def test_only_news_and_analysis_open_a_section(headlines, article, kind):
    fresh = article("a", "Mill reopens", MILL, hours=0, kind=kind)
    old = article("b", "Choir refuses", CHOIR[:40], source="Radio Tarn", hours=70)

    assert headlines(fresh, old)[0] == "Choir refuses"


def test_analysis_may_open_a_section(headlines, article):
    fresh = article("a", "Why the mill matters", MILL, hours=0, kind=ArticleKind.ANALYSIS)
    old = article("b", "Choir refuses", CHOIR, source="Radio Tarn", hours=60)

    assert headlines(fresh, old)[0] == "Why the mill matters"


def test_a_section_of_opinions_alone_still_stands(headlines, article):
    assert headlines(article("a", "Mill reopens", MILL, kind=ArticleKind.OPINION)) == ["Mill reopens"]


def test_what_one_source_alone_reports_fills_no_section_before_others(headlines, article):
    own = [
        article(name, title, text, hours=1)
        for name, title, text in (("a", "Mill", MILL), ("b", "Choir", CHOIR), ("c", "Bridge", BRIDGE))
    ]
    other = article("d", "Wheat rots", WHEAT, source="Radio Tarn", hours=40)

    assert "Wheat rots" in headlines(*own, other)
    assert "Wheat rots" not in headlines(*own, other, ranking=Ranking(per_source=0))


def test_a_source_alone_fills_its_section_where_there_is_nobody_else(headlines, article):
    own = [
        article(name, title, text, hours=1)
        for name, title, text in (("a", "Mill", MILL), ("b", "Choir", CHOIR), ("c", "Bridge", BRIDGE))
    ]

    assert len(headlines(*own)) == 3


def test_a_subject_fills_no_section_before_others(headlines, article):
    river = [
        article(f"{n}", title, text, source=f"Outlet {n}", hours=1)
        for n, (title, text) in enumerate(
            (
                (
                    "Cows wait out Tarn flood",
                    "Forty cows stand on a hill above the flood of the Tarn, eating thistles.",
                ),
                (
                    "Tarn flood takes chapel",
                    "A wooden chapel swam past Karsk on the flood of the Tarn, its bell ringing.",
                ),
                ("Eels in cellars after Tarn flood", "Bakers catch eels in Ferren's cellars, which the Tarn filled."),
            )
        )
    ]
    other = article("d", "Choir refuses", CHOIR, source="Radio Tarn", hours=40)

    week = Archive(2_000, (("flood", 15), ("tarn", 15)))

    assert "Choir refuses" in headlines(*river, other, archive=week)
    assert "Choir refuses" not in headlines(*river, other, archive=week, ranking=Ranking(per_subject=0))


def test_a_word_that_the_archive_is_full_of_makes_no_story(headlines, article):
    one = article("a", "Cows wait out Tarn flood", "Forty cows stand on a hill above the flood of the Tarn.")
    other = article(
        "b", "Tarn flood takes chapel", "A chapel swam past Karsk on the flood of the Tarn.", source="Outlet"
    )

    assert len(headlines(one, other, archive=Archive(2_000, (("flood", 300), ("tarn", 300))))) == 2


@pytest.mark.parametrize(
    ("ranking", "first"),
    [
        (Ranking(recency=1, coverage=0, fit=0, substance=0, position=0, novelty=0), "School loses stove"),
        (Ranking(coverage=1, recency=0, fit=0, substance=0, position=0, novelty=0), "Ferren bridge shut"),
    ],
)
def test_the_weights_decide(headlines, article, ranking, first):
    fresh = article("a", "School loses stove", SCHOOL, hours=0)
    again = BRIDGE.replace("was closed for repairs", "is shut").replace("in thick fog", "as fog hid it from the pilot")
    many = [
        article("b", "Bridge of Ferren closed", BRIDGE, source="Radio Tarn", hours=20),
        article("c", "Ferren bridge shut", again, source="Ilma Courier", hours=20),
    ]

    assert headlines(fresh, *many, ranking=ranking)[0] == first


def test_weights_of_nothing_rank_without_a_word(headlines, article):
    nothing = Ranking(coverage=0, recency=0, fit=0, substance=0, position=0, novelty=0)

    assert headlines(article("a", "Mill reopens", MILL), ranking=nothing) == ["Mill reopens"]


def test_a_story_that_one_side_alone_reports_says_so(edition, slot, now, article, placed):
    a = article("a", "Mill reopens", MILL)
    sources = [Source("Karsk Wire", SourceKind.FEED, side="karsk-state")]

    content = compose([placed(a)], [a], edition, sources=sources, number=1, slot=slot, now=now).content

    assert "only karsk-state reports it" in content.sections[0].items[0].reasons


def test_an_edition_s_own_names_bring_reports_together(edition, slot, now, article, placed):
    own = replace(edition, names=(OwnName("Tarnmouth", ("the port on the Tarn",), place=True),))
    a = article(
        "a", "Missiles strike the port on the Tarn", "Missiles struck the port on the Tarn before dawn.", hours=5
    )
    b = article("b", "Six killed in Tarnmouth", "A rocket attack killed six people in Tarnmouth.", source="Radio Tarn")

    def stories(chosen):
        content = compose([placed(a), placed(b)], [a, b], chosen, sources=(), number=1, slot=slot, now=now).content
        return content.stories

    assert (stories(edition), stories(own)) == (2, 1)
