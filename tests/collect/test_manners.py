"""What a publisher sees of us from one poll to the next."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from digest.collect import Status
from digest.collect.http.rules import MOST_BYTES, parse
from digest.model.news import Source, SourceKind, SourceState
from tests.virtual import VirtualLoop

from .newsroom import NOW, Leaping, Newsroom, Remembered, item, page, poll, rss, sentences

MINUTE = timedelta(minutes=1)
FEED = rss(item("https://ilma.example/a", "A", "Words of the feed."))


def rounds(newsroom: Newsroom, memory: Remembered, n: int, path: str = "/feed"):
    """The reports of so many polls of one source in a row."""
    reports = []
    for _ in range(n):
        collected = poll(newsroom.source(path, follow=False), memory=memory)
        memory.learn(collected)
        reports += collected.reports
    return reports


# ---------------------------------------------------------------------------------------------------------- waiting


def test_a_server_that_asks_us_to_wait_is_left_alone_until_then(newsroom):
    memory = Remembered()
    newsroom.put("/feed", status=429, Retry_After="1800")
    source = newsroom.source("/feed", follow=False)
    memory.learn(poll(source, memory=memory))
    newsroom.put("/feed", FEED)

    (early,) = poll(source, memory=memory, now=NOW + 29 * MINUTE).reports
    (late,) = poll(source, memory=memory, now=NOW + 30 * MINUTE).reports

    assert (early.status, early.reason, early.state) == (Status.UNCHANGED, "asked to wait until 06:30 UTC", None)
    assert (late.status, late.new, late.state.asked_until) == (Status.OK, 1, None)
    assert newsroom.paths == ["/feed", "/feed"]


def test_a_source_that_failed_without_asking_to_wait_can_be_tried_by_hand(newsroom):
    memory = Remembered()
    newsroom.put("/feed", status=500)
    reports = rounds(newsroom, memory, 2)
    newsroom.put("/feed", FEED)

    reports += rounds(newsroom, memory, 1)

    pauses = [report.state.next_at - NOW for report in reports]
    assert [report.status for report in reports] == [Status.FAILED, Status.FAILED, Status.OK]
    assert pauses[0] < pauses[1]
    assert 15 * MINUTE <= pauses[2] <= 16.5 * MINUTE


def test_an_unchanged_feed_says_how_long_it_is_fresh(newsroom):
    memory = Remembered()
    memory.of_sources["Ilma Courier"] = SourceState("Ilma Courier", etag='"7"')
    newsroom.put("/feed", status=304, Cache_Control="max-age=3600")

    [report] = rounds(newsroom, memory, 1)

    assert (report.status, report.state.next_at) == (Status.UNCHANGED, NOW + 60 * MINUTE)


def test_a_wait_from_a_clock_that_was_far_ahead_is_not_heeded(newsroom):
    memory = Remembered()
    newsroom.put("/feed", FEED)
    memory.of_sources["Ilma Courier"] = SourceState("Ilma Courier", asked_until=NOW + timedelta(days=400))

    assert rounds(newsroom, memory, 1)[0].status is Status.OK


def test_sources_begin_one_after_the_other_when_there_is_time(tmp_path):
    told = {}

    def note(report):
        told[report.name] = round(asyncio.get_running_loop().time())

    sources = [Source(f"Source {n}", SourceKind.FOLDER, path=tmp_path / "gone") for n in range(4)]

    poll(*sources, spread=timedelta(hours=4), progress=note, loop=VirtualLoop())

    assert told == {f"Source {n}": n * 3_600 for n in range(4)}


# ------------------------------------------------------------------------------------------------------- moved, gone


@pytest.mark.parametrize("status", [301, 308])
def test_a_source_that_has_moved_for_good_is_asked_there_after_three_polls(newsroom, status):
    memory = Remembered()
    newsroom.put("/feed", status=status, Location="/new")
    newsroom.put("/new", FEED)

    reports = rounds(newsroom, memory, 5)

    said = f"moved for good to {newsroom.url('/new')}, where it is asked from now on"
    assert [report.reason for report in reports] == ["", "", said, "", ""]
    assert newsroom.paths == ["/feed", "/new"] * 3 + ["/new"] * 2


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_source_that_is_elsewhere_for_the_moment_is_asked_where_it_was(newsroom, status):
    newsroom.put("/feed", status=status, Location="/new")
    newsroom.put("/new", FEED)

    reports = rounds(newsroom, Remembered(), 5)

    assert newsroom.paths == ["/feed", "/new"] * 5
    assert reports[-1].state.moves == 0


def test_only_the_permanent_beginning_of_a_way_is_remembered(newsroom):
    newsroom.put("/feed", status=301, Location="/new")
    newsroom.put("/new", status=302, Location="/today")
    newsroom.put("/today", FEED)

    reports = rounds(newsroom, Remembered(), 4)

    assert reports[-1].state.moved_to == newsroom.url("/new")
    assert newsroom.paths == ["/feed", "/new", "/today"] * 3 + ["/new", "/today"]


def test_a_move_must_hold_in_a_row(newsroom):
    memory = Remembered()
    newsroom.put("/new", FEED)
    for target in ("/new", "/new", "/other", "/new", "/new"):
        newsroom.put("/other", FEED)
        newsroom.put("/feed", status=301, Location=target)
        rounds(newsroom, memory, 1)

    assert memory.of_sources["Ilma Courier"].moves == 2


@pytest.mark.parametrize("status", [404, 410])
def test_where_nothing_is_at_the_new_address_the_old_one_is_asked(newsroom, status):
    memory = Remembered()
    newsroom.put("/feed", status=301, Location="/new")
    newsroom.put("/new", FEED)
    rounds(newsroom, memory, 3)
    newsroom.put("/new", status=status)
    newsroom.put("/feed", FEED)

    report, after = rounds(newsroom, memory, 2)

    assert (report.status, after.status) == (Status.UNCHANGED, Status.UNCHANGED)
    assert (report.state.moved_to, report.state.retired) == ("", False)
    assert newsroom.paths[6:] == ["/new", "/feed", "/feed"]


def test_a_new_address_in_passing_trouble_is_not_asked_around(newsroom):
    memory = Remembered()
    newsroom.put("/feed", status=301, Location="/new")
    newsroom.put("/new", FEED)
    rounds(newsroom, memory, 3)
    newsroom.put("/new", status=503)

    [report] = rounds(newsroom, memory, 1)

    assert newsroom.paths[6:] == ["/new"]
    assert (report.reason, report.state.moves) == ("answered 503", 3)


def test_a_new_address_that_is_no_feed_is_given_up(newsroom):
    memory = Remembered()
    newsroom.put("/feed", status=301, Location="/new")
    newsroom.put("/new", FEED)
    rounds(newsroom, memory, 3)
    newsroom.put("/new", "<!doctype html><html><body>This name is for sale.</body></html>")
    newsroom.put("/feed", FEED)

    reports = rounds(newsroom, memory, 2)

    assert [report.status for report in reports] == [Status.FAILED, Status.UNCHANGED]
    assert newsroom.paths[6:] == ["/new", "/feed"]


def test_a_source_led_astray_for_a_while_is_not_gone_for_good(newsroom):
    memory = Remembered()
    newsroom.put("/feed", status=302, Location="/elsewhere")
    newsroom.put("/elsewhere", status=410)

    [report] = rounds(newsroom, memory, 1)

    assert (report.reason, report.state.retired, report.state.failures) == ("answered 410", False, 1)


def test_a_server_that_says_nothing_changed_to_who_knows_nothing_has_failed(newsroom):
    newsroom.put("/feed", status=304)

    [report] = rounds(newsroom, Remembered(), 1)

    assert (report.status, report.reason) == (Status.FAILED, "answered 304, though nothing was remembered")


def test_a_source_that_is_gone_says_so_once_and_is_asked_again_at_another_address_only(newsroom):
    memory = Remembered()
    newsroom.put("/feed", status=410)
    newsroom.put("/new", FEED)

    gone, resting = rounds(newsroom, memory, 2)
    [back] = rounds(newsroom, memory, 1, "/new")

    assert (gone.status, gone.state.retired) == (Status.FAILED, True)
    assert gone.reason == "answered 410; gone for good, so not asked again until its url in digest.toml changes"
    assert (resting.status, resting.state) == (Status.UNCHANGED, None)
    assert resting.reason == "not asked, since its address is gone for good (410); give it another url in digest.toml"
    assert (back.status, back.state.retired) == (Status.OK, False)
    assert newsroom.paths == ["/feed", "/new"]


def test_what_one_address_said_is_not_held_against_another(newsroom):
    memory = Remembered()
    newsroom.put("/new", FEED)
    memory.of_sources["Ilma Courier"] = SourceState(
        "Ilma Courier", etag='"7"', url=newsroom.url("/feed"), moved_to=newsroom.url("/lost"), moves=3, failures=9
    )

    [report] = rounds(newsroom, memory, 1, "/new")

    assert report.status is Status.OK
    assert "If-None-Match" not in newsroom.asked[0].headers
    assert newsroom.paths == ["/new"]


# ----------------------------------------------------------------------------------------------------------- robots


def news(newsroom: Newsroom, *paths: str) -> None:
    """A feed that links to a page at each path."""
    for path in paths:
        newsroom.put(path, page(f"Behind {path}", f"<p>{sentences(path[1:])}</p>"))
    newsroom.put_feed("/feed", *(item(newsroom.url(path), f"At {path}", f"Short of {path}.") for path in paths))


RULES = "User-agent: other\nDisallow: /\n\nUser-agent: digest\nDisallow: /paid/\n\nUser-agent: *\nDisallow: /news/\n"


def test_a_page_that_robots_txt_forbids_keeps_the_feeds_text(newsroom):
    news(newsroom, "/news/a", "/paid/b", "/news/c")
    newsroom.put("/robots.txt", RULES, "text/plain")

    collected = poll(newsroom.source("/feed"))

    [report] = collected.reports
    assert (report.status, report.reason) == (Status.OK, "robots.txt forbids 1 of 3 pages")
    texts = [article.blocks[0].text for article in collected.articles]
    assert texts == [sentences("news/a"), "Short of /paid/b.", sentences("news/c")]
    assert newsroom.paths == ["/feed", "/news/a", "/news/c"]
    assert [request.path for request in newsroom.asked].count("/robots.txt") == 1


def test_rules_are_fetched_once_a_poll_for_all_sources(newsroom):
    news(newsroom, "/news/a", "/news/b")
    newsroom.put("/page", page("Bridge", f"<p>{sentences('Ilma')}</p>"))

    collected = poll(newsroom.source("/feed"), newsroom.source("/page", "Radio Tarn", kind=SourceKind.PAGE))

    assert len(collected.articles) == 3
    assert [request.path for request in newsroom.asked].count("/robots.txt") == 1


def test_a_source_that_is_not_followed_needs_no_rules(newsroom):
    news(newsroom, "/news/a")
    newsroom.put("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")

    [report] = poll(newsroom.source("/feed", follow=False)).reports

    assert (report.status, report.new) == (Status.OK, 1)
    assert [request.path for request in newsroom.asked] == ["/feed"]


def test_rules_are_not_asked_for_a_feed(newsroom):
    newsroom.put("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    newsroom.put_feed("/feed")

    assert poll(newsroom.source("/feed")).reports[0].status is Status.OK
    assert [request.path for request in newsroom.asked] == ["/feed"]


@pytest.mark.parametrize("status", [204, 401, 403, 404, 410])
def test_a_host_without_rules_forbids_nothing(newsroom, status):
    news(newsroom, "/news/a")
    newsroom.put("/robots.txt", status=status)

    collected = poll(newsroom.source("/feed"))

    assert [article.blocks[0].text for article in collected.articles] == [sentences("news/a")]
    assert collected.reports[0].reason == ""


@pytest.mark.parametrize("status", [429, 500, 503])
def test_where_the_rules_cannot_be_had_no_page_is_fetched_this_time(newsroom, status):
    news(newsroom, "/news/a", "/news/b")
    newsroom.put("/robots.txt", status=status)

    collected = poll(newsroom.source("/feed"))

    told = f"2 of 2 pages failed: robots.txt cannot be had: answered {status}; 2 entries left for the next poll"
    assert (collected.reports[0].reason, collected.articles) == (told, ())
    assert newsroom.paths == ["/feed"]


def test_a_host_that_does_not_answer_for_its_rules_is_not_asked_for_pages(newsroom):
    loop = Leaping()
    news(newsroom, *(f"/news/{n}" for n in range(5)))
    newsroom.hang("/robots.txt", loop, timedelta(seconds=61))

    [report] = poll(newsroom.source("/feed"), loop=loop).reports

    assert newsroom.paths == ["/feed"]
    assert report.reason == "5 of 5 pages failed: no answer in 0:01:00; 5 entries left for the next poll"


@pytest.mark.parametrize(
    "body",
    [
        b"Disallow: //[\nUser-agent: *\nDisallow: //[::\nCrawl-delay: \xc2\xb2\nDisallow: /paid/",
        b"\xff\xfe\x00\x00User-agent: x\nUser-agent: digest\nDisallow: /paid/",
        b"user-AGENT : Digest\r\nCrawl-delay: " + b"9" * 5_000 + b"\r\nDISALLOW : /paid/ # not for machines\r\n",
        b"User-agent: *\nDisallow: /paid/\n" + b"Disallow: /x\n" * 50_000,
    ],
)
def test_rules_however_written_are_kept(newsroom, body):
    news(newsroom, "/news/a", "/paid/b")
    newsroom.put("/robots.txt", body, "text/plain")

    assert poll(newsroom.source("/feed")).reports[0].reason == "robots.txt forbids 1 of 2 pages"


def test_of_endless_rules_the_rest_is_not_read():
    body = b"User-agent: *\nDisallow: /paid/\n" + b"# words\n" * (MOST_BYTES // 8) + b"Disallow: /\n"

    rules = parse(body)

    assert rules.allow("https://ilma.example/news")
    assert not rules.allow("https://ilma.example/paid/1")
