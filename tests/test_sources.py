"""Sources for people: `digest sources` lists them, tries one, finds the feed of a site, and speaks OPML."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import socket
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from typer.testing import CliRunner

from digest.cli import health
from digest.cli.app import app
from digest.collect import Workers, discover
from digest.collect.feeds.discover import title_of
from digest.collect.feeds.opml import MOST_BYTES, read_opml, write_opml
from digest.collect.text import line, title
from digest.errors import DigestError, ParseError, SettingsError
from digest.model.news import Source, SourceKind
from digest.parts import open_parts
from digest.settings import add_sources, free_name, free_names, load
from digest.settings.adding import source_table, with_sources
from digest.settings.removing import without_source
from tests.collect.newsroom import NOW, Newsroom, item, page, rss, sentences
from tests.settings.conftest import BASE

LONG = "Ferren bridge is open. " * 200_000
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>{}</title></feed>'


@dataclass
class Desk:
    """A working folder, in which commands are run as from a shell."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "digest.toml"

    @property
    def text(self) -> str:
        return self.settings.read_bytes().decode()

    def __call__(self, *args: object) -> object:
        """Return what a command puts out as JSON; an error raised on purpose comes out as it is."""
        done = self.run("--json", *args)
        return json.loads(done.stdout) if done.stdout else None

    def run(self, *args: object):
        words = ["-c", str(self.settings), *map(str, args)]
        return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "digest.toml").write_text(BASE)
    return Desk(tmp_path)


@pytest.fixture
def newsroom():
    room = Newsroom()
    yield room
    room.close()


def feed(name: str, url: str, **more: object) -> Source:
    return Source(name, SourceKind.FEED, url=url, **more)


def site(*links: str) -> str:
    """A home page that names feeds."""
    return page("Ilma Courier", f"<p>{sentences('Ilma')}</p>", head="".join(links))


def link(href: str, kind: str = "application/rss+xml", title: str = "Feed") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


# ------------------------------------------------------------------------------------------------------------- list


def test_a_bare_call_lists_the_sources_as_before_and_says_more(desk):
    bare, listed = desk("sources"), desk("sources", "list")

    assert bare == listed
    assert bare[0].items() >= {"name": "Ilma Courier", "kind": "feed", "side": "", "failures": 0, "reason": ""}.items()
    assert (bare[0]["last_success_at"], bare[0]["last_try_at"], bare[0]["every_seconds"]) == (None, None, 900)


def test_the_option_for_json_is_taken_on_either_side(desk):
    every = [("--json", "sources"), ("sources", "--json"), ("sources", "--json", "list"), ("sources", "list", "--json")]

    assert len({desk.run(*words).stdout for words in every}) == 1


@pytest.fixture
def troubled(desk, newsroom):
    """One source that works, one that failed twice, one that asks for a rest, one that is gone, one never read."""
    names = ("Karsk Wire", "Radio Tarn", "Norrmark Post", "Sorvat Today")
    stories = [item(newsroom.url(f"/story/{n}"), f"Story {n}", f"{n} {sentences(f'Town {n}')}") for n in range(6)]
    for n, name in enumerate(names):
        newsroom.put_feed(f"/{n}", *stories[: 4 - n])
        add_sources(desk.settings, [feed(name, newsroom.url(f"/{n}"), follow=False, allow_private=True)])
    for name in names[:3]:
        desk("collect", "--source", name, "--now", "2026-11-22T06:00:00Z")
    newsroom.put_feed("/0", *stories[:6])
    newsroom.put("/1", status=500)
    newsroom.put("/2", status=410)
    newsroom.put("/3", status=429, Retry_After="7200")
    for hour in ("06", "08"):
        for name in names[:3]:
            desk("collect", "--source", name, "--now", f"2026-11-23T{hour}:00:00Z")
    desk("collect", "--source", "Sorvat Today", "--now", "2026-11-23T08:00:00Z")
    return desk


AFTER = ("--now", "2026-11-23T09:00:00Z")


def test_health_is_told_in_the_order_of_the_file_and_for_programs_in_full(troubled, newsroom):
    told = troubled("sources", "list", *AFTER)

    assert [(each["name"], each["state"], each["failures"]) for each in told] == [
        ("Ilma Courier", "never read", 0),
        ("Karsk Wire", "ok", 0),
        ("Radio Tarn", "failing", 2),
        ("Norrmark Post", "gone", 1),
        ("Sorvat Today", "resting", 1),
    ]
    assert told[2] == {
        "name": "Radio Tarn",
        "kind": "feed",
        "url": newsroom.url("/1"),
        "side": "",
        "weight": 1.0,
        "every_seconds": 900,
        "follow": False,
        "state": "failing",
        "last_try_at": "2026-11-23T08:00:00+00:00",
        "last_success_at": "2026-11-22T06:00:00+00:00",
        "next_at": told[2]["next_at"],
        "asked_until": None,
        "failures": 2,
        "failing_since": "2026-11-23T06:00:00+00:00",
        "reason": "answered 500",
        "articles_a_day": 0.0,
        "moved_to": "",
        "asked_at": newsroom.url("/1"),
        "retired": False,
    }
    assert [each["articles_a_day"] for each in told] == [None, 5.3, 0.0, 0.0, 0.0]
    assert told[2]["next_at"] > "2026-11-23T08:25"
    assert (told[4]["asked_until"], told[3]["next_at"]) == ("2026-11-23T10:00:00+00:00", None)


def test_only_what_does_not_work_is_shown_when_asked_for(troubled):
    told = troubled("sources", "--failing")

    assert [each["name"] for each in told] == ["Radio Tarn", "Norrmark Post", "Sorvat Today"]
    assert troubled("sources", "list", "--failing") == told


