from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.encoding import decode
from digest.collect.text import clause, language, line, plain, shorten, title, visible, web_link


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("Ferren\x00 bri\x1bdge\x7f", "Ferren bridge"),
        ("Sub\r\nject:\tx\x0b y", "Sub ject: x y"),
        ("\u202eegdirb\u202c Ferren", "egdirb Ferren"),
        ("\u2066Ferren\u2069\u200e\u200f", "Ferren"),
        ("Fer\u200bren\u2060 bri\ufeffdge\xad", "Ferren bridge"),
        ("Fer\u200dren\u200c", "Ferren"),
        ("Tag\U000e0041\U000e0042", "Tag"),
        ("half \ud83d a pair", "half a pair"),
        ("cafe\u0301", "café"),
        ("one\u2028two\x85three", "one two three"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_a_headline_shows_what_it_is_made_of(hostile, harmless):
    assert line(hostile) == harmless


@given(st.text(st.characters(), max_size=80))
def test_any_text_becomes_one_visible_line(text):
    made = line(text)

    assert made == line(made) == unicodedata.normalize("NFC", made)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in made)
    assert not set(made) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    made.encode()


@given(st.text(st.characters(), max_size=80))
def test_visible_text_keeps_its_line_ends(text):
    assert visible(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("Ferren &amp; Tarn", "Ferren & Tarn"),
        ("Ferren &amp;amp; Tarn", "Ferren &amp; Tarn"),
        ("<b>Ferren</b> bridge", "Ferren bridge"),
        ("one<br>two<p>three</p>four", "one two three four"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<img src=x onerror=alert(1)>Tarn", "Tarn"),
        ("&lt;script&gt; in words", "<script> in words"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
        ("&#x202e;egdirb", "egdirb"),
        ("&#xd800;Tarn &#99999999999; &#" + "9" * 5_000 + ";", "\ufffdTarn \ufffd \ufffd"),
        ("<img alt=\"5 > 4\">Tarn <a title='<b>'>open</a>", "Tarn open"),
        ('<a href="never closed>Tarn', "Tarn"),
        ("Tarn <a href=", "Tarn"),
        ("I <3 Tarn", "I <3 Tarn"),
        ("<!-- a > b -->Tarn<!-->, <!--->open<!--x--!>!<!-- never closed", "Tarn, open!"),
        ("<?xml x?>Tarn<!doctype html></><![CDATA[x]]> open", "Tarn open"),
        ("<SCRIPT type='a>b'>\"</p>\"</scripts></script\n>Tarn<style>never closed", "Tarn"),
        ("<scripted>Tarn</scripted>", "Tarn"),
    ],
)
def test_markup_is_stripped_and_entities_are_decoded_once(markup, words):
    assert plain(markup) == words


@pytest.mark.parametrize("head", ["", "<a ", "<script>"])
@pytest.mark.parametrize(
    "unit",
    ["<", "<a", '<a ="', "<a ='\"", "=", "<!--", "--!", "<!", "<script", "</script", "<style></styl", "<b>", "= "],
)
def test_no_markup_takes_long(head, unit):
    began = time.process_time()

    plain(head + unit * (1_000_000 // len(unit)))

    assert time.process_time() - began < 2


def test_a_long_headline_is_cut_on_a_word():
    cut = title("Ferren bridge opens " * 40)

    assert len(cut) <= 300
    assert cut.endswith(("Ferren…", "bridge…", "opens…"))


@given(st.text(max_size=60), st.integers(1, 40))
def test_nothing_shortened_is_too_long(text, limit):
    assert len(shorten(text, limit)) <= limit or len(text) <= limit
    assert len(clause(text, limit)) <= limit


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://ilma.example/a", "https://ilma.example/a"),
        (" /a b ", "https://ilma.example/a%20b"),
        ("//karsk.example/x", "https://karsk.example/x"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", "https://ilma.example/java%20script:alert(1)"),
        ("data:text/html,x", ""),
        ("file:///etc/hosts", ""),
        ("https://user:pw@ilma.example/", ""),
        ("http://", ""),
        ("https://ilma.example:99999/", ""),
        ("https://ilma.example/" + "a" * 3_000, ""),
    ],
)
def test_only_web_links_are_kept(link, kept):
    assert web_link(link, "https://ilma.example/feed") == kept


@pytest.mark.parametrize(
    ("said", "tag"), [("en-US", "en-us"), ("pt_BR", "pt-br"), (" uk ", "uk"), ("English", ""), ("", "")]
)
def test_a_language_is_a_tag_or_nothing(said, tag):
    assert language(said) == tag


@pytest.mark.parametrize(
    ("body", "declared", "text"),
    [
        ("Größe".encode(), "", "Größe"),
        ("Größe".encode(), "iso-8859-1", "GrÃ¶ÃŸe"),
        ("Größe".encode("cp1252"), "utf-8", "Größe"),
        ("“Größe”".encode("cp1252"), "iso-8859-1", "“Größe”"),
        ("Привет из Тарна".encode("cp1251"), "", "Привет из Тарна"),
        ("Привет".encode("koi8-r"), "koi8-r", "Привет"),
        (
            '<?xml version="1.0" encoding="koi8-r"?>Привет'.encode("koi8-r"),
            "",
            '<?xml version="1.0" encoding="koi8-r"?>Привет',
        ),
        ("<meta charset=windows-1251>Привет".encode("cp1251"), "", "<meta charset=windows-1251>Привет"),
        ("Größe".encode("utf-16"), "", "Größe"),
        ("<a>Größe".encode("utf-16-be"), "", "<a>Größe"),
        ("Größe".encode("utf-8-sig"), "utf-16", "Größe"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
        (b"cebgb", "rot13", "cebgb"),
        (("Größe " * 90).encode() + b"\xff", "", "Größe " * 90 + "\ufffd"),
    ],
)
def test_bytes_are_read_as_browsers_read_them(body, declared, text):
    assert decode(body, declared) == text


@given(st.binary(max_size=200), st.text(max_size=12))
def test_any_bytes_are_some_text(body, declared):
    assert isinstance(decode(body, declared), str)
