"""What is said of one message: its commands for this server, and its bytes as they are carried."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.smtp.envelope import Envelope, on_the_wire
from digest.deliver.smtp.letters import LARGE, MOST_KNOWN, MOST_NEW, Letter, Writer
from digest.deliver.smtp.offer import Offer
from digest.model.delivery import DeliveryState as S

ADA = Envelope("bounce+7@brief.example", "ada@aldovar.example")
MAIL = b"Subject: No. 7\r\n\r\nThe Ferren bridge is open.\r\n"


def written(message=MAIL, envelope=ADA, offer=None):
    return Writer(offer or Offer()).write(envelope, message)


def test_a_letter_is_the_commands_and_the_message_with_its_end():
    assert written() == Letter(
        b"MAIL FROM:<bounce+7@brief.example>\r\n", b"RCPT TO:<ada@aldovar.example>\r\n", b"DATA\r\n", MAIL + b".\r\n"
    )


def test_a_chunk_needs_no_end():
    letter = written(b"Subject: x\r\n\r\n.hidden", offer=Offer(chunking=True))

    assert (letter.go, letter.body) == (b"BDAT 21 LAST\r\n", b"Subject: x\r\n\r\n.hidden")


def test_the_size_is_told_where_the_server_asks_for_it():
    assert written(offer=Offer(sized=True, size=10_000)).mail.endswith(b" SIZE=%d\r\n" % len(MAIL))


def test_a_message_larger_than_the_server_takes_is_refused_without_asking():
    outcome = written(offer=Offer(sized=True, size=20))

    assert (outcome.state, outcome.code) == (S.REFUSED, 0)
    assert outcome.text.startswith("size: ")


def test_an_address_beyond_ascii_needs_a_server_that_takes_it():
    envelope = Envelope("", "ада@aldovar.example")

    refused = written(envelope=envelope)
    letter = written(envelope=envelope, offer=Offer(smtputf8=True))

    assert (refused.state, refused.text[:8]) == (S.REFUSED, "smtputf8")
    assert (letter.mail, letter.rcpt) == (b"MAIL FROM:<> SMTPUTF8\r\n", "RCPT TO:<ада@aldovar.example>\r\n".encode())


def test_a_domain_beyond_ascii_goes_to_any_server():
    assert written(envelope=Envelope("", "ada@zeitung-köln.example")).rcpt == (
        b"RCPT TO:<ada@xn--zeitung-kln-zfb.example>\r\n"
    )


def test_bytes_beyond_ascii_need_a_server_that_takes_them():
    message = "Subject: x\r\n\r\nЖ\r\n".encode()

    assert written(message).text.startswith("8bitmime: ")
    assert written(message, offer=Offer(eight_bit=True)).mail.endswith(b"> BODY=8BITMIME\r\n")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@aldovar.example",
        "ada@",
        "a b@aldovar.example",
        "ada@aldovar.example>\r\nDATA",
        "<ada@aldovar.example>",
        "ada\n@aldovar.example",
        "a\u2028da@aldovar.example",
        "a\u00a0da@aldovar.example",
        "a\x00@aldovar.example",
        "ada@-\u00fc-.example",
        "x" * 250 + "@aldovar.example",
    ],
)
def test_no_address_can_carry_a_command(address):
    outcome = written(envelope=Envelope("", address))

    assert (outcome.state, outcome.code) == (S.REFUSED, 0)
    assert outcome.text.startswith("address: ")


def test_a_sender_that_is_no_address_is_nobodys_refusal():
    with pytest.raises(ValueError, match="no address"):
        written(envelope=Envelope("bounce\r\n@brief.example", "ada@aldovar.example"))


@given(st.from_regex(r"[^@]{1,9}@([a-zé]{1,5}|.)[.]example"))
def test_whatever_an_address_holds_it_stays_within_its_command(address):
    try:
        wire = on_the_wire(address)
    except ValueError:
        return

    assert not set(wire) & set("<> \r\n\t\0")
    assert wire.isprintable()


@given(
    st.lists(st.sampled_from(["\r", "\n", "\r\n", ".", "a", "\r\n.", "x" * LARGE]), max_size=9),
    st.lists(st.integers(0, 3000)),
)
def test_a_message_in_pieces_is_the_message_in_one(parts, places):
    message = "".join(parts).encode()
    made = []

    for way in (message, cut(message, places), tuple(part.encode() for part in parts)):
        try:
            made.append((written(way).body, written(way, offer=Offer(chunking=True)).body))
        except ValueError:
            made.append(None)

    assert made == [made[0]] * 3


def cut(message, places):
    edges = sorted({0, len(message), *(place % (len(message) + 1) for place in places)})
    return tuple(message[start:end] for start, end in pairwise(edges))


@given(st.lists(st.text("ab.", max_size=4), max_size=6), st.lists(st.integers(0, 99), max_size=6))
def test_dots_come_out_as_they_went_in_however_a_message_is_cut_into_pieces(lines, places):
    message = "".join(line + "\r\n" for line in lines).encode()

    sent = written(cut(message, places)).body.decode().split("\r\n")

    assert sent[-2:] == [".", ""]
    assert all(line == "" or line != "." for line in sent[:-2])
    assert [line.removeprefix(".") if line.startswith(".") else line for line in sent[:-2]] == lines


LOOSE = [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\nb\r\n", b"a\r\r\n", b"a\n", b"\na\r\n", b"a\r", b"a\rb\nc", b"\n\r"]


@pytest.mark.parametrize("message", LOOSE)
def test_a_message_with_loose_line_ends_is_not_sent(message):
    with pytest.raises(ValueError, match="CRLF"):
        written(message)


@given(st.sampled_from(LOOSE), st.lists(st.integers(0, 9), max_size=4))
def test_nor_is_it_where_it_comes_in_pieces(message, places):
    with pytest.raises(ValueError, match="CRLF"):
        written(cut(message, places))


def test_pieces_that_messages_share_are_carried_alike_in_each():
    writer, large = Writer(Offer()), b"Subject: x\r\n\r\n" + b".The bridge is open.\r\n" * LARGE
    one, other = (writer.write(ADA, (large, b"reader", large)).body for _ in range(2))

    assert (
        one == other == (large.replace(b"\r\n.", b"\r\n..") + b"reader" + large.replace(b"\r\n.", b"\r\n..")) + b".\r\n"
    )


def remembered(messages):
    """Write the messages with one writer; return the bytes that were held at most."""
    tracemalloc.start()
    try:
        writer = Writer(Offer())
        for message in messages:
            writer.write(ADA, message)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_no_more_is_remembered_than_a_few_skeletons_hold():
    lines = 128 * 1024 // 4

    def messages():
        for n in range(2 * MOST_KNOWN // (4 * lines)):
            message = (b"%08d\r\n" % n + b".x\r\n" * lines, b"\r\n")
            yield from (message, message)

    assert remembered(messages()) < MOST_KNOWN * 1.2


def test_a_piece_of_one_message_alone_is_not_remembered():
    literal = b".The bridge is open.\r\n" * LARGE

    signatures = (b"DKIM-Signature: %08d\r\n " % n + b"b" * LARGE + b"\r\n" for n in range(4000))

    assert remembered((signature, literal) for signature in signatures) < 500_000


def test_what_is_known_of_a_piece_is_not_taken_for_another_at_the_same_address():
    writer = Writer(Offer())

    for n in range(3 * MOST_NEW):
        piece = b"%08d\r\n" % (n // 2) + b".x\r\n" * LARGE  # freed in turn, and its address used again
        for _ in range(1 + n % 3):
            assert writer.write(ADA, (piece,)).body == piece.replace(b"\n.", b"\n..") + b".\r\n"
