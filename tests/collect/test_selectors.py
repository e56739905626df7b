"""A source that says where on its pages the text stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.cssselect import CSSSelector

from digest.collect.markup import tree
from digest.collect.pages.extract import Page
from digest.collect.pages.extract import page as extract
from digest.collect.pages.selectors import find
from digest.errors import ParseError

from .newsroom import page, sentences

BODY = (
    f'<div class="lead"><p>The lead of it.</p></div><div class="story"><p>{sentences("Ilma")}</p>'
    f'<div class="promo"><p>Cook eel tonight.</p></div><h3>Talks</h3><p>{sentences("Tarn")}</p></div>'
    '<div class="story"><ul><li>One</li><li>Two</li></ul></div>'
    f"<div class='more'><p>{sentences('Sorvat')}</p></div>"
)


def read(select: str = "", remove: str = "", body: str = BODY) -> Page:
    return extract("Ilma Courier", page("Night over Ilma", body).encode(), select=select, remove=remove)


def shape(found: Page) -> list[str]:
    return ["#" * block.level + block.text[:24] for block in found.blocks]


ILMA, TARN = sentences("Ilma")[:24], sentences("Tarn")[:24]


@pytest.mark.parametrize(
    ("select", "remove", "expected"),
    [
        (".story", "", [ILMA, "Cook eel tonight.", "###Talks", TARN, "One", "Two"]),
        (".story", ".promo", [ILMA, "###Talks", TARN, "One", "Two"]),
        (".story p, .lead, .story h3", ".promo", ["The lead of it.", ILMA, "###Talks", TARN]),
        ("div.story, div.story p", ".promo", [ILMA, "###Talks", TARN, "One", "Two"]),
        ("main", ".story, .more", ["The lead of it."]),
        (".story > p:first-child", "", [ILMA]),
        ("aside li", "", ["Nine ways to cook eel"]),
        (".lead + .story p", ".promo", [ILMA, TARN]),
        (".lead + .more", "", None),
        (".promo ~ p", "", [TARN]),
        (".promo ~ h3, h3 + p", "", ["###Talks", TARN]),
        ("article > p", "", None),
        ("main div.story > div p", "", ["Cook eel tonight."]),
        ("[class~=lead], li:nth-child(2), li:contains('Two')", "", ["The lead of it.", "Two"]),
        ("div:not(.story):not(.more) > p", ".promo", ["The lead of it."]),
        ("nav", "", ["Home World"]),
    ],
)
def test_the_text_is_what_the_selector_finds_in_the_order_of_the_page_and_once(select, remove, expected):
    found = read(select, remove)

    assert shape(found) == (shape(read(remove=remove)) if expected is None else expected)
    assert found.notes == (() if expected else ("`select` finds no text",))


@pytest.mark.parametrize("select", [".gone", "img", "script", "p:empty"])
def test_where_the_selector_finds_no_text_the_page_is_read_without_it_and_says_so(select):
    found = read(select)

    assert found.blocks == read().blocks
    assert found.notes == ("`select` finds no text",)


def test_what_is_to_be_removed_is_no_text_without_a_selector_either():
    assert "Cook eel tonight." in shape(read())
    assert "Cook eel tonight." not in shape(read(remove=".promo"))


def test_the_text_behind_what_was_removed_stays():
    found = read("p", "b", "<p>The <b>old</b> bridge</p>")

    assert [block.text for block in found.blocks] == ["The bridge"]


@pytest.mark.parametrize("selector", ["p[", "::", "p:nowhere(", "p::first-line", "a|b", ":is(" * 2_000])
def test_what_is_no_selector_is_named(selector):
    with pytest.raises(ParseError, match="is no CSS selector"):
        read(selector)
    with pytest.raises(ParseError, match="is no CSS selector"):
        read("p", selector)


parts = st.sampled_from(["div", "p", "h3", ".story", ".promo", "*", "li", "main", "p:first-child", ":not(p)"])
joined = st.tuples(parts, st.lists(st.tuples(st.sampled_from([" ", " > ", " + ", " ~ "]), parts), max_size=3))


@settings(max_examples=150, deadline=None)
@given(st.lists(joined, min_size=1, max_size=2))
def test_what_is_found_is_what_xpath_finds(selectors):
    root = tree(page("Night over Ilma", BODY))
    selector = ", ".join(first + "".join(relation + part for relation, part in rest) for first, rest in selectors)

    found = find("Ilma Courier", root, selector)

    everything = set(CSSSelector(selector, translator="html")(root))
    assert found == [each for each in root.iter() if each in everything and everything.isdisjoint(each.iterancestors())]


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("pdiv.#[]()=\"':,>~+*|\\ -0n@!"), min_size=1, max_size=25), st.booleans())
def test_no_selector_breaks_the_reading_of_a_page(selector, removes):
    try:
        found = read("" if removes else selector, selector if removes else "")
    except ParseError:
        return

    assert found.blocks
