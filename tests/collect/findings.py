"""Inputs that fuzzing or reading found, each with the target (fuzz.targets) whose promise it broke, and why."""

from __future__ import annotations

FINDINGS: dict[str, tuple[str, str | bytes]] = {
    "a_space_that_a_letter_hides_in_a_host": (
        "json_feeds",
        '{"url": "https://ilma.examp\u00b8le/a", "title": "Ferren"}',
    ),
    "a_control_character_in_a_host": ("addresses", "https://m.i\x01example/"),
    "a_mark_in_a_host": ("addresses", "https://ilma<b>.example/"),
    "an_amp_form_behind_an_amp_form": ("addresses", "https://tarn.example/bridge-9/amp.amp"),
    "a_mark_in_a_host_of_brackets": ("addresses", "http://[:: {\ufffd]Hamp"),
    "an_amp_ending_that_leaves_a_dot": ("addresses", "https://tarn.example/.a/..amp"),
    "an_escape_behind_a_percent_sign": ("addresses", "https://tarn.example/a%%377b"),
    "a_prefix_nobody_declared": ("discoveries", "<rss><channel><x:y>Ferren</x:y></channel></rss>"),
    "a_control_character_behind_a_menu": (
        "pages",
        b"\0<html><body><p>Ferren</p><nav>Home</nav>and \x02 Tarn<p>The bridge is open.</p></body></html>",
    ),
    "a_non_character_behind_a_menu": (
        "pages",
        "\0<html><body><p>Ferren</p><nav>Home</nav>and \uffff Tarn<p>The bridge is open.</p></body></html>",
    ),
    "a_headline_of_a_sentence_that_lost_its_end": (
        "feeds",
        "\x02<rss><channel><item><link>https://ilma.example/a</link><description>&lt;p&gt;It is &lt;x&gt;.&lt;/p&gt;"
        "</description></item></channel></rss>",
    ),
    "a_clause_that_ends_in_marks": ("lines", "F>is</b>5ope" + "[" * 41 + "n, : iems" + " Tarn" * 9),
}
