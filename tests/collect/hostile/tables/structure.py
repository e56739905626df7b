"""XML structure: documents that are none, or more than one, and what is heaped up in them."""

from __future__ import annotations

from tests.collect.hostile.case import HEAD, ONE, TAIL, WHOLE, A, Case, fill, swarm, tally, titled
from tests.collect.hostile.server import Answer

NEITHER = "no feed: an element of too many attributes"


def json_feed(unit: str, tail: str = "0") -> bytes:
    return fill(unit or " ", '{"version":"https://jsonfeed.org/version/1","items":[', f"{tail.rstrip(',')}]}}")


def numbered(n: int) -> str:
    return f"<item><title>T{n}</title><link>/{n}</link></item>"


CASES = {
    "no_root": Case("<?xml version='1.0'?>", "no feed: broken XML"),
    "another_root": Case("<kml><Placemark/></kml>", "no feed: the answer is plain text"),
    "declared_another_root": Case("<?xml version='1.0'?><kml/>", "no feed: the answer is another kind of XML (<kml>)"),
    "never_closed": Case(f"{HEAD}{ONE}", ["Ferren bridge"]),
    "closed_in_the_wrong_order": Case(f"{HEAD}{ONE}</rss></channel>", ["Ferren bridge"]),
    "two_feeds_in_one": Case(WHOLE + WHOLE, ["Ferren bridge"]),
    "junk_behind": Case(WHOLE + "<script>x()</script> and more", ["Ferren bridge"]),
    "a_feed_inside_a_title": Case(titled("<![CDATA[<rss><channel><item/></channel></rss>]]>Tarn"), ["Tarn"]),
    "an_unclosed_cdata": Case(f"{HEAD}{ONE}<item><title><![CDATA[", ["Ferren bridge"]),
    "an_unclosed_comment": Case(f"{HEAD}{ONE}<!-- ", ["Ferren bridge"]),
    "comments_without_end_before": Case("<!---->" * 50_000, "no feed: broken XML"),
    "a_document_type_a_hundred_times": Case("<!DOCTYPE rss>" * 100 + WHOLE, ["Ferren bridge"]),
    "a_prefix_nobody_bound": Case(
        WHOLE.replace("title>", "x:title>").replace("rss version", "rss a:b='c' version"),
        ["Ferren bridge"],
    ),
    "atom_inside_rss": Case(f"{HEAD}{ONE}<entry><title>Tarn</title></entry>{TAIL}", ["Ferren bridge"]),
    "nested_entries": Case(f"{HEAD}<item>{ONE}</item>{TAIL}", ["Ferren bridge"]),
    "a_style_sheet_instruction": Case(f'<?xml-stylesheet href="file:///etc/passwd"?>{WHOLE}', ["Ferren bridge"]),
    "a_web_page": Case("<!doctype html><html><body><p>Ferren</p></body></html>", "no feed: the answer is a web page"),
    "a_web_page_with_a_feed_in_it": Case(f"<html><body>{WHOLE}</body></html>", ["Ferren bridge"]),
    "a_login_that_calls_itself_xml": Case(
        "<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>",
        "no feed: the answer is a web page",
    ),
    "feeds_inside_feeds": Case(HEAD * 500 + ONE + TAIL * 500, ["Ferren bridge"]),
    "an_entry_in_an_entry_in_an_entry": Case(
        "<feed xmlns='http://www.w3.org/2005/Atom'>" + f"<entry><title>Tarn</title><link href='{A}'/>" * 300, ["Tarn"]
    ),
    "a_feed_of_json_in_a_feed": Case(
        titled('{"version":"https://jsonfeed.org/version/1","items":[]}'),
        ['{"version":"https://jsonfeed.org/version/1","items":[]}'],
    ),
    "a_hundred_thousand_attributes": Case(f"{HEAD}<item {swarm(100_000)}/>{TAIL}", NEITHER),
    "a_hundred_thousand_attributes_of_the_root": Case(f"<rss {swarm(100_000)}>{WHOLE}", NEITHER),
    "a_hundred_thousand_namespaces": Case(
        "<rss " + " ".join(f"xmlns:n{n}='u:{n}'" for n in range(100_000)) + f"><channel>{ONE}{TAIL}", NEITHER
    ),
    "one_attribute_of_ten_megabytes": Case(
        Answer(lambda: f"<rss a='{'x' * 10_000_000}'><channel>{ONE}{TAIL}".encode()), ["Ferren bridge"]
    ),
    "one_name_of_ten_megabytes": Case(
        Answer(lambda: f"{HEAD}{ONE}<{'x' * 10_000_000}/>{TAIL}".encode()), ["Ferren bridge"]
    ),
    "one_title_of_ten_megabytes": Case(Answer(lambda: titled("x" * 10_000_000).encode()), ["x" * 299 + "…"]),
    "entries_up_to_the_cap": Case(
        Answer(lambda: fill(ONE)), "1: 195367 entries beyond the newest 2000 left out", tally
    ),
    "more_entries_than_anybody_reads": Case(
        Answer(lambda: (HEAD + "".join(map(numbered, range(200_000))) + TAIL).encode()),
        "2000: 198000 entries beyond the newest 2000 left out",
        tally,
    ),
    "two_million_empty_entries": Case(
        Answer(lambda: fill("<item/>")), "no feed: none of its entries (2142850) has a web address"
    ),
    "ten_thousand_elements_of_many_attributes": Case(
        Answer(lambda: fill(f"<item {swarm(500)}/>")), "no feed: none of its entries (3411) has a web address"
    ),
    "comments_of_a_text_without_end": Case(
        f"{HEAD}{ONE}<item><description><![CDATA[{'<!--' * 120_000}]]></description></item>{TAIL}", ["Ferren bridge"]
    ),
    "bases_within_bases": Case(
        f"{HEAD}<item xml:base='x/'><title>Tarn</title><link>a</link>" + "<a xml:base='b/'>" * 28_000,
        ["Tarn"],
    ),
    "entries_without_links": Case(
        f"{HEAD}{ONE}{'<item><title>T</title></item>' * 16_000}{TAIL}",
        "1: 16000 entries without a web address left out",
        tally,
    ),
    "five_million_deep": Case(
        Answer(lambda: fill("<a>", tail="")), "no feed: broken XML, too large or too odd to be repaired"
    ),
    "deep_and_broken": Case(
        "<rss version=2.0><channel>" + "<a>" * 160_000,
        "no feed: broken XML near line 2 (not well-formed (invalid token))",
    ),
    "comments_up_to_the_cap": Case(Answer(lambda: fill("<!---->", "", WHOLE)), ["Ferren bridge"]),
    "instructions_up_to_the_cap": Case(Answer(lambda: fill("<?a b?>", "", WHOLE)), "no feed: the answer is plain text"),
    "cdata_up_to_the_cap": Case(
        Answer(lambda: fill("<![CDATA[x]]>", f"{HEAD}<item><link>{A}</link><title>")), ["x" * 299 + "…"]
    ),
    "one_text_of_wide_characters": Case(
        Answer(lambda: fill("x" * 4_000, f"{HEAD}<item><link>{A}</link><title>😀")), ["😀" + "x" * 298 + "…"]
    ),
    "a_title_of_marks": Case(Answer(lambda: fill("&lt;", f"{HEAD}<item><link>{A}</link><title>")), ["<" * 299 + "…"]),
    "one_entry_of_links": Case(
        Answer(
            lambda: fill(
                '<link href="http://a/"/>', '<feed xmlns="http://www.w3.org/2005/Atom"><entry>', "</entry></feed>"
            )
        ),
        [],
    ),
    "one_entry_of_authors": Case(
        Answer(lambda: fill("<author>A</author>", f"{HEAD}<item><link>{A}</link><title>T</title>", f"</item>{TAIL}")),
        ["T"],
    ),
    "json_of_five_million_items": Case(Answer(lambda: json_feed("{},")), "no feed: JSON of more than 500,000 values"),
    "json_very_deep": Case(
        '{"version":"https://jsonfeed.org/version/1","items":' + "[" * 400_000, "no feed: broken JSON"
    ),
    "json_of_one_long_number": Case(
        Answer(lambda: json_feed("", f'{{"id":{"9" * 10_000_000}}},')), "no feed: broken JSON"
    ),
    "json_of_the_wrong_kinds": Case(
        '{"version":"https://jsonfeed.org/version/1","language":[],"items":[1,null,{"url":[],"title":{},"authors":{}},'
        '{"url":"https://ilma.example/a","title":7,"content_html":[],"content_text":{},"authors":[7],"summary":"Tarn"}]}',
        ["Tarn"],
    ),
}
