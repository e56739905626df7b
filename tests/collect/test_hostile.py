"""What hostile, broken and careless publishers send, and next to each what the newsletter makes of it."""

from __future__ import annotations

import asyncio
import codecs
import gzip
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from aiohttp import web

from digest.collect import Status, feed
from digest.collect.body import Broken, TooLarge, decoder
from digest.collect.extract import page
from digest.collect.markup import blocks_of
from digest.collect.text import title, web_link
from digest.errors import ParseError

from .newsroom import NOW, Remembered, item, poll

A = "https://ilma.example/a"
ONE = f"<item><title>Ferren bridge</title><link>{A}</link></item>"
WHOLE = f'<rss version="2.0"><channel>{ONE}</channel></rss>'
ATOM = f'<entry><title>Ferren bridge</title><link href="{A}"/></entry>'
HEAD, TAIL = "<rss version='2.0'><channel>", "</channel></rss>"
Outcome = list[str] | str


def read(body: str | bytes, charset: str = "") -> feed.Feed:
    data = body.encode() if isinstance(body, str) else body
    return feed.parse("Ilma Courier", data, url="https://ilma.example/feed", now=NOW, charset=charset)


def outcome(body: str | bytes, charset: str = "") -> Outcome:
    """The titles of the entries, or why there are none."""
    try:
        return [entry.title for entry in read(body, charset).entries]
    except ParseError as error:
        return error.reason


def titled(words: str) -> str:
    return f"{HEAD}<item><title>{words}</title><link>{A}</link></item>{TAIL}"


def cases(**table: tuple[object, ...]) -> pytest.MarkDecorator:
    first = next(iter(table.values()))
    names = ("given", "expected") if len(first) == 2 else ("given", "how", "expected")
    return pytest.mark.parametrize(names, [pytest.param(*row, id=name) for name, row in table.items()])


STRUCTURE: dict[str, tuple[str, Outcome]] = {
    "no_root": ("<?xml version='1.0'?>", "no feed: broken XML"),
    "another_root": ("<kml><Placemark/></kml>", "no feed: the answer is plain text"),
    "declared_another_root": ("<?xml version='1.0'?><kml/>", "no feed: the answer is another kind of XML (<kml>)"),
    "never_closed": (f"{HEAD}{ONE}", ["Ferren bridge"]),
    "closed_in_the_wrong_order": (f"{HEAD}{ONE}</rss></channel>", ["Ferren bridge"]),
    "two_feeds_in_one": (WHOLE + WHOLE, ["Ferren bridge", "Ferren bridge"]),
    "junk_behind": (WHOLE + "<script>x()</script> and more", ["Ferren bridge"]),
    "a_feed_inside_a_title": (titled("<![CDATA[<rss><channel><item/></channel></rss>]]>Tarn"), ["Tarn"]),
    "an_unclosed_cdata": (f"{HEAD}{ONE}<item><title><![CDATA[", ["Ferren bridge"]),
    "an_unclosed_comment": (f"{HEAD}{ONE}<!-- ", ["Ferren bridge"]),
    "comments_without_end_before": ("<!---->" * 50_000, "no feed: broken XML"),
    "a_document_type_a_hundred_times": ("<!DOCTYPE rss>" * 100 + WHOLE, ["Ferren bridge"]),
    "a_prefix_nobody_bound": (
        WHOLE.replace("title>", "x:title>").replace("rss version", "rss a:b='c' version"),
        ["Ferren bridge"],
    ),
    "atom_inside_rss": (f"{HEAD}{ONE}<entry><title>Tarn</title></entry>{TAIL}", ["Ferren bridge"]),
    "nested_entries": (f"{HEAD}<item>{ONE}</item>{TAIL}", ["Ferren bridge"]),
    "a_style_sheet_instruction": (f'<?xml-stylesheet href="file:///etc/passwd"?>{WHOLE}', ["Ferren bridge"]),
}
ENTITIES: dict[str, tuple[str, Outcome]] = {
    "billion_laughs": (
        "<!DOCTYPE rss [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>" + titled("&c;"),
        "no feed: its document type declares entities",
    ),
    "quadratic_blowup": (
        f"<!DOCTYPE rss [<!ENTITY a '{'x' * 50_000}'>]>" + titled("&a;" * 1_000),
        "no feed: its document type declares entities",
    ),
    "a_file": (
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + titled("&a;"),
        "no feed: its document type declares entities",
    ),
    "an_address_inside": (
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "http://169.254.169.254/">]>' + titled("&a;"),
        "no feed: its document type declares entities",
    ),
    "a_parameter_entity": (
        '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd">%a;]>' + titled("x"),
        "no feed: its document type declares entities",
    ),
    "a_document_type_elsewhere": ('<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">' + WHOLE, ["Ferren bridge"]),
    "declared_inside_the_root": (
        f"<rss><!DOCTYPE rss [<!ENTITY a 'boom'>]><channel>{ONE}</channel></rss>",
        ["Ferren bridge"],
    ),
    "an_xinclude": (
        f'<rss xmlns:xi="http://www.w3.org/2001/XInclude"><channel>{ONE}'
        '<item><xi:include href="file:///etc/hostname" parse="text"/></item></channel></rss>',
        ["Ferren bridge"],
    ),
    "of_html": (titled("Ferren&nbsp;&eacute;"), ["Ferren é"]),
    "numbers_of_nothing": (titled("Ferren&#0;&#x110000; bridge"), ["Ferren\ufffd bridge"]),
    "a_control_by_number": (titled("Ferren&#8238;&#x1b; bridge"), ["Ferren bridge"]),
    "escaped_twice": (titled("Ferren &amp;amp;lt;b&amp;amp;gt; Tarn"), ["Ferren &lt;b&gt; Tarn"]),
}


