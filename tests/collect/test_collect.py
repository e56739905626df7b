from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from digest.collect import Status, collect
from digest.collect.identity import article_id
from digest.model.news import BlockKind, Source, SourceKind

from .newsroom import NOW, Leaping, Newsroom, Remembered, item, page, poll, rss, sentences

BODY = f"<p>{sentences('Ilma')}</p><h2>At the bridge</h2><p>{sentences('Ferren')}</p>"


def fill(newsroom: Newsroom, *names: str) -> list[str]:
    """Put a page for each name, and return the items of a feed that links to them, the first the newest."""
    for name in names:
        body = f"<p>{sentences(name)}</p><h2>At the bridge</h2><p>{sentences('Ferren')}</p>"
        newsroom.put(f"/news/{name}", page(f"All about {name}", body))
    return [
        item(newsroom.url(f"/news/{name}"), f"All about {name}", f"Short of {name}.", NOW - timedelta(hours=n))
        for n, name in enumerate(names)
    ]


def test_an_article_is_the_page_behind_the_feeds_link(newsroom):
    newsroom.put_feed("/feed", *fill(newsroom, "tarn", "karsk"))

    collected = poll(newsroom.source("/feed"))

    tarn, karsk = collected.articles
    assert (tarn.title, tarn.url, tarn.source) == ("All about tarn", newsroom.url("/news/tarn"), "Ilma Courier")
    assert [block.kind for block in tarn.blocks] == [BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert (tarn.standfirst, tarn.language, tarn.published_at, tarn.collected_at) == ("Short of tarn.", "en", NOW, NOW)
    assert karsk.blocks[0].text == sentences("karsk")
    [report] = collected.reports
    assert (report.status, report.reason, report.new, report.known) == (Status.OK, "", 2, 0)
    assert (report.state.last_success_at, report.state.failures) == (NOW, 0)


def test_a_source_that_is_not_followed_gives_the_feeds_own_text(newsroom):
    text = f"<p>{sentences('Ilma')}</p><h3>Talks</h3><p>None.</p>"
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "A", text))

    [article] = poll(newsroom.source("/feed", follow=False)).articles

    assert [block.text for block in article.blocks] == [sentences("Ilma"), "Talks", "None."]
    assert newsroom.paths == ["/feed"]


def test_what_is_known_is_not_fetched_again(newsroom):
    memory = Remembered()
    first, second = fill(newsroom, "tarn", "karsk")
    newsroom.put_feed("/feed", second)
    memory.learn(poll(newsroom.source("/feed"), memory=memory))
    newsroom.asked.clear()
    newsroom.put_feed("/feed", first, second)

    collected = poll(newsroom.source("/feed"), memory=memory)

    assert [article.title for article in collected.articles] == ["All about tarn"]
    assert (collected.reports[0].new, collected.reports[0].known) == (1, 1)
    assert newsroom.paths == ["/feed", "/news/tarn"]


def test_a_publisher_that_changes_guids_case_and_tracking_sends_nothing_twice(newsroom):
    memory = Remembered()
    url = newsroom.url("/news/tarn")
    fill(newsroom, "tarn")
    newsroom.put_feed("/feed", item(url, "All about Tarn", "Short.", more="<guid>1</guid>"))
    memory.learn(poll(newsroom.source("/feed"), memory=memory))
    changed = url.replace("http", "HTTP") + "/?utm_source=other#top"
    newsroom.put_feed("/feed", item(changed, "ALL ABOUT TARN", "Short.", more="<guid>2</guid>"))

    assert poll(newsroom.source("/feed"), memory=memory).articles == ()


def test_one_text_at_two_addresses_is_one_article(newsroom):
    memory = Remembered()
    for path in ("/a", "/b", "/c"):
        newsroom.put(path, page("Night over Ilma", BODY))
    newsroom.put_feed("/one", item(newsroom.url("/a"), "Night over Ilma"))
    newsroom.put_feed("/two", item(newsroom.url("/b"), "NIGHT OVER ILMA!"))
    newsroom.put_feed("/three", item(newsroom.url("/c"), "Night over Ilma"))

    collected = poll(newsroom.source("/one", "One"), newsroom.source("/two", "Two"), memory=memory)
    memory.learn(collected)
    later = poll(newsroom.source("/three", "Three"), memory=memory)

    assert [article.url for article in collected.articles] == [newsroom.url("/a")]
    assert [(report.new, report.known) for report in collected.reports] == [(1, 0), (0, 1)]
    assert later.articles == ()


