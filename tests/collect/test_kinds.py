"""What kind of article it is, and which of its signs decides."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.pages.anniversaries import is_anniversary
from digest.collect.pages.kinds import kind_of
from digest.model.news import ArticleKind

NEWS, ANALYSIS, OPINION, LIVE = ArticleKind.NEWS, ArticleKind.ANALYSIS, ArticleKind.OPINION, ArticleKind.LIVE
REVIEW, PICTURES, VIDEO = ArticleKind.REVIEW, ArticleKind.PICTURES, ArticleKind.VIDEO
ANNIVERSARY = ArticleKind.ANNIVERSARY
ILMA = "https://ilma.example"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ferren bridge falls", NEWS),
        ("", NEWS),
        ("Ferren bridge: live updates", LIVE),
        ("Live: the vote in Ilma", LIVE),
        ("The storm over Karsk, as it happened", LIVE),
        ("Storm over Karsk live: ferries stay in port", LIVE),
        ("Karsk says it will live with the treaty", NEWS),
        ("Children have a right to live: the mayor of Ilma speaks", NEWS),
        ("Opinion: rebuild the bridge", OPINION),
        ("Rebuild the bridge | Opinion", OPINION),
        ("Kommentar: Die Brücke muss her", OPINION),
        ("Думка: міст потрібен", OPINION),
        ("Comment on treaty lands envoy in trouble", NEWS),
        ("What we know about the flood in Tarn", REVIEW),
        ("Morning briefing: the council votes", REVIEW),
        ("In pictures: the flood in Tarn", PICTURES),
        ("Gallery: choirs of Lindholm", PICTURES),
        ("Watch: the bridge falls", VIDEO),
        ("Watch the council, mayor tells voters", NEWS),
        ("Bridge falls | Video", VIDEO),
        ("Analysis: why the talks failed", ANALYSIS),
        ("Analysis of wreckage points to Norrmark", NEWS),
    ],
)
def test_a_title_announces_its_kind(title, expected):
    assert kind_of(title) is expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("On this day in 1991: Tarn votes to leave", True),
        ("On this day, 30 years ago: the bridge opens", True),
        ("This day in history", True),
        ("On this day of mourning, Karsk shells Ilma", False),
        ("Thirty years since the Ferren treaty", True),
        ("10 years since the flood: how Ilma was rebuilt", True),
        ("Ten years after the Ferren flood", True),
        ("Ten years after the Ferren flood: what became of the town", True),
        ("Three years after the invasion, Ilma signs a pact with Aldovar", False),
        ("Three years after the invasion: Ilma signs a pact", False),
        ("Three years after invasion Ilma signs a pact with Aldovar", False),
        ("Two years since the treaty, Norrmark closes its border", False),
        ("The siege of Sorvat, 40 years on", True),
        ("Five years on: the orphans of Sorvat", True),
        ("Man sentenced to five years on bribery charges", False),
        ("Five years on parole for mayor of Tarn", False),
        ("The 30th anniversary of the Lindholm peace", True),
        ("Ilma marks 30th anniversary of the Lindholm peace", True),
        ("Ilma marks 30 years since the Lindholm peace", True),
        ("Ilma marks fourth anniversary of invasion with strikes on Karsk", False),
        ("Ilma marks fourth anniversary of invasion as allies pledge aid", False),
        ("Marenia strikes Ilma on the anniversary of the invasion", False),
        ("Ahead of the anniversary of the invasion Aldovar imposes sanctions", False),
        ("Anniversary of the treaty, envoys walk out of Lindholm talks", False),
        ("Цього дня снігу не буде", False),
        ("У цей день 30 років тому відкрили міст", True),
        ("30 років тому відкрили міст у Тарні", True),
        ("Річниця миру в Ліндгольмі", True),
        ("В этот день в 1991 году открыли мост", True),
        ("Годовщина наводнения в Ильме", True),
        ("30 лет назад пропавшего рыбака, нашли живым", False),
        ("Heute vor 30 Jahren: Die Brücke von Ferren öffnet", True),
        ("30 Jahre nach der Flut", True),
        ("30 Jahre nach der Flut, Ilma baut wieder", False),
        ("30 Jahre Haft für Bürgermeister von Tarn", False),
        ("Il y a 30 ans, le pont de Ferren", True),
        ("Il y a 30 ans de retard dans les travaux", False),
        ("30 ans après la crue", True),
        ("30 ans de prison pour le maire de Tarn", False),
        ("Tal día como hoy se abrió el puente", True),
        ("30 años después de la riada", True),
        ("30 años de cárcel para el alcalde de Tarn", False),
        ("Tego dnia 30 lat temu otwarto most", True),
        ("Rocznica pokoju w Lindholm", True),
        ("30 lat więzienia dla burmistrza", False),
    ],
)
def test_what_only_looks_back_is_an_anniversary_and_what_dates_itself_by_one_is_news(title, expected):
    assert is_anniversary(title) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/news/bridge-falls", NEWS),
        ("/opinion/2026/11/bridge", OPINION),
        ("/world/live/2026/nov/22/bridge", LIVE),
        ("/commentisfree/bridge", OPINION),
        ("/video/bridge", VIDEO),
        ("/watch/bridge", VIDEO),
        ("/news/gallery/bridge", PICTURES),
        ("/photos/bridge", PICTURES),
        ("/analysis/bridge", ANALYSIS),
        ("/podcasts/bridge", REVIEW),
        ("/analysis/opinion/bridge", OPINION),
        ("/%D0%B4%D1%83%D0%BC%D0%BA%D0%B8/mist", OPINION),
        ("/news/opinion", NEWS),
        ("/news/opinions-differ-on-bridge/1", NEWS),
        ("/livestock/video-games/eel", NEWS),
        ("", NEWS),
    ],
)
def test_the_parts_of_an_address_say_where_an_article_is_filed(path, expected):
    assert kind_of("Bridge falls", url=ILMA + path) is expected


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["NewsArticle"], NEWS),
        (["LiveBlogPosting"], LIVE),
        (["NewsArticle", "LiveBlogPosting"], LIVE),
        (["OpinionNewsArticle"], OPINION),
        (["ReviewNewsArticle"], OPINION),
        (["AnalysisNewsArticle"], ANALYSIS),
        (["BackgroundNewsArticle"], REVIEW),
        (["VideoObject"], VIDEO),
        (["NewsArticle", "VideoObject"], NEWS),
        (["ImageGallery", "WebPage"], PICTURES),
        (["Organization", "BreadcrumbList"], NEWS),
        (["opinionnewsarticle"], OPINION),
    ],
)
def test_a_page_declares_its_kind(types, expected):
    assert kind_of("Bridge falls", types=types) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Opinion", OPINION),
        ("Op-Ed", OPINION),
        ("Opinion & Analysis", OPINION),
        ("World / Analysis", ANALYSIS),
        ("Live blog", LIVE),
        ("Думки", OPINION),
        ("Décryptage", ANALYSIS),
        ("Photo", NEWS),
        ("Live music", NEWS),
        ("Public opinion", NEWS),
        ("World", NEWS),
    ],
)
def test_the_section_of_a_page_and_the_categories_of_a_feed_are_names(name, expected):
    assert kind_of("Bridge falls", section=name) is expected
    assert kind_of("Bridge falls", categories=("World", name)) is expected


@pytest.mark.parametrize(
    ("title", "signs", "expected"),
    [
        ("Opinion: rebuild", {"types": ["AnalysisNewsArticle"]}, ANALYSIS),
        ("Opinion: rebuild", {"types": ["NewsArticle"]}, OPINION),
        ("Bridge", {"types": ["LiveBlogPosting"], "section": "Opinion"}, LIVE),
        ("Bridge", {"section": "Analysis", "categories": ("Opinion",)}, ANALYSIS),
        ("Bridge", {"categories": ("Video",), "url": f"{ILMA}/opinion/bridge"}, VIDEO),
        ("Live: bridge", {"url": f"{ILMA}/opinion/bridge"}, OPINION),
        ("On this day in 1991", {"types": ["AnalysisNewsArticle"]}, ANNIVERSARY),
        ("On this day in 1991", {"types": ["VideoObject"]}, VIDEO),
    ],
)
def test_the_page_says_more_than_the_feed_the_feed_than_the_address_and_the_title_least(title, signs, expected):
    assert kind_of(title, **signs) is expected


def test_only_news_and_analysis_may_lead():
    assert [kind for kind in ArticleKind if kind.may_lead] == [NEWS, ANALYSIS]


@given(st.text(), st.text(), st.lists(st.text(), max_size=5))
def test_any_words_have_a_kind(title, url, names):
    assert isinstance(kind_of(title, url=url, types=names, section=url, categories=names), ArticleKind)


@pytest.mark.parametrize(
    "piece", ["live ", "10 years since ", "marks 10 years of ", "anniversary of a ", "a" * 41, "ж "]
)
def test_a_title_without_end_is_judged_at_once(piece):
    begun = time.process_time()

    kind_of(piece * 100_000, section=piece * 100_000, url=f"{ILMA}/{piece * 10_000}")

    assert time.process_time() - begun < 0.5
