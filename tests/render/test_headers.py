"""Headers: ASCII, folded, encoded words within 75 octets, and nobody gets a header of their own into a message."""

from __future__ import annotations

import re
from email import message_from_string
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import LookError
from digest.render.clean import clean
from digest.render.headers import folded, mailbox, one_line, unstructured

SUBJECTS = [
    "Переправа біля Феррена тримається третю ніч поспіль, а посли сперечаються про спостерігачів у Норрмарку",
    "المعبر عند فيرين صامد لليلة الثالثة على التوالي والمبعوثون يختلفون حول المراقبين في ليندهولم قبل القمة",
    "フェレン橋は三夜目も持ちこたえ、使節団は監視団をめぐって対立、リンドホルム会議まであと十二日となった",
    "🕊️ Lindholm prepares a second table 🪑 twelve days out 🇺🇳 and forty-one states 🌍 have said yes 👩‍⚖️👨🏽‍🌾",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenübergabe in Tarnmouth",
]


def parsed(header: str) -> str:
    return str(message_from_string(f"{header}\r\n\r\n", policy=default)["Subject"])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_of_any_script_is_sent_in_encoded_words_of_at_most_75_octets(subject):
    header = unstructured("Subject", subject)

    words = re.findall(r"=\?[^?]+\?[bq]\?[^?]*\?=", header)
    assert words
    assert max(map(len, words)) <= 75
    assert max(map(len, header.split("\r\n"))) <= 78
    assert parsed(header) == subject


@given(st.text(min_size=1, max_size=150).map(clean).filter(bool))
def test_any_subject_comes_out_of_its_header_as_it_went_in(subject):
    header = unstructured("Subject", subject)

    words = re.findall(r"=\?utf-8\?[bq]\?[^?]*\?=", header)
    assert header.isascii()
    assert max(map(len, words), default=0) <= 75
    for word in words:  # RFC 2047, 5: no word ends within a character
        ((text, charset),) = decode_header(word)
        assert text.decode(charset)
    assert parsed(header) == subject
    assert all(line.startswith(" ") and line.strip() for line in header.split("\r\n")[1:])
    assert max(map(len, header.split("\r\n"))) <= 78


@pytest.mark.parametrize(
    "name", ["=?utf-8?q?Bcc=3A?=", 'Ada "the" Rehn, Ltd <x@y.example>', "a@b.example", "Тома Вейл"]
)
def test_a_name_is_only_ever_a_name(name):
    header = f"Subject: x\r\nTo: {folded(mailbox(name, 'ada@tarnmouth.example'), 4)}"

    to = message_from_string(f"{header}\r\n\r\n", policy=default)["To"]
    assert [(a.display_name, a.addr_spec) for a in to.addresses] == [(name, "ada@tarnmouth.example")]
    assert max(map(len, header.split("\r\n"))) <= 78


def test_a_name_too_long_for_one_encoded_word_is_sent_in_several():
    name = "Товариство захисників мосту біля Феррена"

    header = f"To: {folded(mailbox(name, 'ada@tarnmouth.example'), 4)}"

    # The stdlib's newer parser puts a blank between the words, against RFC 2047, 6.2; the older one does not.
    phrase = header.removeprefix("To: ").partition(" <ada@")[0]
    assert str(make_header(decode_header(phrase))) == name
    assert max(map(len, header.split("\r\n"))) <= 78


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\nb", "a\rb", "a\0b", "a\x85b", "a\u2028b", "\ud800"])
def test_a_value_that_could_start_another_header_is_refused(value):
    with pytest.raises(LookError, match="to holds a line break"):
        one_line("to", value)
    with pytest.raises(LookError):
        unstructured("Subject", value)
