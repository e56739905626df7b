"""Compression: bombs of every make, and streams that are cut, damaged or called something else."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from tests.collect.hostile.case import CAP, ONE, WHOLE, Case, fill
from tests.collect.hostile.server import Answer

FERREN, FEED = ["Ferren bridge"], WHOLE.encode()
LARGE = "larger than 15 MB"
CUT, DAMAGED = "the answer is cut off in its compression", "the answer is damaged in its compression"
GIGABYTE = 1_000_000_000


def packed(body: bytes | Callable[[], bytes], how: str, **more: str) -> Answer:
    return Answer(body, headers={"Content-Encoding": how} | {key.replace("_", "-"): each for key, each in more.items()})


def swollen(size: int, bits: int) -> bytes:
    """So many spaces, packed without ever having been there at once."""
    press, out, block = zlib.compressobj(9, wbits=bits), bytearray(), b" " * 1_000_000
    for _ in range(size // len(block)):
        out += press.compress(block)
    return bytes(out) + press.flush()


def nested(data: bytes, times: int) -> bytes:
    return data if times == 0 else nested(gzip.compress(data), times - 1)


def bare(data: bytes) -> bytes:
    press = zlib.compressobj(wbits=-15)
    return press.compress(data) + press.flush()


CASES = {
    "gzip_bomb_of_a_gigabyte": Case(packed(lambda: swollen(GIGABYTE, 31), "gzip"), LARGE),
    "deflate_bomb": Case(packed(lambda: swollen(100_000_000, 15), "deflate"), LARGE),
    "bare_deflate_bomb": Case(packed(lambda: swollen(100_000_000, -15), "deflate"), LARGE),
    "bomb_of_many_members": Case(packed(lambda: gzip.compress(bytes(300_000)) * 60, "gzip"), LARGE),
    "bomb_behind_a_feed": Case(packed(lambda: gzip.compress(FEED) + swollen(100_000_000, 31), "gzip"), LARGE),
    "a_million_empty_members": Case(
        packed(lambda: gzip.compress(b"") * 700_000, "gzip"), "no feed: the answer is empty"
    ),
    "more_members_than_may_be_sent": Case(packed(lambda: gzip.compress(b"") * 800_000, "gzip"), LARGE),
    "just_below_the_cap": Case(packed(lambda: gzip.compress(fill(" ", "", WHOLE, CAP)), "gzip"), FERREN),
    "a_byte_beyond_the_cap": Case(packed(lambda: gzip.compress(fill(" ", "", WHOLE, CAP + 1)), "gzip"), LARGE),
    "bomb_in_a_bomb_opens_once": Case(
        packed(lambda: nested(swollen(100_000_000, 31), 1), "gzip"), "no feed: the answer is a binary file"
    ),
    "packed_ten_times_opens_once": Case(packed(nested(FEED, 10), "gzip"), "no feed: the answer is a binary file"),
    "packed_twice_and_said": Case(
        packed(nested(FEED, 2), "gzip, gzip"), "the answer is packed as 'gzip, gzip', which was not asked for"
    ),
    "packed_but_not_said": Case(gzip.compress(FEED), "no feed: the answer is a binary file"),
    "packed_and_called_identity": Case(packed(FEED, "identity"), FERREN),
    "cut_off": Case(packed(gzip.compress(FEED)[:-9], "gzip"), CUT),
    "cut_in_the_check_sum": Case(packed(gzip.compress(FEED)[:-1], "gzip"), CUT),
    "header_only": Case(packed(gzip.compress(FEED)[:10], "gzip"), CUT),
    "header_with_a_name_without_end": Case(packed(b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 1_000_000, "gzip"), CUT),
    "wrong_check_sum": Case(packed(gzip.compress(FEED)[:-8] + b"\0" * 8, "gzip"), DAMAGED),
    "a_bit_turned": Case(packed(gzip.compress(FEED)[:30] + b"\xff" + gzip.compress(FEED)[31:], "gzip"), DAMAGED),
    "not_packed_at_all": Case(packed(FEED, "gzip"), DAMAGED),
    "gzip_called_deflate": Case(packed(gzip.compress(FEED), "deflate"), DAMAGED),
    "deflate_called_gzip": Case(packed(zlib.compress(FEED), "gzip"), DAMAGED),
    "deflate_without_its_header": Case(packed(bare(FEED), "deflate"), FERREN),
    "brotli_nobody_asked_for": Case(
        packed(b"\x0b\x02\x80", "br"), "the answer is packed as 'br', which was not asked for"
    ),
    "packed_as_a_very_long_word": Case(
        packed(b"", "x" * 4_000), f"the answer is packed as '{'x' * 39}…', which was not asked for"
    ),
    "zeros_behind": Case(packed(gzip.compress(FEED) + bytes(99), "gzip"), FERREN),
    "zeros_between_members": Case(
        packed(gzip.compress(FEED[:40]) + bytes(9) + gzip.compress(FEED[40:]), "gzip"), FERREN
    ),
    "megabytes_of_zeros_behind": Case(packed(lambda: gzip.compress(FEED) + bytes(14_000_000), "gzip"), FERREN),
    "junk_behind_gzip": Case(packed(gzip.compress(FEED) + b"junk", "gzip"), DAMAGED),
    "junk_behind_deflate": Case(packed(zlib.compress(FEED) + b"junk", "deflate"), FERREN),
    "members_that_make_one_feed": Case(packed(gzip.compress(FEED[:30]) + gzip.compress(FEED[30:]), "gzip"), FERREN),
    "nothing_at_all": Case(packed(b"", "gzip"), "no feed: the answer is empty"),
    "entries_packed_up_to_the_cap": Case(packed(lambda: gzip.compress(fill(ONE), 1), "gzip"), FERREN),
}