def test_an_article_in_two_feeds_belongs_to_the_first_source_and_is_fetched_once(newsroom):
    items = fill(newsroom, "tarn")

    async def late(_: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        return web.Response(text=rss(*items))

    newsroom.on("/late", late)
    newsroom.put_feed("/quick", *items)

    collected = poll(newsroom.source("/late", "First"), newsroom.source("/quick", "Second"))

    assert [article.source for article in collected.articles] == ["First"]
    assert newsroom.paths.count("/news/tarn") == 1


def test_a_page_may_name_its_own_address_and_is_known_by_both(newsroom):
    memory = Remembered()
    canonical = newsroom.url("/news/ferren-bridge")
    newsroom.put("/rss/ferren-bridge", page("Bridge", BODY, f'<link rel="canonical" href="{canonical}">'))
    newsroom.put_feed("/feed", item(newsroom.url("/rss/ferren-bridge"), "Bridge"))
    memory.learn(poll(newsroom.source("/feed"), memory=memory))
    newsroom.put_feed("/other", item(canonical, "Bridge, told anew"))

    again = poll(newsroom.source("/feed"), newsroom.source("/other", "Other"), memory=memory)

    assert len(memory.owners) == 2
    assert again.articles == ()
    assert newsroom.paths.count("/rss/ferren-bridge") == 1


def test_a_login_page_in_place_of_articles_does_not_make_them_one(newsroom):
    login = page("Log in", f"<p>{sentences('the login')}</p>", '<link rel="canonical" href="/login">')
    for name in ("a", "b"):
        newsroom.put(f"/news/{name}", login)
    newsroom.put_feed("/feed", *(item(newsroom.url(f"/news/{n}"), f"Story {n}", f"Feed text of {n}.") for n in "ab"))

    assert {article.title for article in poll(newsroom.source("/feed")).articles} == {"Story a", "Story b"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 404}, "answered 404"),
        ({"body": b"%PDF", "kind": "application/pdf"}, "no page but application/pdf"),
        ({"body": "<nav>Home</nav>"}, "no text found on the page"),
        ({"body": b"no gzip", "Content_Encoding": "gzip"}, "the answer is damaged in its compression"),
    ],
)
def test_an_article_whose_page_fails_keeps_the_feeds_text(newsroom, answer, told):
    items = fill(newsroom, "tarn", "karsk")
    newsroom.put("/news/karsk", **answer)
    newsroom.put_feed("/feed", *items)

    collected = poll(newsroom.source("/feed"))

    assert [article.title for article in collected.articles] == ["All about tarn", "All about karsk"]
    assert [block.text for block in collected.articles[1].blocks] == ["Short of karsk."]
    [report] = collected.reports
    assert (report.status, report.reason, report.new) == (Status.OK, f"1 of 2 pages failed: {told}", 2)


def test_a_stub_in_place_of_a_page_gives_way_to_the_feeds_text(newsroom):
    newsroom.put("/a", page("A", "<p>Subscribe to read on, dear reader of the Ilma Courier.</p>"))
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "A", f"<p>{sentences('Ilma')}</p><p>{sentences('Tarn')}</p>"))

    [article] = poll(newsroom.source("/feed")).articles

    assert [block.text for block in article.blocks] == [sentences("Ilma"), sentences("Tarn")]


def test_a_host_that_hangs_is_given_up_after_three_pages(newsroom):
    loop = Leaping()
    for n in range(9):
        newsroom.hang(f"/{n}", loop, timedelta(seconds=21))
    newsroom.put_feed(
        "/feed", *(item(newsroom.url(f"/{n}"), f"Story {n}", "Feed text.", NOW - timedelta(hours=3)) for n in range(9))
    )

    collected = poll(newsroom.source("/feed"), seconds=20, loop=loop)

    assert len(collected.articles) == 9
    assert len(newsroom.paths) == 1 + 3
    assert collected.reports[0].reason == (
        "9 of 9 pages failed: no answer in 0:00:20; not asked, since 127.0.0.1 does not answer"
    )


