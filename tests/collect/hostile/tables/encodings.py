"""Encodings: claims that are wrong, missing or against each other, and codecs that are more than codecs."""

from __future__ import annotations

import codecs
import re

from tests.collect.hostile.case import Case, titled
from tests.collect.hostile.server import Answer

MOST = "Мост через Феррен открыт"
STRAY = "Ferren \0bridge " + "is open " * 20


def declared(name: str, words: str = MOST) -> str:
    return f"<?xml version='1.0' encoding='{name}'?>{titled(words)}"


def said(body: bytes, charset: str) -> Answer:
    return Answer(body, kind=f"application/rss+xml; charset={charset}")


CASES = {
    "utf16_with_a_mark": Case(declared("utf-16").encode("utf-16"), [MOST]),
    "utf16_without_a_mark": Case(declared("utf-16").encode("utf-16-be"), [MOST]),
    "utf16_said_of_utf8": Case(declared("utf-16").encode(), [MOST]),
    "utf16_with_the_wrong_mark": Case(
        codecs.BOM_UTF16_BE + declared("utf-16").encode("utf-16-le"), "no feed: the answer is plain text"
    ),
    "utf32_with_a_mark": Case(codecs.BOM_UTF32_LE + declared("x").encode("utf-32-le"), [MOST]),
    "mark_against_the_claim": Case(said(codecs.BOM_UTF8 + declared("koi8-r").encode(), "windows-1251"), [MOST]),
    "two_marks": Case(codecs.BOM_UTF8 * 2 + declared("utf-8").encode(), [MOST]),
    "a_thousand_marks": Case(codecs.BOM_UTF8 * 1_000 + declared("utf-8").encode(), [MOST]),
    "marks_inside": Case(declared("utf-8", "Мост\ufeff через Феррен открыт"), [MOST]),
    "nothing_but_a_mark": Case(codecs.BOM_UTF8, "no feed: the answer is empty"),
    "windows_1251": Case(declared("windows-1251").encode("cp1251"), [MOST]),
    "windows_1251_undeclared": Case(titled(MOST * 9).encode("cp1251"), [MOST * 9]),
    "koi8_of_the_answer": Case(said(titled(MOST).encode("koi8-r"), "KOI8-R"), [MOST]),
    "declared_wrong": Case(declared("us-ascii").encode(), [MOST]),
    "declared_nothing_known": Case(declared("x-klingon").encode(), [MOST]),
    "declared_at_great_length": Case(said(declared("u" * 9_000).encode(), "u" * 4_000), [MOST]),
    "utf7_is_not_decoded": Case(declared("utf-7", "+ADw-b+AD4-").encode(), ["+ADw-b+AD4-"]),
    "utf7_of_the_answer": Case(said(titled("+ADw-script+AD4-").encode(), "utf-7"), ["+ADw-script+AD4-"]),
    "no_codec_of_files": Case(said(declared("zlib").encode(), "base64"), [MOST]),
    "no_codec_of_python": Case(said(declared("unicode_escape").encode(), "idna"), [MOST]),
    "one_stray_byte": Case(
        declared("utf-8", STRAY).encode().replace(b"\0", b"\xff"), ["Ferren \ufffdbridge " + ("is open " * 20).strip()]
    ),
    "two_encodings_in_one": Case(
        declared("utf-8", f"{MOST * 5} @").encode().replace(b"@", MOST.encode("cp1251")),
        [f"{MOST * 5} " + re.sub(r"\w", "\ufffd", MOST)],
    ),
    "accents_of_windows": Case(said(titled("Größe — “Ilma”").encode("cp1252"), "iso-8859-1"), ["Größe — “Ilma”"]),
    "half_a_pair": Case(declared("utf-16").encode("utf-16")[:-1], [MOST]),
    "letters_written_too_long": Case(titled("Tarn @").encode().replace(b"@", b"\xc0\xbcb\xc0\xbe"), ["Tarn À¼bÀ¾"]),
    "halves_of_surrogates": Case(titled("Tarn @").encode().replace(b"@", b"\xed\xa0\xbd\xed\xb8\x80"), ["Tarn í ½í¸€"]),
    "shift_jis_that_eats_a_mark": Case(
        said(titled("Tarn @").encode().replace(b"@", b"\x81"), "shift_jis"), ["Tarn \ufffd"]
    ),
    "iso_2022_that_switches": Case(said(titled("Tarn \x1b$B@!\x1b(B").encode(), "iso-2022-jp"), ["Tarn 澄"]),
    "zeros_between": Case(titled("T\0a\0r\0n").encode(), ["Tarn"]),
}
