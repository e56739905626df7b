"""Collected text is hostile on the web as well: in a page, its tags for other programs, the archive and the feed."""

from __future__ import annotations

import io
from dataclasses import replace

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from digest.model.issue import IssueSection
from digest.render import archive_page, atom, issue_page, listed, titled
from digest.render.clean import clean, link, short
from digest.render.feed import ATOM

from .samples import EDITION, content, with_item
from .test_escaping import EVIL, HOSTILE, words
from .test_web import LOOK, SERVED, SITE, meta, parsed

ELEMENTS = {
    *("html", "head", "meta", "title", "link", "body", "div", "header", "nav", "main", "footer", "section", "article"),
    *("h1", "h2", "h3", "p", "a", "span", "time", "ol", "li", "b", "bdi"),
}
ATTRIBUTES = {
    *("lang", "dir", "charset", "name", "property", "content", "rel", "type", "title", "href", "class", "id"),
    *("datetime", "aria-label", "aria-labelledby", "aria-current", "aria-hidden"),
}
IN_PAGES = ("#", "https://", "http://")


def assert_inert(page):
    for element in page.iter():
        assert isinstance(element.tag, str), "a comment, which no page of ours has"
        assert element.tag in ELEMENTS
        assert set(element.keys()) <= ATTRIBUTES
        assert element.get("href", "#").startswith(IN_PAGES)


def shown(issue, site=SITE):
    """Return the pages and the feed of an issue, and how it is listed."""
    made = titled(issue, LOOK, EDITION)
    its = listed(412, made)
    page = parsed(issue_page(its, made, site, SERVED, before=its, after=its))
    archive = parsed(archive_page([its], site, SERVED, months=[its.month], latest=(its, made)))
    return made, page, archive, atom([(its, made)], site)


@settings(max_examples=60, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_any_text_in_a_story_comes_out_as_that_text_and_nothing_else(headline, sentence, outlet, title):
    lead = with_item(headline=headline, summary=(sentence,)).lead
    told = replace(lead, credits=(replace(lead.credits[0], name=outlet),))

    made, page, archive, feed = shown(content(sections=(IssueSection("military", title, (told,)),)))

    assert_inert(page)
    assert_inert(archive)
    assert words(page.find(".//h3")) == short(headline, 240)
    assert words(page.find(".//h2")) == f"{clean(title)} 1 story"
    assert clean(sentence) in [words(p) for p in page.iter("p")]
    assert any(words(p) == f"{short(outlet, 80)}, 05:42" for p in page.iter("p"))
    assert meta(page)["og:title"] == clean(made.subject)
    assert meta(page)["og:description"] == clean(made.preheader)
    assert words(archive.find(".//article//h2")) == words(archive.find(".//li/a")) == clean(made.subject)
    root = etree.fromstring(feed)
    assert root.find(f"{{{ATOM}}}entry/{{{ATOM}}}title").text == clean(made.subject)
    stories = parsed(f"<body>{root.find(f'{{{ATOM}}}entry/{{{ATOM}}}content').text}</body>")
    assert_inert(stories)
    assert words(stories.find(".//h3")) == short(headline, 240)
    assert words(stories.find(".//h2")) == clean(title)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.text(max_size=60), st.sampled_from(EVIL)), st.sampled_from(["", "javascript:", "https://x.example/"])
)
def test_a_link_leads_where_it_says_or_is_no_link(url, start):
    lead = with_item(url=start + url).lead

    _, page, archive, feed = shown(with_item(url=start + url, credits=(replace(lead.credits[0], url=start + url),)))

    assert_inert(page)
    assert_inert(archive)
    wanted = [link(start + url)] if link(start + url) else []
    assert [a.get("href") for a in page.find(".//h3").iter("a")] == wanted
    stories = parsed(f"<body>{etree.fromstring(feed).find(f'.//{{{ATOM}}}content').text}</body>")
    assert [a.get("href") for a in stories.find(".//h3").iter("a")] == wanted


@pytest.mark.parametrize("text", EVIL)
def test_hostile_names_of_an_edition_and_of_the_site_stay_names(text):
    site = replace(SITE, title=text, postal_address=text)

    _, page, archive, feed = shown(replace(content(), title=text), site)

    assert_inert(page)
    assert_inert(archive)
    assert words(page.find(".//h1")) == clean(text)
    assert words(archive.find(".//header/a")) == clean(text)
    assert meta(archive)["og:site_name"] == clean(text)
    read = feedparser.parse(io.BytesIO(feed))
    assert not read.bozo
    root = etree.fromstring(feed)
    assert root.find(f"{{{ATOM}}}title").text == root.find(f".//{{{ATOM}}}name").text == clean(text)
    assert root.find(f".//{{{ATOM}}}category").get("label") == clean(text)
    assert len(root.findall(f"{{{ATOM}}}entry")) == 1
