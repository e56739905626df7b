"""Quoted-printable with slots: whatever stands in them, lines stay short and decode to what was meant."""

from __future__ import annotations

import quopri
import re
from binascii import b2a_qp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.quoted import LINE, after, before, quoted

LITERALS = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=300)
VALUES = st.one_of(
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Cc"]), max_size=200),
    st.from_regex(r"https://[a-z]{1,9}\.example/[A-Za-z0-9_.=-]{1,180}", fullmatch=True),
)


def spliced(literals: list[str], values: list[str]) -> bytes:
    made = b""
    for place, literal in enumerate(literals):
        piece = quoted(literal) if place == 0 else after(quoted(literal))
        last = place == len(literals) - 1
        made += piece if last else before(piece) + quoted(values[place])
    return made


@given(st.lists(LITERALS, min_size=2, max_size=5), st.lists(VALUES, min_size=4, max_size=4))
def test_text_with_any_values_in_its_slots_decodes_to_the_text_with_the_values(literals, values):
    encoded = spliced(literals, values)

    meant = "".join(a + b for a, b in zip(literals, [*values[: len(literals) - 1], ""], strict=True))
    assert quopri.decodestring(encoded) == meant.replace("\n", "\r\n").encode()


@given(st.lists(LITERALS, min_size=2, max_size=5), st.lists(VALUES, min_size=4, max_size=4))
def test_no_encoded_line_is_longer_than_76_or_ends_in_a_blank_or_holds_a_bare_line_feed(literals, values):
    encoded = spliced(literals, values)

    assert encoded.count(b"\n") == encoded.count(b"\r\n") == encoded.count(b"\r")
    for line in encoded.split(b"\r\n"):
        assert len(line) <= LINE
        assert not line.endswith((b" ", b"\t"))
        assert line.isascii()


@pytest.mark.parametrize("length", range(60, 160))
@pytest.mark.parametrize("end", [" \nb", "\t\nb", "  \n", " "])
def test_a_line_of_any_length_that_ends_in_a_blank_stays_short(length, end):
    text = "x" * length + end

    assert max(len(line) for line in quoted(text).split(b"\r\n")) <= LINE
    assert quopri.decodestring(quoted(text)) == text.replace("\n", "\r\n").encode()


@given(st.text("From \n=é", max_size=400))
def test_no_line_starts_as_a_mail_store_starts_a_message(text):
    encoded = quoted(text)

    assert not re.search(rb"^From ", encoded, re.MULTILINE)
    assert quopri.decodestring(encoded) == text.replace("\n", "\r\n").encode()
    assert max(len(line) for line in encoded.split(b"\r\n")) <= LINE


@pytest.mark.parametrize("length", range(70, 80))
@pytest.mark.parametrize("letter", ["a", "=", "é"])
def test_a_line_of_any_length_leaves_room_for_the_soft_break_before_a_slot(length, letter):
    encoded = before(quoted("x" * (length - 1) + letter))

    assert max(len(line) for line in encoded.split(b"\r\n")) <= LINE
    assert quopri.decodestring(encoded).decode() == "x" * (length - 1) + letter


@given(st.from_regex(r"[!-<>-~]{60,170}", fullmatch=True))
def test_a_long_word_is_cut_where_the_encoder_cuts_it(word):
    encoded = quoted(word)

    assert quopri.decodestring(encoded).decode() == word
    assert max(len(line) for line in encoded.split(b"\r\n")) <= LINE
    if LINE < len(word) < 2 * LINE - 1:
        assert encoded == b2a_qp(word.encode(), istext=True).replace(b"\n", b"\r\n")
