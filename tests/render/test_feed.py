"""The Atom feed: valid, stable, and read back by other programs and by our own."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
from lxml import etree

from digest.collect.feeds import feed
from digest.render import atom, listed, titled
from digest.render.feed import ATOM

from .samples import EDITION, content, with_item
from .test_web import ISSUE, LISTED, LOOK, SITE, earlier, parsed, words

BEFORE = earlier(1, at=LISTED.at - timedelta(days=1))
FEED = atom([(LISTED, ISSUE), (BEFORE, ISSUE)], SITE)
NAMES = {"a": ATOM}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def texts(root, path):
    return [element.text for element in root.findall(path, NAMES)]


def test_another_reader_finds_every_issue_with_its_address_and_its_stories():
    read = feedparser.parse(io.BytesIO(FEED))

    assert not read.bozo
    assert read.version == "atom10"
    assert (read.feed.title, read.feed.language) == ("The Aldovar Brief", "en")
    assert [entry.title for entry in read.entries] == [ISSUE.subject, "News of day 1"]
    assert [entry.link for entry in read.entries] == [
        "https://brief.example/archive/412",
        "https://brief.example/archive/411",
    ]
    assert read.entries[0].summary == ISSUE.preheader
    stories = parsed(f"<html><body>{read.entries[0].content[0].value}</body></html>")
    assert [words(h) for h in stories.iter("h3")] == [i.headline for s in ISSUE.sections for i in s.items]


def test_our_own_reader_of_feeds_reads_it_too():
    read = feed.parse("The Aldovar Brief", FEED, url="https://brief.example/archive/feed.xml", now=ISSUE.built_at)

    assert [(entry.title, entry.link, entry.published_at) for entry in read.entries] == [
        (ISSUE.subject, "https://brief.example/archive/412", LISTED.at),
        ("News of day 1", "https://brief.example/archive/411", BEFORE.at),
    ]
    assert "Two supply columns crossed." in read.entries[0].content


def test_the_feed_has_all_that_the_standard_asks_for_each_once():
    root = etree.fromstring(FEED)

    for parent in (root, *root.findall("a:entry", NAMES)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", NAMES)) == 1, name
    assert texts(root, "a:author/a:name") == ["The Aldovar Brief"]
    assert texts(root, "a:id") == ["https://brief.example/archive"]
    links = {link.get("rel"): link.get("href") for link in root.findall("a:link", NAMES)}
    assert links == {"self": "https://brief.example/archive/feed.xml", "alternate": "https://brief.example/archive"}
    assert [c.get("type") for c in root.findall("a:entry/a:content", NAMES)] == ["html", "html"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at) for at in texts(root, ".//a:updated"))
    assert texts(root, "a:updated") == ["2026-11-20T04:00:00Z"]


def test_an_entry_keeps_its_id_when_the_pages_move_and_no_two_have_the_same():
    moved = atom([(LISTED, ISSUE)], replace(SITE, public_url="https://news.brief.example/letters"))

    ids = texts(etree.fromstring(FEED), "a:entry/a:id")
    assert ids == ["tag:brief.example,2026-11-20:weekday/412", "tag:brief.example,2026-11-19:weekday/411"]
    assert texts(etree.fromstring(moved), "a:entry/a:id") == ids[:1]


def test_links_in_the_feed_are_whole_and_lead_out_of_it():
    made = titled(content(), LOOK, EDITION)
    page = parsed(feedparser.parse(io.BytesIO(atom([(listed(412, made), made)], SITE))).entries[0].content[0].value)

    assert {a.get("href").partition(":")[0] for a in page.iter("a")} == {"https"}


def test_an_issue_and_a_story_in_another_language_say_so():
    story = titled(with_item(language="ar"), LOOK, EDITION)
    site = replace(SITE, language="tlh")
    root = etree.fromstring(atom([(LISTED, story)], site))

    assert root.get(LANGUAGE) == root.find("a:entry", NAMES).get(LANGUAGE) == "en"
    told = parsed(root.find("a:entry/a:content", NAMES).text).find(".//h3").getparent()
    assert (told.get("lang"), told.get("dir")) == ("ar", "rtl")


def test_a_feed_without_issues_is_a_feed():
    read = feedparser.parse(io.BytesIO(atom([], SITE)))

    assert not read.bozo
    assert not read.entries
    assert datetime(*read.feed.updated_parsed[:6], tzinfo=UTC) == datetime(1970, 1, 1, tzinfo=UTC)