def test_where_everything_works_nothing_is_shown_as_failing(desk):
    done = desk.run("sources", "--failing")

    assert (done.stdout, done.stderr) == ("", "1 source: 1 never read\n")


def test_off_a_terminal_each_source_is_one_line_with_instants(troubled):
    done = troubled.run("sources", "list", *AFTER)

    head, *lines = done.stdout.splitlines()
    assert head.split() == ["source", "state", "last", "success", "a", "day", "next", "poll", "where"]
    assert [line[:13].strip() for line in lines] == [
        "Ilma Courier",
        "Karsk Wire",
        "Radio Tarn",
        "Norrmark Post",
        "Sorvat Today",
    ]
    assert "failed 2 times since 2026-11-23 06:00 UTC: answered 500" in lines[2]
    assert "not asked any more, since it is gone for good: answered 410" in lines[3]
    assert "failed 1 time since 2026-11-23 08:00 UTC: answered 429; asked to wait until 10:00 UTC" in lines[4]
    assert done.stderr == "5 sources: 1 ok, 1 resting, 1 failing, 1 gone, 1 never read\n"


def test_a_person_at_a_terminal_reads_spans_of_time_and_what_is_wrong_below(troubled):
    now = NOW + timedelta(days=1, hours=3)
    with open_parts(load(troubled.settings, {})) as parts:
        text = health.glance(health.doing(parts, now))

    table, wrong = text.split("\n\n")
    assert [" ".join(line.split()) for line in table.splitlines()] == [
        "source state last success a day next poll",
        "Ilma Courier never read never now",
        "Karsk Wire ok 1 hour ago 5.3 now",
        "Radio Tarn failing 27 hours ago 0.0 now",
        "Norrmark Post gone 27 hours ago 0.0 never",
        "Sorvat Today resting never 0.0 in 1 hour",
    ]
    assert [line.partition(":")[0] for line in wrong.splitlines()] == ["Radio Tarn", "Norrmark Post", "Sorvat Today"]


PLAIN = {"COLUMNS": "100", "TERM": "xterm"}


def shown(screen):
    """What a terminal showed before `the end`, which may come to it in pieces."""
    put_out = ""
    while not put_out.endswith("the end"):
        put_out += screen.read(10_000).decode()
    return put_out.removesuffix("the end")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_only_a_person_at_a_terminal_is_given_spans_of_time(desk, options):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from digest.cli import main; main()", "-c", desk.settings, "sources", *options]
    with os.fdopen(theirs, "wb") as terminal, os.fdopen(ours, "rb", buffering=0) as screen:
        subprocess.run(command, stdout=terminal, stderr=subprocess.DEVNULL, check=True, env={**os.environ, **PLAIN})
        terminal.write(b"the end")
        terminal.flush()
        put_out = shown(screen)

    if options:
        assert json.loads(put_out)[0]["state"] == "never read"
    else:
        assert put_out.splitlines()[1].split() == ["Ilma", "Courier", "never", "read", "never", "now"]


def test_what_was_learned_at_another_address_is_not_told_of_the_new_one(troubled, newsroom):
    troubled.settings.write_text(troubled.text.replace(newsroom.url("/2"), newsroom.url("/new")))

    gone = troubled("sources")[3]

    assert (gone["state"], gone["failures"], gone["last_try_at"], gone["retired"]) == ("never read", 0, None, False)


# ------------------------------------------------------------------------------------------------------------- test


@pytest.fixture
def tested(desk, newsroom):
    """A source with seven entries, of which none was collected yet."""
    stories = [item(newsroom.url(f"/{n}"), f"Story {n}", f"{n} {sentences(f'Town {n}')}") for n in range(7)]
    url = newsroom.put("/feed", rss(*stories), "application/rss+xml", ETag='"one"')
    add_sources(desk.settings, [feed("Karsk Wire", url, follow=False, allow_private=True)])
    return desk


def test_a_test_shows_what_is_new_and_keeps_nothing(tested):
    first = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")
    again = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")

    assert {**first, "seconds": 0} == {**again, "seconds": 0}
    assert (first["status"], first["new"], first["known"], len(first["newest"])) == ("ok", 7, 0, 5)
    assert first["newest"][0]["published_at"] == "2026-11-22T05:00:00+00:00"
    assert (first["newest"][0]["kind"], first["newest"][0]["gap"], first["newest"][0]["claimed_at"]) == (
        "news",
        "",
        None,
    )
    assert tested("sources")[1]["last_try_at"] is None


def test_a_test_says_what_is_out_of_the_ordinary_with_an_article(tested, newsroom):
    ahead = item(newsroom.url("/live"), "Live: bridge at Ferren", sentences("Ferren"), at=NOW + timedelta(days=400))
    newsroom.put("/feed", rss(ahead), "application/rss+xml")

    [told] = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")["newest"]
    shown = tested.run("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z").stdout

    assert (told["kind"], told["published_at"], told["claimed_at"]) == ("live page", None, "2027-12-27T06:00:00+00:00")
    assert "(live page; dated 2027-12-27 06:00 UTC, which is not believed)" in shown
    assert "1 date not to be believed" in shown


