"""Which pages a publisher's robots.txt lets the newsletter fetch (RFC 9309)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from digest.collect.cache import Cache
from digest.collect.http.fetch import Answer
from digest.collect.http.pace import Heard
from digest.collect.http.robots import LONGEST_DELAY, Robots
from digest.collect.http.rules import MOST_BYTES, Rules, matches, parse
from digest.errors import FetchError
from digest.model.news import Source, SourceKind

from .newsroom import NOW, Newsroom, item, page, poll, sentences

ILMA = "https://ilma.example"
HOUR = timedelta(hours=1)


def allowed(text: str, path: str) -> bool:
    return parse(text.encode()).allow(ILMA + path)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        # who is meant (2.2.1)
        ("User-agent: digest\nDisallow: /", "/a", False),
        ("user-AGENT : Digest\r\nDISALLOW : /", "/a", False),
        ("User-agent: digest/2.0 (reader)\nDisallow: /", "/a", False),
        ("User-agent: digestive\nDisallow: /", "/a", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: digest\nDisallow: /b", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: digest\n", "/a", True),
        (
            "User-agent: digest\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: DIGEST\nDisallow: /b",
            "/b",
            False,
        ),
        ("User-agent: *\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/a", False),
        ("User-agent: x\nUser-agent: digest\nDisallow: /", "/a", False),
        ("User-agent: digest\nSitemap: https://ilma.example/map\nUser-agent: x\nDisallow: /", "/a", False),
        ("User-agent: digest\nDisallow: /b\nUser-agent: x\nDisallow: /", "/a", True),
        ("Disallow: /\nUser-agent: *\nDisallow: /b", "/a", True),
        # which rule decides (2.2.2)
        ("User-agent: *\nDisallow: /news/\nAllow: /news/open", "/news/open/1", True),
        ("User-agent: *\nAllow: /news/open\nDisallow: /news/", "/news/open/1", True),
        ("User-agent: *\nAllow: /\nDisallow: /news/", "/news/1", False),
        ("User-agent: *\nDisallow: /news\nAllow: /news", "/news", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /News", "/news", True),
        ("User-agent: *\nDisallow: paid", "/paid/1", False),
        ("User-agent: *\nDisallow: /$", "/", False),
        ("User-agent: *\nDisallow: /$", "/a", True),
        ("User-agent: *\nDisallow: /$", "", False),
        # special characters (2.2.3)
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow: /a*/b", "/ax/y/b", False),
        ("User-agent: *\nDisallow: *print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /a$b", "/a$b", False),
        ("User-agent: *\nDisallow: /file-with-a-%2A.html", "/file-with-a-*.html", False),
        ("User-agent: *\nDisallow: /file-with-a-%2A.html", "/file-with-a-x.html", True),
        ("User-agent: *\nDisallow: /foo-%24", "/foo-$", False),
        ("User-agent: *\nDisallow: /a # b", "/a", False),
        ("# User-agent: x\nUser-agent: *#\nDisallow: /a", "/a", False),
        # escapes (2.2.2)
        ("User-agent: *\nDisallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", False),
        ("User-agent: *\nDisallow: /f?baz=https://foo.bar", "/f?baz=https%3A%2F%2Ffoo.bar", False),
        ("User-agent: *\nDisallow: /f?baz=https%3A%2F%2Ffoo.bar", "/f?baz=https://foo.bar", False),
        ("User-agent: *\nDisallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
        ("User-agent: *\nDisallow: /foo/bar/%E3%83%84", "/foo/bar/ツ", False),
        ("User-agent: *\nDisallow: /foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", False),
        ("User-agent: *\nDisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        ("User-agent: *\nDisallow: /foo/bar/baz", "/foo/bar/%62%61%7A", False),
        ("User-agent: *\nDisallow: /a%2fb", "/a/b", True),
        ("User-agent: *\nDisallow: /a b", "/a%20b", False),
        # lines
        ("\ufeffUser-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\nnonsense\n:\nDisallow /b\nDisallow: /a\n", "/a", False),
        ("User-agent: *\nDisallow: /x\u2028Allow: /\n", "/x", True),
        ("User-agent: *\x00\nDisallow: /a", "/a", False),
        ("<html>Not here</html>", "/a", True),
    ],
)
def test_a_page_is_fetched_only_where_the_rules_allow(text, path, expected):
    assert allowed(text, path) is bool(expected)


patterns = st.text("ab*$/?%2A", max_size=12).map(lambda s: "/" + s)


@given(patterns, st.text("ab/?", max_size=20).map(lambda s: "/" + s))
def test_a_pattern_matches_what_it_says(pattern, path):
    body = pattern.removesuffix("$")
    meant = ".*".join(map(re.escape, body.split("*"))) + ("" if body == pattern else r"\Z")

    assert matches(pattern, path) is bool(re.match(meant, path))


@given(st.lists(st.tuples(patterns, st.booleans()), max_size=6), st.text("ab/", max_size=8))
def test_the_longest_pattern_decides_and_allows_where_two_are_as_long(lines, path):
    text = "\n".join(["User-agent: *", *(f"{'Allow' if allows else 'Disallow'}: {said}" for said, allows in lines)])
    rules = parse(text.encode())
    url = f"{ILMA}/{path}"

    found = [(len(said), allows) for said, allows in rules.patterns if not Rules(((said, False),)).allow(url)]
    assert rules.allow(url) is (max(found)[1] if found else True)


@given(st.binary(max_size=200) | st.text("Uuser-agent:*\nDisallow: /$%2#", max_size=200).map(str.encode))
def test_whatever_stands_in_a_robots_txt_it_is_read(body):
    rules = parse(body)

    assert rules.allow(f"{ILMA}/robots.txt")
    assert rules.allow(f"{ILMA}/news") in (True, False)


@pytest.mark.parametrize(
    "line", ["*a" * 200_000 + "b", "*" * 400_000, "*a*b*c*d$", "/*aaaaaaaaaab", "%2" * 100_000, "/a" * 200_000]
)
def test_no_rules_take_long(line):
    body = b"User-agent: *\n" + (f"Disallow: {line}\n".encode() * (MOST_BYTES // len(line) + 1))[:MOST_BYTES]
    began = time.process_time()

    rules = parse(body)
    for _ in range(5):
        rules.allow(ILMA + "/" + "a" * 1_900)

    assert time.process_time() - began < 2


def test_rules_for_everyone_of_half_a_megabyte_are_read_in_time():
    body = b"User-agent: *\n" + b"".join(b"Disallow: /*%d*/%d$\n" % (n, n) for n in range(20_000))
    began = time.process_time()

    rules = parse(body)

    assert rules.allow(ILMA + "/" + "1/" * 900 + "x") is True
    assert not rules.allow(f"{ILMA}/17/17")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2", 2),
        ("0.5", 0.5),
        ("9" * 400, 0),
        ("-1", 0),
        ("²", 0),
        ("nan", 0),
        ("1e3", 0),
        ("", 0),
        ("3\nCrawl-delay: 1", 3),
    ],
)
def test_a_delay_is_read_where_it_is_a_number(said, seconds):
    assert parse(f"User-agent: digest\nCrawl-delay: {said}\n".encode()).delay == timedelta(seconds=seconds)


# --------------------------------------------------------------------------------------------------------- their host


class Host:
    """Answers for its rules as it is told, and counts how often it is asked."""

    def __init__(self, text: str = "", status: int = 200, **headers: str) -> None:
        self.status, self.asked, self.delay = status, 0, timedelta()
        self.text, self.headers = text, {name.replace("_", "-"): value for name, value in headers.items()}

    async def get(self, url: str, source: Source, *, accept: str, heard: Heard) -> Answer:
        self.asked += 1
        heard.hear(self.status, self.headers)
        if self.status != 200:
            raise FetchError(source.name, f"answered {self.status}", passing=self.status >= 500)
        return Answer(url, self.text.encode(), "text/plain", "", "", "")

    def slow(self, place: URL, delay: timedelta) -> None:
        self.delay = delay


WIRE = Source("Karsk Wire", SourceKind.FEED, url=f"{ILMA}/feed")
FORBIDS = "User-agent: *\nDisallow: /paid/\n"


def ask(host: Host, cache: Cache | None = None, later: timedelta = timedelta(), source: Source = WIRE) -> bool | str:
    """Whether a page may be fetched in a poll some time later, or why not."""
    try:
        return asyncio.run(Robots(host, NOW + later, cache).allow(source, f"{ILMA}/paid/1"))
    except FetchError as e:
        return e.reason


@pytest.fixture
def cache() -> Iterator[Cache]:
    with Cache() as kept:
        yield kept


@pytest.mark.parametrize(
    ("headers", "later", "asked"),
    [
        ({}, 23 * HOUR, 1),
        ({}, 24 * HOUR, 2),
        ({"cache_control": "max-age=3600"}, HOUR / 2, 1),
        ({"cache_control": "max-age=3600"}, HOUR, 2),
        ({"cache_control": "max-age=999999"}, 24 * HOUR, 2),
        ({"cache_control": "public"}, 23 * HOUR, 1),
        ({"cache_control": "no-store"}, HOUR / 60, 2),
        ({}, -HOUR, 2),
    ],
)
def test_rules_are_kept_from_poll_to_poll_for_a_day_or_as_long_as_they_are_fresh(cache, headers, later, asked):
    host = Host(FORBIDS, **headers)

    assert [ask(host, cache), ask(host, cache, later)] == [False, False]
    assert host.asked == asked


def test_without_a_cache_each_poll_asks_anew():
    host = Host(FORBIDS)

    assert [ask(host), ask(host)] == [False, False]
    assert host.asked == 2


def test_that_a_host_has_no_rules_is_kept_too(cache):
    host = Host(status=404)

    assert [ask(host, cache), ask(host, cache)] == [True, True]
    assert host.asked == 1


@pytest.mark.parametrize(
    ("later", "told"),
    [(2 * HOUR * 24, False), (29 * HOUR * 24, False), (31 * HOUR * 24, "robots.txt cannot be had: answered 503")],
)
def test_while_a_host_cannot_be_asked_its_old_rules_stand_for_a_month(cache, later, told):
    host = Host(FORBIDS)
    ask(host, cache)
    host.status = 503

    assert ask(host, cache, later) == told


def test_that_a_host_could_not_be_asked_is_not_kept(cache):
    host = Host(FORBIDS, status=503)
    told = ask(host, cache)
    host.status = 200

    assert (told, ask(host, cache)) == ("robots.txt cannot be had: answered 503", False)


def test_what_a_host_inside_says_to_its_source_is_not_kept_for_others(cache):
    host = Host(FORBIDS)
    private = replace(WIRE, allow_private=True)

    told = [ask(host, cache, source=private), ask(host, cache, source=private), ask(host, cache)]

    assert (told, host.asked) == ([False, False, False], 3)


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"\xff", b'{"patterns": [[1]], "delay": 0, "until": 1e99}'])
def test_a_damaged_cache_costs_a_question(cache, value):
    cache.put(f"robots {ILMA}", value, until=NOW + HOUR)

    assert ask(Host(FORBIDS), cache) is False


def test_no_host_slows_a_poll_down_without_measure():
    host = Host("User-agent: *\nCrawl-delay: 3600\n")

    ask(host)

    assert host.delay == LONGEST_DELAY


def test_a_host_that_wants_it_is_asked_for_its_pages_slowly(newsroom: Newsroom):
    newsroom.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n", "text/plain")
    links = [newsroom.put(f"/{n}", page(f"Page {n}", f"<p>{sentences(str(n))}</p>")) for n in range(3)]
    newsroom.put_feed("/feed", *(item(link, "T") for link in links))
    began = time.monotonic()

    collected = poll(newsroom.source("/feed"))

    assert len(collected.articles) == 3
    assert time.monotonic() - began >= 0.6


@pytest.mark.parametrize("hops", [5, 6])
def test_rules_are_followed_over_five_redirects(newsroom: Newsroom, hops):
    link = newsroom.put("/paid/1", page("Page", f"<p>{sentences('Ilma')}</p>"))
    newsroom.put_feed("/feed", item(link, "T", "Words."))
    newsroom.put("/robots.txt", status=301, Location="/1")
    for n in range(1, hops):
        newsroom.put(f"/{n}", status=302, Location=f"/{n + 1}")
    newsroom.put(f"/{hops}", FORBIDS, "text/plain")

    [report] = poll(newsroom.source("/feed")).reports

    assert report.reason == ("robots.txt forbids 1 of 1 page" if hops == 5 else "")
