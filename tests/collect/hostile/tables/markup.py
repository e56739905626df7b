"""Markup: what feeds carry in their texts, titles and links, and pages that are more than a page."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from tests.collect.hostile.case import HEAD, TAIL, Case, Outcome, blocks, links, tally, titled, told
from tests.collect.hostile.server import Answer

HTML = "<p>Ferren bridge is open.</p>"
OPEN = ["Ferren bridge is open."]
TOO_MANY = "a page of too many tags or attributes"
REOPENED = "<dl><dd>" + "".join(f"<b id={n}>" for n in range(3_000)) + "<dd>x" * 8_000
"""Read as browsers read it, each of the last elements has all of the first ones in it anew."""


def text(markup: str, expected: Outcome) -> Case:
    return Case(told(escape(markup)), expected, blocks)


def summary(markup: str) -> Case:
    """An entry with a text of its own besides."""
    content = f"<c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'>{escape(HTML)}</c:encoded>"
    return Case(told(escape(markup)).replace("</item>", f"{content}</item>"), OPEN, blocks)


def title(words: str, expected: str) -> Case:
    return Case(titled(words), [expected])


def link(to: str, expected: Outcome) -> Case:
    return Case(f"{HEAD}<item><title>T</title><link>{to}</link></item>{TAIL}", expected, links)


def page(body: str, expected: Outcome) -> Case:
    markup = f"<html><body><main><h1>Ferren</h1>{body}</main></body></html>"
    return Case(Answer(markup, kind="text/html"), expected, blocks, page=True)


NOWHERE = "no feed: none of its entries (1) has a web address"
CASES = {
    "a_script": text(f"<script>alert(1)</script>{HTML}", OPEN),
    "a_script_never_closed": text(f"{HTML}<script>alert(1)", OPEN),
    "a_style": text(f"<style>p {{ background: url(javascript:alert(1)) }}</style>{HTML}", OPEN),
    "a_frame": text(f"<iframe src='https://tarn.example/'>Buy eel</iframe>{HTML}", OPEN),
    "a_form": text(f"<form action='https://tarn.example/'><input value='x'><button>Buy</button></form>{HTML}", OPEN),
    "an_event_handler": text("<p onclick='alert(1)'>Ferren bridge is open.</p>", OPEN),
    "a_javascript_link": text("<p><a href='jAvaScript:alert(1)'>Ferren</a> bridge is open.</p>", OPEN),
    "a_style_that_hides": text(f"{HTML}<p style='display : none'>Buy eel</p>", OPEN),
    "drawings_that_run": text(f"<svg onload=alert(1)><text>x</text></svg><math><mi>y</mi></math>{HTML}", OPEN),
    "a_frame_in_a_comment": text(f"<!--><iframe srcdoc='<p>x'></iframe>-->{HTML}", ["Ferren bridge is open."]),
    "order_turned_round": text("<p>\u202eFerren bridge\u202c is open.</p>", OPEN),
    "width_of_nothing": text("<p>Fer\u200bren\u2060 bri\ufeffdge is\u200d open.</p>", OPEN),
    "tags_nobody_sees": text("<p>Ferren\U000e0041\U000e0042 bridge is open.</p>", OPEN),
    "controls": text("<p>Ferren\x1b\x07 bridge is open.\x7f</p>", OPEN),
    "ten_thousand_deep": text("<div>" * 10_000 + "Ferren bridge is open." + "</div>" * 10_000, []),
    "a_hundred_thousand_attributes": text(
        "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">Ferren bridge is open.</p>", []
    ),
    "attributes_behind_a_quoted_mark": text("<p x='<>' " + "a=1 " * 3_000 + ">Ferren</p>", []),
    "a_hundred_thousand_tags": text("<b>" * 100_000 + "Ferren", []),
    "a_word_of_ten_megabytes": Case(Answer(lambda: told("x" * 10_000_000).encode()), ["Ferren"]),
    "marks_by_the_million": text("<" * 900_000, []),
    "formatting_opened_again_and_again": text(REOPENED, []),
    "formatting_opened_again_in_the_summary": summary(REOPENED),
    "marks_in_the_summary": summary("<" * 120_000),
    "tags_never_closed_in_the_summary": summary("<b " * 40_000),
    "title_of_formatting_opened_again": title(escape(f"Ferren{REOPENED[-30_000:]}"), "Ferren" + " x" * 146 + "…"),
    "title_of_a_number_of_thousands_of_digits": title(f"Ferren &amp;#{'9' * 5_000};", "Ferren \ufffd"),
    "title_with_a_script": title("<![CDATA[Ferren <script>alert(1)</script>bridge]]>", "Ferren bridge"),
    "title_with_an_escaped_script": title(
        "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;", "<script>alert(1)</script>"
    ),
    "title_with_a_header": title("Ferren\r\nBcc: all@ilma.example", "Ferren Bcc: all@ilma.example"),
    "title_with_a_line_separator": title("Ferren\u2028bridge\u2029open\x85now", "Ferren bridge open now"),
    "title_turned_round": title("\u2067Ferren\u2069 \u202ebridge", "Ferren bridge"),
    "title_of_nothing_seen": Case(titled("\u200b\u200e\ufeff\u2060"), []),
    "title_of_one_long_word": title("x" * 1_000_000, "x" * 299 + "…"),
    "title_of_marks_upon_marks": title("Z" + "\u0335" * 5_000, "Z" + "\u0335" * 298 + "…"),
    "link_to_a_script": link("javascript:alert(1)", NOWHERE),
    "link_to_a_script_in_pieces": link("java\tscript:alert(1)", ["http://here/java%20script:alert(1)"]),
    "link_to_a_script_in_numbers": link("&#106;avascript:alert(1)", NOWHERE),
    "link_to_data": link("data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;", NOWHERE),
    "link_to_a_file": link("file:///etc/hostname", NOWHERE),
    "link_without_a_scheme": link("//tarn.example/a", ["http://tarn.example/a"]),
    "link_with_a_password": link("https://ilma.example:x@tarn.example/", NOWHERE),
    "link_with_a_line_end": link(
        "https://tarn.example/a\r\nSet-Cookie: x", ["https://tarn.example/a%20Set-Cookie:%20x"]
    ),
    "link_without_end": link("https://tarn.example/" + "a" * 3_000, NOWHERE),
    "link_that_reads_backwards": link("https://tarn.example/\u202egpj.a", ["https://tarn.example/gpj.a"]),
    "page_of_tags": page("<i>" * 70_000, TOO_MANY),
    "page_of_one_with_all_attributes": page("<p " + " ".join(f"a{n}" for n in range(100_000)) + ">x</p>", TOO_MANY),
    "page_of_attributes": page(f"<p {' '.join(f'a{n}=1' for n in range(1_000))}>x</p>" * 110, TOO_MANY),
    "page_of_line_breaks": page("x<br>" * 25_000, TOO_MANY),
    "page_of_characters": page("x" * 3_000_001, "a page of more than 3,000,000 characters"),
    "page_of_depth": page("<div>" * 20_000, "no text found on the page"),
    "page_that_is_a_picture": Case(
        Answer(b"\x89PNG\r\n" + bytes(9_000), kind="text/html"), "no page but a binary file", page=True
    ),
    "page_that_says_it_is_a_film": Case(Answer(HTML, kind="video/mp4"), "no page but video/mp4", page=True),
    "page_of_tables_in_tables": page(
        "<table><tr><td>" * 3_000 + "Ferren" + "</td></tr></table>" * 3_000, "no text found on the page"
    ),
    "page_of_lists_in_lists": page("<ul><li>" * 20_000 + "Ferren", "no text found on the page"),
    "page_of_open_paragraphs": replace(page("<p>Ferren bridge is open. " * 20_000, "1"), see=tally),
    "page_of_links": page("<a href='/x'>Ferren</a> " * 50_000, "a page of too many tags or attributes"),
    "page_of_one_word": replace(page(f"<p>{'x' * 2_900_000}</p>", "1"), see=tally),
}