@pytest.mark.parametrize(("given", "expected"), [pytest.param(*row, id=name) for name, row in STRUCTURE.items()])
def test_structure(given, expected):
    assert outcome(given) == expected


@pytest.mark.parametrize(("given", "expected"), [pytest.param(*row, id=name) for name, row in ENTITIES.items()])
def test_entities(given, expected):
    assert outcome(given) == expected


def nested(data: bytes, times: int) -> bytes:
    return data if times == 0 else nested(gzip.compress(data), times - 1)


ZLIB_RAW = zlib.compressobj(wbits=-15)
BOMB_RAW = ZLIB_RAW.compress(bytes(3_000_000)) + ZLIB_RAW.flush()
LIMIT = 1_000_000
CUT = "cut off in its compression"
DAMAGED = "damaged in its compression"


@cases(
    gzip_bomb=(gzip.compress(bytes(3_000_000)), "gzip", "too large"),
    deflate_bomb=(zlib.compress(bytes(3_000_000)), "deflate", "too large"),
    bare_deflate_bomb=(BOMB_RAW, "deflate", "too large"),
    bomb_of_many_members=(gzip.compress(bytes(300_000)) * 4, "gzip", "too large"),
    bomb_in_a_bomb_opens_once=(nested(b"Ferren", 2), "gzip", gzip.compress(b"Ferren")[:3]),
    packed_twice_and_said=(nested(b"Ferren", 2), "gzip, gzip", "packed as 'gzip, gzip', which was not asked for"),
    cut_off=(gzip.compress(b"Ferren bridge")[:-9], "gzip", CUT),
    cut_in_the_check_sum=(gzip.compress(b"Ferren bridge")[:-1], "gzip", CUT),
    header_only=(gzip.compress(b"Ferren")[:10], "gzip", CUT),
    wrong_check_sum=(gzip.compress(b"Ferren")[:-8] + b"\0" * 8, "gzip", DAMAGED),
    not_packed_at_all=(b"<rss/>", "gzip", DAMAGED),
    gzip_called_deflate=(gzip.compress(b"Ferren"), "deflate", DAMAGED),
    deflate_called_gzip=(zlib.compress(b"Ferren"), "gzip", DAMAGED),
    brotli_nobody_asked_for=(b"\x0b\x02\x80", "br", "packed as 'br', which was not asked for"),
    zeros_behind=(gzip.compress(b"Ferren") + bytes(99), "gzip", b"Ferren"),
    junk_behind_gzip=(gzip.compress(b"Ferren") + b"junk", "gzip", DAMAGED),
    junk_behind_deflate=(zlib.compress(b"Ferren") + b"junk", "deflate", b"Ferren"),
    nothing_at_all=(b"", "gzip", b""),
)
def test_compression(given, how, expected):
    got: bytes | str
    try:
        unpack = decoder(how, LIMIT)
        got = b"".join(unpack.feed(given[at : at + 7_000]) for at in range(0, len(given), 7_000))
        unpack.close()
    except TooLarge:
        got = "too large"
    except Broken as error:
        got = str(error)

    assert got.startswith(expected) if isinstance(expected, bytes) and expected else got == expected