def test_a_test_of_a_feed_that_has_not_changed_still_counts_its_entries(tested, newsroom):
    tested("collect", "--source", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")
    whole = rss(*(item(newsroom.url(f"/{n}"), f"Story {n}") for n in range(7)))

    async def unless_known(request):
        known = request.headers.get("If-None-Match") == '"one"'
        return web.Response(status=304) if known else web.Response(text=whole, content_type="application/rss+xml")

    newsroom.on("/feed", unless_known)
    told = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T07:00:00Z")

    assert (told["status"], told["new"], told["known"], told["newest"]) == ("ok", 0, 7, [])


def test_a_test_tells_what_the_server_says_of_its_feed(tested, newsroom):
    newsroom.put_feed("/feed", Cache_Control="max-age=7200", Last_Modified="Sun, 22 Nov 2026 05:00:00 GMT")

    began = time.monotonic()
    told = tested("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")
    took = time.monotonic() - began
    text = tested.run("sources", "test", "Karsk Wire", "--now", "2026-11-22T06:00:00Z").stdout

    assert 0 < told["seconds"] <= took + 0.001
    assert (told["http_status"], told["content_type"], told["trouble"]) == (200, "application/rss+xml", "")
    assert (told["cache_control"], told["etag"], told["next_at"]) == ("max-age=7200", "", "2026-11-22T08:00:00+00:00")
    assert text.splitlines()[1] == (
        "  application/rss+xml; Cache-Control 'max-age=7200'; known again by its Last-Modified;"
        " would be read again in 2 hours"
    )


@pytest.mark.parametrize(
    ("answer", "code", "reason"),
    [
        ({"status": 404}, 404, "refused by its server; answered 404"),
        ({"body": "<html><body>Sold.</body></html>"}, 200, "not understood; no feed: the answer is a web page"),
    ],
)
def test_a_test_says_why_a_source_cannot_be_read_and_exits_with_75(tested, newsroom, answer, code, reason):
    newsroom.put("/feed", **answer)

    done = tested.run("sources", "test", "Karsk Wire")
    told = tested("sources", "test", "Karsk Wire")

    assert done.exit_code == 75
    assert done.stdout.startswith(f"Karsk Wire: failed; {reason}; took ")
    assert (told["http_status"], told["trouble"]) == (code, reason.partition(";")[0])


def test_a_test_of_a_source_that_nobody_serves_says_it_was_not_reached(tested):
    with socket.socket() as taken:  # a port that nobody else gets, and where nobody listens
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/feed"
        add_sources(tested.settings, [feed("Radio Tarn", url, allow_private=True)])

        told = tested("sources", "test", "Radio Tarn")

    assert (told["trouble"], told["http_status"], told["content_type"]) == ("not reached", None, "")


def test_a_test_of_a_source_nobody_knows_names_those_there_are(tested):
    with pytest.raises(DigestError, match="no source is called 'Tarn'; there are: Ilma Courier, Karsk Wire"):
        tested("sources", "test", "Tarn")


# -------------------------------------------------------------------------------------------------------------- add


def test_a_feed_is_added_under_its_own_title(desk, newsroom):
    url = newsroom.put("/f", ATOM.format("Radio Tarn &amp;amp; &quot;Friends&quot; \\"), "application/atom+xml")

    told = desk("sources", "add", url, "--allow-private", "--weight", "1.5", "--side", "marenia", "--every", "1h")

    added = load(desk.settings, {}).sources[-1]
    assert (added.name, added.url, told["name"]) == ('Radio Tarn & "Friends" \\', url, added.name)
    assert (added.weight, added.side, added.every.total_seconds(), added.follow) == (1.5, "marenia", 3600, True)


def test_the_feed_of_a_site_is_found_and_the_others_are_named(desk, newsroom):
    newsroom.put_feed("/news/feed.xml")
    home = newsroom.put(
        "/", site(link("/news/feed.xml"), link("../talk.atom", "application/atom+xml"), link("/page", "text/html"))
    )

    done = desk.run("sources", "add", home, "--allow-private", "--name", "The Courier", "--no-follow")

    added = load(desk.settings, {}).sources[-1]
    assert (added.name, added.url, added.follow) == ("The Courier", newsroom.url("/news/feed.xml"), False)
    assert f"The page names more feeds, which were not taken: {newsroom.url('/talk.atom')}\n" in done.stderr


ALL, TALK = link("/feed/"), link("/comments/feed/")
WORLD, SPORT = link("/category/world/feed/"), link("/tag/sport/feed.xml")


@pytest.mark.parametrize(
    ("path", "links", "best"),
    [
        ("/", (TALK, WORLD, ALL), "/feed/"),
        ("/", (link("/one/feed/", title="Ilma Courier » One Comments Feed"), ALL), "/feed/"),
        ("/", (link("/ein/feed/", title="Ilma » Kommentare zu Ein"), WORLD), "/category/world/feed/"),
        ("/", (WORLD, SPORT), "/category/world/feed/"),
        ("/", (ALL, link("/atom.xml", "application/atom+xml")), "/feed/"),
        ("/category/world/", (ALL, TALK, SPORT, WORLD), "/category/world/feed/"),
        ("/tag/sport", (ALL, TALK, SPORT, WORLD), "/tag/sport/feed.xml"),
        ("/tag/harbour", (TALK, SPORT, WORLD, ALL), "/feed/"),
        ("/", (TALK,), "/comments/feed/"),
    ],
)
def test_of_several_feeds_the_one_of_all_that_was_asked_for_is_taken(desk, newsroom, path, links, best):
    newsroom.put_feed(best)
    home = newsroom.put(path, site(*links))

    told = desk("sources", "add", home, "--allow-private")

    assert told["url"] == newsroom.url(best)
    assert (len(told["others"]), told["guessed"]) == (len(links) - 1, False)


def test_a_page_that_names_feeds_without_end_costs_no_more_than_one_of_twenty(desk, newsroom):
    newsroom.put_feed("/feed/0")
    home = newsroom.put("/", site(*(link(f"/feed/{n}", title="x" * 500) for n in range(15_000))))
    began = time.process_time()

    told = desk("sources", "add", home, "--allow-private")

    assert time.process_time() - began < 30
    assert len(told["others"]) == 19


def test_where_a_page_names_no_feed_the_usual_places_are_tried_in_turn(desk, newsroom):
    home = newsroom.put("/", site())
    newsroom.put("/feed", site())
    newsroom.put("/rss", status=500)
    url = newsroom.put("/atom.xml", ATOM.format("Radio Tarn"), "application/atom+xml")
    newsroom.put_feed("/feed.xml")

    done = desk.run("sources", "add", home, "--allow-private")

    assert newsroom.paths == ["/", "/feed", "/rss", "/rss.xml", "/atom.xml"]
    assert newsroom.most_at_once == 1
    assert load(desk.settings, {}).sources[-1].url == url
    assert f"The page names no feed; {url} lies where sites usually keep one\n" in done.stderr


def test_the_feed_beside_a_page_goes_before_that_of_its_site(desk, newsroom):
    home = newsroom.put("/~ada/", site())
    newsroom.put_feed("/feed")
    url = newsroom.put_feed("/~ada/index.xml")

    told = desk("sources", "add", home, "--allow-private")

    assert (told["url"], told["guessed"]) == (url, True)


def test_a_dry_run_refuses_what_the_settings_would_not_take(desk, newsroom):
    url = newsroom.put_feed("/feed")

    with pytest.raises(SettingsError, match="weight"):
        desk("sources", "add", url, "--allow-private", "--weight", "0", "--dry-run")


@pytest.mark.parametrize("answer", [{"status": 429}, {"status": 503, "Retry_After": "60"}])
def test_a_site_that_is_too_busy_is_not_searched_any_further(desk, newsroom, answer):
    home = newsroom.put("/", site())
    newsroom.put("/feed", **answer)
    newsroom.put_feed("/rss")

    with pytest.raises(ParseError, match="none is where sites usually keep one"):
        desk("sources", "add", home, "--allow-private")

    assert newsroom.paths == ["/", "/feed"]


def test_only_a_page_is_searched_for_its_feed(desk, newsroom):
    url = newsroom.put("/report", "%PDF-1.7 and so on", "application/pdf")

    with pytest.raises(ParseError, match="binary file"):
        desk("sources", "add", url, "--allow-private")

    assert newsroom.paths == ["/report"]


def test_a_dry_run_finds_the_feed_and_changes_nothing(desk, newsroom):
    url = newsroom.put_feed("/feed")

    done = desk.run("sources", "add", url, "--allow-private", "--name", "Radio Tarn", "--dry-run")
    told = desk("sources", "add", url, "--allow-private", "--dry-run")

    assert done.stderr == f"Would add 'Radio Tarn' to {desk.settings}\n"
    assert (told["url"], told["dry_run"], desk.text) == (url, True, BASE)


def test_links_are_resolved_against_the_base_that_the_page_names(desk, newsroom):
    url = newsroom.put("/deep/feed.json", '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": []}')
    home = newsroom.put("/", site('<base href="/deep/">', link("feed.json", "application/feed+json; charset=utf-8")))

    assert desk("sources", "add", home, "--allow-private")["url"] == url


def test_links_of_a_page_that_moved_are_resolved_where_it_is(desk, newsroom):
    url = newsroom.put_feed("/new/feed.xml")
    newsroom.put("/new/", site(link("feed.xml")))
    old = newsroom.put("/old", status=302, Location="/new/")

    assert desk("sources", "add", old, "--allow-private")["url"] == url


def test_a_feed_at_another_inside_address_is_not_followed(desk, newsroom):
    other = Newsroom()
    home = newsroom.put("/", site(link(other.put_feed("/feed"))))

    with pytest.raises(DigestError, match="an address inside"):
        desk("sources", "add", home, "--allow-private")

    asked = list(other.paths)
    other.close()
    assert asked == []


def test_a_title_that_is_taken_gives_way_to_the_host(desk, newsroom):
    newsroom.put_feed("/feed")

    assert desk("sources", "add", newsroom.url("/feed"), "--allow-private")["name"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (site(), "text/html", "the page names no feed"),
        (site(link("javascript:alert(1)"), link("file:///etc/passwd")), "text/html", "the page names no feed"),
        (site(link("/missing")), "text/html", "answered 404"),
        (site(link("/")), "text/html", "the page names .*, but there is no feed: the answer is a web page"),
        ("%PDF-1.7 and so on", "application/pdf", "no feed: the answer is a binary file"),
        ("", "text/html", "no feed: the answer is empty"),
        ("<p " + " ".join(f"a{n}='1'" for n in range(30_000)) + ">", "text/html", "the page names no feed"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel/></rss>', "text/xml", "declares entities"),
    ],
)
def test_what_leads_to_no_feed_is_refused_and_the_file_stays(desk, newsroom, body, kind, reason):
    home = newsroom.put("/", body, kind)

    with pytest.raises(DigestError, match=reason):
        desk("sources", "add", home, "--allow-private")

    assert desk.text == BASE


@pytest.mark.parametrize("address", ["http://[", "http://[::1", "https://[x]/feed", "http://a]b/", "http://\x1b[31m/"])
def test_what_is_no_address_is_refused_by_name(desk, address):
    with pytest.raises(DigestError, match=r"no usable address: http"):
        desk("sources", "add", address)

    assert desk.text == BASE


@pytest.mark.parametrize(("path", "body"), [("/feed", rss(item("", "", LONG))), ("/", site(link("/feed")) + LONG)])
def test_what_a_site_answers_is_read_in_a_process_that_may_not_grow(newsroom, path, body):
    url = newsroom.put(path, body)

    with (
        Workers(1, most_bytes=1_000_000) as workers,
        pytest.raises(ParseError, match="it takes more than 1 MB of memory"),
    ):
        asyncio.run(discover(url, now=NOW, user_agent="digest", allow_private=True, workers=workers))


def test_an_address_inside_is_reached_only_when_told_to(desk, newsroom):
    url = newsroom.put_feed("/feed")

    with pytest.raises(DigestError, match="an address inside"):
        desk("sources", "add", url)

    assert (desk.text, newsroom.paths) == (BASE, [])


@pytest.mark.parametrize(
    "there",
    [
        "https://ilma-courier.example/feed.xml",
        "ilma-courier.example/feed.xml#top",
        "HTTP://Ilma-Courier.example:80/feed.xml/",
    ],
)
def test_a_feed_that_is_there_already_is_refused_without_asking_for_it(desk, there):
    with pytest.raises(DigestError, match="is there already, as 'Ilma Courier'"):
        desk("sources", "add", there)


def test_a_site_whose_feed_is_there_already_is_refused(desk, newsroom):
    newsroom.put_feed("/feed")
    home = newsroom.put("/", site(link("/feed")))
    desk("sources", "add", home, "--allow-private", "--name", "One")
    before = desk.text

    with pytest.raises(DigestError, match="is there already, as 'One'"):
        desk("sources", "add", home, "--allow-private", "--name", "Two")

    assert desk.text == before


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ("--weight", "0"),
            r"^digest\.toml: it was left as it is, for this would be wrong: digest\.toml:\d+: `?weight",
        ),
        (("--weight", "nan"), "weight"),
        (("--side", "Not Plain"), "write small letters"),
        (("--every", "1s"), "write 1m or more"),
        (("--name", "Ilma Courier"), "each name stands once"),
        (("--name", "two\nlines"), "line break"),
    ],
)
def test_what_the_settings_would_not_take_changes_nothing(desk, newsroom, options, reason):
    url = newsroom.put_feed("/feed")

    with pytest.raises(SettingsError, match=reason):
        desk("sources", "add", url, "--allow-private", *options)

    assert desk.text == BASE
    assert sorted(path.name for path in desk.folder.iterdir()) == ["digest.toml"]


