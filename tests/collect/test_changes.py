"""What a source says the second time: nothing new, new words, another name for the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from aiohttp import web

from digest.collect import Cache, Status
from digest.collect.decide import MOST_UPDATES, Candidate, tell_apart
from digest.collect.feeds.entries import Entry
from digest.collect.feeds.feed import Feed, made
from digest.collect.identity import article_id
from digest.collect.offering import mark_of
from digest.collect.poll import PORTION
from digest.collect.reading import SMALL
from digest.collect.versions import version
from digest.model.news import Known, SourceKind, SourceState

from .newsroom import NOW, Remembered, item, page, poll, rss, sentences

OPEN, SHUT = "It took nine years of work and a vote. " * 5, "It was shut again after an hour, for ever. " * 5
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def memory():
    return Remembered()


def again(newsroom, memory, *sources, now=LATER):
    """Poll and learn; return the first report."""
    got = poll(*sources, memory=memory, now=now)
    memory.learn(got)
    return got


def told(newsroom, memory, *items, **settings):
    """Put a feed of these items, poll it and learn."""
    newsroom.put_feed("/feed", *items)
    return again(newsroom, memory, newsroom.source("/feed", follow=False, **settings))


# ------------------------------------------------------------------------------------------------------- unchanged


def test_a_feed_of_the_same_bytes_is_not_parsed_again(newsroom, memory):
    body = "this would be no feed if anybody looked"
    newsroom.put("/feed", body)
    source = newsroom.source("/feed")
    remembered = sha256(body.encode()).hexdigest()[:48] + mark_of(source)
    memory.of_sources[source.name] = SourceState(source.name, body_hash=remembered)

    [report] = poll(source, memory=memory).reports

    assert (report.status, report.reason) == (Status.UNCHANGED, "")


def test_a_feed_whose_fresh_entries_wait_for_their_pages_is_read_again(newsroom, memory):
    newsroom.put("/a", status=503)
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Ferren bridge", "Open.", at=NOW))
    first = again(newsroom, memory, newsroom.source("/feed"), now=NOW)
    newsroom.put("/a", page("Ferren bridge", f"<p>{sentences('Ferren')}</p>"))

    second = again(newsroom, memory, newsroom.source("/feed"))

    assert (first.articles, first.reports[0].state.body_hash) == ((), "")
    assert [article.blocks[0].text for article in second.articles] == [sentences("Ferren")]


# ----------------------------------------------------------------------------------------- what a feed's order says


def test_the_news_of_a_feed_come_newest_first_however_it_orders_them(newsroom, memory):
    hours = (3, 1, 2)
    items = [item(f"https://ilma.example/{h}", f"Bridge {h}", OPEN, at=NOW - timedelta(hours=h)) for h in hours]

    got = told(newsroom, memory, *items, item("https://ilma.example/0", "Bridge", SHUT, at=NOW + timedelta(days=9)))

    assert [article.title for article in got.articles] == ["Bridge 1", "Bridge 2", "Bridge 3", "Bridge"]


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_two_entries_at_one_address_the_newer_one_counts(newsroom, memory, newer_first):
    older = item("https://ilma.example/a", "Bridge opens", OPEN, at=NOW - timedelta(hours=2))
    newer = item("https://ilma.example/a?utm_source=x", "Bridge shuts", SHUT, at=NOW - timedelta(hours=1))

    got = told(newsroom, memory, *((newer, older) if newer_first else (older, newer)))

    assert [article.title for article in got.articles] == ["Bridge shuts"]


@pytest.mark.parametrize("newer_first", [True, False])
def test_of_two_entries_of_one_known_article_the_newer_one_says_its_words(newer_first):
    entries = [
        Entry("https://ilma.example/a", "Bridge opens", NOW - timedelta(hours=2), OPEN, ""),
        Entry("https://ilma.example/b", "Bridge shuts", NOW - timedelta(hours=1), SHUT, ""),
    ]
    offers = made(Feed(tuple(entries[::-1] if newer_first else entries))).offers
    leads = [Candidate((article_id(offer.link),), offer=offer, said=offer.said) for offer in offers]
    known = dict.fromkeys(
        (name for lead in leads for name in lead.ids), Known("7", version("Bridge", OPEN, ""), "Ilma Courier", NOW)
    )

    told_apart = tell_apart("Ilma Courier", leads, known, set(), NOW)

    assert [lead.entry.title for lead in told_apart.changed] == ["Bridge shuts"]
    assert (told_apart.new, told_apart.known) == ([], 1)


# --------------------------------------------------------------------------------------------------------- updates


def test_an_article_with_new_words_is_known_as_updated(newsroom, memory):
    link = "https://ilma.example/a"
    [first] = told(newsroom, memory, item(link, "Bridge opens", OPEN)).articles

    got = told(newsroom, memory, item(link, "Bridge opens, and shuts", SHUT))

    [update] = got.updates
    assert (got.articles, update.id, update.title) == ((), first.id, "Bridge opens, and shuts")
    assert update.version != first.version
    assert (got.reports[0].new, got.reports[0].known, got.reports[0].updated) == (0, 0, 1)
    assert told(newsroom, memory, item(link, "Bridge opens, and shuts", SHUT, more="<guid>7</guid>")).updates == ()


def test_new_words_of_an_article_whose_words_are_forgotten_are_no_news(newsroom, memory):
    link = "https://ilma.example/a"
    [first] = told(newsroom, memory, item(link, "Bridge opens", OPEN)).articles
    memory.forgotten.add(first.id)

    got = told(newsroom, memory, item(link, "Bridge opens, and shuts", SHUT))

    assert got.articles == ()
    assert (got.reports[0].status, got.reports[0].known, got.reports[0].updated) == (Status.OK, 1, 0)
    assert [(article.id, article.updated_at) for article in got.updates] == [(first.id, None)]
    assert got.updates[0].version != first.version


@pytest.mark.parametrize(
    "now_says",
    [
        {"title": "BRIDGE OPENS"},
        {"title": "Bridge opens!"},
        {"text": f"<p>{OPEN}</p><img src='https://pixel.example/7'>"},
        {"link": "https://www.ilma.example/a?utm_source=x".replace("www.", "m.")},
        {"more": "<guid isPermaLink='false'>another</guid>"},
        {"at": NOW - timedelta(minutes=3)},
    ],
    ids=["case", "punctuation", "markup", "tracking", "guid", "date"],
)
def test_what_changes_without_new_words_is_no_update(newsroom, memory, now_says):
    said = {"link": "https://ilma.example/a", "title": "Bridge opens", "text": OPEN}
    told(newsroom, memory, item(**said))

    got = told(newsroom, memory, item(**said | now_says))

    assert (got.articles, got.updates, got.reports[0].known) == ((), (), 1)


def test_new_words_in_the_feed_have_the_page_read_again(newsroom, memory):
    newsroom.put("/a", page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", "Short."))
    again(newsroom, memory, newsroom.source("/feed"))
    newsroom.put("/a", page("Bridge shuts", f"<p>{sentences('Tarn')}</p>"))
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge shuts", "Short."))

    [update] = again(newsroom, memory, newsroom.source("/feed")).updates

    assert (update.title, update.blocks[0].text) == ("Bridge shuts", sentences("Tarn"))
    assert newsroom.paths.count("/a") == 2


def test_a_page_read_again_that_says_the_same_is_no_update_and_is_not_read_a_third_time(newsroom, memory):
    newsroom.put("/a", page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))
    for summary, more in (("Short.", ""), ("Shorter.", ""), ("Shorter.", "<guid>7</guid>")):
        newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", summary, more=more))
        got = again(newsroom, memory, newsroom.source("/feed"))

    assert [(report.updated, report.known) for report in got.reports] == [(0, 1)]
    assert newsroom.paths.count("/a") == 2


def test_an_article_that_lost_most_of_its_text_keeps_it(newsroom, memory):
    link = "https://ilma.example/a"
    [first] = told(newsroom, memory, item(link, "Bridge opens", OPEN)).articles

    got = told(newsroom, memory, item(link, "Bridge opens", "Subscribe to read on."))

    assert got.updates == (replace(first, version=got.updates[0].version),)
    assert (got.reports[0].updated, got.reports[0].known) == (0, 1)


def test_an_update_keeps_when_it_was_first_seen_and_its_addresses(newsroom, memory):
    said = {"link": "https://ilma.example/a", "title": "Bridge opens", "more": "<guid>ilma-77</guid>"}
    [first] = told(newsroom, memory, item(**said, text=OPEN)).articles

    [update] = told(newsroom, memory, item(**said | {"link": "https://ilma.example/b"}, text=SHUT)).updates

    kept = ("id", "url", "source", "aliases", "collected_at", "published_at")
    assert [getattr(update, name) for name in kept] == [getattr(first, name) for name in kept]
    assert (first.updated_at, update.updated_at) == (None, LATER)


def test_a_feed_that_changes_everything_has_only_so_much_read_again(newsroom, memory):
    def items(words):
        return [item(f"https://ilma.example/{n}", f"Number {n}", f"{words} {n} " * 40) for n in range(MOST_UPDATES + 9)]

    told(newsroom, memory, *items("Ferren"))
    [report] = told(newsroom, memory, *items("Tarn")).reports

    assert (report.new, report.updated, report.known) == (0, MOST_UPDATES, 9)


def test_a_page_that_changes_is_an_update_of_its_one_article(newsroom, memory):
    source = newsroom.source("/daily", kind=SourceKind.PAGE)
    newsroom.put("/daily", page("Front line", f"<p>{sentences('Ferren')}</p>"))
    [first] = again(newsroom, memory, source).articles
    newsroom.put("/daily", page("Front line", f"<p>{sentences('Tarn')}</p>"))

    got = again(newsroom, memory, source)

    assert (got.articles, [update.id for update in got.updates]) == ((), [first.id])
    assert got.updates[0].blocks[0].text == sentences("Tarn")


def test_what_changed_beyond_the_most_is_read_again_in_the_next_poll(newsroom, memory):
    def items(words):
        return [item(f"https://ilma.example/{n}", f"Number {n}", f"{words} {n} " * 40) for n in range(MOST_UPDATES + 9)]

    told(newsroom, memory, *items("Ferren"))
    told(newsroom, memory, *items("Tarn"))
    [report] = told(newsroom, memory, *items("Tarn")).reports

    assert (report.updated, report.known) == (9, MOST_UPDATES)
    assert {article.blocks[0].text.split()[0] for article in memory.kept.values()} == {"Tarn"}


def test_a_page_that_cannot_be_had_at_an_update_is_asked_for_again(newsroom, memory):
    newsroom.put("/a", page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", "Short."))
    again(newsroom, memory, newsroom.source("/feed"))
    newsroom.put("/a", status=503)
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge shuts", "Short."))
    missed = again(newsroom, memory, newsroom.source("/feed"))
    newsroom.put("/a", page("Bridge shuts", f"<p>{sentences('Tarn')}</p>"))

    [update] = again(newsroom, memory, newsroom.source("/feed")).updates

    assert [(each.title, each.blocks[0].text) for each in missed.updates] == [("Bridge shuts", sentences("Ferren"))]
    assert (update.title, update.blocks[0].text) == ("Bridge shuts", sentences("Tarn"))


def test_an_article_whose_page_was_not_there_gets_its_text_when_it_is(newsroom, memory):
    hours_ago = NOW - timedelta(hours=5)
    newsroom.put("/a", status=503)
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", "Short.", at=hours_ago))
    [first] = again(newsroom, memory, newsroom.source("/feed"), now=NOW).articles
    newsroom.put("/a", page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))

    [update] = again(newsroom, memory, newsroom.source("/feed")).updates
    after = again(newsroom, memory, newsroom.source("/feed"))

    assert [block.text for block in first.blocks] == ["Short."]
    assert (update.id, update.blocks[0].text) == (first.id, sentences("Ferren"))
    assert (after.reports[0].status, newsroom.paths.count("/a")) == (Status.UNCHANGED, 2)


def test_a_page_that_stays_away_is_not_asked_for_for_ever(newsroom, memory):
    newsroom.put("/a", status=503)
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", "Short.", at=NOW - timedelta(days=2)))

    got = [again(newsroom, memory, newsroom.source("/feed"), now=NOW + n * timedelta(hours=2)) for n in range(3)]

    assert [len(each.articles) for each in got] == [1, 0, 0]
    assert newsroom.paths.count("/a") == 1


def test_two_sources_that_tell_one_article_in_other_words_do_not_rewrite_each_other(newsroom, memory):
    newsroom.put("/a", page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))
    for n in range(3):
        for path, title in (("/world", "Bridge opens"), ("/top", "A bridge opens at last")):
            more = f"<guid>{n}</guid>"
            newsroom.put_feed(path, item(newsroom.url("/a"), title, "Short.", more=more))
            got = again(newsroom, memory, newsroom.source(path, path))
            assert got.updates == ()

    assert newsroom.paths.count("/a") == 1


# ------------------------------------------------------------------------------------------------ another name for it


def test_a_copy_is_known_by_its_own_address_from_then_on(newsroom, memory):
    for path in ("/a", "/copy"):
        newsroom.put(path, page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", "Short."))
    again(newsroom, memory, newsroom.source("/feed"))

    for n in range(3):
        newsroom.put_feed("/other", item(newsroom.url("/copy"), "Bridge opens", f"Short {n}."))
        got = again(newsroom, memory, newsroom.source("/other", "Other"))
        assert (got.articles, got.updates) == ((), ())

    assert newsroom.paths.count("/copy") == 1


def test_an_article_that_has_moved_is_known_where_it_is_when_its_words_change(newsroom, memory):
    more = "<guid isPermaLink='false'>ilma-77</guid>"
    [first] = told(newsroom, memory, item("https://ilma.example/77", "Bridge opens", OPEN, more=more)).articles
    told(newsroom, memory, item("https://ilma.example/77-moved", "Bridge opens", OPEN, more=more))

    got = told(newsroom, memory, item("https://ilma.example/77-moved", "Bridge opens, and shuts", SHUT, more=more))

    assert (got.articles, [update.id for update in got.updates]) == ((), [first.id])


def test_an_article_that_moves_and_keeps_guid_headline_and_date_is_known(newsroom, memory):
    more = "<guid isPermaLink='false'>ilma-77</guid>"
    told(newsroom, memory, item("https://ilma.example/77-bridge", "Bridge opens", OPEN, more=more))

    got = told(newsroom, memory, item("https://ilma.example/77-ferren-bridge", "BRIDGE OPENS", OPEN, more=more))

    assert (got.articles, got.updates, got.reports[0].known) == ((), (), 1)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Storm at Tarn", "text": SHUT},
        {"at": NOW - timedelta(days=1), "text": SHUT},
        {"more": "<guid isPermaLink='false'>78</guid>", "text": SHUT},
    ],
    ids=["headline", "date", "guid"],
)
def test_a_guid_alone_makes_no_two_articles_one(newsroom, memory, other):
    said = {"link": "https://ilma.example/a", "title": "Morning news", "text": OPEN}
    said["more"] = "<guid isPermaLink='false'>77</guid>"
    told(newsroom, memory, item(**said))

    got = told(newsroom, memory, item(**said | other | {"link": "https://ilma.example/b"}))

    assert [article.url for article in got.articles] == ["https://ilma.example/b"]


# ----------------------------------------------------------------------------------------- a web page instead of a feed


def site(newsroom, *feeds):
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{href}">' for href in feeds)
    newsroom.put("/", page("Ilma Courier", f"<p>{sentences('Ilma')}</p>", links))
    return newsroom.source("/", follow=False)


def test_a_page_in_the_place_of_a_feed_leads_to_the_feed_it_names(newsroom, memory):
    newsroom.put_feed("/rss", item("https://ilma.example/a", "Bridge opens", OPEN))
    source = site(newsroom, "/rss", "/comments")

    first, second = (again(newsroom, memory, source) for _ in range(2))

    assert [article.title for article in first.articles] == ["Bridge opens"]
    wanted = f"its address is a web page; the feed it names was read: {newsroom.url('/rss')}, put that into its url"
    assert (first.reports[0].reason, second.reports[0].status) == (wanted, Status.UNCHANGED)
    assert newsroom.paths == ["/", "/rss"] * 2


@pytest.mark.parametrize(
    ("feeds", "reason"),
    [
        ((), "no feed: the answer is a web page"),
        (("/",), "the page names {url}, but there is no feed: the answer is a web page"),
        (("/gone",), "answered 404"),
    ],
)
def test_a_page_that_leads_to_no_feed_is_followed_once_at_most(newsroom, memory, feeds, reason):
    [report] = again(newsroom, memory, site(newsroom, *feeds)).reports

    assert (report.status, report.reason) == (Status.FAILED, reason.format(url=newsroom.url("/")))
    assert len(newsroom.paths) <= 2


def test_a_feed_that_a_page_names_inside_is_not_reached(newsroom, memory):
    [report] = again(newsroom, memory, site(newsroom, "http://127.0.0.2:9/feed")).reports

    assert report.reason == "127.0.0.2 leads to 127.0.0.2, an address inside"


# ------------------------------------------------------------------------------------------------- wanted or not


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        ({"keep": ("ferren*",)}, ["Ferren bridge"]),
        ({"drop": ("/sport/",)}, ["Ferren bridge", "Tarn storm"]),
        ({"keep": ("bridge", "storm"), "drop": ("TARN",)}, ["Ferren bridge"]),
    ],
)
def test_a_source_keeps_what_its_patterns_want(newsroom, memory, patterns, kept):
    offered = [("Ferren bridge", "news/1"), ("Tarn storm", "news/2"), ("Rovers win", "sport/3")]
    items = [item(f"https://ilma.example/{path}", title, OPEN + title) for title, path in offered]

    got = told(newsroom, memory, *items, **patterns)

    assert [article.title for article in got.articles] == kept
    assert f"{len(offered) - len(kept)} entr" in got.reports[0].reason
    assert got.reports[0].reason.endswith("left out by its `keep` and `drop`")


@pytest.mark.parametrize("validators", [{}, {"ETag": '"7"'}], ids=["200", "etag"])
def test_a_pattern_taken_back_lets_in_what_it_kept_out(newsroom, memory, validators):
    def unless_known(feed):
        async def answer(request):
            known = validators and request.headers.get("If-None-Match") == validators["ETag"]
            return web.Response(status=304) if known else web.Response(text=feed, headers=validators)

        return answer

    offered = [item(f"https://ilma.example/{n}", title, OPEN + title) for n, title in enumerate(["Bridge", "Storm"])]
    newsroom.on("/feed", unless_known(rss(*offered)))
    again(newsroom, memory, newsroom.source("/feed", follow=False, keep=("bridge",)))

    got = again(newsroom, memory, newsroom.source("/feed", follow=False))

    assert [article.title for article in got.articles] == ["Storm"]


# ----------------------------------------------------------------------------------------------------- in portions


def test_a_thousand_sources_come_in_portions_in_their_order(newsroom, memory):
    newsroom.put_feed("/feed", item("https://ilma.example/a", "Bridge opens", OPEN))
    sources = [newsroom.source("/feed", f"Outlet {n}", follow=False) for n in range(PORTION + 3)]

    got = poll(*sources, memory=memory)

    assert [report.name for report in got.reports] == [source.name for source in sources]
    assert [article.source for article in got.articles[:1]] == ["Outlet 0"]


def test_a_large_feed_is_read_like_a_small_one(newsroom, memory):
    many = [item(f"https://ilma.example/{n}", f"Number {n}", f"Ferren {n} " * 30) for n in range(400)]
    assert len(rss(*many)) > SMALL

    got = told(newsroom, memory, *many)

    assert [article.title for article in got.articles] == [f"Number {n}" for n in range(400)]


def test_a_broken_feed_is_read_by_the_patient_parser(newsroom, memory):
    broken = rss(item("https://ilma.example/a", "Bridge opens", OPEN)).replace("</channel>", "<oops></channel>")
    newsroom.put("/feed", broken)

    got = again(newsroom, memory, newsroom.source("/feed", follow=False))

    assert [article.title for article in got.articles] == ["Bridge opens"]
    assert "broken XML" in got.reports[0].reason


# ------------------------------------------------------------------------------------------------------------ cache


def test_the_same_page_is_taken_apart_once_as_long_as_it_is_remembered(newsroom, tmp_path):
    newsroom.put("/a", page("Bridge opens", f"<p>{sentences('Ferren')}</p>"))
    newsroom.put_feed("/feed", item(newsroom.url("/a"), "Bridge opens", "Short."))
    with Cache(tmp_path / "cache.db") as cache:
        [first] = poll(newsroom.source("/feed"), cache=cache).articles
        [(key,)] = cache._connection.execute("SELECT key FROM entry WHERE key LIKE 'page:%'").fetchall()
        kept = cache.get(key, now=NOW)
        cache.put(key, kept.replace(b"Ferren", b"Norrmark"), until=NOW + timedelta(days=1))

        [second] = poll(newsroom.source("/feed"), cache=cache).articles
        cache.put(key, b'{"title": "of an older digest"}', until=NOW + timedelta(days=1))
        [third] = poll(newsroom.source("/feed"), cache=cache).articles

    assert second.blocks[0].text == sentences("Norrmark")
    assert third == first
    assert replace(first, blocks=()) == replace(second, blocks=(), fingerprint=first.fingerprint)
