from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.collect.feeds import feed
from digest.collect.feeds.entries import Entry
from digest.errors import ParseError

from .newsroom import NOW, item, rss

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="sv"><id>urn:x</id><title>Norrmark Post</title>
<updated>2026-11-22T05:00:00Z</updated>
<entry><id>urn:1</id><title type="html">Ice on the &lt;b&gt;Norr&lt;/b&gt; &amp;amp; Karsk</title>
<link rel="enclosure" href="https://norrmark.example/a.mp3"/><link href="/news/ice"/>
<updated>2026-11-22T06:30:00+02:00</updated><author><name>Ada Lind</name></author>
<summary>Skaters wait.</summary>
<content type="html">&lt;p&gt;It holds.&lt;/p&gt;&lt;h2&gt;In town&lt;/h2&gt;&lt;p&gt;No skates.&lt;/p&gt;</content>
</entry>
</feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://karsk.example/"><title>Karsk Wire</title><link>https://karsk.example/</link></channel>
<item rdf:about="https://karsk.example/1"><title>Depot</title><link>https://karsk.example/1</link>
<dc:date>2026-11-21T10:00:00Z</dc:date></item></rdf:RDF>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "language": "en",
    "items": [
        {
            "id": "1",
            "url": "https://tarn.example/1",
            "title": "Depot <1>",
            "content_text": "One.\n\nTwo & three.",
            "date_published": "2026-11-22T04:00:00Z",
            "authors": [{"name": "Radio Tarn"}],
        },
        {"id": "https://tarn.example/2", "title": "By its id"},
        {"id": 3, "url": ["no"], "title": None},
        "not an item",
    ],
}


def read(body: str | bytes, **settings: str) -> feed.Feed:
    data = body.encode() if isinstance(body, str) else body
    return feed.parse("Ilma Courier", data, url="https://ilma.example/feeds/all", now=NOW, **settings)


def outcome(body: bytes) -> str:
    try:
        read(body)
    except ParseError as error:
        return error.reason
    return "entries"


def test_an_rss_item_gives_link_title_date_and_text():
    [entry] = read(rss(item("https://ilma.example/a", "Ferren & Tarn", "The <b>bridge</b> is open."))).entries

    assert (entry.link, entry.title) == ("https://ilma.example/a", "Ferren & Tarn")
    assert entry.published_at == NOW - timedelta(hours=1)
    assert entry.summary == "The <b>bridge</b> is open."


def test_an_atom_entry_gives_its_own_text_and_a_link_made_whole():
    [entry] = read(ATOM).entries

    assert (entry.link, entry.title) == ("https://ilma.example/news/ice", "Ice on the Norr & Karsk")
    assert entry.published_at == datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    assert entry.content == "<p>It holds.</p><h2>In town</h2><p>No skates.</p>"
    assert (entry.summary, entry.author, entry.language) == ("Skaters wait.", "Ada Lind", "sv")