async def silence(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


def flow(piece: bytes, pause: float, **headers: str) -> Callable[[web.Request], web.StreamResponse]:
    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = web.StreamResponse(headers=named)
        await response.prepare(request)
        while True:
            await response.write(piece)
            await asyncio.sleep(pause)

    return answer


async def round_and_round(request: web.Request) -> web.Response:
    await asyncio.sleep(0.1)
    return web.Response(status=302, headers={"Location": f"/feed?{len(request.query_string) * 'x'}y"})


async def promised(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "9000"})
    await response.prepare(request)
    await response.write(WHOLE.encode())
    await asyncio.sleep(30)
    return response


@cases(
    never_answers=(silence, "no answer in 0:00:00.400000"),
    drips=(flow(b" ", 0.05), "no answer in 0:00:00.400000"),
    drips_entries=(flow(ONE.encode(), 0.05, Content_Type="application/rss+xml"), "no answer in 0:00:00.400000"),
    drips_packed=(flow(gzip.compress(b""), 0.05, Content_Encoding="gzip"), "no answer in 0:00:00.400000"),
    promises_more_than_it_sends=(promised, "no answer in 0:00:00.400000"),
    redirects_slowly=(round_and_round, "no answer in 0:00:00.400000"),
)
def test_slow(newsroom, given, expected):
    newsroom.on("/feed", given)
    began = time.monotonic()

    [report] = poll(newsroom.source("/feed", follow=False), seconds=0.4).reports

    assert (report.status, report.reason) == (Status.FAILED, expected)
    assert time.monotonic() - began < 5


@cases(
    spaces=(flow(b" " * 500_000, 0), "larger than 15 MB"),
    entries=(flow(ONE.encode() * 5_000, 0), "larger than 15 MB"),
    an_attribute=(flow(b"<rss a='" + b"x" * 500_000, 0), "larger than 15 MB"),
    a_swelling_flow=(flow(gzip.compress(bytes(900_000)), 0, Content_Encoding="gzip"), "larger than 15 MB"),
)
def test_endless(newsroom, given, expected):
    newsroom.on("/feed", given)

    [report] = poll(newsroom.source("/feed", follow=False), seconds=20).reports

    assert report.reason == expected


INSIDE = ", an address inside"
ODD = " - is not a canonical IPv4 address"