def test_a_file_that_is_wrong_already_is_not_touched(desk, newsroom):
    url = newsroom.put_feed("/feed")
    desk.settings.write_text(BASE + "\n[oops\n")

    with pytest.raises(SettingsError, match=r"digest\.toml:\d+: this is no TOML"):
        desk("sources", "add", url, "--allow-private")

    assert (desk.text, newsroom.paths) == (BASE + "\n[oops\n", [])


# -------------------------------------------------------------------------------------------- where it is written


NEW = feed("Radio Tarn", "https://tarn.example/feed")
TABLE = '[[source]]\nname = "Radio Tarn"\nurl = "https://tarn.example/feed"\n'
FIRST = '[[source]]\nname = "A"\nurl = "https://a.example/"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", TABLE),
        ("a = 1", f"a = 1\n\n{TABLE}"),
        (FIRST, f"{FIRST}\n\n{TABLE}"),
        (f"{FIRST}\n# side = 'x'\n\n# The hours.\n[edition.a]\n", None),
        (f"{FIRST}\n\n[b]\nc = 1\n", f"{FIRST}\n\n{TABLE}\n[b]\nc = 1\n"),
        (f"{FIRST}\n[b]\nc = 1\n", f"{FIRST}\n\n{TABLE}\n[b]\nc = 1\n"),
        ("[a]\n\n# Hours.\n[edition.a]\n", f"[a]\n\n{TABLE}\n# Hours.\n[edition.a]\n"),
        ("[edition.a]\nb = 1\n", f"{TABLE}\n[edition.a]\nb = 1\n"),
        ("edition.a.b = 1\nc = 2\n", f"edition.a.b = 1\nc = 2\n\n{TABLE}"),
        (f"[w.x]\n{FIRST}\n[w]\ny = 1\n", f"[w.x]\n{FIRST}\n[w]\ny = 1\n\n{TABLE}"),
        (f"{FIRST}\nside = '''\n# no comment'''\n", f"{FIRST}\nside = '''\n# no comment'''\n\n{TABLE}"),
        ("\ufeff[edition.a]\n", f"\ufeff[edition.a]\n\n{TABLE}"),
        (f"{FIRST}\n\n[b]\n".replace("\n", "\r\n"), f"{FIRST}\n\n{TABLE}\n[b]\n".replace("\n", "\r\n")),
    ],
)
def test_a_source_is_put_behind_the_last_one_or_before_the_editions(before, after):
    if after is None:
        after = f"{FIRST}\n# side = 'x'\n\n{TABLE}\n# The hours.\n[edition.a]\n"

    assert with_sources(before.encode(), [NEW]).decode() == after