def test_rdf_is_a_feed_too():
    [entry] = read(RDF).entries

    assert (entry.link, entry.title) == ("https://karsk.example/1", "Depot")
    assert entry.published_at == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_json_feed_is_read_and_its_broken_items_are_counted():
    found = read(json.dumps(JSON_FEED))

    first, second = found.entries
    assert (first.link, first.title, first.author) == ("https://tarn.example/1", "Depot <1>", "Radio Tarn")
    assert first.content == "<p>One.</p><p>Two &amp; three.</p>"
    assert (second.link, found.without_link) == ("https://tarn.example/2", 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the answer is empty"),
        (" \r\n\t ", "the answer is empty"),
        ("/etc/hostname", "the answer is plain text"),
        ("file:///etc/hostname", "the answer is plain text"),
        ("http://127.0.0.1:1/feed", "the answer is plain text"),
        ("<!doctype html><html><body>Hello</body></html>", "the answer is a web page"),
        ("<html><body>Hello</body></html>", "the answer is a web page"),
        ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "the answer is a web page"),
        ("<p>Not found</p>", "the answer is a web page"),
        ('<?xml version="1.0"?><urlset><url/></urlset>', "the answer is another kind of XML (<urlset>)"),
        ("<?xml version='1.0'?><opml/>", "the answer is another kind of XML (<opml>)"),
        ("<?xml version='1.0'?>", "broken XML"),
        ("<!-- never closed <rss>", "broken XML"),
        ("<rss version='2.0'><channel><title>x</tit", "broken XML"),
        ('{"items": [', "broken JSON at line 1"),
        ("[" * 100_000, "broken JSON"),
        ('{"version": "1", "items": []}', "JSON, but no JSON Feed"),
        ("[1, 2]", "JSON, but no JSON Feed"),
    ],
)
def test_what_is_no_feed_is_told_apart(body, reason):
    with pytest.raises(ParseError) as error:
        read(body)

    assert error.value.reason.startswith(f"no feed: {reason}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!-- x --><?pi x?>\n<!doctype rss SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY % p SYSTEM "x"> %p;]>',
    ],
)
def test_a_feed_that_declares_entities_is_refused(prolog, encoding):
    body = rss(item("https://ilma.example/a", "x")).split("?>", 1)[1].replace("x", "&b;", 1)

    with pytest.raises(ParseError, match="declares entities"):
        read(f'<?xml version="1.0" encoding="{encoding}"?>{prolog}{body}'.encode(encoding))


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "a>b" [<!ENTITY b SYSTEM "file://SECRET">]>',
        '<![CDATA[<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY b "boom">]>',
        '<?xml version="1.0"?>junk<!DOCTYPE rss [<!ENTITY b "boom">]>',
        '<?xml version="1.0" encoding="utf-7"?><!DOCTYPE rss [<!ENTITY b "boom">]>',
    ],
)
def test_no_disguise_of_a_declaration_gets_an_entity_into_a_title(head, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the door code")
    body = rss(item("https://ilma.example/a", "TITLE")).split("?>", 1)[1].replace("TITLE", "&b;")

    try:
        entries = read(head.replace("SECRET", str(secret)) + body).entries
    except ParseError:
        return

    assert not any("boom" in entry.title or "door code" in entry.title for entry in entries)


def test_entities_in_an_article_about_xml_are_just_text():
    text = "Write &lt;!DOCTYPE x [&lt;!ENTITY y 'z'&gt;]&gt; at the top."

    [entry] = read(
        rss(f"<item><link>https://ilma.example/a</link><description><![CDATA[{text}]]></description></item>")
    ).entries

    assert entry.summary == text


def test_a_feed_cut_off_keeps_the_entries_that_came_whole():
    whole = rss(item("https://ilma.example/a", "A"), item("https://ilma.example/b", "B"))

    entries = read(whole[: whole.rindex("<title>B")]).entries

    assert "https://ilma.example/a" in [entry.link for entry in entries]


@pytest.mark.parametrize("before", ["\ufeff", "\n\n", "<!-- made by hand -->\n", "Warning: old software\n"])
def test_what_stands_before_a_feed_does_not_hide_it(before):
    assert len(read(before + rss(item("https://ilma.example/a", "A"))).entries) == 1


def test_the_charset_of_the_answer_counts_before_that_of_the_feed():
    body = rss(item("https://ilma.example/a", "Größe")).replace("utf-8", "us-ascii")

    assert read(body.encode(), charset="utf-8").entries[0].title == "Größe"
    assert read(body.replace("us-ascii", "windows-1252").encode("cp1252")).entries[0].title == "Größe"


def test_entries_that_lead_nowhere_on_the_web_are_counted_out():
    links = ["javascript:alert(1)", "mailto:a@ilma.example", "", "ftp://ilma.example/a", "https://ilma.example/a"]

    found = read(rss(*(item(link, "T") for link in links)))

    assert ([entry.link for entry in found.entries], found.without_link) == (["https://ilma.example/a"], 4)


def test_a_guid_that_is_an_address_serves_as_link():
    [entry] = read(rss("<item><title>T</title><guid>https://ilma.example/g</guid></item>")).entries

    assert entry.link == "https://ilma.example/g"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Sun, 22 Nov 2026 05:00:00 GMT", NOW - timedelta(hours=1)),
        ("Sun, 22 Nov 2026 06:59:00 +0000", NOW + timedelta(minutes=59)),
        ("Sun, 22 Nov 2026 07:01:00 +0000", None),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None),
        ("2026-11-22T05:00:00", NOW - timedelta(hours=1)),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_a_date_is_believed_within_reason(said, at):
    body = rss(f"<item><link>https://ilma.example/a</link><pubDate>{said}</pubDate></item>")

    assert read(body).entries[0].published_at == at