@cases(
    loopback=("http://127.0.0.2/", f"127.0.0.2 leads to 127.0.0.2{INSIDE}"),
    short=("http://127.1/", f"no usable address: 127.1{ODD}"),
    one_number=("http://2130706433/", f"no usable address: 2130706433{ODD}"),
    hexadecimal=("http://0x7f000001/", f"0x7f000001 leads to 127.0.0.1{INSIDE}"),
    octal=("http://0177.0.0.1/", f"no usable address: 0177.0.0.1{ODD}"),
    zero=("http://0/", f"no usable address: 0{ODD}"),
    six=("http://[::1]/", f"::1 leads to ::1{INSIDE}"),
    mapped=("http://[::ffff:10.0.0.1]/", f"::ffff:a00:1 leads to ::ffff:a00:1{INSIDE}"),
    metadata=("http://169.254.169.254/latest/", f"169.254.169.254 leads to 169.254.169.254{INSIDE}"),
    carrier=("http://100.64.0.1/", f"100.64.0.1 leads to 100.64.0.1{INSIDE}"),
    multicast=("http://224.0.0.1/", f"224.0.0.1 leads to 224.0.0.1{INSIDE}"),
    another_scheme=("gopher://ilma.example/", "only http and https are fetched, not gopher://ilma.example/"),
    a_file=("file:///etc/hostname", "only http and https are fetched, not file:///etc/hostname"),
    a_password=("http://a:b@ilma.example/", "the address of ilma.example carries a user name or password"),
    itself=("/feed", "more than 5 redirects"),
    header_injection=("/x\tHTTP/1.1", "answered 404"),
)
def test_redirects_and_addresses(newsroom, given, expected):
    newsroom.put("/feed", status=302, Location=given)

    [report] = poll(newsroom.source("/feed", follow=False)).reports

    assert (report.status, report.reason) == (Status.FAILED, expected)


MOST = "Мост через Феррен открыт"


def declared(name: str, words: str = MOST) -> str:
    return f"<?xml version='1.0' encoding='{name}'?>{titled(words)}"


@cases(
    utf16_with_a_mark=(declared("utf-16").encode("utf-16"), "", [MOST]),
    utf16_without_a_mark=(declared("utf-16").encode("utf-16-be"), "", [MOST]),
    utf16_said_of_utf8=(declared("utf-16").encode(), "", [MOST]),
    utf32_with_a_mark=(codecs.BOM_UTF32_LE + declared("x").encode("utf-32-le"), "", [MOST]),
    mark_against_the_claim=(codecs.BOM_UTF8 + declared("koi8-r").encode(), "windows-1251", [MOST]),
    two_marks=(codecs.BOM_UTF8 * 2 + declared("utf-8").encode(), "", [MOST]),
    windows_1251=(declared("windows-1251").encode("cp1251"), "", [MOST]),
    windows_1251_undeclared=(titled(MOST * 9).encode("cp1251"), "", [MOST * 9]),
    koi8_of_the_answer=(titled(MOST).encode("koi8-r"), "KOI8-R", [MOST]),
    declared_wrong=(declared("us-ascii").encode(), "", [MOST]),
    declared_nothing_known=(declared("x-klingon").encode(), "", [MOST]),
    utf7_is_not_decoded=(declared("utf-7", "+ADw-b+AD4-").encode(), "", ["+ADw-b+AD4-"]),
    no_codec_of_files=(declared("zlib").encode(), "base64", [MOST]),
    one_stray_byte=(declared("utf-8", "Ferren \0bridge " + "is open " * 20).encode().replace(b"\0", b"\xff"), "", None),
    accents_of_windows=(titled("Größe — “Ilma”").encode("cp1252"), "iso-8859-1", ["Größe — “Ilma”"]),
    half_a_pair=(declared("utf-16").encode("utf-16")[:-1], "", [MOST]),
)
def test_encodings(given, how, expected):
    assert outcome(given, how) == (expected or ["Ferren \ufffdbridge " + ("is open " * 20).strip()])


HOUR_AGO = NOW - timedelta(hours=1)


