"""Messages made ahead of their turn: each once, in threads, at most so many wait, and errors come out where asked."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from digest.model.delivery import Claim, Recipient
from digest.pipeline.ahead import DEPTH, Ahead

ADA = Recipient(7, "ada@tarnmouth.example", "Ada Rehn", "weekday", (), "", "")


def claim(seq, attempt=1):
    return Claim(412, seq, attempt, "en:military", datetime(2026, 11, 20, tzinfo=UTC), ADA)


class Press:
    """Notes which messages it made, and in what thread."""

    def __init__(self):
        self.made = []
        self.threads = set()

    def __call__(self, claim):
        if claim.seq < 0:
            raise ValueError("no such reader")
        self.made.append((claim.seq, claim.attempt))
        self.threads.add(threading.current_thread())
        return b"%d/%d" % (claim.seq, claim.attempt)


def test_what_is_expected_is_made_once_in_other_threads():
    press = Press()
    claims = [claim(seq) for seq in range(3 * DEPTH)]

    with Ahead(press, 2) as ahead:
        ahead.expect(claims)
        found = [ahead.compose(each) for each in claims]

    assert found == [b"%d/1" % each.seq for each in claims]
    assert sorted(press.made) == [(each.seq, 1) for each in claims]
    assert threading.current_thread() not in press.threads


def test_no_more_is_made_than_may_wait():
    press = Press()

    with Ahead(press, 2) as ahead:
        ahead.expect([claim(seq) for seq in range(10 * DEPTH)])
        ahead.compose(claim(0))

    assert len(press.made) <= DEPTH + 1


def test_without_threads_a_message_is_made_when_it_is_asked_for():
    press = Press()

    with Ahead(press, 0) as ahead:
        ahead.expect([claim(1), claim(2)])
        found = ahead.compose(claim(2))

    assert (found, press.made, press.threads) == (b"2/1", [(2, 1)], {threading.current_thread()})


def test_what_nobody_expected_and_what_was_given_back_is_made_as_it_is_claimed_now():
    with Ahead(Press(), 2) as ahead:
        ahead.expect([claim(1), claim(2)])
        ahead.expect([claim(2, attempt=2)])
        found = [ahead.compose(each) for each in (claim(5), claim(2, attempt=2))]

    assert found == [b"5/1", b"2/2"]


def test_an_error_comes_out_where_its_message_is_asked_for():
    with Ahead(Press(), 2) as ahead:
        ahead.expect([claim(-1), claim(1)])

        assert ahead.compose(claim(1)) == b"1/1"
        with pytest.raises(ValueError, match="no such reader"):
            ahead.compose(claim(-1))


def test_after_many_were_given_back_those_claimed_next_are_still_made_ahead():
    press = Press()
    stale, later = [claim(seq) for seq in range(3 * DEPTH)], [claim(1000 + seq) for seq in range(3 * DEPTH)]

    with Ahead(press, 2) as ahead:
        ahead.expect(stale)
        for each in stale:
            ahead.dismiss(each)
        ahead.expect(later)
        found = [ahead.compose(each) for each in later]

    assert found == [b"%d/1" % each.seq for each in later]
    assert threading.current_thread() not in press.threads