def test_only_the_newest_fifty_pages_are_fetched(newsroom):
    items = [item(newsroom.url(f"/{n}"), f"Story {n}", f"Text {n}.", NOW - timedelta(minutes=n)) for n in range(60)]
    newsroom.put_feed("/feed", *reversed(items))

    collected = poll(newsroom.source("/feed"))

    assert len(collected.articles) == 60
    assert set(newsroom.paths) == {"/feed", *(f"/{n}" for n in range(50))}
    assert collected.reports[0].reason == (
        "50 of 50 pages failed: answered 404; 50 of 60 pages asked for, the others in the next polls"
    )


def test_one_bad_source_costs_the_others_nothing(newsroom, tmp_path):
    newsroom.put_feed("/good", *fill(newsroom, "tarn"))
    newsroom.put("/page", "<!doctype html><html><body>Hello</body></html>")
    newsroom.put("/path", "/etc/hostname", "text/plain")
    newsroom.put("/address", newsroom.url("/trap"), "text/plain")
    newsroom.put("/empty", "", "application/rss+xml")
    newsroom.put("/broken", "<rss><channel><item>", "application/rss+xml")
    newsroom.put("/torn", "<rss><channel><ti <<>", "application/rss+xml")
    newsroom.put_feed("/none")
    names = ("gone", "page", "path", "address", "empty", "broken", "torn", "none", "good")

    collected = poll(*(newsroom.source(f"/{name}", name) for name in names))

    assert {report.name: f"{report.status}: {report.reason}".split(" (")[0] for report in collected.reports} == {
        "gone": "failed: answered 404",
        "page": "failed: no feed: the answer is a web page",
        "path": "failed: no feed: the answer is plain text",
        "address": "failed: no feed: the answer is plain text",
        "empty": "failed: no feed: the answer is empty",
        "broken": "failed: no feed: broken XML near line 2",
        "torn": "failed: no feed: broken XML near line 2",
        "none": "ok: the feed has no entries",
        "good": "ok: ",
    }
    assert [article.title for article in collected.articles] == ["All about tarn"]
    assert "/trap" not in newsroom.paths


def test_failures_are_counted_until_a_success_and_the_validators_stay(newsroom):
    memory = Remembered()
    newsroom.put_feed("/feed", ETag='"1"')
    memory.learn(poll(newsroom.source("/feed"), memory=memory))
    newsroom.put("/feed", status=503)
    for _ in range(2):
        memory.learn(poll(newsroom.source("/feed"), memory=memory))

    failed = memory.of_sources["Ilma Courier"]
    newsroom.put_feed("/feed")
    [report] = poll(newsroom.source("/feed"), memory=memory).reports

    assert (failed.failures, failed.reason, failed.etag) == (2, "answered 503", '"1"')
    assert (report.state.failures, report.state.reason) == (0, "")


def test_a_surprise_in_one_source_is_its_own_failure(newsroom, caplog):
    odd = newsroom.source("/daily", "Odd", kind=SourceKind.PAGE)

    class Forgetful(Remembered):
        def known(self, ids):
            if list(ids) == [article_id(odd.url)]:
                raise RuntimeError("lost\nthe book")
            return super().known(ids)

    newsroom.put_feed("/feed", *fill(newsroom, "tarn"))

    collected = poll(odd, newsroom.source("/feed", "Even"), memory=Forgetful())

    assert [report.status for report in collected.reports] == [Status.FAILED, Status.OK]
    assert collected.reports[0].reason == "unexpected RuntimeError: lost the book"
    assert "source failed unexpectedly" in caplog.text


def test_a_page_is_a_source_of_one_article(newsroom):
    memory = Remembered()
    head = '<meta property="article:published_time" content="2026-11-22T04:00:00Z">'
    newsroom.put("/daily", page("Front line of the day", BODY, head), ETag='"1"')
    source = newsroom.source("/daily", kind=SourceKind.PAGE)

    collected = poll(source, memory=memory)
    memory.learn(collected)
    again = poll(source, memory=memory)

    [article] = collected.articles
    assert (article.title, article.published_at) == ("Front line of the day", NOW - timedelta(hours=2))
    assert [block.text for block in article.blocks if block.kind is BlockKind.HEADING] == ["At the bridge"]
    assert (again.articles, again.updates, again.reports[0].status) == ((), (), Status.UNCHANGED)


