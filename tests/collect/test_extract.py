from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.markup import blocks_of
from digest.collect.pages.extract import Page, arrange
from digest.collect.pages.extract import page as extract
from digest.errors import ParseError
from digest.model.news import Block, BlockKind

from .newsroom import page, sentences

HEADINGS = [
    "On the Sorvat front",
    "You may also like:",
    "Eels: a history",
    "Drones",
    "“Nobody leaves”",
    "Aldovar and Marenia draw closer",
    "Why it matters?",
    "A second summit in Lindholm",
    "What next",
]


def read(html: str, **known: str) -> Page:
    return extract("Ilma Courier", html.encode(), **known)


def headings(found) -> list[str]:
    return [block.text for block in found if block.kind is BlockKind.HEADING]


@pytest.mark.parametrize("tag", ["h2", "h3", "h4"])
@pytest.mark.parametrize("wrap", ["{}", "<div class='body'>{}</div>", "<section><div>{}</div></section>"])
def test_every_sub_heading_survives_in_its_order(tag, wrap):
    body = f"<p>{sentences('Ilma')}</p>" + "".join(
        wrap.format(f"<{tag}>{head}</{tag}><p>{sentences(f'district {n}')}</p>") for n, head in enumerate(HEADINGS)
    )

    found = read(page("Night over Ilma", body))

    assert headings(found.blocks) == HEADINGS
    assert {block.level for block in found.blocks} == {0, int(tag[1])}
    assert [n for n, b in enumerate(found.blocks) if b.kind is BlockKind.HEADING] == list(range(1, 19, 2))


def test_a_heading_without_a_text_of_its_own_stays_between_its_neighbours():
    between = "<h2>You may also like:</h2><h2>Nine bridges</h2><h2>Talks</h2>"
    body = f"<p>{sentences('Ilma')}</p>{between}<p>{sentences('Tarn')}</p>"

    assert headings(read(page("Night", body)).blocks) == ["You may also like:", "Nine bridges", "Talks"]


def blocks(*texts: str) -> list[Block]:
    """`# …` is a heading, anything else a paragraph."""
    return [
        Block(BlockKind.HEADING, text[2:], 2) if text.startswith("# ") else Block(BlockKind.PARAGRAPH, text)
        for text in texts
    ]


def test_headings_that_were_taken_for_clutter_come_back_in_their_places():
    seen = blocks("# Menu", "Home", "One thing.", "# Drones", "An advertisement", "Two things.", "# Most read", "Eel")

    kept = arrange(seen, blocks("One thing.", "Two things."))

    assert kept == blocks("One thing.", "# Drones", "Two things.")


def test_a_line_that_stands_twice_on_the_page_and_once_in_the_text_is_kept_once():
    seen = blocks("One thing.", "Two things.", "One thing.")

    assert arrange(seen, blocks("One thing.", "Two things.")) == blocks("One thing.", "Two things.")


def test_a_text_that_is_not_found_on_the_page_stands_as_it_is():
    text = blocks("One thing and two things and three.")

    assert arrange(blocks("One thing", "# Drones", "and two things and three."), text) == text


def test_menus_asides_and_footers_are_no_text():
    found = read(page("Night over Ilma", f"<p>{sentences('Ilma')}</p><h2>Talks</h2><p>{sentences('Tarn')}</p>"))

    said = " ".join(block.text for block in found.blocks)
    assert not any(words in said for words in ("Home", "World", "Most read", "eel", "All rights kept"))
    assert sentences("Ilma") in said


@pytest.mark.parametrize("known", ["", "Night over Ilma", "NIGHT OVER ILMA"])
def test_a_heading_that_repeats_the_title_is_left_out(known):
    body = f"<h2>Night over Ilma</h2><p>{sentences('Ilma')}</p><h2>Talks</h2><p>{sentences('Tarn')}</p>"

    found = read(page("Night over Ilma", body), title_known=known)

    assert (found.title, headings(found.blocks)) == ("Night over Ilma", ["Talks"])


