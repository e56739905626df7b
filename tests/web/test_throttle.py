"""Guessing gets slower and slower; nobody is locked out, and nothing is remembered without end."""

from __future__ import annotations

from digest.web.throttle import FREE, LONGEST, MEMORY, MOST, SHORT, Throttle


def test_the_first_tries_are_free_and_then_each_waits_twice_as_long():
    throttle, now, waits = Throttle(), 1000.0, []
    for _ in range(FREE + 8):
        waits.append(throttle.wait(["ada"], now))
        now += waits[-1]
        throttle.tried(["ada"], now)

    assert waits == [0.0] * FREE + [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, LONGEST, LONGEST]


def test_a_pair_and_a_place_each_count():
    throttle = Throttle()
    for n in range(FREE):
        throttle.tried([f"ada {n}", "place"], 0.0)

    assert throttle.wait(["tomas", "place"], 0.0) == 1.0
    assert throttle.wait(["ada 1", "another place"], 0.0) == 0.0


def test_who_is_guessed_at_from_elsewhere_is_heard_at_once_and_then_waits_a_little():
    throttle, heard = Throttle(), []
    for tenth in range(36_000):
        now = tenth / 10
        guess = [("evil", "ada"), "evil"]
        if throttle.wait(guess, now, "ada") == 0.0:
            throttle.tried([*guess, "ada"], now)
        if tenth % 100 == 50:
            heard.append(throttle.wait(["phone", "her place"], now, "ada"))
            throttle.tried(["phone"], now)
            throttle.right(["phone"])

    assert set(heard) == {0.0}
    throttle.tried(["phone", "her place", "ada"], 3600.0)
    assert throttle.wait(["phone", "her place"], 3600.0, "ada") == SHORT


def test_who_knew_it_in_the_end_starts_afresh_and_so_does_who_was_quiet():
    throttle = Throttle()
    for _ in range(FREE):
        throttle.tried(["ada"], 0.0)
        throttle.tried(["tomas"], 0.0)

    throttle.right(["ada"])

    assert throttle.wait(["ada"], 0.0) == 0.0
    assert throttle.wait(["tomas"], 0.0) == 1.0
    assert throttle.wait(["tomas"], MEMORY) == 0.0


def test_a_name_of_ones_own_clears_nothing_of_what_was_guessed_at_others():
    throttle = Throttle()
    for _ in range(FREE):
        throttle.tried(["at ada", "place"], 0.0)
    throttle.tried(["own", "place"], 0.0)

    throttle.right(["own", "place"])

    assert throttle.wait(["at ada", "place"], 0.0) == 1.0


def test_a_clock_that_is_set_back_makes_nobody_wait_longer():
    throttle = Throttle()
    for _ in range(FREE + 1):
        throttle.tried(["ada"], 10_000.0)

    assert throttle.wait(["ada"], 5_000.0) == 2.0


def test_what_is_remembered_has_an_end():
    throttle = Throttle()
    for _ in range(FREE):
        throttle.tried(["first"], 0.0)
    for n in range(MOST):
        throttle.tried([n], 0.0)

    assert throttle.wait(["first"], 0.0) == 0.0
