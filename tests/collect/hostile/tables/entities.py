"""Entities: bombs, references to files and addresses, and the letters that careless publishers write by name."""

from __future__ import annotations

from tests.collect.hostile.case import HEAD, ONE, WHOLE, A, Case, fill, titled
from tests.collect.hostile.server import Answer

DECLARES = "no feed: its document type declares entities"

CASES = {
    "an_emoji_in_two_halves": Case(titled("Ferren &#55357;&#56832; &#xD83D;&#xde00; bridge"), ["Ferren 😀 😀 bridge"]),
    "half_an_emoji": Case(titled("Ferren &#55357; &#xDE00; bridge"), ["Ferren bridge"]),
    "numbers_beside_the_halves": Case(titled("Ferren &#55357;&#57345; bridge"), ["Ferren \ue001 bridge"]),
    "billion_laughs": Case(
        "<!DOCTYPE rss [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>" + titled("&c;"),
        DECLARES,
    ),
    "quadratic_blowup": Case(
        f"<!DOCTYPE rss [<!ENTITY a '{'x' * 50_000}'>]>" + titled("&a;" * 1_000),
        DECLARES,
    ),
    "a_file": Case(
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + titled("&a;"),
        DECLARES,
    ),
    "an_address_inside": Case(
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "http://169.254.169.254/">]>' + titled("&a;"),
        DECLARES,
    ),
    "a_parameter_entity": Case(
        '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd">%a;]>' + titled("x"),
        DECLARES,
    ),
    "a_document_type_elsewhere": Case('<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">' + WHOLE, ["Ferren bridge"]),
    "declared_inside_the_root": Case(
        f"<rss><!DOCTYPE rss [<!ENTITY a 'boom'>]><channel>{ONE}</channel></rss>",
        ["Ferren bridge"],
    ),
    "an_xinclude": Case(
        f'<rss xmlns:xi="http://www.w3.org/2001/XInclude"><channel>{ONE}'
        '<item><xi:include href="file:///etc/hostname" parse="text"/></item></channel></rss>',
        ["Ferren bridge"],
    ),
    "of_html_that_begins_with_a_mark": Case(titled("Ferren &nvlt; bridge"), ["Ferren <\u20d2 bridge"]),
    "of_html": Case(titled("Ferren&nbsp;&eacute;"), ["Ferren é"]),
    "numbers_of_nothing": Case(titled("Ferren&#0;&#x110000; bridge"), ["Ferren\ufffd bridge"]),
    "a_control_by_number": Case(titled("Ferren&#8238;&#x1b; bridge"), ["Ferren bridge"]),
    "escaped_twice": Case(titled("Ferren &amp;amp;lt;b&amp;amp;gt; Tarn"), ["Ferren &lt;b&gt; Tarn"]),
    "a_document_type_in_utf16": Case(
        ("<?xml version='1.0' encoding='utf-16'?><!DOCTYPE rss [<!ENTITY a 'boom'>]>" + titled("&a;")).encode("utf-16"),
        DECLARES,
    ),
    "a_document_type_behind_comments": Case(
        "<!-- > -->" * 9 + "<!DOCTYPE rss [<!ENTITY a 'boom'>]>" + titled("&a;"), DECLARES
    ),
    "a_bracket_in_the_name_of_a_document_type": Case(
        "<!DOCTYPE rss PUBLIC '>' [<!ENTITY a 'boom'>]>" + titled("&a;"), "no feed: broken XML"
    ),
    "attributes_by_default": Case("<!DOCTYPE rss [<!ATTLIST item a CDATA 'x'>]>" + WHOLE, DECLARES),
    "an_entity_of_an_entity_by_number": Case(
        "<!DOCTYPE rss [<!ENTITY % a '&#37;b;'><!ENTITY % b SYSTEM 'file:///etc/hostname'>%a;]>" + WHOLE, DECLARES
    ),
    "an_entity_nobody_declared": Case(titled("Ferren &tarn; bridge"), ["Ferren &tarn; bridge"]),
    "references_up_to_the_cap": Case(
        Answer(lambda: fill("&nbsp;", f"{HEAD}<item><link>{A}</link><title>Tarn")), ["Tarn"]
    ),
    "names_of_nothing_up_to_the_cap": Case(
        Answer(lambda: fill("&tarn;", f"{HEAD}<item><link>{A}</link><title>Tarn")),
        [
            "Tarn&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&tarn;&…"
        ],
    ),
    "letters_by_name_among_wide_ones": Case(
        Answer(
            lambda: fill(
                "x" * 4_000, f"{HEAD}<item><link>{A}</link><title>😀</title><description>{'&Aacute;' * 199_999}"
            )
        ),
        ["😀"],
    ),
    "bare_ampersands_up_to_the_cap": Case(
        Answer(lambda: fill("&", f"{HEAD}<item><link>{A}</link><title>Tarn")), ["Tarn"]
    ),
    "spaced_ampersands_up_to_the_cap": Case(
        Answer(lambda: fill("& ", f"{HEAD}<item><link>{A}</link><title>Tarn")), ["Tarn"]
    ),
    "numbers_of_nothing_up_to_the_cap": Case(
        Answer(lambda: fill("&#0;", f"{HEAD}<item><link>{A}</link><title>Tarn")), ["Tarn"]
    ),
    "numbers_beyond_all_up_to_the_cap": Case(
        Answer(lambda: fill("&#x110000;", f"{HEAD}<item><link>{A}</link><title>Tarn")), ["Tarn" + "\ufffd" * 295 + "…"]
    ),
    "controls_up_to_the_cap": Case(
        Answer(lambda: fill("\x01a", f"{HEAD}<item><link>{A}</link><title>Tarn")),
        "no feed: the answer is a binary file",
    ),
    "ends_of_cdata_up_to_the_cap": Case(
        Answer(lambda: fill("]]>", f"{HEAD}<item><link>{A}</link><title>Tarn")), ["]>"]
    ),
    "letters_by_number_up_to_the_cap": Case(
        Answer(lambda: fill("&#233;", f"{HEAD}<item><link>{A}</link><title>")), ["é" * 299 + "…"]
    ),
    "a_name_of_ten_megabytes": Case(Answer(lambda: titled("&" + "a" * 10_000_000 + ";").encode()), []),
    "a_number_of_a_million_digits": Case(titled("Tarn &#" + "9" * 1_000_000 + ";"), ["Tarn \ufffd"]),
}