def test_only_the_newest_of_very_many_entries_are_kept():
    items = [item(f"https://ilma.example/{n}", "T", at=NOW - timedelta(minutes=n)) for n in range(2_500)]

    found = read(rss(*reversed(items)))

    assert (len(found.entries), found.surplus) == (2_000, 500)
    assert found.entries[0].link == "https://ilma.example/0"


def test_of_an_endless_feed_the_rest_is_only_counted():
    found = read(rss(*["<item><link>https://ilma.example/a</link></item>"] * 25_000))

    assert (len(found.entries), found.surplus) == (2_000, 23_000)


def test_an_element_of_a_hundred_thousand_attributes_is_refused_at_once():
    swarm = " ".join(f'a{n}="1"' for n in range(100_000))

    with pytest.raises(ParseError, match="too many attributes"):
        read(f"<rss><channel><item {swarm}><link>https://ilma.example/a</link></item></channel></rss>")


def test_a_feed_without_entries_is_a_feed():
    assert read(rss()).entries == ()


def test_a_broken_feed_is_repaired_where_that_is_possible():
    body = (
        "<rss:rss rss:version=2.0><channel><item><title>Tarn & Ferren</title><link>https://ilma.example/a</link></item>"
    )

    assert [entry.link for entry in read(body).entries] == ["https://ilma.example/a"]


