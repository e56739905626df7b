"""Collected words and links, made harmless."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.clean import attr, clean, link, short


@given(st.text())
def test_cleaned_text_is_one_line_of_characters_that_can_be_sent_and_stays_as_it_is(text):
    cleaned = clean(text)

    assert cleaned == " ".join(cleaned.split())
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", cleaned)
    assert cleaned.encode("utf-8").decode() == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "text",
    ["Рятувальники на мосту", "أخبار المساء", "می‌خواهم", "平和会議", "👩‍🚒 at Olde Mill", "naïve", "5 < 6 & 7 > 2"],
)
def test_words_of_any_script_survive_cleaning(text):
    assert clean(text) == text


@given(st.text())
def test_an_attribute_holds_only_ascii_and_gives_the_text_back(text):
    encoded = attr(clean(text))

    assert re.fullmatch(r"[ !#-%(-;=?-\[\]-~&]*", encoded)
    assert html.unescape(encoded) == clean(text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<b>",
        "file:///etc/passwd",
        "//evil.example/",
        "/etc/passwd",
        "https://",
        "https:///path",
        "https://bank.example@evil.example/",
        "https://evil.example\\@bank.example/",
        "https://bank.example:99999/",
        "https://[::1/",
        "https://a b.example/",
        'https://"onmouseover="x.example/',
        "https://" + "a" * 300 + ".example/",
        "https://ilma.example/" + "a" * 3_000,
        "mailto:ada@tarnmouth.example",
        "ilma-courier.example/a",
        "",
    ],
)
def test_what_leads_anywhere_but_to_a_plain_web_address_is_no_link(url):
    assert link(url) == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ilma.example/a?b=c&d=%20#e", "https://ilma.example/a?b=c&d=%20#e"),
        ("http://127.0.0.1:8099/a", "http://127.0.0.1:8099/a"),
        ("  https://ILMA.example/Ä b  ", "https://ilma.example/%C3%84%20b"),
        ("https://tärn.example/", "https://xn--trn-qla.example/"),
        ("https://ilma.example/50%", "https://ilma.example/50%25"),
        ("https://ilma.example/'\"<>`{|}", "https://ilma.example/'%22%3C%3E%60%7B%7C%7D"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
    ],
)
def test_a_web_address_is_written_as_every_mail_program_takes_it(url, shown):
    assert link(url) == shown
    assert link(shown) == shown


@given(
    st.text(max_size=80), st.sampled_from(["", "https://", "http://", "https://ilma.example/", "https://ilma.example?"])
)
def test_a_link_is_plain_ascii_with_a_host_or_nothing(text, start):
    made = link(start + text)

    assert made == "" or (re.fullmatch(r"https?://[!#-;=?-\[\]_a-z~]+", made, re.I) and urlsplit(made).hostname)


@given(st.text(), st.integers(2, 80))
def test_a_shortened_text_keeps_within_its_length_and_says_that_it_was_cut(text, length):
    made = short(text, length)

    assert len(made) <= length
    assert made == clean(text) or (made.endswith("…") and clean(text).startswith(made[:-1]))


def test_a_text_is_cut_between_words():
    assert short("Absences rise in two reserve brigades", 25) == "Absences rise in two…"
    assert short("Absences", 5) == "Abse…"