@cases(
    naive=("2026-11-22T05:00:00", HOUR_AGO),
    iso_with_a_zone=("2026-11-22T08:00:00+03:00", HOUR_AGO),
    iso_basic=("20261122T050000Z", HOUR_AGO),
    rfc822_short_year=("Sun, 22 Nov 26 05:00:00 GMT", HOUR_AGO),
    rfc822_without_a_day=("22 Nov 2026 05:00:00 +0000", HOUR_AGO),
    rfc822_without_seconds=("Sun, 22 Nov 2026 05:00 GMT", HOUR_AGO),
    rfc822_of_the_east_coast=("Sun, 22 Nov 2026 00:00:00 EST", HOUR_AGO),
    the_wrong_day_of_the_week=("Fri, 22 Nov 2026 05:00:00 GMT", HOUR_AGO),
    the_epoch=("Thu, 01 Jan 1970 00:00:00 GMT", None),
    year_one=("0001-01-01T00:00:00+14:00", None),
    year_9999=("9999-12-31T23:59:59-14:00", None),
    a_day_ahead=("2026-11-23T06:00:00Z", None),
    no_such_day=("2026-02-31T05:00:00Z", None),
    a_zone_beyond_the_world=("Sun, 22 Nov 2026 05:00:00 +9999", None),
    digits_of_another_script=("٢٠٢٦-١١-٢٢", NOW.replace(hour=0)),
    very_many_digits=("9" * 100_000, None),
    markup=("<b>yesterday</b>", None),
    missing=("", None),
)
def test_dates(given, expected):
    body = f"{HEAD}<item><title>T</title><link>{A}</link><pubDate>{given}</pubDate></item>{TAIL}"

    [entry] = read(body).entries

    assert entry.published_at == expected


@cases(
    every_guid_changed=({"more": "<guid isPermaLink='false'>new-77</guid>"}, 0),
    tracking=({"link": f"{A}?utm_source=rss&fbclid=7&xtor=1"}, 0),
    a_fragment=({"link": f"{A}#comments"}, 0),
    https_and_http=({"link": A.replace("https", "http")}, 0),
    amp_and_mobile=({"link": "https://m.ilma.example/a?amp=1"}, 0),
    default_port_and_case=({"link": "HTTPS://ILMA.EXAMPLE:443/%61/"}, 0),
    title_in_capitals=({"link": f"{A}-2", "title": "THE FERREN BRIDGE IS OPEN AGAIN!"}, 0),
    another_article=({"link": f"{A}-3", "text": "Snow closed the pass between Sorvat and Norrmark for a week." * 3}, 1),
)
def test_identity_churn(newsroom, given, expected):
    first = {
        "link": A,
        "title": "The Ferren bridge is open again",
        "text": "It took nine years of work and a vote. " * 5,
    }
    memory, source = Remembered(), newsroom.source("/feed", follow=False)
    newsroom.put_feed("/feed", item(**first))
    memory.learn(poll(source, memory=memory))

    newsroom.put_feed("/feed", item(**(first | given)))

    assert len(poll(source, memory=memory).articles) == expected


HTML = "<p>Ferren bridge is open.</p>"
KEPT = ["Ferren bridge is open."]


