"""The page: contrast, sizes, headings, names of links, and what mail programs make of its features."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from runpy import run_path

import pytest

from digest.check.accessibility import accessibility
from digest.check.clients import HARMLESS, table, weights
from digest.check.colours import Colour, colour, contrast
from digest.check.css import at_rules, declarations, rules
from digest.check.debris import debris
from digest.check.features import features
from digest.check.page import Page, Scheme

from .samples import CROWD, found, looks, proof, with_html

HEAD = '<title>Brief</title><meta charset="utf-8">'


def page(body, style="", lang="en"):
    """A page of one heading and this."""
    return Page(
        f'<!doctype html><html lang="{lang}"><head>{HEAD}<style>{style}</style></head><body>{body}</body></html>'
    )


def told(body, style="", **changes):
    """What is said of a page that has a heading of its own."""
    return [one.text for one in accessibility(page(f"<h1>Brief</h1>{body}", style, **changes)) if one.cure]


READ = "<p>Engineers reopened one lane before dawn.</p>"


def test_a_plain_page_is_in_order():
    assert told(READ) == []


@pytest.mark.parametrize(
    ("body", "style", "said"),
    [
        ('<p style="color:#999">Pale words</p>', "", "Contrast of 2.8 in the light"),
        ('<p class="a">Pale words</p>', ".a{color:#999!important} p{color:#000}", "Contrast of 2.8 in the light"),
        (
            '<p class="a" style="color:#333">Dark words</p>',
            "@media (prefers-color-scheme:dark){body{background-color:#111!important}}",
            "Contrast of 1.5 in the dark",
        ),
        (
            '<table role="presentation" bgcolor="#000"><tr><td>Black on black</td></tr></table>',
            "",
            "Contrast of 1.0 in",
        ),
        ('<p style="font-size:11px">Small print</p>', "", "Text of 11 px"),
        (
            '<p class="a">Small print</p>',
            "@media only screen and (max-width:520px){.a{font-size:10px!important}}",
            "Text of 10",
        ),
        (
            '<div style="font-size:13px">Much more text that is small than of any other size.</div>',
            "",
            "Most of the text",
        ),
        ("<h3>Deep</h3>", "", "Headings skip from h1 to h3"),
        ("<h1>Again</h1>", "", "2 main headings"),
        ('<img src="https://a.example/a.png">', "", "1 pictures without alt"),
        ("<table><tr><td>Cell</td></tr></table>", "", "1 layout tables"),
        ('<a href="https://a.example/"></a>', "", "A link without a name"),
        ('<a href="https://a.example/">Read more</a>', "", "A link that does not say where"),
        (
            '<a href="https://a.example/" style="display:block;line-height:20px;padding:8px 0">Open it</a>',
            "",
            "A button 36 px",
        ),
    ],
)
def test_what_is_hard_to_read_or_to_hit_is_told(body, style, said):
    assert any(text.startswith(said) for text in told(body, style)), told(body, style)


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ('<p style="color:#767676;font-size:16px">Just enough</p>', ""),
        ('<p style="color:#949494;font-size:24px">Large enough</p>' + READ * 3, ""),
        ('<div style="display:none;color:#fff">Hidden words</div>', ""),
        ('<p class="a">Print only</p>', "@media print{.a{color:#fff}}"),
        ('<p style="font-size:1px;color:#fff">&nbsp;·&nbsp;</p>', ""),
        ('<p class="a:b">Odd</p>', ".a:hover{color:#fff} .a::before{color:#fff} ..x{color:#fff} p:not({color:#fff}"),
        ('<a href="https://a.example/"><img src="https://a.example/a.png" alt="The bridge"></a>', ""),
        ('<a href="https://a.example/" style="display:block;line-height:20px;padding:12px 0">Open it</a>', ""),
    ],
)
def test_what_can_be_read_is_left_alone(body, style):
    assert told(body + READ, style) == []


def test_a_page_without_language_or_title_is_told():
    texts = [one.text for one in accessibility(Page("<html lang='und'><body><h1>Brief</h1></body></html>"))]

    assert texts[:2] == ["The page does not say its language", "The page has no title"]


def test_the_stronger_rule_wins_by_importance_then_specificity_then_order():
    style = "p{color:#010101} #x{color:#020202} .a{color:#030303} .b{color:#040404!important} .a{color:#050505}"
    runs = page(
        '<p>1</p><p id="x" class="a">2</p><p class="a">5</p><p class="b" style="color:#060606">4</p>', style
    ).runs(Scheme.LIGHT)

    assert [str(run.colour) for run in runs] == ["#010101", "#020202", "#050505", "#040404"]


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("#abc", "#aabbcc"),
        ("rgba(0, 0, 0, .5)", "#808080"),
        ("rgb(255 0 0 / 100%)", "#ff0000"),
        ("#00000080", "#7f7f7f"),
        ("white", "#ffffff"),
        ("url(a.png) #123456 no-repeat", "#123456"),
        ("transparent", "None"),
    ],
)
def test_colours_are_read_in_every_notation_and_laid_over_what_is_below(value, seen):
    assert str(colour(value, Colour(255, 255, 255))) == seen


def test_contrast_is_the_same_from_either_side():
    grey, white = Colour(118, 118, 118), Colour(255, 255, 255)

    assert contrast(grey, white) == contrast(white, grey)
    assert round(contrast(grey, white), 2) == 4.54


def test_style_sheets_are_taken_apart_media_by_media():
    css = """@import url("a.css"); /* a{b:c} */ a,b>c{color:red;background:url("x;y")!important}
    @media only screen and (max-width:520px){@supports (display:grid){.d{e:f}}} g{h:i"""

    found = [(rule.selector, rule.media) for rule in rules(css)]

    assert found == [("a", ()), ("b>c", ()), (".d", ("onlyscreenand(max-width:520px)", "(display:grid)"))]
    assert [head.split("(")[0].strip() for head in at_rules(css)] == [
        '@import url', "@media only screen and", "@supports"
    ]  # fmt: skip
    assert declarations('background:url("x;y") ; color:red')[0].value == 'url("x;y")'


@pytest.mark.parametrize(
    "body",
    [
        "<p>{{ page.title }}</p>",
        "<p>a &amp;amp; b</p>",
        "<p>a &lt;br&gt; b</p>",
        '<img alt="a\\u{301}" src="https://a.example/a.png">',
        "<p>slot0123456789abcdef01234567x2x</p>",
    ],
)
def test_what_a_template_left_lying_is_told(body):
    assert [one.text for one in debris(page(body))] == ["Code is seen in the mail"]


def test_words_that_only_look_like_code_are_left_alone():
    body = "<p>AT&amp;T at 5 &lt; 6, 100% {sic}</p><p title='a &#39;b&#39;'>c</p>"

    assert list(debris(page(body, ".a{b:c}}"))) == []


# ------------------------------------------------------------------------------------------------------------- clients


@pytest.mark.parametrize(
    ("body", "style", "names"),
    [
        ('<video src="a.mp4"></video>', "", "html-video"),
        (
            '<h2>a</h2><ul><li>b</li></ul><section aria-label="c"></section>',
            "",
            "html-aria-label html-h1-h6 html-lists html-semantics",
        ),
        ('<a href="mailto:a@b.example">a</a><a href="#x">b</a>', "", "html-anchor-links html-mailto-links"),
        ('<img src="https://a.example/b.webp?x=1" srcset="a" alt="">', "", "html-img html-srcset image-webp"),
        ('<img src="data:image/png;base64,AA" alt="">', "", "image-base64"),
        (
            '<p style="display:flex;gap:1em;width:calc(100% - 2vw)">a</p>',
            "",
            "css-display-flex css-gap css-unit-calc css-unit-em css-unit-percent css-unit-vw",
        ),
        ("", "p{--a:1px;color:var(--a);margin-top:0!important}", "css-important css-margin css-variables"),
        (
            "",
            "a:hover>b::before{color:rgb(1,2,3)}",
            "css-pseudo-class-hover css-pseudo-element-before css-rgb css-selector-child",
        ),
        ("", "[data-x] .a{top:0}", "css-left-right-top-bottom css-selector-attribute css-selector-class"),
        (
            "",
            "@font-face{font-family:x}@media (prefers-color-scheme:dark){a{b:c}}",
            "css-at-font-face css-at-media css-at-media-prefers-color-scheme",
        ),
    ],
)
def test_what_a_page_uses_is_known_by_the_table_s_names(body, style, names):
    used = set(names.split())

    assert used <= features(page(body, style))
    assert used <= table().features.keys()


def test_a_feature_that_many_programs_lack_is_told_with_their_names():
    lost = found(with_html(page(f'<h1>Brief</h1><p style="gap:1px">a</p>{READ}').html), "CSS gap is lost")

    assert lost.level.value == "amber"
    assert "Outlook for Windows" in lost.seen


def test_what_is_lost_counts_by_the_programs_that_readers_have():
    html = page(f'<h1>Brief</h1>{READ}<p style="object-fit:cover">a</p>').html
    at_icloud = replace(CROWD, domains={"icloud.com": 95, "brief.example": 5})

    assert [text for _, text in looks(with_html(html))] == ["CSS object-fit is lost to about 27% of readers"]
    assert looks(with_html(html, crowd=at_icloud)) == []


def test_shares_add_up_whoever_reads():
    clients = table().clients

    for domains in ({}, {"gmail.com": 7, "yahoo.de": 2, "tarn.example": 1}, {"tarn.example": 4}):
        assert sum(weights(clients, domains).values()) == pytest.approx(1)


def test_faults_of_the_look_are_told_with_the_programs():
    assert looks(proof(faults=("parts.j2:7: <mj-text> has no attribute colour; is it color?",))) == [
        ("amber", "The look has a fault")
    ]


def test_the_table_is_whole_and_all_that_is_called_harmless_is_in_it():
    known = table()

    assert len(known.features) > 250
    assert {len(letters) for letters in known.features.values()} == {len(known.clients)}
    assert set("".join(known.features.values())) <= set("yanu")
    assert HARMLESS.keys() - known.features.keys() <= {"css-pseudo-class-root"}
    assert all(HARMLESS.values())


def test_the_table_is_made_of_facts_the_newest_version_of_each_program():
    make = run_path(str(Path(__file__).parents[2] / "tools/clients.py"))["table"]
    gmail = {"desktop-webmail": {"2019-02": "n", "2024-10": "y #1"}, "ios": {"2019-02": "a"}}
    windows = {"windows": {"2019": "n", "2007": "y"}}
    feature = {"slug": "css-x", "category": "css", "stats": {"gmail": gmail, "outlook": windows}}
    other = {"slug": "amp", "category": "others", "stats": {}}

    made = make({"last_update_date": "2026-05-13 14:45:41 +0000", "data": [other, feature]})

    head, row = made.splitlines()
    assert head == (files("digest.check") / "data/clients.tsv").read_text("utf-8").splitlines()[0]
    assert row == "css-x\tyaun" + "u" * 11