def test_a_short_article_keeps_its_parts():
    found = read(page("Fire", "<p>A fire broke out in Karsk.</p><h3>Nobody hurt</h3><p>The depot stands.</p>"))

    assert [b.text for b in found.blocks] == ["A fire broke out in Karsk.", "Nobody hurt", "The depot stands."]


def test_lists_are_paragraphs_in_their_places_and_captions_are_none():
    caption = '<figure><img src="/a.jpg"><figcaption>Fog at the bridge, seen from the old mill.</figcaption></figure>'
    points = [f"The {name} shall run again, and its crew shall be paid for the week." for name in ("ferry", "train")]
    items = "".join(f"<li>{point}</li>" for point in points)
    body = f"{caption}<p>{sentences('Ilma')}</p><h2>Asked</h2><ul>{items}</ul>{caption}<p>{sentences('Tarn')}</p>"

    found = read(page("Night", body))

    assert [b.text for b in found.blocks] == [sentences("Ilma"), "Asked", *points, sentences("Tarn")]


def test_a_page_tells_its_language_author_date_and_address():
    head = (
        '<meta name="author" content="Ada\nLind">'
        '<meta property="article:published_time" content="2026-11-21T10:00:00Z">'
        '<link rel="canonical" href="/news/night"><meta property="og:title" content="Night">'
    )

    found = read(page("Night over Ilma", f"<p>{sentences('Ilma')}</p>", head))

    assert (found.title, found.language, found.author, found.canonical) == ("Night", "en", "Ada Lind", "/news/night")
    assert found.published_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "html", ["", " ", "\0", "<html></html>", "<script>let a = 1</script>", "<html><body><nav>Home</nav>"]
)
def test_a_page_without_text_is_named_so(html):
    with pytest.raises(ParseError, match="page"):
        read(html)


@pytest.mark.parametrize(
    "body", ["<p>a</p>" * 40_000, "<p " + "a=1 " * 60_000 + ">x</p>", "<p " + "a " * 60_000, "x" * 3_000_001]
)
def test_a_page_that_would_take_minutes_is_refused_at_once(body):
    with pytest.raises(ParseError, match="a page of"):
        read(page("Night", body))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("<>/ab p=\"'&;h2div!-[]\0\n"), max_size=200))
def test_no_markup_breaks_the_reading_of_a_page(noise):
    try:
        found = read(page("Night", f"<p>{sentences('Ilma')}</p>{noise}"))
    except ParseError:
        return

    assert found.blocks


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Plain words", [(0, "Plain words")]),
        ("<p>One</p><p>Two</p>", [(0, "One"), (0, "Two")]),
        ("One<br/><br/>Two<br>three", [(0, "One"), (0, "Two three")]),
        ("<h1>Top</h1><h6>Low</h6>", [(2, "Top"), (6, "Low")]),
        ("<h2><div>In a box</div></h2>tail", [(2, "In a box"), (0, "tail")]),
        ("<ul><li>One</li><li>Two <b>bold</b></li></ul>", [(0, "One"), (0, "Two bold")]),
        ("<p>a<script>x()</script> b<noscript><p>no</p></noscript> c</p>", [(0, "a b c")]),
        ("<p>Text</p><figure><img src=x><figcaption>Caption</figcaption></figure>", [(0, "Text")]),
        (
            "<p>Text</p><div class='img photo-caption'>Caption</div><p class='captions'>More</p>",
            [(0, "Text"), (0, "More")],
        ),
        ("<p style='display: none'>Hidden</p><p hidden>too</p><p>Seen</p>", [(0, "Seen")]),
        ("<table><tr><td>a</td><td>b</td></tr></table>", [(0, "a"), (0, "b")]),
        ("<p>***</p><h2> </h2>", []),
        ("&lt;b&gt; &amp; <b>c", [(0, "<b> & c")]),
        ("", []),
    ],
)
def test_a_feeds_own_html_becomes_headings_and_paragraphs(markup, expected):
    assert [(block.level, block.text) for block in blocks_of(markup)] == expected
