"""The HTML part: a document that screen readers, phones and the dark understand."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import lxml.html
import pytest

from digest.model.delivery import Variant
from digest.model.issue import Credit, Figure, Follows
from digest.render import open_look, render, shown, titled

from .samples import ADA, EDITION, MAIL, NOW, TEMPLATES, content, credit, with_item
from .test_message import fields

LOOK = open_look(TEMPLATES, "brief")


def html(issue=None):
    made = titled(issue or content(), LOOK, EDITION)
    variant = Variant(tuple(section.id for section in made.sections), "en")
    return shown(render(made, LOOK, [variant], MAIL)[variant.id], fields())[0]


def words(element) -> str:
    return " ".join(element.text_content().replace("\xa0", " ").split())


PAGE = lxml.html.document_fromstring(html())


def test_headings_go_down_one_step_at_a_time_from_one_title():
    levels = [int(h.tag[1]) for h in PAGE.iter("h1", "h2", "h3")]

    assert levels == [1, 2, 3, 3, 3, 3, 2, 3, 3, 3, 2, 3, 3, 3]


def test_sections_and_stories_can_be_linked_to():
    ids = [e.get("id") for e in PAGE.iter() if isinstance(e.tag, str) and e.get("id")]

    assert len(ids) == len(set(ids))
    wanted = [s.id for s in content().sections] + [i.anchor for s in content().sections for i in s.items]
    assert set(wanted) <= set(ids)


def test_language_and_direction_stand_on_the_page_and_on_what_a_webmail_keeps_of_it():
    article = PAGE.find("body/div")

    assert (PAGE.get("lang"), PAGE.get("dir")) == ("en", "ltr")
    assert (article.get("lang"), article.get("dir"), article.get("role")) == ("en", "ltr", "article")


def test_a_story_in_another_language_says_so():
    page = lxml.html.document_fromstring(html(with_item(language="ar", headline="أخبار المساء")))

    story = page.find(".//h3").getparent()
    assert (story.get("lang"), story.get("dir")) == ("ar", "rtl")
    assert page.find("body/div").get("lang") == "en"


def test_the_first_words_are_hidden_ones_for_the_inbox():
    first = PAGE.find("body/div/div")

    assert "display:none" in first.get("style")
    assert words(first).startswith("Northern League splits over who would watch a ceasefire.")
    assert len(first.text_content()) > 200


def test_every_layout_table_is_presentation_and_every_link_absolute():
    assert {table.get("role") for table in PAGE.iter("table")} == {"presentation"}
    assert all(a.get("href").startswith("https://") for a in PAGE.iter("a"))
    assert not list(PAGE.iter("img"))


def test_the_masthead_counts_stories_and_sources():
    told = [words(p) for p in PAGE.iter("p")]

    assert "Friday 20 November 2026" in told
    assert "No. 412 · 10 stories from 14 sources · 2 minutes" in told


def test_credits_name_who_told_when_and_whose_side_they_are_on():
    told = [words(p) for p in PAGE.iter("p")]

    assert "Ilma Courier, 05:42. Also in Karsk Wire (state media) and Radio Tarn. Also in Diplomacy" in told
    assert "The Aldovar Ledger, Thursday 22:12" in told
    assert "Ilma Courier, 12 November, 19:00" in told


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2026, 11, 19), "New since Thursday, No. 411"), (date(2026, 11, 9), "New since 9 November, No. 411")],
)
def test_a_story_that_goes_on_says_since_when_its_readers_know_it(day, said):
    page = lxml.html.document_fromstring(html(with_item(follows=Follows(411, day, "Crossing at Ferren shelled"))))

    assert any(words(p).startswith(f"{said} Ilma Courier, 05:42") for p in page.iter("p"))


def test_figures_on_which_outlets_differ_stand_side_by_side():
    figures = (Figure("dead", ((9, ("Radio Tarn",)), (7, ("Ilma Courier", "Karsk Wire")))),)

    page = lxml.html.document_fromstring(html(with_item(figures=figures)))

    expected = "Figures differ: 9 dead (Radio Tarn) and 7 dead (Ilma Courier and Karsk Wire) Ilma Courier, 05:42"
    assert any(words(p).startswith(expected) for p in page.iter("p"))


def test_many_outlets_are_counted_after_the_sixth():
    outlets = tuple(credit(f"Outlet {n}", 1) for n in range(1, 10))

    page = lxml.html.document_fromstring(html(with_item(credits=outlets)))

    told = [words(p) for p in page.iter("p")]
    assert "Outlet 1, 06:00. Also in Outlet 2, Outlet 3, Outlet 4, Outlet 5, Outlet 6 and 3 more." in told


@pytest.mark.parametrize("told", [(), (Credit("Parish notes", "file:notes/a.txt", NOW),)])
def test_a_story_from_nowhere_on_the_web_is_told_without_a_link(told):
    page = lxml.html.document_fromstring(html(with_item(url="file:notes/a.txt", credits=told)))

    assert not list(page.find(".//h3").iter("a"))
    assert "file:" not in html(with_item(url="file:notes/a.txt", credits=told))


def test_a_reader_finds_their_settings_and_the_way_out_at_the_end():
    links = {words(a): a.get("href") for a in PAGE.iter("a")}

    assert links["unsubscribe"] == fields()["unsubscribe_url"]
    assert links["Change sections, days or time"] == fields()["preferences_url"]
    assert links["Read online"] == fields()["web_url"]
    assert words(PAGE).endswith("The Aldovar Brief, 8 Ropewalk, Aldovar.")
    assert "You read all three sections, on weekdays at 07:00 (Europe/Kyiv)." in words(PAGE)
    assert ADA.email not in words(PAGE)


def test_every_colour_that_a_class_has_by_day_it_has_by_night():
    made = html()
    dark = made.partition("(prefers-color-scheme:dark)")[2]

    used = {name for e in PAGE.find("body").iter() if isinstance(e.tag, str) for name in (e.get("class") or "").split()}
    coloured = {"desk", "paper", "tint", "ink", "text", "mute", "accent", "line", "bar"}
    assert coloured <= used
    for name in coloured:
        assert re.search(rf"^\.{name}[,{{]", dark, re.M), name
        assert f"[data-ogsc] .{name}" in made
        assert f"[data-ogsb] .{name}" in made


def test_the_style_has_no_untranslated_text():
    assert not re.search(r"\{\{|\{%|&#39;|&quot;", html())


def test_an_item_that_is_also_elsewhere_points_only_to_sections_the_reader_gets():
    made = replace(content(), sections=content().sections[:1])

    assert "Also in <a" in html()
    assert "#diplomacy" not in html(made)