def test_sources_written_in_one_line_are_left_alone():
    with pytest.raises(SettingsError, match="not written as"):
        with_sources(b"source = [{name = 'A'}]\n", [NEW])


def test_the_file_of_this_repository_keeps_every_line_and_its_mode(tmp_path):
    sample = (Path(__file__).parents[1] / "digest.toml").read_bytes()
    path = tmp_path / "digest.toml"
    path.write_bytes(sample)
    path.chmod(0o640)

    settings = add_sources(path, [NEW], {})

    made = path.read_bytes()
    assert made.replace(b"\n" + TABLE.encode(), b"", 1) == sample
    assert settings.sources[-1] == NEW
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_behind_a_link_is_changed_where_it_is(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there/real.toml").write_text(BASE)
    path = tmp_path / "digest.toml"
    path.symlink_to("there/real.toml")

    add_sources(path, [NEW], {})

    assert path.is_symlink()
    assert TABLE in (tmp_path / "there/real.toml").read_text()


def test_many_may_add_at_once_and_none_is_lost(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_text(BASE)

    def add(n):
        add_sources(path, [feed(f"Number {n}", f"https://tarn.example/{n}")], {})

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(add, range(8)))

    assert sorted(source.name for source in load(path, {}).sources[1:]) == [f"Number {n}" for n in range(8)]
    assert [each.name for each in tmp_path.iterdir()] == ["digest.toml"]


# ---------------------------------------------------------------------------------------------------- taken out again


def test_a_source_is_taken_out_and_the_file_is_as_it_was_before_it_was_added(desk, newsroom):
    url = newsroom.put_feed("/feed")
    desk("sources", "add", url, "--allow-private", "--name", "Radio Tarn")
    desk("collect", "--source", "Radio Tarn")
    added = desk.text

    dry = desk("sources", "remove", "Radio Tarn", "--dry-run")
    assert (dry["dry_run"], desk.text) == (True, added)

    told = desk("sources", "remove", "Radio Tarn")
    assert tomllib.loads(told["table"]) == {"source": [{"name": "Radio Tarn", "url": url, "allow_private": True}]}
    assert desk.text == BASE


def test_the_articles_of_a_source_that_was_taken_out_stay(tested):
    tested("collect", "--source", "Karsk Wire", "--now", "2026-11-22T06:00:00Z")

    tested("sources", "remove", "Karsk Wire")

    with open_parts(load(tested.settings, {})) as parts:
        assert parts.store.articles.count() == 7


def test_a_source_nobody_knows_cannot_be_taken_out(desk):
    with pytest.raises(DigestError, match=r"digest\.toml has no source 'Karsk Wire'"):
        desk("sources", "remove", "Karsk Wire")

    assert desk.text == BASE


def test_what_would_not_load_any_more_is_left_as_it_is(desk):
    desk.settings.write_text(BASE + "\n[digest.more]\n")

    with pytest.raises(SettingsError):
        desk("sources", "remove", "Ilma Courier")

    assert desk.text == BASE + "\n[digest.more]\n"


SECOND = '[[source]]\nname = "B"\nurl = "https://b.example/"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{FIRST}\n", ""),
        (FIRST, ""),
        (f"\ufeff{FIRST}\n", "\ufeff"),
        (f"{FIRST}\n\n{SECOND}\n", f"{SECOND}\n"),
        (f"{FIRST}\n{SECOND}\n", f"{SECOND}\n"),
        (f"{SECOND}\n\n{FIRST}\n", f"{SECOND}\n"),
        (f"{SECOND}\n\n{FIRST}", f"{SECOND}\n"),
        (f"{SECOND}\n\n\n{FIRST}\n\n\n[b]\n", f"{SECOND}\n\n\n\n[b]\n"),
        (f"x = 1\n{FIRST}\n\n[b]\nc = 1\n", "x = 1\n\n[b]\nc = 1\n"),
        (f"# Mine.\n{FIRST} # old\n# side = 'x'\n\n# Hours.\n[b]\n", "# Mine.\n# side = 'x'\n\n# Hours.\n[b]\n"),
        (f"{FIRST}\nside = '''\n# no comment\n\n# either'''\n# note\n\n{SECOND}\n", f"# note\n\n{SECOND}\n"),
        (f"{FIRST}\n[source.more]\nx = 1\n\n{SECOND}\n", f"{SECOND}\n"),
        (f"{FIRST}\n\n{SECOND}\n".replace("\n", "\r\n"), f"{SECOND}\n".replace("\n", "\r\n")),
    ],
)
def test_only_the_table_and_the_blank_line_that_set_it_apart_go(before, after):
    assert without_source(before.encode(), "A")[0].decode() == after


