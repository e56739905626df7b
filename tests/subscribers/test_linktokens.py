"""A counted link opens one link of one issue, and nothing made for anything else opens it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digest.subscribers import Keyring, LinkToken, LinkTokens, Purpose, Tokens

NUMBERS = st.integers(0, 2**31)


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    """One ring for all: making keys is not what is tested here."""
    return Keyring(tmp_path_factory.mktemp("ring") / "keys")


@given(issue=NUMBERS, link=NUMBERS)
def test_a_token_says_issue_and_link_and_is_the_same_each_time(ring, issue, link):
    token = LinkTokens(ring).make(issue, link)

    assert LinkTokens(ring).read(token) == LinkToken(issue, link)
    assert LinkTokens(ring).make(issue, link) == token


@given(issue=NUMBERS, link=NUMBERS, data=st.data())
def test_an_altered_token_opens_nothing(ring, issue, link, data):
    token = LinkTokens(ring).make(issue, link)
    at, cut = data.draw(st.integers(0, len(token))), data.draw(st.integers(0, 2))
    altered = token[:at] + data.draw(st.text(max_size=2)) + token[at + cut :]
    assume(altered != token)

    assert LinkTokens(ring).read(altered) is None


@given(purpose=st.sampled_from(Purpose), number=NUMBERS, edition=st.text(max_size=3))
def test_neither_opens_what_a_readers_token_does_nor_the_other_way_round(ring, purpose, number, edition):
    assert LinkTokens(ring).read(Tokens(ring).make(purpose, number, edition)) is None
    assert Tokens(ring).read(LinkTokens(ring).make(number, 1)) is None


def test_links_of_a_key_that_was_followed_by_another_still_open(tmp_path):
    ring = Keyring(tmp_path / "keys")
    before = LinkTokens(ring).make(412, 3)

    ring.rotate()

    assert LinkTokens(ring).make(412, 3) != before
    assert LinkTokens(ring).read(before) == LinkToken(412, 3)


@given(text=st.text(max_size=60))
def test_what_was_not_made_here_opens_nothing(ring, text):
    assert LinkTokens(ring).read(text) is None
