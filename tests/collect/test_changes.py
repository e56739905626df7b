"""What a source says the second time: nothing new, new words, another name for the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from digest.collect import Cache, Status
from digest.collect.decide import MOST_UPDATES
from digest.collect.poll import WAVE
from digest.collect.reading import SMALL
from digest.model.news import SourceKind, SourceState

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
    memory.of_sources[source.name] = SourceState(source.name, body_hash=sha256(body.encode()).hexdigest())

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


# ------------------------------------------------------------------------------------------------ another name for it


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


# ----------------------------------------------------------------------------------------------------- in portions


def test_a_thousand_sources_come_in_portions_in_their_order(newsroom, memory):
    newsroom.put_feed("/feed", item("https://ilma.example/a", "Bridge opens", OPEN))
    sources = [newsroom.source("/feed", f"Outlet {n}", follow=False) for n in range(WAVE + 3)]

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