@pytest.mark.parametrize("written", ["source = [{name = 'A'}]\n", "source = [\n  {name = 'A'},\n  {name = 'B'},\n]\n"])
def test_sources_that_are_no_tables_cannot_be_taken_out(written):
    with pytest.raises(SettingsError, match="not written as"):
        without_source(written.encode(), "A")


@given(st.lists(st.sampled_from([FIRST, f"{SECOND}\n# side = 'x'\n", "[b]\nc = 1\n", "[edition.a]\n"]), unique=True))
def test_what_is_added_and_taken_out_leaves_the_file_as_it_was(parts):
    before = "".join(f"{part.strip()}\n\n" for part in parts).removesuffix("\n").encode()

    added = with_sources(before, [NEW])

    assert without_source(added, NEW.name)[0] == before


class Busy(dict):
    """An environment that is asked while somebody at an editor saves the file."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def __iter__(self):
        with self.path.open("a") as file:
            file.write("# mine\n")
        return super().__iter__()


def test_a_file_that_someone_else_changes_meanwhile_is_left_to_them(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_text(BASE)

    with pytest.raises(SettingsError, match="someone else is changing it"):
        add_sources(path, [NEW], Busy(path))

    assert path.read_text().replace("# mine\n", "") == BASE


@given(st.text(), st.text())
def test_any_title_and_address_come_back_from_toml_as_they_were(name, url):
    [read] = tomllib.loads(source_table(feed(name, url)))["source"]

    assert (read["name"], read.get("url", "")) == (name, url)


def test_what_a_source_is_told_about_its_pages_comes_back_as_it_was(tmp_path):
    path = tmp_path / "digest.toml"
    path.write_text(BASE)
    told = {"select": 'div[class="story"]', "remove": ".promo", "keep": ('"fog"', "/world/"), "drop": ("/opinion/",)}
    source = replace(NEW, timezone="Europe/Kyiv", **told)

    added = add_sources(path, [source], {}).sources[-1]

    assert added == source


@given(st.lists(st.text(min_size=1), min_size=1), st.sets(st.text()))
def test_a_free_name_is_one_that_nobody_has(wanted, taken):
    assert free_name(wanted, taken).casefold() not in {name.casefold() for name in taken}


# ------------------------------------------------------------------------------------------------------------- OPML


NESTED = """<?xml version="1.0" encoding="windows-1252"?>
<!DOCTYPE opml>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="The north"><outline text="Deeper">
  <outline type="rss" text="Norrmark Post" title="Norrmark &amp; Post \u00e9" xmlUrl="https://norrmark.example/f?a=1&amp;b=2"/>
