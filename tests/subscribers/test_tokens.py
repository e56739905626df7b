"""A link lets one reader do one thing for one edition, and nobody anything else."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.subscribers import Keyring, Purpose, Token, Tokens
from digest.subscribers.tokens import MAC

PURPOSES = st.sampled_from(Purpose)
SUBSCRIBERS = st.integers(0, 2**63 - 1)
EDITIONS = st.text(max_size=30)


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    """One ring for all: making keys is not what is tested here."""
    return Keyring(tmp_path_factory.mktemp("ring") / "keys")


@pytest.fixture(scope="module")
def tokens(ring):
    """Tokens by that ring."""
    return Tokens(ring)


@given(purpose=PURPOSES, subscriber=SUBSCRIBERS, edition=EDITIONS)
def test_a_token_says_what_it_was_made_for_and_is_the_same_each_time(tokens, ring, purpose, subscriber, edition):
    token = tokens.make(purpose, subscriber, edition)

    assert tokens.read(token) == Token(purpose, subscriber, edition)
    assert Tokens(ring).make(str(purpose), subscriber, edition) == token
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


@given(purpose=PURPOSES, subscriber=SUBSCRIBERS, edition=EDITIONS, data=st.data())
def test_an_altered_token_does_nothing(tokens, purpose, subscriber, edition, data):
    token = tokens.make(purpose, subscriber, edition)
    at = data.draw(st.integers(0, len(token)))
    cut = data.draw(st.integers(0, 2))
    letter = data.draw(st.text(alphabet=st.characters() | st.sampled_from("AZaz09-_=+/ \n"), max_size=2))
    altered = token[:at] + letter + token[at + cut :]
    assume(altered != token)

    assert tokens.read(altered) is None


@given(purpose=PURPOSES, subscriber=st.integers(0, 2**31), edition=EDITIONS, bit=st.integers(0, 8 * 400))
def test_no_single_bit_of_the_bytes_may_differ(tokens, purpose, subscriber, edition, bit):
    token = tokens.make(purpose, subscriber, edition)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))

    raw[bit // 8 % len(raw)] ^= 1 << bit % 8

    assert tokens.read(base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@given(st.text() | st.text(alphabet="ABCDabcd0123-_", max_size=80))
def test_what_is_no_token_is_none(tokens, text):
    assert tokens.read(text) is None


@given(st.tuples(PURPOSES, SUBSCRIBERS, EDITIONS), st.tuples(PURPOSES, SUBSCRIBERS, EDITIONS))
def test_other_purposes_readers_and_editions_have_other_tokens(tokens, one, other):
    assert (tokens.make(*one) == tokens.make(*other)) == (one == other)


@pytest.mark.parametrize("subscriber", [0, 1, 127, 128, 300, 2_000_000])
def test_nobodys_token_is_as_long_as_a_readers_and_opens_nothing_of_theirs(tokens, subscriber):
    token = tokens.nobodys(Purpose.UNSUBSCRIBE, subscriber, "daily")

    assert len(token) == len(tokens.make(Purpose.UNSUBSCRIBE, subscriber, "daily"))
    assert tokens.read(token) == Token(Purpose.UNSUBSCRIBE, 0, "daily")


def test_a_token_of_an_older_key_is_still_good(tmp_path):
    ring = Keyring(tmp_path / "keys")
    tokens = Tokens(ring)
    old = tokens.make("unsubscribe", 7, "weekday")

    ring.rotate()

    assert tokens.make("unsubscribe", 7, "weekday") != old
    assert tokens.read(old) == Token(Purpose.UNSUBSCRIBE, 7, "weekday")


def test_a_token_of_another_house_does_nothing(tokens, tmp_path):
    stranger = Tokens(Keyring(tmp_path / "keys"))

    assert tokens.read(stranger.make("unsubscribe", 7, "weekday")) is None


def test_a_token_is_short_enough_for_a_line_of_mail(tokens):
    assert len(tokens.make("unsubscribe", 12, "weekday")) <= 64
    assert len(tokens.make("preferences", 2**28 - 1, "a" * 26)) == 64


def test_a_token_holds_no_address_and_needs_no_escape(tokens):
    token = tokens.make("unsubscribe", 12_480, "weekday")

    said = base64.urlsafe_b64decode(token + "==")[:-MAC]
    assert said == b"u\x01\xc0aweekday"  # purpose, key, subscriber, edition; the rest is the MAC, which is any bytes
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


def test_a_very_long_text_is_not_even_decoded(tokens):
    assert tokens.read("A" * 10_000_000) is None


@pytest.mark.parametrize(("purpose", "subscriber"), [("delete", 1), ("", 1), ("unsubscribe", -1)])
def test_what_no_link_is_for_cannot_be_made(tokens, purpose, subscriber):
    with pytest.raises(ValueError, match=r"delete|''|below 0"):
        tokens.make(purpose, subscriber, "weekday")
