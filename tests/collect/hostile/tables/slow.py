"""Slow and endless: servers that never come to the point, never end, or speak no HTTP that anybody should believe."""

from __future__ import annotations

import gzip

from tests.collect.hostile.case import ONE, WHOLE, Case
from tests.collect.hostile.server import Answer, head, raw

LATE, LARGE = "no answer in 0:00:00.400000", "larger than 15 MB"
FERREN, FEED = ["Ferren bridge"], WHOLE.encode()
SHORT = 0.4
OPEN = head(Content_Type="application/rss+xml")
CHUNKED = head(Transfer_Encoding="chunked")
PACKED = head(Content_Encoding="gzip")
IN_CHUNKS = f"{len(FEED):x}\r\n".encode() + FEED + b"\r\n0\r\n"


def many_headers(count: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(count)) + b"\r\n" + FEED


def slow(*pieces: bytes, pause: float = 0.05, then: float = 0) -> Case:
    return Case(raw(*pieces, pause=pause, endless=not then, then=then), LATE, seconds=SHORT)


def endless(*pieces: bytes, expected: str = LARGE) -> Case:
    return Case(raw(*pieces, endless=True), expected)


def answered(what: bytes, expected: str | list[str]) -> Case:
    return Case(raw(what), expected)


CASES = {
    "never_answers": slow(b"", then=30),
    "drips_its_status_line": slow(b"HTTP/1.1 200 ", b"O"),
    "drips_its_headers": slow(b"HTTP/1.1 200 OK\r\n", b"X-Slow: loris\r\n"),
    "drips_one_header": slow(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"l"),
    "drips_spaces": slow(OPEN, b" "),
    "drips_entries": slow(OPEN, ONE.encode()),
    "drips_packed": slow(PACKED, gzip.compress(b"")),
    "drips_chunks": slow(CHUNKED, b"1\r\n \r\n"),
    "drips_a_chunk_size": slow(CHUNKED, b"0"),
    "drips_trailers": slow(CHUNKED + IN_CHUNKS, b"X-Slow: loris\r\n"),
    "says_continue_for_ever": slow(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02),
    "promises_more_than_it_sends": slow(head(Content_Length="9000") + FEED, then=30),
    "promises_a_chunk_and_sends_none": slow(CHUNKED + b"ffffff\r\n", then=30),
    "redirects_slowly": Case(
        raw(b"HTTP/1.1 302 Found\r\n", b"Location: /feed\r\n\r\n", pause=0.15), LATE, seconds=SHORT
    ),
    "spaces_without_end": endless(OPEN, b" " * 500_000),
    "entries_without_end": endless(OPEN, ONE.encode() * 2_000),
    "packed_entries_without_end": endless(PACKED, gzip.compress(ONE.encode() * 10_000)),
    "swelling_without_end": endless(PACKED, gzip.compress(bytes(900_000))),
    "an_attribute_without_end": endless(OPEN + b"<rss a='", b"x" * 500_000),
    "chunks_without_end": endless(CHUNKED, b"7a120\r\n" + b" " * 500_000 + b"\r\n"),
    "chunks_of_one_byte_without_end": Case(
        raw(CHUNKED, b"1\r\n \r\n" * 50_000, endless=True), "no answer in 0:00:02", seconds=2
    ),
    "a_size_nobody_has_room_for": endless(head(Content_Length=str(2**62)), b" " * 500_000),
    "a_status_line_without_end": endless(
        b"HTTP/1.1 200 ", b"O" * 500_000, expected="no proper answer: Got more than 8190 bytes when reading"
    ),
    "a_header_without_end": endless(
        b"HTTP/1.1 200 OK\r\nX: ", b"x" * 500_000, expected="no proper answer: Got more than 8190 bytes when reading"
    ),
    "headers_without_end": endless(
        b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 50_000, expected="no proper answer: Too many headers received"
    ),
    "a_name_of_a_header_without_end": endless(
        b"HTTP/1.1 200 OK\r\n", b"x" * 500_000, expected="no proper answer: Got more than 8190 bytes when reading"
    ),
    "continue_without_end": Case(
        raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, endless=True), "no answer in 0:00:02", seconds=2
    ),
    "a_chunk_extension_without_end": Case(
        raw(CHUNKED + b"5;", b"x" * 500_000, endless=True), "no answer in 0:00:02", seconds=2
    ),
    "a_chunk_size_without_end": Case(raw(CHUNKED, b"0" * 500_000, endless=True), "no answer in 0:00:02", seconds=2),
    "trailers_without_end": endless(
        # In one piece: trailers that come after the answer's head was read are only "broken off".
        CHUNKED + IN_CHUNKS + b"X: y\r\n" * 50_000,
        expected="no proper answer: Too many headers received",
    ),
    "ten_thousand_headers": answered(many_headers(10_000), "no proper answer: Too many headers received"),
    "absurd_chunk_extensions": answered(
        CHUNKED + f'{len(FEED):x};a={"x" * 4_000};b="{"y" * 3_000}"\r\n'.encode() + FEED + b"\r\n0;z\r\n\r\n", FERREN
    ),
    "a_chunk_size_beyond_numbers": answered(CHUNKED + b"f" * 40 + b"\r\nx", "no proper answer: Chunk size overflow"),
    "a_negative_chunk_size": answered(
        CHUNKED + b"-5\r\nhello\r\n", "no proper answer: Invalid character in chunk size"
    ),
    "a_negative_length": answered(
        head(Content_Length="-5") + FEED, "no proper answer: Invalid character in Content-Length"
    ),
    "two_lengths": answered(
        head(Content_Length="5").replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n") + FEED,
        "no proper answer: Duplicate Content-Length",
    ),
    "chunks_and_a_length": answered(
        head(Transfer_Encoding="chunked", Content_Length="5") + IN_CHUNKS + b"\r\n",
        "no proper answer: Content-Length can't be present with Transfer-Encoding",
    ),
    "chunks_that_end_early": answered(CHUNKED + b"ff\r\n<rss>", "the answer broke off"),
    "fewer_bytes_than_it_said": answered(head(Content_Length="900") + FEED, "the answer broke off"),
    "more_bytes_than_it_said": answered(
        head(Content_Length=str(len(FEED))) + FEED + b"junk" * 9_000, "no proper answer: Bad status line"
    ),
    "hangs_up_at_once": answered(b"", "the answer broke off"),
    "hangs_up_in_its_headers": answered(b"HTTP/1.1 200 OK\r\nX: y", "the answer broke off"),
    "no_http_at_all": answered(b"SSH-2.0-Tarn\r\n" * 9, "no proper answer: Bad status line"),
    "zeros_instead_of_http": answered(bytes(9_000), "no proper answer: Bad status line"),
    "a_status_nobody_knows": answered(head().replace(b"200", b"999") + FEED, "answered 999"),
    "switching_protocols": answered(head().replace(b"200", b"101") + FEED, "answered 101"),
    "a_thousand_cookies_in_one": Case(
        Answer(WHOLE, headers={"Set-Cookie": "; ".join(f"c{n}=1" for n in range(900))}), FERREN
    ),
    "a_page_of_a_kind_that_colours_terminals": Case(
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/\xff\xc2\x9b31m\xe2\x80\xae" + b"x" * 90 + b"\r\n\r\nFerren"),
        "no page but text/31m" + "x" * 51 + "…",
        page=True,
    ),
    "packed_in_colours": answered(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: \xff\xc2\x9b31m\xe2\x80\xaebr\r\n\r\n" + FEED,
        "the answer is packed as '31mbr', which was not asked for",
    ),
    "sent_on_in_colours": answered(
        b"HTTP/1.1 302 Found\r\nLocation: ftp://\xc2\x9b31m\xe2\x80\xaetarn.example/\r\n\r\n",
        "only http and https are fetched, not ftp://31mtarn.example/",
    ),
    "a_phrase_in_colours": answered(b"HTTP/1.1 404 \x1b[31m\xe2\x80\xae\r\n\r\n", "answered 404"),
    "robots_without_end": Case(
        Answer("<p>Ferren</p>", kind="text/html"),
        "robots.txt cannot be had: larger than 15 MB",
        page=True,
        more={"/robots.txt": raw(head(Content_Type="text/plain"), b"Disallow: /x\n" * 40_000, endless=True)},
    ),
    "a_page_without_end": Case(
        raw(head(Content_Type="text/html"), b"<p>Ferren " * 50_000, endless=True), LARGE, page=True
    ),
}
