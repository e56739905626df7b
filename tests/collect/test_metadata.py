"""What a page says of its article beside the text, and next to each way of saying it what is understood."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.collect.dates import read_date
from digest.collect.markup import tree
from digest.collect.pages.extract import Page
from digest.collect.pages.extract import page as extract
from digest.collect.pages.metadata import metadata
from digest.errors import ParseError
from digest.model.news import Image

from .newsroom import page, sentences

HERE = "https://ilma.example/news/ferren-bridge"
TEXT = f"<p>{sentences('Ilma')}</p><h2>Talks</h2><p>{sentences('Tarn')}</p>"


def linked(data: object) -> str:
    said = data if isinstance(data, str) else json.dumps(data).replace("</", "<\\/")
    return f'<script type="application/ld+json">{said}</script>'


def article(**said: object) -> str:
    return linked({"@context": "https://schema.org", "@type": "NewsArticle", **said})


def read(head: str = "", body: str = "", **known: str) -> Page:
    return extract("Ilma Courier", page("Night over Ilma", body + TEXT, head).encode(), **known)


@pytest.mark.parametrize(
    ("head", "field", "expected"),
    [
        ("", "title", "Night over Ilma"),
        (article(headline="Ferren &amp; Tarn"), "title", "Ferren & Tarn"),
        (article(headline="Ferren") + '<meta property="og:title" content="Tarn">', "title", "Tarn"),
        (article(author="Ada Lind"), "author", "Ada Lind"),
        (article(author={"@type": "Person", "name": "Ada Lind"}), "author", "Ada Lind"),
        (article(author=[{"name": "Ada Lind"}, "Bo Falk", {"url": "x"}, 7]), "author", "Ada Lind, Bo Falk"),
        (article(author="https://ilma.example/ada") + '<meta name="author" content="Ada">', "author", "Ada"),
        ('<meta property="article:author" content="https://ilma.example/ada">', "author", ""),
        ('<meta name="parsely-author" content="Ada\nLind">', "author", "Ada Lind"),
        (article(publisher={"name": "Ilma Courier Ltd"}), "outlet", "Ilma Courier Ltd"),
        (article(publisher=[{"name": "Ilma"}, {"name": "Tarn"}]), "outlet", "Ilma"),
        ('<meta property="og:site_name" content="Ilma Courier">', "outlet", "Ilma Courier"),
        (article(articleSection=["World", "Opinion"]), "section", "World, Opinion"),
        ('<meta property="article:section" content="Opinion">', "section", "Opinion"),
        (article(datePublished="2026-11-21T10:00:00+02:00"), "published_at", read_date("2026-11-21T10:00:00+02:00")),
        ('<meta name="DC.date" content="2026-11-21">', "published_at", read_date("2026-11-21")),
        ('<meta itemprop="datePublished" content="2026-11-21">', "published_at", read_date("2026-11-21")),
        (
            '<meta name="pubdate" content="soon"><meta name="date" content="2026-11-21">',
            "published_at",
            read_date("2026-11-21"),
        ),
        ('<meta name="pubdate" content="last night">', "published_at", read_date("last night")),
        (linked({"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle", "headline": "Tarn"}]}), "title", "Tarn"),
        (linked([{"@type": "Organization"}, {"@type": ["Report", "Article"], "headline": "Tarn"}]), "title", "Tarn"),
        (linked({"@type": "WebPage", "mainEntity": {"@type": "Article", "headline": "Tarn"}}), "title", "Tarn"),
        (linked('<!-- {"@type": "Article", "headline": "Tarn"} -->'), "title", "Tarn"),
        (linked('//<![CDATA[\n{"@type": "Article", "headline": "Tarn"};\n//]]>'), "title", "Tarn"),
        (linked('{"@type": "Article", "headline": "Tarn\nand Ilma"}'), "title", "Tarn and Ilma"),
        (linked("{broken") + article(headline="Tarn"), "title", "Tarn"),
        (article(headline=["Tarn"]), "title", "Tarn"),
        (article(headline={"@value": "Tarn"}), "title", "Night over Ilma"),
        (article(headline="Fer\u202eren<script>x()</script>"), "title", "Ferren"),
        (article(headline="Tarn"), "types", ("NewsArticle",)),
        (linked({"@type": ["schema:LiveBlogPosting", "http://schema.org/X"]}), "types", ("LiveBlogPosting", "X")),
    ],
)
def test_what_a_page_says_of_its_article(head, field, expected):
    assert getattr(read(head), field) == expected


@pytest.mark.parametrize(
    ("body", "author", "said"),
    [
        ('<a rel="author" href="/ada">Ada Lind</a>', "Ada Lind", ""),
        ('<span itemprop="author">Ada Lind</span>', "Ada Lind", ""),
        ('<time datetime="2026-11-21T10:00Z">yesterday</time>', "", "2026-11-21T10:00Z"),
        (
            '<time datetime="2001-01-01">then</time><time itemprop="datePublished" datetime="2026-11-21">',
            "",
            "2026-11-21",
        ),
    ],
)
def test_what_the_marks_of_its_html_say(body, author, said):
    found = read(body=body)

    assert (found.author, found.published_at) == (author, read_date(said))


def test_a_date_is_understood_as_far_as_it_can_be():
    found = read(article(datePublished="2026-11-21T10:00:00+02:00"))

    assert found.published_at == datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<html lang="en_GB">', "en-gb"),
        ("<html>" + article(inLanguage="uk"), "uk"),
        ("<html>" + article(inLanguage={"name": "uk"}), "uk"),
        ('<html><meta property="og:locale" content="de_AT">', "de-at"),
        ('<html><meta http-equiv="Content-Language" content="fr">', "fr"),
        ('<html lang="english, please">', ""),
    ],
)
def test_the_language_of_a_page(html, expected):
    assert metadata(tree(html + "<body><p>x")).language == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", None),
        (article(isAccessibleForFree=False), False),
        (article(isAccessibleForFree="False"), False),
        (article(isAccessibleForFree="https://schema.org/False"), False),
        (article(isAccessibleForFree=True), True),
        (article(isAccessibleForFree="true"), True),
        (article(isAccessibleForFree=[1]), None),
        ('<meta property="article:content_tier" content="locked">', False),
        ('<meta property="article:content_tier" content="metered">', None),
        ('<meta property="article:content_tier" content="free">', True),
    ],
)
def test_whether_everybody_may_read_it(head, expected):
    assert metadata(tree(page("Night", TEXT, head))).free is expected


FIGURE = '<figure><img src="/b.jpg" alt="A bridge"><figcaption>The bridge.</figcaption></figure>'


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("", "", None),
        ('<meta property="og:image" content="/a.jpg">', "", Image("https://ilma.example/a.jpg")),
        (
            '<meta property="og:image" content="https://cdn.example/a.jpg">'
            '<meta property="og:image:alt" content="Fog\n">',
            FIGURE,
            Image("https://cdn.example/a.jpg", "Fog"),
        ),
        ('<meta name="twitter:image" content="/a.jpg">', FIGURE, Image("https://ilma.example/a.jpg")),
        (
            '<meta property="og:image" content="/b.jpg?w=9">',
            FIGURE,
            Image("https://ilma.example/b.jpg?w=9", "A bridge"),
        ),
        ('<meta property="og:image" content="/1x1.gif">', FIGURE, Image("https://ilma.example/b.jpg", "A bridge")),
        ('<meta property="og:image" content="data:image/png;base64,AA">', "", None),
        ('<meta property="og:image" content="javascript:x">', "", None),
        ('<meta property="og:image" content="/a.jpg"><meta property="og:image:width" content="1">', "", None),
        (article(image="/a.jpg"), "", Image("https://ilma.example/a.jpg")),
        (article(image=[{"url": "/a.jpg", "caption": "Fog"}]), "", Image("https://ilma.example/a.jpg", "Fog")),
        (article(image={"url": "/a.jpg", "width": 1}), "", None),
        (article(image=[[], 7, {"url": {"x": 1}}, "ftp://ilma.example/a.jpg"]), "", None),
        ("", FIGURE, Image("https://ilma.example/b.jpg", "A bridge")),
        ("", FIGURE.replace("A bridge", ""), None),
        ("", f"<aside>{FIGURE}</aside>", None),
        ("", FIGURE.replace("<img", '<img width="60" height="60"'), None),
        ("", '<img src="/b.jpg" alt="A bridge">', None),
        (
            "",
            '<figure><img src="data:image/gif;base64,AA" data-src="/c.jpg" alt="Fog"></figure>',
            Image("https://ilma.example/c.jpg", "Fog"),
        ),
        ("", '<figure><img srcset="/d.jpg 2x, /e.jpg" alt="Fog"></figure>', Image("https://ilma.example/d.jpg", "Fog")),
        (
            '<base href="https://cdn.example/x/"><meta property="og:image" content="a.jpg">',
            "",
            Image("https://cdn.example/x/a.jpg"),
        ),
    ],
)
def test_the_lead_picture(head, body, expected):
    assert read(head, body, url=HERE).image == expected


def test_a_page_from_nowhere_has_only_pictures_at_absolute_links():
    assert read('<meta property="og:image" content="/a.jpg">').image is None
    assert read('<meta property="og:image" content="https://ilma.example/a.jpg">').image is not None


@pytest.mark.parametrize(
    "data",
    [
        "[" * 900_000,
        '{"@graph":' * 90_000,
        "[" + "{}," * 250_000 + "{}]",
        '{"a":' + "9" * 900_000 + "}",
        '{"@type": [' + '"Article",' * 80_000 + '"x"]}',
        '{"@type": "Article", "headline": "' + " " * 900_000 + '"}',
        '{"@type": "Article", "author": [' + '{"name": "<b>x"},' * 40_000 + "0]}",
        '"' + "\\ud800" * 100_000 + '"',
        "-->" * 300_000,
        " " * 900_000 + "]]>" + " " * 900_000,
    ],
)
def test_data_that_would_take_minutes_takes_none(data):
    begun = time.process_time()

    found = read(linked(data))

    assert found.blocks
    assert time.process_time() - begun < 2


def test_of_many_scripts_only_the_first_are_read():
    padding = linked({"@type": "WebSite", "text": "x" * 600_000})

    assert read(padding + article(headline="Tarn")).title == "Tarn"
    assert read(padding * 2 + article(headline="Tarn")).title == "Night over Ilma"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
KEYS = (
    *("@type", "@graph", "mainEntity", "headline", "author", "publisher", "name", "image", "url", "caption", "width"),
    *("thumbnailUrl", "datePublished", "articleSection", "inLanguage", "isAccessibleForFree"),
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=8))
@example({"image": {"url": ["/a"]}, "author": {"name": {"name": []}}, "@graph": [[{}]]})
def test_whatever_the_data_say_the_page_is_read(data):
    node = {"@type": "NewsArticle"} | data

    try:
        found = read(linked([data, node]), url=HERE)
    except ParseError:
        return

    assert "\n" not in found.title + found.author + found.outlet + found.section
    assert found.image is None or found.image.url.startswith(("http://", "https://"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.sampled_from(["og:image", "og:title", "author", "date", "og:site_name", "og:locale"]))
def test_whatever_a_meta_element_says_the_page_is_read(said, name):
    content = said.replace("&", "&amp;").replace('"', "&quot;")

    found = read(f'<meta property="{name}" content="{content}">', url=HERE)

    assert found.blocks


def test_what_a_page_says_of_itself_can_be_written_down():
    said = r'{"@type": "News\ud800Article", "headline": "Ferren \udfff", "datePublished": "\ud800", "image": "/\ud800"}'

    found = read(linked(said))

    assert (found.title, found.types) == ("Ferren", ("NewsArticle",))
    str(found).encode()