</outline></outline>
<outline text="Norrmark again" xmlurl="http://norrmark.example/f?a=1&amp;b=2#x"/>
<outline text="Ilma Courier" xmlUrl="https://karsk.example/feed"/>
<outline text="Ilma" xmlUrl="https://ilma-courier.example/feed.xml"/>
<outline text="No feed" htmlUrl="https://calder.example/"/>
</body></opml>
"""


def opml(*outlines: str) -> bytes:
    return f"<opml version='2.0'><body>{''.join(outlines)}</body></opml>".encode()


def test_the_feeds_of_all_folders_are_added_once_each(desk):
    (desk.folder / "mine.opml").write_bytes(NESTED.encode("cp1252"))

    told = desk("sources", "import", desk.folder / "mine.opml")

    _, *added = load(desk.settings, {}).sources
    assert [(source.name, source.url) for source in added] == [
        ("Norrmark & Post é", "https://norrmark.example/f?a=1&b=2"),
        ("karsk.example", "https://karsk.example/feed"),
    ]
    assert (len(told["added"]), told["duplicates"], told["dry_run"]) == (2, 2, False)


def test_a_second_import_and_a_dry_run_change_nothing(desk):
    file = desk.folder / "mine.opml"
    file.write_bytes(NESTED.encode("cp1252"))

    dry = desk("sources", "import", file, "--dry-run")
    assert (len(dry["added"]), desk.text) == (2, BASE)

    desk("sources", "import", file)
    before = desk.text
    again = desk("sources", "import", file)
    assert (again["added"], again["duplicates"], desk.text) == ([], 4, before)


def test_one_bad_address_keeps_all_of_a_file_out(desk):
    file = desk.folder / "mine.opml"
    good = "<outline text='T' xmlUrl='https://tarn.example/f'/>"
    file.write_bytes(opml(good, "\n<outline text='x' xmlUrl='file:///etc/passwd'/>"))

    with pytest.raises(ParseError, match=r"mine\.opml: line 2: 'file:///etc/passwd' is no web address"):
        desk("sources", "import", file)

    assert desk.text == BASE


def test_a_file_that_is_not_there_is_said_to_be(desk):
    with pytest.raises(FileNotFoundError):
        desk("sources", "import", desk.folder / "none.opml")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
HOSTILE = {
    "entities that multiply": (f'<!DOCTYPE opml [<!ENTITY l0 "ha">{LAUGHS}]><opml>&l8;</opml>', "document type"),
    "an entity that reads a file": (
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body>&x;</body></opml>',
        "document type",
    ),
    "an empty subset": ('<!DOCTYPE opml SYSTEM "a>b" [ ]><opml/>', "document type"),
    "a second document type": ("<!-- <!DOCTYPE --><!DOCTYPE opml [ ]><opml/>", "document type"),
    "many document types": ("<!DOCTYPE " * 400_000, "document type"),
    "a document type without end": ("<!DOCTYPE opml '" + "x" * 4_000_000, "broken XML"),
    "entities in UTF-16": ('<!DOCTYPE opml [<!ENTITY x "y">]><opml/>'.encode("utf-16"), "document type"),
    "too deep": ("<opml>" + "<outline>" * 100_000, "broken XML"),
    "too many attributes": (
        "<opml><outline " + " ".join(f"a{n}='1'" for n in range(30_000)) + "/></opml>",
        "attributes",
    ),
    "too large": (b"<opml>" + b" " * MOST_BYTES, "larger than 5 MB"),
    "too many feeds": (opml("<outline xmlUrl='http://a.example/'/>" * 10_001), "more than 10,000 feeds"),
    "white space only": (" " * 1_000_000, "broken XML"),
    "nothing": (b"", "broken XML"),
    "a page": ("<html><body>hello</body></html>", "its root is <html>"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "binary file"),
    "broken": ("<opml>\n<body></opml>", "broken XML near line 2"),
    "an address with a password": (opml("<outline xmlUrl='https://ada:secret@a.example/'/>"), "no web address"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_opml_is_refused_at_once_with_a_reason(desk, case):
    body, reason = HOSTILE[case]
    file = desk.folder / "hostile.opml"
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    began = time.process_time()

    with pytest.raises(ParseError, match=reason):
        desk("sources", "import", file)

    assert time.process_time() - began < 30
    assert desk.text == BASE


def test_a_document_type_on_this_machine_is_never_read(tmp_path):
    (tmp_path / "x.dtd").write_text('<!ENTITY x "secret"><!ATTLIST outline title CDATA "secret">')
    body = "<opml><body><outline text='T' xmlUrl='https://tarn.example/'/></body></opml>"

    [read] = read_opml(f'<!DOCTYPE opml SYSTEM "file://{tmp_path}/x.dtd">{body}'.encode(), name="a.opml")

    assert read.name == "T"


def test_an_external_document_type_is_never_asked_for(newsroom):
    url = newsroom.put("/opml.dtd", '<!ENTITY x "y">', "application/xml-dtd")

    assert read_opml(f'<!DOCTYPE opml SYSTEM "{url}"><opml/>'.encode(), name="a.opml") == ()

    assert newsroom.paths == []


NAMES = st.text(max_size=80).map(line).filter(lambda name: title(name) == name)
PATHS = st.text("abcXYZ019-._~/?&=%:;,+", max_size=40)
ADDRESSES = st.builds(
    "{}://{}.example/{}".format, st.sampled_from(["http", "https"]), st.text("abc1", min_size=1), PATHS
)


@given(st.lists(st.tuples(NAMES, ADDRESSES, st.sampled_from(["", "en", "pt-br"]))))
def test_names_addresses_and_languages_survive_an_export(rows):
    sources = [feed(name, url, language=tongue) for name, url, tongue in rows]

    text = write_opml(sources, title="The <Aldovar> Brief", now=NOW)

    assert [(each.name, each.url, each.language) for each in read_opml(text.encode(), name="a.opml")] == rows


@given(st.lists(st.text()))
def test_any_name_can_be_exported_and_comes_back_as_one_plain_line(names):
    text = write_opml([feed(name, "https://a.example/") for name in names], title="Brief", now=NOW)

    read = [each.name for each in read_opml(text.encode(), name="a.opml")]

    assert len(read) == len(names)
    assert all(name == line(name) and len(name) <= 80 for name in read)


def test_an_export_tells_nobody_what_no_other_reader_understands():
    source = feed("Karsk Wire", "https://karsk.example/feed", weight=2.0, side="marenia", language="uk", follow=False)

    [outline] = etree.fromstring(write_opml([source], title="Brief", now=NOW).encode()).iter("outline")

    assert set(outline.attrib) == {"type", "text", "title", "xmlUrl", "language"}


@pytest.mark.parametrize(
    "document",
    [
        "<OPML><BODY><Outline TEXT='T' XMLURL='https://tarn.example/'/></BODY></OPML>",
        "<opml xmlns='http://opml.example/2'><body><outline text='T' xmlUrl='https://tarn.example/'/></body></opml>",
        "<o:opml xmlns:o='o'><o:body><o:outline title='' text='T' xmlUrl=' https://tarn.example/ '/></o:body></o:opml>",
        "<?x y?><opml><body><!-- <outline xmlUrl='x'/> --><?a b?><outline title='T' xmlUrl='https://tarn.example/'/>"
        "</body></opml>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_is_read_however_its_words_are_written(document, encoding):
    [read] = read_opml(document.encode(encoding), name="a.opml")

    assert (read.name, read.url) == ("T", "https://tarn.example/")


def test_ten_thousand_feeds_are_read_and_many_of_one_name_are_taken(desk):
    rows = [f"<outline text='News' xmlUrl='https://tarn.example/{n}'/>" for n in range(10_000)]
    (desk.folder / "many.opml").write_bytes(opml(*rows[:1000]))

    told = desk("sources", "import", desk.folder / "many.opml")

    assert len(read_opml(opml(*rows), name="many.opml")) == 10_000
    assert len(told["added"]) == 1000
    assert [source.name for source in load(desk.settings, {}).sources[1:4]] == [
        "News",
        "tarn.example",
        "tarn.example 2",
    ]


@pytest.mark.parametrize("pattern", ["News", "News {}"])
def test_the_time_that_names_take_grows_with_their_number_only(pattern):
    wanted = [(pattern.format(n), "tarn.example") for n in range(20_000)]
    began = time.process_time()

    names = free_names(wanted, [name for name, _ in wanted[:10_000]])

    assert time.process_time() - began < 30
    assert len(set(names)) == 20_000


def test_an_export_has_every_feed_and_nothing_else(desk):
    folder = Source("Dropped", SourceKind.FOLDER, path=Path("inbox"))
    add_sources(desk.settings, [feed('A "B" <C> & D', "https://a.example/?x=1&y=2"), folder])

    desk("sources", "export", desk.folder / "out.opml")

    root = etree.fromstring((desk.folder / "out.opml").read_bytes())
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "The Aldovar Brief")
    assert [(each.get("text"), each.get("xmlUrl"), each.get("type")) for each in root.iter("outline")] == [
        ("Ilma Courier", "https://ilma-courier.example/feed.xml", "rss"),
        ('A "B" <C> & D', "https://a.example/?x=1&y=2", "rss"),
    ]


def test_an_export_goes_to_stdout_and_overwrites_nothing(desk):
    assert desk.run("sources", "export").stdout.startswith("<?xml version='1.0' encoding='UTF-8'?>\n<opml")

    with pytest.raises(SettingsError, match="there is such a file already"):
        desk("sources", "export", desk.settings)

    assert desk.text == BASE


# ------------------------------------------------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (rss(), "Ilma Courier"),
        ("<rss><channel><item><title>Story</title></item><title>Late</title></channel></rss>", "Late"),
        ("<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel><title>R</title></channel></rdf:RDF>", "R"),
        (ATOM.format("a\u202e b<!-- c -->\n"), "a b"),
        ('{"title": "J <b>bold</b>"}', "J bold"),
        ('{"title": ["no"]}', ""),
        ("<rss><channel></channel></rss>", ""),
        (ATOM.format("word " * 100), "word " * 14 + "word…"),
    ],
)
def test_a_title_is_one_plain_line(document, title):
    assert title_of(document) == title
