"""What `make fuzz` asks for half an hour, asked here for seconds: mutated feeds and pages break no promise."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.seeds import SEEDS
from fuzz.targets import TARGETS

from .findings import FINDINGS

DOCUMENTS = ("feeds", "json_feeds", "pages", "outlines", "discoveries")
FRAGMENTS = [
    *(b"<", b">", b"/>", b"&", b";", b"'", b'"', b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"<!DOCTYPE a [", b"\0"),
    *(b"\x01", b"\r\n", b"\xff", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\xef\xbf\xbf", b"\xed\xa0\x80"),
    *(
        b"&#0;",
        b"&#x1b;",
        b"&#8238;",
        b"&nvlt;",
        b"&a;",
        b"javascript:",
        b"data:,",
        b"//",
        b"..",
        b"%00",
        b"%2e",
        b":0",
    ),
    *(b"9" * 400, b"<a>" * 300, b" a=1" * 300, b"{}", b"[", b"null", b"-1", b"1e999", b"encoding='utf-16'"),
    *(
        b"<script>",
        b"<svg>",
        b"<iframe srcdoc='",
        b"<base href='",
        b"<item>",
        b"<entry>",
        b"</item>",
        b"<link>",
        b"xmlns=",
    ),
]
QUICK = settings(max_examples=60)
MOST_SECONDS = 5
"""Of a processor, for one document."""


@st.composite
def mutated(draw: st.DrawFn, target: str) -> bytes:
    """A document of our own with bytes flipped, pieces put in, taken out, swapped or cut off."""
    data = bytearray(seed.encode() if isinstance(seed := draw(st.sampled_from(SEEDS[target])), str) else seed)
    for _ in range(draw(st.integers(1, 6))):
        here, there = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.sampled_from(("flip", "put", "take", "double", "cut", "swap"))):
            case "flip" if here < len(data):
                data[here] ^= draw(st.integers(1, 255))
            case "put":
                data[here:here] = draw(st.sampled_from(FRAGMENTS))
            case "take":
                del data[here:there]
            case "double":
                data[here:here] = data[here:there][:2_000]
            case "cut":
                del data[there:]
            case "swap":
                data = data[there:] + data[here:there] + data[:here]
    return bytes(data)


def kept(target: str, data: bytes) -> None:
    """The promises of a target hold for these bytes, and it takes little work to see that."""
    began = time.thread_time()

    TARGETS[target](data)

    assert time.thread_time() - began < MOST_SECONDS


@pytest.mark.parametrize("target", DOCUMENTS)
def test_a_mutated_document_breaks_no_promise(target):
    @QUICK
    @given(mutated(target))
    def promise(data: bytes) -> None:
        kept(target, data)

    promise()


@pytest.mark.parametrize("target", [name for name in TARGETS if name not in DOCUMENTS])
def test_mutated_words_break_no_promise(target):
    @settings(QUICK, max_examples=150)
    @given(mutated(target) | st.text().map(str.encode))
    def promise(data: bytes) -> None:
        kept(target, data)

    promise()


@pytest.mark.parametrize("name", FINDINGS)
def test_what_fuzzing_once_found_stays_found(name):
    target, given_ = FINDINGS[name]

    kept(target, given_.encode() if isinstance(given_, str) else given_)
