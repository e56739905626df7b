"""Replies of mail servers, good and bad."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.smtp.replies import MAX_LINE, MAX_LINES, GarbledReply, Reply, ReplyReader, one_line


def read(data: bytes) -> list[Reply]:
    reader = ReplyReader()
    reader.feed(data)
    return list(iter(reader.next, None))


@pytest.mark.parametrize(
    ("data", "replies"),
    [
        (b"250 ok\r\n", [Reply(250, ("ok",))]),
        (b"250\r\n", [Reply(250, ("",))]),
        (b"250 \r\n", [Reply(250, ("",))]),
        (b"250 ok\n", [Reply(250, ("ok",))]),
        (b"250-one\r\n250-two\r\n250 three\r\n", [Reply(250, ("one", "two", "three"))]),
        (b"250 one\r\n354 two\r\n", [Reply(250, ("one",)), Reply(354, ("two",))]),
        (b"250-one\r\n250", []),
        (
            "550 Postfach unzustellbar, schade für dich\r\n".encode(),
            [Reply(550, ("Postfach unzustellbar, schade für dich",))],
        ),
        (b"550 caf\xe9\r\n", [Reply(550, ("caf\\xe9",))]),
    ],
)
def test_a_reply_is_read_line_by_line(data, replies):
    assert read(data) == replies


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n",
        b"\r\n",
        b"25 ok\r\n",
        b"150 what\r\n",
        b"650 what\r\n",
        b"2500 ok\r\n",
        b"250-one\r\n251 two\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x16\x03\x01\x02\x00\r\n",
        b"250 " + b"x" * MAX_LINE + b"\r\n",
        b"x" * MAX_LINE,
        b"250-more\r\n" * (MAX_LINES + 1),
    ],
)
def test_what_is_no_reply_ends_the_trust_in_a_server(data):
    with pytest.raises(GarbledReply):
        read(data)


def test_a_server_that_never_stops_talking_fills_no_memory():
    reader = ReplyReader()
    for _ in range(MAX_LINES):
        reader.feed(b"x" * MAX_LINE)

    with pytest.raises(GarbledReply, match="without end"):
        reader.feed(b"x")


@given(
    st.lists(st.tuples(st.integers(200, 599), st.lists(st.text("ab -.5é"), min_size=1, max_size=4)), max_size=4),
    st.data(),
)
def test_a_reply_reads_the_same_however_the_network_cuts_it(replies, data):
    wire = b"".join(
        f"{code}{'-' if line_no < len(lines) - 1 else ' '}{line}\r\n".encode()
        for code, lines in replies
        for line_no, line in enumerate(lines)
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=5)))
    reader, found = ReplyReader(), []

    for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        reader.feed(wire[start:end])
        found += iter(reader.next, None)

    assert found == [Reply(code, tuple(lines)) for code, lines in replies]
    assert not reader.unread


@given(st.text())
def test_the_text_kept_of_a_reply_is_one_short_printable_line(text):
    kept = one_line(text)

    assert kept.isprintable()
    assert len(kept) <= 500


def test_the_enhanced_code_stays_in_the_text_once():
    reply = Reply(452, ("4.2.2 over quota,", "4.2.2 try tomorrow"))

    assert (reply.enhanced, reply.text, str(reply)) == (
        "4.2.2",
        "4.2.2 over quota, try tomorrow",
        "452 4.2.2 over quota, try tomorrow",
    )


def test_a_version_number_is_no_enhanced_code():
    assert Reply(220, ("2.0.0.1 mailer",)).enhanced == ""