def test_a_page_whose_article_was_never_kept_is_not_called_unchanged(newsroom):
    memory = Remembered()
    newsroom.put("/daily", page("Front line of the day", BODY), ETag='"1"')
    source = newsroom.source("/daily", kind=SourceKind.PAGE)
    memory.of_sources = {report.name: report.state for report in poll(source, memory=memory).reports}

    [article] = poll(source, memory=memory).articles

    assert article.title == "Front line of the day"
    assert "If-None-Match" not in newsroom.asked[-1].headers


def test_progress_hears_of_every_source_once(newsroom):
    heard = []
    newsroom.put_feed("/feed", *fill(newsroom, "tarn"))

    poll(newsroom.source("/feed", "Good"), newsroom.source("/gone", "Gone"), progress=heard.append)

    assert sorted((report.name, report.status, report.new) for report in heard) == [
        ("Gone", "failed", 0),
        ("Good", "ok", 1),
    ]


def test_an_entry_with_neither_title_nor_text_is_left_out_and_said(newsroom):
    newsroom.put_feed("/feed", item(newsroom.url("/a")), item(newsroom.url("/b"), "", "Rain in Tarn. More soon."))

    collected = poll(newsroom.source("/feed", follow=False))

    assert [article.title for article in collected.articles] == ["Rain in Tarn"]
    assert collected.reports[0].reason == "1 entry without title and text left out"


def test_nothing_hostile_of_a_feed_reaches_an_article(newsroom):
    newsroom.put_feed(
        "/feed",
        item(
            newsroom.url("/a"),
            "Depot\u202e<script>alert(1)</script>\r\nBcc: all@ilma.example",
            "<p onclick=x>One\u200b word</p><script>x</script><style>y</style><img src=x onerror=y>",
        ),
    )

    [article] = poll(newsroom.source("/feed", follow=False)).articles

    assert article.title == "Depot Bcc: all@ilma.example"
    assert ([block.text for block in article.blocks], article.standfirst) == (["One word"], "One word")


def test_a_collect_that_is_stopped_lets_go(newsroom):
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    newsroom.on("/feed", hang)

    async def run() -> None:
        source = newsroom.source("/feed")
        portions = collect([source], now=NOW, memory=Remembered(), user_agent="digest")
        work = asyncio.create_task(anext(portions))
        while not newsroom.asked:
            await asyncio.sleep(0.01)
        work.cancel()
        await work

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_no_sources_bring_nothing():
    collected = poll()

    assert (collected.articles, collected.reports) == ((), ())


def test_a_folder_without_a_path_is_a_failed_source():
    [report] = poll(Source("Papers", SourceKind.FOLDER)).reports

    assert report.reason == "a folder without a path"


def test_an_entry_without_text_waits_for_its_page_while_it_is_fresh(newsroom):
    memory = Remembered()
    link = newsroom.put("/ferren", status=503)
    newsroom.put_feed("/feed", item(link, "Crossing at Ferren holds"), ETag='"1"')
    first = poll(newsroom.source("/feed"), memory=memory)
    memory.learn(first)

    newsroom.put("/ferren", page("Crossing at Ferren holds", f"<p>{sentences('ferren')}</p>"))
    second = poll(newsroom.source("/feed"), memory=memory)

    assert first.articles == ()
    assert "left for the next poll" in first.reports[0].reason
    assert first.reports[0].state.etag == ""
    assert [bool(article.blocks) for article in second.articles] == [True]


def test_an_entry_does_not_wait_for_ever_and_not_for_a_page_that_is_gone(newsroom):
    old = item(newsroom.put("/old", status=503), "Fire at the Olde Mill", at=NOW - timedelta(hours=3))
    gone = item(newsroom.put("/gone", status=404), "Kolt in Minsha")
    newsroom.put_feed("/feed", old, gone)

    collected = poll(newsroom.source("/feed"))

    assert {article.title for article in collected.articles} == {"Fire at the Olde Mill", "Kolt in Minsha"}
