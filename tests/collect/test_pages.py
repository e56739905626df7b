"""What becomes of articles whose pages are no articles, or tell more than the feed does."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from digest.collect import Status
from digest.collect.pages import pages as asking
from digest.model.news import ArticleKind, Image, Source, SourceKind

from .newsroom import NOW, Remembered, item, page, poll, sentences

WALLED = (
    '<script type="application/ld+json">{"@type": "OpinionNewsArticle", "isAccessibleForFree": false,'
    ' "publisher": {"name": "Ilma Courier"}, "image": "/fog.jpg"}</script>'
)
STUB = "<p>The council met on Sunday.</p><p>Subscribe to continue reading</p>"


def served(newsroom, *bodies: str, text: str = "", head: str = WALLED, title: str = "Ferren bridge") -> Source:
    links = [newsroom.put(f"/news/{n}", page(title, body, head)) for n, body in enumerate(bodies)]
    newsroom.put_feed("/feed", *(item(link, f"Ferren bridge {n}", text) for n, link in enumerate(links)))
    return newsroom.source("/feed")


def test_behind_a_paywall_the_article_has_the_feeds_own_text_and_what_its_page_tells(newsroom):
    collected = poll(served(newsroom, STUB, STUB, STUB, text="<p>The vote is on Thursday.</p>"))

    article = collected.articles[0]
    assert [block.text for block in article.blocks] == ["The vote is on Thursday."]
    assert (article.gap, article.outlet, article.kind) == ("behind a paywall", "Ilma Courier", ArticleKind.OPINION)
    assert article.image == Image(newsroom.url("/fog.jpg"))
    assert collected.reports[0].reason == "3 pages behind a paywall, their articles have the feed's text"


def test_where_the_feed_has_no_text_either_the_paragraphs_of_the_stub_are_kept(newsroom):
    [article] = poll(served(newsroom, STUB)).articles

    assert [block.text for block in article.blocks] == ["The council met on Sunday."]
    assert article.gap == "behind a paywall"


@pytest.mark.parametrize(
    ("title", "body", "gap", "told"),
    [
        (
            "Before you continue",
            "<p>We and our 842 partners use cookies and ask for your consent.</p>",
            "a consent page",
            "1 page with nothing but a demand for consent, its article has the feed's text",
        ),
        (
            "Ferren bridge",
            "<p>Please enable JavaScript.</p>",
            "no text without script",
            "1 page without text but by script, its article has the feed's text",
        ),
    ],
)
def test_what_stands_in_place_of_an_article_gives_it_no_words(newsroom, title, body, gap, told):
    collected = poll(served(newsroom, body, text="The vote is on Thursday.", head="", title=title))

    [article] = collected.articles
    assert (article.title, article.gap) == ("Ferren bridge 0", gap)
    assert [block.text for block in article.blocks] == ["The vote is on Thursday."]
    assert collected.reports[0].reason == told


def test_a_whole_text_is_taken_whatever_box_stands_below_it(newsroom):
    body = "".join(f"<p>{sentences(f'district {n}')}</p>" for n in range(9)) + "<p>Already a subscriber? Log in</p>"

    [article] = poll(served(newsroom, body, text="The vote is on Thursday.")).articles

    assert (article.gap, len(article.blocks) > 8) == ("", True)


def test_a_source_of_one_page_fails_where_that_page_is_no_article(newsroom):
    newsroom.put("/page", "<html><body><div id='root'></div><script src='/app.js'></script></body></html>")

    [report] = poll(newsroom.source("/page", kind=SourceKind.PAGE)).reports

    assert (report.status, report.reason) == (Status.FAILED, "no text without script")


def test_a_sources_selectors_are_used_on_its_pages_and_what_they_miss_is_reported(newsroom):
    told = f'<div class="story"><p>{sentences("Ilma")}</p><p class="promo">Cook eel tonight.</p></div>'
    first = newsroom.put("/news/1", page("Ferren bridge", f"{told}<p>{sentences('Tarn')}</p>"))
    second = newsroom.put("/news/2", page("Storm", f"<p>{sentences('Karsk')}</p>"))
    newsroom.put_feed("/feed", item(first, "Ferren bridge"), item(second, "Storm"))

    collected = poll(newsroom.source("/feed", select=".story", remove=".promo"))

    assert [block.text for block in collected.articles[0].blocks] == [sentences("Ilma")]
    assert collected.reports[0].reason == "`select` finds no text on 1 of 2 pages"


@pytest.mark.parametrize(
    ("in_feed", "on_page", "published", "claimed"),
    [
        (NOW - timedelta(hours=3), "2026-11-21", NOW - timedelta(hours=3), None),
        (None, "2026-11-21T10:00", datetime(2026, 11, 21, 8, tzinfo=UTC), None),
        (NOW + timedelta(days=9), "2026-11-21T10:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC), None),
        (NOW + timedelta(days=9), "2029-01-01", None, NOW + timedelta(days=9)),
        (None, "2029-01-01T02:00", None, datetime(2029, 1, 1, tzinfo=UTC)),
        (None, "soon", None, None),
    ],
)
def test_an_article_without_a_date_to_be_believed_in_its_feed_has_that_of_its_page(
    newsroom, in_feed, on_page, published, claimed
):
    head = f'<meta property="article:published_time" content="{on_page}">'
    link = newsroom.put("/news/1", page("Ferren bridge", f"<p>{sentences('Ilma')}</p>", head))
    given = item(link, "Ferren bridge", at=in_feed or NOW)
    newsroom.put_feed("/feed", given if in_feed else re.sub("<pubDate>.*?</pubDate>", "", given))

    [article] = poll(newsroom.source("/feed", timezone="Europe/Kyiv")).articles

    assert (article.published_at, article.claimed_at) == (published, claimed)


def test_pages_that_all_claim_one_address_stay_articles_of_their_own(newsroom):
    async def answer(request: web.Request) -> web.Response:
        told, claim = request.query["id"], '<link rel="canonical" href="/story.php">'
        markup = page(f"Story {told} of Ferren", f"<p>{sentences(told)}</p>", claim)
        return web.Response(text=markup, content_type="text/html")

    newsroom.on("/story.php", answer)
    links = [newsroom.url(f"/story.php?id={n}") for n in range(5)]
    newsroom.put_feed("/feed", *(item(link, f"Story {n} of Ferren") for n, link in enumerate(links)))

    assert [article.url for article in poll(newsroom.source("/feed")).articles] == links


def test_the_categories_of_a_feed_say_what_kind_an_article_is(newsroom):
    link = newsroom.put("/news/1", page("Ferren bridge", f"<p>{sentences('Ilma')}</p>"))
    newsroom.put_feed("/feed", item(link, "Ferren bridge", more="<category>Analysis</category>"))

    assert poll(newsroom.source("/feed")).articles[0].kind is ArticleKind.ANALYSIS


def test_an_article_that_goes_behind_a_paywall_keeps_its_words(newsroom):
    memory, text = Remembered(), "".join(f"<p>{sentences(f'district {n}')}</p>" for n in range(2))
    link = newsroom.put("/news/1", page("Ferren bridge", text))
    newsroom.put_feed("/feed", item(link, "Ferren bridge", "The vote is on Thursday."))
    first = poll(newsroom.source("/feed"), memory=memory)
    memory.learn(first)
    newsroom.put("/news/1", page("Ferren bridge", STUB, WALLED))
    newsroom.put_feed("/feed", item(link, "Ferren bridge", "The vote was on Thursday. " * 40))

    [update] = poll(newsroom.source("/feed"), memory=memory).updates

    assert (update.blocks, update.gap, update.updated_at) == (first.articles[0].blocks, "", None)


def test_the_feeds_address_says_what_kind_an_article_is(newsroom):
    link = newsroom.put("/opinion/bridge", page("Ferren bridge", f"<p>{sentences('Ilma')}</p>"))
    newsroom.put_feed("/feed", item(link, "Ferren bridge"))

    assert poll(newsroom.source("/feed")).articles[0].kind is ArticleKind.OPINION


def test_a_saved_page_tells_the_same_of_its_article(tmp_path):
    text = "".join(f"<p>{sentences(f'district {n}')}</p>" for n in range(9))
    (tmp_path / "a.html").write_text(page("Ferren bridge", text, WALLED.replace("/fog", "https://ilma.example/fog")))
    (tmp_path / "b.html").write_text("<html><body><div id='app'></div></body></html>")

    collected = poll(Source("Tarn papers", SourceKind.FOLDER, path=tmp_path))

    [article] = collected.articles
    assert (article.kind, article.outlet, article.gap) == (ArticleKind.OPINION, "Ilma Courier", "")
    assert article.image == Image("https://ilma.example/fog.jpg")
    assert collected.reports[0].reason == "1 file left out (b.html: no text without script)"


def test_pages_beyond_the_most_come_with_the_next_polls(newsroom, monkeypatch):
    monkeypatch.setattr(asking, "MOST_PAGES", 2)
    memory = Remembered()
    items = []
    for n in range(5):
        newsroom.put(f"/{n}", page(f"News {n}", f"<p>{sentences(f'Town {n}')}</p>"))
        items.append(item(newsroom.url(f"/{n}"), f"News {n}", f"Short of {n}.", at=NOW - timedelta(hours=3 + n)))
    newsroom.put_feed("/feed", *items)

    got = []
    for n in range(3):
        got.append(poll(newsroom.source("/feed"), memory=memory, now=NOW + n * timedelta(minutes=15)))
        memory.learn(got[-1])

    assert [(len(each.articles), len(each.updates)) for each in got] == [(5, 0), (0, 3), (0, 1)]
    assert sorted(newsroom.paths) == sorted(["/feed"] * 3 + [f"/{n}" for n in range(5)])
    assert {a.blocks[0].text for a in memory.kept.values()} == {sentences(f"Town {n}") for n in range(5)}


def test_a_slow_host_does_not_hold_up_what_others_have_brought(newsroom, monkeypatch):
    monkeypatch.setattr(asking, "MOST_TIME", timedelta(seconds=0.3))

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(text=page("News", f"<p>{sentences('Ferren')}</p>"), content_type="text/html")

    items = []
    for n in range(20):
        newsroom.on(f"/{n}", slow)
        items.append(item(newsroom.url(f"/{n}"), f"News {n}", sentences(f"Town {n}")))
    newsroom.put_feed("/feed", *items)

    [report] = poll(newsroom.source("/feed")).reports

    assert report.new == 20
    assert "of 20 pages asked for, the others in the next polls" in report.reason
    assert len(newsroom.paths) < 8