@pytest.mark.parametrize("unit", ["<", "<b ", "<b>", "< >"])
def test_no_summary_beside_a_text_takes_long(unit):
    content = "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>Open.</content:encoded>"
    began = time.process_time()

    [entry] = read(rss(item("https://ilma.example/a", "A", unit * (120_000 // len(unit)), more=content))).entries

    assert (entry.content, time.process_time() - began < 1) == ("Open.", True)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=300) | st.binary(max_size=300))
def test_any_answer_is_a_feed_or_a_named_reason(noise):
    data = noise if isinstance(noise, bytes) else noise.encode("utf-8", "replace")
    whole = rss(item("https://ilma.example/a", "A")).encode()

    for body in (data, whole[:90] + data + whole[90:], b"<rss><channel>" + data, b"{" + data):
        assert outcome(body) == "entries" or outcome(body).startswith("no feed: ")


def test_a_feed_that_breaks_off_gives_its_whole_entries_and_says_where_it_breaks():
    whole = item("https://ilma.example/a", "Whole")

    found = read(rss(whole, "<item><title>Half</title><link>http://").split("</channel>")[0])

    assert [entry.title for entry in found.entries] == ["Whole"]
    assert found.without_link == 1
    assert found.broken.startswith("broken XML near line ")


def test_an_entity_that_only_a_document_type_would_explain_is_no_breakage():
    found = read(rss(item("https://ilma.example/a", "A B").replace("A B", "A&nbsp;B")))

    assert [entry.link for entry in found.entries] == ["https://ilma.example/a"]
    assert not found.broken


# --------------------------------------------------------------------------------------- names, categories and claims


def entry_of(more: str) -> Entry:
    [entry] = read(rss(f"<item><link>https://ilma.example/a</link>{more}</item>")).entries
    return entry


@pytest.mark.parametrize(
    ("guid", "kept"),
    [
        ("<guid isPermaLink='false'> tag:ilma.example,2026:7 </guid>", "tag:ilma.example,2026:7"),
        ("<guid>https://ilma.example/a?n=7</guid>", "https://ilma.example/a?n=7"),
        ("<guid>a\nb</guid>", "a b"),
        (f"<guid>{'x' * 900}</guid>", "x" * 500),
        ("", "https://ilma.example/a"),
    ],
)
def test_an_entry_keeps_what_its_feed_calls_it(guid, kept):
    assert entry_of(guid).guid == kept


def test_a_name_that_two_entries_share_is_the_name_of_neither():
    items = [f"<item><link>https://ilma.example/{n}</link><guid>{n // 2}</guid></item>" for n in range(3)]

    assert [entry.guid for entry in read(rss(*items)).entries] == ["", "", "1"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("<category>War</category><category domain='x'>Tarn &amp;amp; Ferren</category>", ("War", "Tarn & Ferren")),
        ("<category>War</category><category> War </category>", ("War",)),
        ("<dc:subject xmlns:dc='http://purl.org/dc/elements/1.1/'>Rivers</dc:subject>", ("Rivers",)),
        ("<category>&lt;b&gt;Ice&lt;/b&gt;&lt;script&gt;x&lt;/script&gt;</category><category/>", ("Ice",)),
        ("".join(f"<category>{n}</category>" for n in range(90)), tuple(map(str, range(10)))),
        (
            f"<category>{'Ferren ' * 40}</category>",
            ("Ferren Ferren Ferren Ferren Ferren Ferren Ferren Ferren Ferren Ferren Ferren…",),
        ),
    ],
)
def test_an_entry_keeps_the_categories_of_its_feed_as_plain_lines(said, kept):
    assert entry_of(said).categories == kept


def test_an_atom_category_is_called_by_its_label():
    said = '<category term="ice" label="Ice and snow"/><category term="roads"/>'

    [entry] = read(ATOM.replace("<summary>", f"{said}<summary>")).entries

    assert (entry.guid, entry.categories) == ("urn:1", ("Ice and snow", "roads"))


def test_a_json_feed_has_its_names_and_tags():
    item = {"id": "7", "url": "https://tarn.example/7", "tags": ["Ice", "R&D <1>", 5, None]}

    [entry] = read(json.dumps(JSON_FEED | {"items": [item]})).entries

    assert (entry.guid, entry.categories) == ("7", ("Ice", "R&D <1>"))


@pytest.mark.parametrize(
    ("said", "claimed"),
    [
        ("Sun, 22 Nov 2026 07:01:00 +0000", NOW + timedelta(minutes=61)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 05:00:00 +0000", None),
        ("soon", None),
    ],
)
def test_a_date_beyond_reason_is_kept_as_a_claim(said, claimed):
    assert entry_of(f"<pubDate>{said}</pubDate>").claimed_at == claimed


# ------------------------------------------------------------------------------ what standards allow and feeds do to us

NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def told(more: str, head: str = "") -> list[tuple[str, str]]:
    """The links and titles of a feed with these items."""
    body = f'<rss version="2.0" {NAMES} {head}><channel><title>Ilma Courier</title>{more}</channel></rss>'
    return [(entry.link.removeprefix("https://"), entry.title) for entry in read(body).entries]


@pytest.mark.parametrize(
    ("more", "head", "expected"),
    [
        ("<item><link>a</link><title>T</title></item>", "", ("ilma.example/feeds/a", "T")),
        (
            "<item><link>a</link><title>T</title></item>",
            'xml:base="https://tarn.example/n/"',
            ("tarn.example/n/a", "T"),
        ),
        (
            '<item xml:base="https://tarn.example/n/"><link>a</link><title>T</title></item>',
            "",
            ("tarn.example/n/a", "T"),
        ),
        (
            "<item><link> <![CDATA[\nhttps://ilma.example/a ]]></link><title>T</title></item>",
            "",
            ("ilma.example/a", "T"),
        ),
        ('<item><guid isPermaLink="true">/g</guid><title>T</title></item>', "", ("ilma.example/g", "T")),
        ("<item><atom:link href='https://ilma.example/a'/><title>T</title></item>", "", ("ilma.example/a", "T")),
        (
            "<item><atom:link rel='replies' href='https://ilma.example/c'/><link>https://ilma.example/a</link>"
            "<title>T</title></item>",
            "",
            ("ilma.example/a", "T"),
        ),
        ("<item><link>/a</link><dc:title>T</dc:title></item>", "", ("ilma.example/a", "T")),
        (
            "<item><link>/a</link><media:title>T</media:title><media:content url='/v'/></item>",
            "",
            ("ilma.example/a", "T"),
        ),
        ("</channel><channel><item><link>/a</link><title>T</title></item>", "", ("ilma.example/a", "T")),
        ("</channel><item><link>/a</link><title>T</title></item><channel>", "", ("ilma.example/a", "T")),
    ],
)
def test_an_item_is_read_wherever_its_link_and_title_stand(more, head, expected):
    assert told(more, head) == [expected]


def test_the_items_of_all_channels_are_read():
    one = "<channel><item><link>/{0}</link><title>{0}</title></item></channel>"

    found = read(f"<rss>{one.format(1)}{one.format(2)}</rss>")

    assert [entry.title for entry in found.entries] == ["1", "2"]


def test_an_atom_entry_in_xhtml_is_read_whole():
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://norrmark.example/2026/">
    <entry xml:base="11/"><id>urn:1</id><link href="ice"/>
    <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ice on the <b>Norr</b></div></title>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It holds.</p><p>No skates.</p></div></content>
    </entry></feed>"""

    [entry] = read(body).entries

    assert (entry.link, entry.title) == ("https://norrmark.example/2026/11/ice", "Ice on the Norr")
    assert (entry.content or entry.summary) == "<p>It holds.</p><p>No skates.</p>"


def test_an_item_of_rdf_is_called_by_its_address_where_it_has_no_link():
    [entry] = read(RDF.replace("<link>https://karsk.example/1</link>", "")).entries

    assert (entry.link, entry.title) == ("https://karsk.example/1", "Depot")


def test_the_whole_text_counts_before_the_summary():
    more = "<description>Short.</description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>"
    more += "<dc:creator>Ada Lind</dc:creator><dc:date>2026-11-22T05:00:00Z</dc:date>"
    body = f"<rss {NAMES}><channel><item><link>https://ilma.example/a</link>{more}</item></channel></rss>"

    [entry] = read(body).entries

    assert (entry.summary, entry.content, entry.author) == ("Short.", "<p>Long.</p>", "Ada Lind")
    assert entry.published_at == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("ada@ilma.example (Ada Lind)", "Ada Lind"),
        ("Ada Lind (ada@ilma.example)", "Ada Lind"),
        ("Ada Lind &lt;ada@ilma.example&gt;", "Ada Lind"),
        ("ada@ilma.example", ""),
        ("Ada Lind, ben@ilma.example (Ben)", "Ada Lind, (Ben)"),
        ("Ada @lind", "Ada @lind"),
        ("x" * 999, "x" * 199 + "…"),
    ],
)
def test_an_author_is_a_name_and_no_address(said, name):
    assert entry_of(f"<author>{said}</author>").author == name


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"id": 7, "url": "https://tarn.example/7"}, ("https://tarn.example/7", "7", "Radio Tarn")),
        ({"id": 7.5, "url": "/7"}, ("https://ilma.example/7", "7.5", "Radio Tarn")),
        ({"id": True, "url": "/7"}, ("https://ilma.example/7", "", "Radio Tarn")),
        ({"id": "https://tarn.example/7"}, ("https://tarn.example/7", "https://tarn.example/7", "Radio Tarn")),
        (
            {"id": "7", "url": "", "external_url": "https://karsk.example/1"},
            ("https://karsk.example/1", "7", "Radio Tarn"),
        ),
        (
            {"id": "7", "url": "/7", "authors": [{"url": "x"}, {"name": " Ada "}, {"name": "Ben"}]},
            (None, "7", "Ada, Ben"),
        ),
        ({"id": "7", "url": "/7", "author": {"name": "Ada <b>"}}, (None, "7", "Ada <b>")),
        ({"id": "7", "url": "/7", "authors": "Ada"}, (None, "7", "Radio Tarn")),
        ({"id": "7", "url": "/7", "authors": [None, 3, {"name": 4}]}, (None, "7", "Radio Tarn")),
    ],
)
def test_an_item_of_a_json_feed_is_read_as_its_standard_says(item, expected):
    document = JSON_FEED | {"authors": [{"name": "Radio Tarn"}], "items": [item]}

    [entry] = read(json.dumps(document)).entries

    link, guid, author = expected
    assert (entry.link, entry.guid, entry.author) == (link or "https://ilma.example/7", guid, author)


@pytest.mark.parametrize(
    ("dates", "at"),
    [
        ({"date_published": "2026-11-22T05:00:00Z", "date_modified": "2026-11-22T05:30:00Z"}, NOW - timedelta(hours=1)),
        ({"date_modified": "2026-11-22T05:00:00Z"}, NOW - timedelta(hours=1)),
        ({"date_published": "soon", "date_modified": "2026-11-22T05:00:00Z"}, NOW - timedelta(hours=1)),
        ({"date_published": 1795327200}, None),
        ({}, None),
    ],
)
def test_the_date_of_a_json_feed_is_when_it_was_published_or_else_changed(dates, at):
    body = json.dumps(JSON_FEED | {"items": [{"id": "1", "url": "/1"} | dates]})

    assert read(body).entries[0].published_at == at


PARTS = st.sampled_from(
    [
        *(
            "<title>",
            "</title>",
            "<guid>",
            "</guid>",
            "<link>",
            "</link>",
            "<category>",
            "</category>",
            "<item>",
            "</item>",
        ),
        *(
            "<pubDate>",
            "</pubDate>",
            "<author>",
            "</author>",
            "<![CDATA[",
            "]]>",
            "&lt;b&gt;",
            "&amp;",
            "&#10;",
            "\u202e",
        ),
        *(
            "https://ilma.example/b",
            "Sun, 22 Nov 2026 05:00:00 +0200",
            "2039-01-01",
            "2026-11-22",
            "Ferren " * 90,
            "\0",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=30).map("".join), st.sampled_from(["", "Europe/Kyiv"]))
def test_whatever_a_feed_says_of_an_entry_it_stays_within_its_bounds(said, zone):
    for entry in read(rss(f"<item><link>https://ilma.example/a</link>{said}</item>"), timezone=zone).entries:
        lines = (entry.title, entry.author, entry.guid, *entry.categories)
        assert all(line == " ".join(line.split()) and "\u202e" not in line for line in lines)
        assert len(entry.title) <= 300
        assert len(entry.author) <= 200
        assert len(entry.guid) <= 500
        assert len(entry.categories) <= 10
        assert all(0 < len(category) <= 80 for category in entry.categories)
        assert entry.published_at is None or (
            entry.claimed_at is None and entry.published_at <= NOW + timedelta(hours=1)
        )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(PARTS, max_size=12).map("".join), max_size=5), st.sampled_from(["", "Europe/Kyiv"]))
def test_the_entries_of_a_feed_are_the_same_made_at_once_or_one_by_one(said, zone):
    body = rss(*(f"<item><link>https://ilma.example/{n}</link>{more}</item>" for n, more in enumerate(said)))

    offered = feed.offers("Ilma Courier", body.encode(), url="https://ilma.example/feeds/all", now=NOW, timezone=zone)

    one_by_one = [offer.entry() for offer in reversed(offered.offers)]
    assert sorted(one_by_one, key=str) == sorted(read(body, timezone=zone).entries, key=str)
    assert [offer.said for offer in offered.offers] == [(e.title, e.summary, e.content) for e in one_by_one[::-1]]


HALVES = st.sampled_from(
    [r"\ud800", r"\uDFff", r"\ud83d\ude00", r"\\ud800", "&#xd800;", "&amp;#55296;", "<p>", "Ilma", "é"]
)
HALF_WORDS = st.lists(HALVES, max_size=6).map("".join)
FIELDS = ("id", "url", "external_url", "title", "summary", "content_html", "content_text", "date_published", "language")


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, HALF_WORDS)), HALF_WORDS)
def test_no_entry_has_a_character_that_cannot_be_written_down(said, more):
    told = "".join(f'"{name}": "{value}",' for name, value in said.items())
    first = f'{{"url": "https://ilma.example/{said["url"]}", "tags": ["{more}"], "authors": [{{"name": "{more}"}}]}}'
    listed = f'{{"version": "https://jsonfeed.org/version/1.1", "language": "{more}", "items": [{first}, {{{told}'
    in_xml = "".join(f"<{name}>{said['title']}</{name}>" for name in ("title", "guid", "author", "category", "dc:date"))
    in_text = f"<link>https://ilma.example/{said['url']}</link><description>{said['summary']}</description>"

    for body in (
        f'{listed}"url": "https://ilma.example/1", "tags": ["{more}"]}}]}}',
        rss(f"<item>{in_text}{in_xml}</item>"),
        rss(f"<item>{in_text}{in_xml}</item>").removesuffix("</rss>"),
    ):
        try:
            entries = read(body).entries
        except ParseError as error:
            entries = ()
            error.reason.encode()
        for entry in entries:
            str(entry).encode()
        assert body[0] == "<" or len(entries) == 2