@cases(
    a_script=(f"<script>alert(1)</script>{HTML}", KEPT),
    a_script_never_closed=(f"{HTML}<script>alert(1)", KEPT),
    an_event_handler=("<p onclick='alert(1)'>Ferren bridge is open.</p>", KEPT),
    a_javascript_link=("<p><a href='jAvaScript:alert(1)'>Ferren</a> bridge is open.</p>", KEPT),
    a_style_that_hides=(f"{HTML}<p style='display : none'>Buy eel</p>", KEPT),
    drawings_that_run=(f"<svg onload=alert(1)><text>x</text></svg><math><mi>y</mi></math>{HTML}", KEPT),
    a_frame_in_a_comment=(f"<!--><iframe srcdoc='<p>x'></iframe>-->{HTML}", None),
    order_turned_round=("<p>\u202eFerren bridge\u202c is open.</p>", KEPT),
    width_of_nothing=("<p>Fer\u200bren\u2060 bri\ufeffdge is\u200d open.</p>", KEPT),
    controls=("<p>Ferren\x00 \x1b\x07bridge is open.\x7f</p>", KEPT),
    ten_thousand_deep=("<div>" * 10_000 + "Ferren bridge is open." + "</div>" * 10_000, None),
    a_hundred_thousand_attributes=(
        "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">Ferren bridge is open.</p>",
        [],
    ),
    attributes_behind_a_quoted_mark=("<p x='<>' " + "a=1 " * 3_000 + ">Ferren</p>", []),
    a_hundred_thousand_tags=("<b>" * 100_000 + "Ferren", []),
)
def test_markup(given, expected):
    found = [block.text for block in blocks_of(given)]

    assert found == expected if expected is not None else not found or found[-1] == KEPT[0]


