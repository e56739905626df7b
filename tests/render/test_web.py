"""The issue as a web page, and the archive: for everybody alike, and readable by everything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import lxml.html
import pytest

from digest.errors import LookError
from digest.model.delivery import Variant
from digest.model.issue import Figure, Follows
from digest.render import (
    Site,
    Ways,
    archive_page,
    fields_for,
    issue_page,
    listed,
    open_look,
    open_pages,
    render,
    shown,
    titled,
)
from digest.render.addresses import feed_url, issue_url
from digest.render.look import PAGES

from .samples import ADA, CORRECTION, EDITION, MAIL, NOW, TEMPLATES, content, tokens, with_item
from .test_fit import long
from .test_html import words

LOOK = open_look(TEMPLATES, "brief")
SITE = Site(
    title="The Aldovar Brief",
    language="en",
    public_url="https://brief.example",
    postal_address="8 Ropewalk, Aldovar",
    domain="brief.example",
    pages=open_pages(TEMPLATES),
)
SERVED = Ways.served("https://brief.example")
ISSUE = titled(content(), LOOK, EDITION)
LISTED = listed(412, ISSUE)


def earlier(days, **changes):
    """The issue of so many days before."""
    made = replace(LISTED, id=412 - days, number=412 - days, local_date=LISTED.local_date - timedelta(days=days))
    return replace(made, subject=f"News of day {days}", **changes)


def html(issue=ISSUE, ways=SERVED, site=SITE, noindex=False, **beside):
    made = titled(issue, LOOK, EDITION)
    return issue_page(listed(412, made, noindex=noindex), made, site, ways, **beside)


def parsed(source):
    return lxml.html.document_fromstring(source.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))


def meta(page):
    return {m.get("property") or m.get("name"): m.get("content") for m in page.iter("meta")}


PAGE = parsed(html())


def test_a_page_starts_with_its_doctype_and_says_its_language_and_direction():
    assert html().startswith("<!doctype html>\n")
    assert (PAGE.get("lang"), PAGE.get("dir")) == ("en", "ltr")


def test_headings_go_down_one_step_at_a_time_from_one_title():
    assert [int(h.tag[1]) for h in PAGE.iter("h1", "h2", "h3")] == [1, 2, 3, 3, 3, 3, 2, 3, 3, 3, 2, 3, 3, 3]


def test_every_link_of_a_mail_into_the_web_leads_to_a_place_that_is_there():
    issue = titled(long(30), LOOK, EDITION)
    variant = Variant(tuple(section.id for section in issue.sections), "en")
    skeleton = render(issue, LOOK, [variant], MAIL, edition=EDITION)[variant.id]
    fields = fields_for(ADA, issue=412, due_at=NOW, edition=EDITION, look=LOOK, mail=MAIL, tokens=tokens)
    mail, _ = shown(skeleton, fields)

    page = parsed(html(long(30)))

    assert skeleton.cut.folded
    own = [a.get("href") for a in parsed(mail).iter("a") if "/archive/" in a.get("href")]
    places = [re.fullmatch(r"([^#]*)(?:#(.+))?", address).groups() for address in own]
    assert {address for address, _ in places} == {page.find("head/link[@rel='canonical']").get("href")}
    ids = {e.get("id") for e in page.iter() if isinstance(e.tag, str)}
    assert {anchor for _, anchor in places if anchor} <= ids
    assert f"<{MAIL.public_url}/archive>".encode() in b"".join(p for p in skeleton.parts if isinstance(p, bytes))


def test_a_page_tells_every_story_whole_however_long_the_issue():
    issue = long(30)

    page = parsed(html(issue))

    assert len(list(page.iter("h3"))) == 90
    told = words(page)
    assert all(" ".join(i.summary) in told for s in issue.sections for i in s.items)
    assert "more on the web" not in told


def test_a_page_tells_other_programs_what_it_is():
    told = meta(PAGE)

    assert told["og:type"] == "article"
    assert told["og:title"] == ISSUE.subject
    assert told["og:description"] == told["description"] == ISSUE.preheader
    assert told["og:url"] == issue_url("https://brief.example", 412) == "https://brief.example/archive/412"
    assert told["og:site_name"] == "The Aldovar Brief"
    assert told["og:locale"] == "en_GB"
    assert told["article:published_time"] == ISSUE.built_at.isoformat()
    assert told["viewport"] == "width=device-width, initial-scale=1"
    assert told["color-scheme"] == "light dark"
    assert "robots" not in told
    feed = PAGE.find("head/link[@type='application/atom+xml']")
    assert feed.get("href") == feed_url("https://brief.example") == "https://brief.example/archive/feed.xml"
    assert PAGE.find(".//title").text == f"{ISSUE.subject} · The Aldovar Brief"


def test_search_engines_are_asked_to_leave_out_what_a_list_wants_left_out():
    page = parsed(html(noindex=True))
    archive = parsed(archive_page([earlier(1), earlier(2, noindex=True)], SITE, SERVED))
    opened = parsed(archive_page([earlier(1)], SITE, SERVED, latest=(replace(LISTED, noindex=True), ISSUE)))

    assert meta(page)["robots"] == meta(archive)["robots"] == meta(opened)["robots"] == "noindex"


def test_pages_need_no_script_no_cookie_and_nothing_of_anyone_else():
    for page in (PAGE, parsed(archive_page([earlier(1)], SITE, SERVED, latest=(LISTED, ISSUE)))):
        assert not list(page.iter("script", "img", "iframe", "form", "object", "style"))
        assert all(not e.get("style") for e in page.iter() if isinstance(e.tag, str))
        assert [e.get("href") for e in page.iter("link") if e.get("rel") == "stylesheet"] == [SERVED.style]
    style = SITE.pages.files["style.css"]
    assert not re.search(r"url\(|@import|@font-face", style)
    assert "prefers-color-scheme: dark" in style


def test_a_story_in_another_language_says_so_and_its_credits_are_in_the_pages_own():
    page = parsed(html(with_item(language="ar", headline="أخبار المساء")))

    story = page.find(".//article")
    assert (story.get("lang"), story.get("dir")) == ("ar", "rtl")
    told = story.find("div")
    assert (told.get("lang"), told.get("dir")) == ("en", "ltr")


def test_names_stand_apart_from_words_of_another_direction():
    told = PAGE.find(".//article/div/p")

    assert [words(name) for name in told.iter("bdi")] == ["Ilma Courier", "Karsk Wire", "Radio Tarn"]


def test_credits_follow_ups_figures_and_other_sections_are_told_as_in_the_mail():
    lead = replace(
        ISSUE.lead,
        follows=Follows(411, date(2026, 11, 19), "Crossing at Ferren shelled"),
        figures=(Figure("dead", ((9, ("Radio Tarn",)), (7, ("Ilma Courier",)))),),
        claimed_by=("the general staff",),
    )
    first = replace(ISSUE.sections[0], items=(lead,))
    page = parsed(html(replace(ISSUE, sections=(first, *ISSUE.sections[1:]))))

    told = [words(p) for p in page.find(".//article").iter("p")]

    assert told[1:] == [
        "New since Thursday, No. 411",
        "The figures differ: 9 dead (Radio Tarn), 7 dead (Ilma Courier)",
        "Who says so: the general staff.",
        "Ilma Courier, 05:42. Also in Karsk Wire (state media) and Radio Tarn.",
        "Also in Diplomacy",
    ]
    assert page.find(".//article//a[@href='#diplomacy']") is not None


def test_a_story_from_nowhere_on_the_web_is_told_without_a_link():
    page = parsed(html(with_item(url="file:notes/a.txt", credits=())))

    assert not list(page.find(".//h3").iter("a"))
    assert "file:" not in html(with_item(url="file:notes/a.txt", credits=()))


def test_issues_lead_to_those_before_and_after_them():
    page = parsed(html(before=earlier(1), after=replace(earlier(-3), language="ar")))

    links = {a.text_content(): a for a in page.find(".//nav[@class='turn']").iter("a")}
    assert links["News of day 1"].get("href") == "https://brief.example/archive/411"
    assert links["News of day -3"].get("href") == "https://brief.example/archive/415"
    assert (links["News of day 1"].get("lang"), links["News of day -3"].get("lang")) == (None, "ar")
    assert page.find("head/link[@rel='prev']").get("href") == "https://brief.example/archive/411"
    assert page.find("head/link[@rel='next']").get("href") == "https://brief.example/archive/415"


def test_pages_that_are_files_refer_to_each_other_from_wherever_they_lie():
    inner = parsed(html(ways=Ways.filed("../"), before=earlier(1)))
    outer = parsed(archive_page([earlier(1)], SITE, Ways.filed("./"), months=["2026-11"]))

    assert [a.get("href") for a in inner.find(".//header").iter("a")] == ["../", "../feed.xml"]
    assert inner.find(".//nav[@class='turn']//a").get("href") == "../411/"
    assert inner.find("head/link[@rel='stylesheet']").get("href") == "../style.css"
    assert [a.get("href") for a in outer.find(".//main").iter("a")] == ["./411/", "./2026-11/"]
    assert inner.find("head/link[@rel='canonical']").get("href") == "https://brief.example/archive/412"


def test_the_archive_opens_with_the_latest_issue_and_lists_the_others_by_month():
    others = [earlier(1), earlier(2, title="The Brief on Sunday", number=31), earlier(40)]

    page = parsed(archive_page(others, SITE, SERVED, months=["2026-11", "2026-10"], latest=(LISTED, ISSUE)))

    assert [words(h) for h in page.iter("h1", "h2")] == [
        "Every issue",
        ISSUE.subject,
        "November 2026",
        "October 2026",
        "By month",
    ]
    assert [words(li) for li in page.iter("li")] == [
        "Thursday 19 November 2026 No. 411 News of day 1",
        "Wednesday 18 November 2026 The Brief on Sunday, No. 31 News of day 2",
        "Sunday 11 October 2026 No. 372 News of day 40",
    ]
    assert page.find(".//article//h2/a").get("href") == "https://brief.example/archive/412"
    assert "Calder wants unarmed observers from neutral states." in words(page.find(".//article"))
    months = {words(a): a.get("href") for a in page.findall(".//nav")[-1].iter("a")}
    assert months == {
        "November 2026": "https://brief.example/archive/2026-11",
        "October 2026": "https://brief.example/archive/2026-10",
    }
    assert page.find("head/link[@rel='canonical']").get("href") == "https://brief.example/archive"


def test_a_month_has_a_page_of_its_own():
    page = parsed(
        archive_page([earlier(40), earlier(41)], SITE, SERVED, months=["2026-11", "2026-10"], month="2026-10")
    )

    assert [words(h) for h in page.iter("h1", "h2")] == ["October 2026", "By month"]
    assert page.find("head/link[@rel='canonical']").get("href") == "https://brief.example/archive/2026-10"
    here = page.find(".//a[@aria-current='page']")
    assert words(here) == "October 2026"


def test_an_archive_without_issues_says_so():
    page = parsed(archive_page([], SITE, SERVED))

    assert "No issue has been sent yet." in words(page)
    assert not list(page.iter("li"))


@pytest.mark.parametrize("missing", PAGES)
def test_a_folder_without_the_pages_names_what_is_missing_and_where_to_get_it(tmp_path, missing):
    for name in PAGES:
        if name != missing:
            (tmp_path / "web").mkdir(exist_ok=True)
            (tmp_path / "web" / name).write_text("")

    with pytest.raises(LookError, match=rf"{re.escape(missing)}; `digest init`"):
        open_pages(tmp_path)


def test_a_page_stays_as_it_is_when_a_look_is_opened_in_between():
    pages, before = open_pages(TEMPLATES), html()

    open_look(TEMPLATES, "brief")

    assert open_pages(TEMPLATES) is pages
    assert html() == before


def test_corrections_stand_above_the_sections_of_the_page():
    page = parsed(html(replace(ISSUE, corrections=(CORRECTION,))))

    texts = [words(e) for e in page.iter("p", "h2")]
    said = f"Correction to No. 411, “{CORRECTION.headline}”. {CORRECTION.text} Thursday 21:00"
    assert texts.index(said) < min(n for n, text in enumerate(texts) if text.startswith("Military situation "))
