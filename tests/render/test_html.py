"""The HTML part: a document that screen readers, phones and the dark understand."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date

import lxml.html
import pytest

from digest.model.delivery import Variant
from digest.model.issue import Credit, Figure, Follows
from digest.render import open_look, render, shown, titled

from .samples import (
    ADA,
    CORRECTION,
    EDITION,
    LOOKS,
    MAIL,
    NOW,
    TEMPLATES,
    content,
    credit,
    full,
    tongues,
    with_item,
)
from .test_message import fields


@pytest.fixture(params=LOOKS)
def html(request):
    """What makes the HTML of an issue, in each of the looks."""
    look = open_look(TEMPLATES, request.param)

    def made(issue=None):
        told = titled(issue or content(), look, EDITION)
        variant = Variant(tuple(section.id for section in told.sections), "en")
        return shown(render(told, look, [variant], MAIL)[variant.id], fields())[0]

    return made


@pytest.fixture
def page(html):
    """What makes the parsed page of an issue."""
    return lambda issue=None: lxml.html.document_fromstring(html(issue))


def words(element) -> str:
    return " ".join(element.text_content().replace("\xa0", " ").split())


def paragraphs(page) -> list[str]:
    return [words(p) for p in page.iter("p")]


def test_headings_go_down_one_step_at_a_time_from_one_title(page):
    levels = [int(h.tag[1]) for h in page().iter("h1", "h2", "h3")]

    assert levels == [1, 2, 3, 3, 3, 3, 2, 3, 3, 3, 2, 3, 3, 3]


def test_sections_and_stories_can_be_linked_to(page):
    ids = [e.get("id") for e in page().iter() if isinstance(e.tag, str) and e.get("id")]

    assert len(ids) == len(set(ids))
    wanted = [s.id for s in content().sections] + [i.anchor for s in content().sections for i in s.items]
    assert set(wanted) <= set(ids)


def test_language_and_direction_stand_on_the_page_and_on_what_a_webmail_keeps_of_it(page):
    made = page()
    article = made.find("body/div")

    assert (made.get("lang"), made.get("dir")) == ("en", "ltr")
    assert (article.get("lang"), article.get("dir"), article.get("role")) == ("en", "ltr", "article")


def test_a_story_in_another_language_says_so_and_begins_at_its_own_side(page):
    made = page(with_item(language="ar", headline="أخبار المساء", claimed_by=("متحدث",)))

    story = made.find(".//h3").getparent()
    assert (story.get("lang"), story.get("dir"), story.get("style")) == ("ar", "rtl", "text-align:right")
    assert made.find("body/div").get("lang") == "en"
    assert [(e.get("lang"), e.get("dir")) for e in made.iter("span") if words(e) == "متحدث"] == [("ar", "rtl")]


def test_a_page_from_right_to_left_is_set_from_the_right(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    labels = (TEMPLATES / "labels/en.toml").read_text().replace('"en_GB"', '"he_IL"').replace('"ltr"', '"rtl"')
    (tmp_path / "templates/labels/he.toml").write_text(labels)
    look, variant = open_look(tmp_path / "templates", "brief"), Variant(("military",), "he")

    made = shown(render(titled(full(), look, EDITION), look, [variant], MAIL)[variant.id], fields())[0]

    page = lxml.html.document_fromstring(made)
    assert page.find("body/div").get("dir") == "rtl"
    assert all("text-align:right" in e.get("style") for e in page.xpath("//td/div[starts-with(@style, 'font-family')]"))
    assert "border-right:4px solid" in made
    assert {cell.get("align") for cell in page.iter("td") if words(cell) in ("Read online", "4 stories")} == {"left"}
    assert page.find(".//h3").getparent().get("style") == "text-align:left"
    apart = [words(e) for e in page.iter("span") if e.get("dir") == "ltr"]
    assert apart.count("Military situation") == 1  # the opener's; of one section there are no shares


def test_names_written_the_other_way_are_kept_from_turning_the_words_around_them(page):
    made = page(tongues())

    apart = [words(e) for e in made.iter("span") if e.get("dir") and words(e) in ("أخبار النهر", "קול הנהר")]
    assert apart == ["أخبار النهر", "קול הנהר", "קול הנהר"]
    assert any(line.startswith("أخبار النهر (state media), 06:00. Also in קול הנהר") for line in paragraphs(made))


def test_a_story_of_no_known_language_is_set_the_way_it_is_written(page):
    story = page(with_item(headline="גשר אחד", language="")).find(".//h3").getparent()

    assert (story.get("lang"), story.get("dir"), story.get("style")) == (None, "rtl", "text-align:right")


def test_the_first_words_are_hidden_ones_for_the_inbox(page):
    first = page().find("body/div/div")

    assert "display:none" in first.get("style")
    assert words(first).startswith("Northern League splits over who would watch a ceasefire.")
    assert len(first.text_content()) > 200


def test_every_layout_table_is_presentation_and_every_link_absolute(page):
    made = page(full())

    assert {table.get("role") for table in made.iter("table")} == {"presentation"}
    assert all(a.get("href").startswith("https://") for a in made.iter("a"))
    assert not list(made.iter("img"))


def test_the_masthead_counts_stories_and_sources(page):
    told = " ".join(paragraphs(page()))

    assert "Friday 20 November 2026" in told
    assert "No. 412 · 10 stories from 14 sources · 2 minutes" in told


def test_how_the_issue_divides_is_told_in_words(page):
    told = [line.replace("■ ", "") for line in paragraphs(page())]

    assert "10 stories: Military situation 4, Diplomacy 3 and Peace summit 3." in told


def test_the_bar_shows_the_sections_shares_and_is_not_read_aloud():
    look = open_look(TEMPLATES, "brief")
    variant = Variant(("military", "diplomacy", "peace_summit"), "en")
    made = shown(render(titled(content(), look, EDITION), look, [variant], MAIL)[variant.id], fields())[0]

    bars = lxml.html.document_fromstring(made).xpath("//table[@aria-hidden='true']")

    assert [[cell.get("width") for cell in bar.iter("td") if cell.get("class")] for bar in bars] == [
        ["40%", "30%", "30%"]
    ]


def test_an_issue_of_one_section_is_not_divided(page):
    made = page(with_item())

    assert not made.xpath("//table[@aria-hidden='true']")
    assert not [line for line in paragraphs(made) if line.startswith("1 story:")]


def test_credits_name_who_told_when_and_whose_side_they_are_on(page):
    told = paragraphs(page())

    assert "Ilma Courier, 05:42. Also in Karsk Wire (state media) and Radio Tarn. Also in Diplomacy" in told
    assert "The Aldovar Ledger, Thursday 22:12" in told
    assert "Ilma Courier, 12 November, 19:00" in told


def test_who_says_so_is_named_before_who_reports_it(page):
    told = paragraphs(page(full()))

    assert "Who says so: the regional governor and the Marenian air force. Radio Tarn, 04:54" in told


@pytest.mark.parametrize(
    ("day", "said"),
    [(date(2026, 11, 19), "New since Thursday, No. 411"), (date(2026, 11, 9), "New since 9 November, No. 411")],
)
def test_a_story_that_goes_on_says_since_when_its_readers_know_it(page, day, said):
    made = page(with_item(follows=Follows(411, day, "Crossing at Ferren shelled")))

    assert said in paragraphs(made)


def test_figures_on_which_outlets_differ_stand_with_who_gave_each(page):
    figures = (Figure("dead", ((9, ("Radio Tarn",)), (7, ("Ilma Courier", "Karsk Wire")))),)

    told = " ".join(paragraphs(page(with_item(figures=figures)))).replace("(", "").replace(")", "").replace(",", "")

    assert re.search(r"The figures differ:? 9 dead Radio Tarn 7 dead Ilma Courier and Karsk Wire", told)


def test_corrections_stand_above_the_sections(page):
    made = page(full())

    said = (
        "Correction to No. 411, “Bridgehead grows on the east bank”. We gave its depth as six kilometres. It was three."
    )
    texts = [words(e) for e in made.iter("p", "h2")]
    assert texts.index(f"{said} Thursday 21:00") < texts.index("Military situation")


def test_a_correction_of_no_single_story_names_the_issue_alone(page):
    told = paragraphs(page(content(corrections=(replace(CORRECTION, headline=""),))))

    assert any(line.startswith("Correction to No. 411. We gave its depth") for line in told)


def test_many_outlets_are_counted_after_the_sixth(page):
    outlets = tuple(credit(f"Outlet {n}", 1) for n in range(1, 10))

    told = paragraphs(page(with_item(credits=outlets)))

    assert "Outlet 1, 06:00. Also in Outlet 2, Outlet 3, Outlet 4, Outlet 5, Outlet 6 and 3 more." in told


@pytest.mark.parametrize("told", [(), (Credit("Parish notes", "file:notes/a.txt", NOW),)])
def test_a_story_from_nowhere_on_the_web_is_told_without_a_link(html, page, told):
    issue = with_item(url="file:notes/a.txt", credits=told)

    assert not list(page(issue).find(".//h3").iter("a"))
    assert "file:" not in html(issue)


def test_a_reader_finds_why_the_mail_came_their_settings_and_the_way_out_at_the_end(page):
    made = page()
    links = {words(a): a.get("href") for a in made.iter("a")}

    assert links["unsubscribe"] == fields()["unsubscribe_url"]
    assert links["Change sections, days or time"] == fields()["preferences_url"]
    assert links["Read online"] == fields()["web_url"]
    assert words(made).endswith("The Aldovar Brief, 8 Ropewalk, Aldovar.")
    assert "You get this mail because you subscribed to The Aldovar Brief." in words(made)
    assert "You read all three sections, on weekdays at 07:00 (Europe/Kyiv)." in words(made)
    assert ADA.email not in words(made)


def test_every_colour_that_a_class_has_by_day_it_has_by_night(html, page):
    made, night = html(full()), html(full()).partition("(prefers-color-scheme:dark)")[2]

    used = {name for e in page(full()).iter("td", "p", "a", "span", "strong", "h1", "h2", "h3") for name in e.classes}
    plain = {"px", "edge", "side", "story", "mast", "lead"}
    assert {"paper", "ink", "text", "mute", "accent", "line", "notice"} <= used | {"paper"}
    for name in {*used, "desk", "paper"} - plain:
        assert re.search(rf"^\.{name}[,{{]", night, re.M), name
        assert f"[data-ogsc] .{name}" in made
        assert f"[data-ogsb] .{name}" in made


def luminance(colour) -> float:
    """Relative luminance (WCAG 2.2) of `#rrggbb`."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_they_stand_on(name, scheme):
    tokens = open_look(TEMPLATES, name).markup.get_template("tokens.j2").module

    colours = getattr(tokens, scheme)
    written = {name: colours[name] for name in ("ink", "text", "mute", "accent")}
    written |= {f"tone {n}": tone[scheme] for n, tone in enumerate(tokens.tones)}
    for what, colour in written.items():
        assert contrast(colour, colours["paper"]) >= 4.5, what
        assert contrast(colour, colours["tint"]) >= 4.5, what
    assert contrast(colours["notice"], colours["paper"]) >= 3


def test_nothing_is_set_smaller_than_twelve_pixels_and_summaries_have_sixteen_or_more(html, page):
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", html(full()))]
    summaries = [p for p in page(full()).iter("p") if p.getprevious() is not None and p.getprevious().tag == "h3"]

    assert min(size for size in sizes if size > 1) >= 12  # of 1 and 0 are cells without words
    assert len(summaries) == 10
    assert all(int(re.search(r"font-size:(\d+)px", p.get("style"))[1]) >= 16 for p in summaries)


def test_the_style_has_no_untranslated_text(html):
    assert not re.search(r"\{\{|\{%|&#39;|&quot;", html())


def test_an_item_that_is_also_elsewhere_points_only_to_sections_the_reader_gets(html):
    made = replace(content(), sections=content().sections[:1])

    assert "Also in <a" in html()
    assert "#diplomacy" not in html(made)
