"""Guessing gets slower and slower; nobody is locked out, and nothing is remembered without end."""

from __future__ import annotations

from digest.web.throttle import FREE, LONGEST, MEMORY, MOST, Throttle


def test_the_first_tries_are_free_and_then_each_waits_twice_as_long():
    throttle, now, waits = Throttle(), 1000.0, []
    for _ in range(FREE + 8):
        waits.append(throttle.wait(["ada"], now))
        now += waits[-1]
        throttle.tried(["ada"], now)

    assert waits == [0.0] * FREE + [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, LONGEST, LONGEST]


def test_a_name_and_an_address_each_count():
    throttle = Throttle()
    for n in range(FREE):
        throttle.tried([f"name {n}", "address"], 0.0)

    assert throttle.wait(["another name", "address"], 0.0) == 1.0
    assert throttle.wait(["name 1", "another address"], 0.0) == 0.0


def test_who_knew_it_in_the_end_starts_afresh_and_so_does_who_was_quiet():
    throttle = Throttle()
    for _ in range(FREE):
        throttle.tried(["ada", "tomas"], 0.0)

    throttle.right(["ada"])

    assert throttle.wait(["ada"], 0.0) == 0.0
    assert throttle.wait(["tomas"], 0.0) == 1.0
    assert throttle.wait(["tomas"], MEMORY) == 0.0


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