@cases(
    a_script=("Ferren <script>alert(1)</script>bridge", "Ferren bridge"),
    an_escaped_script=("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
    a_header=("Ferren\r\nBcc: all@ilma.example", "Ferren Bcc: all@ilma.example"),
    order_turned_round=("\u2067Ferren\u2069 \u202ebridge", "Ferren bridge"),
    fifteen_million_marks=("<" * 15_000_000, "<" * 299 + "…"),
    a_long_word=("x" * 1_000_000, "x" * 299 + "…"),
)
def test_titles(given, expected):
    assert title(given) == expected


@cases(
    script=("javascript:alert(1)", ""),
    script_in_pieces=("java\tscript:alert(1)", "https://ilma.example/java%20script:alert(1)"),
    data=("data:text/html,<script>alert(1)</script>", ""),
    no_scheme=("//tarn.example/a", "https://tarn.example/a"),
    a_password=("https://ilma.example:x@tarn.example/", ""),
    a_line_end=("https://tarn.example/a\r\nSet-Cookie: x", "https://tarn.example/a%20Set-Cookie:%20x"),
    no_end=("https://tarn.example/" + "a" * 3_000, ""),
)
def test_links(given, expected):
    assert web_link(given, "https://ilma.example/") == expected


def paged(body: str) -> bytes:
    return f"<html><body><main><h1>Ferren</h1>{body}</main></body></html>".encode()


TOO_MANY = "a page of too many tags or attributes"


@cases(
    tags=(paged("<i>" * 70_000), TOO_MANY),
    attributes_of_one=(paged("<p " + " ".join(f"a{n}" for n in range(100_000)) + ">x</p>"), TOO_MANY),
    attributes_of_many=(paged(f"<p {' '.join(f'a{n}=1' for n in range(1_000))}>x</p>" * 110), TOO_MANY),
    line_breaks=(paged("x<br>" * 25_000), TOO_MANY),
    characters=(paged("x" * 3_000_001), "a page of more than 3,000,000 characters"),
    depth=(paged("<div>" * 20_000), "no text found on the page"),
)
def test_pages(given, expected):
    with pytest.raises(ParseError) as error:
        page("Ilma Courier", given)

    assert error.value.reason == expected


# ---- time and memory, each in a process of its own
MOST_MEMORY, MOST_SECONDS = 150, 30
CAP = 15_000_000


def fill(unit: str, head: str = HEAD, tail: str = TAIL) -> bytes:
    return (head + unit * ((CAP - len(head) - len(tail)) // len(unit.encode())) + tail).encode()


def swarm(size: int) -> str:
    return " ".join(f'a{n}="1"' for n in range(size))


def json_feed(unit: str) -> bytes:
    return fill(unit, '{"version":"https://jsonfeed.org/version/1","items":[', "0]}")


HEAVY: dict[str, tuple[Callable[[], bytes], str]] = {
    "entries_up_to_the_cap": (lambda: fill(ONE), "2000 entries"),
    "two_million_empty_entries": (lambda: fill("<item/>"), "no feed: none of its entries (21428"),
    "ten_thousand_elements_of_many_attributes": (lambda: fill(f"<item {swarm(500)}/>"), "no feed: "),
    "an_element_of_a_hundred_thousand_attributes": (
        lambda: f"{HEAD}<item {swarm(100_000)}/>{TAIL}".encode(),
        "no feed: an element of too many attributes",
    ),
    "five_million_deep": (lambda: fill("<a>", tail=""), "no feed: "),
    "deep_and_broken": (lambda: b"<rss version=2.0><channel>" + b"<a>" * 160_000, "no feed: "),
    "comments_of_a_text_without_end": (
        lambda: f"{HEAD}{ONE}<item><description><![CDATA[{'<!--' * 120_000}]]></description></item>{TAIL}".encode(),
        "1 entries",
    ),
    "bases_within_bases": (
        lambda: f"{HEAD}<item xml:base='x/'><link>a</link>{'<a xml:base=`b/`>' * 28_000}".replace("`", "'").encode(),
        "1 entries",
    ),
    "entries_without_links": (
        lambda: f"{HEAD}{ONE}{'<item><title>T</title></item>' * 16_000}{TAIL}".encode(),
        "1 entries",
    ),
    "comments_up_to_the_cap": (lambda: fill("<!---->", "", WHOLE), "1 entries"),
    "one_text_of_wide_characters": (lambda: fill("x" * 4_000, f"{HEAD}<item><link>{A}</link><title>😀"), "1 entries"),
    "a_title_of_marks": (lambda: fill("&lt;", f"{HEAD}<item><link>{A}</link><title>"), "1 entries"),
    "one_entry_of_links": (
        lambda: fill(
            '<link href="http://a/"/>', '<feed xmlns="http://www.w3.org/2005/Atom"><entry>', "</entry></feed>"
        ),
        "1 entries",
    ),
    "json_of_five_million_items": (lambda: json_feed("{},"), "no feed: JSON of more than 500,000 values"),
}
STREAMS = {
    "a_million_entries": flow(ONE.encode() * 2_000, 0),
    "a_packed_million": flow(gzip.compress(ONE.encode() * 10_000), 0, Content_Encoding="gzip"),
}


def memory() -> int:
    """The most memory this process ever had, in MB. (`ru_maxrss` would begin with that of the process it came from.)"""
    said = Path("/proc/self/status").read_text(encoding="ascii")
    return int(said.partition("VmHWM:")[2].split()[0]) // 1024


def weigh(work: Callable[[], str]) -> tuple[str, int, float]:
    began = time.monotonic()
    told = work()
    return told, memory(), time.monotonic() - began


def apart(work: Callable[[], str]) -> tuple[str, int, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(weigh, work).result(timeout=60)


def parse_heavy(name: str) -> str:
    got = outcome(HEAVY[name][0]() if name else WHOLE.encode())
    return got if isinstance(got, str) else f"{len(got)} entries"


def poll_alone(source) -> str:
    return poll(source, seconds=20).reports[0].reason


@pytest.fixture(scope="module")
def at_rest() -> int:
    """What a process needs that reads one small feed."""
    return apart(partial(parse_heavy, ""))[1]


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_feed_costs_little_memory_and_time(name, at_rest):
    told, most, seconds = apart(partial(parse_heavy, name))

    assert told.startswith(HEAVY[name][1])
    assert most - at_rest <= MOST_MEMORY
    assert seconds <= MOST_SECONDS


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_without_end_costs_little_memory_and_time(name, newsroom, at_rest):
    newsroom.on("/feed", STREAMS[name])

    told, most, seconds = apart(partial(poll_alone, newsroom.source("/feed", follow=False)))

    assert told == "larger than 15 MB"
    assert most - at_rest <= MOST_MEMORY
    assert seconds <= MOST_SECONDS
