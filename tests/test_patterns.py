from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.patterns import first_found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("war", "The war at Ferren", True),
        ("war", "An award for Ferren", False),
        ("WAR", "the war", True),
        ("ukrain*", "Ukrainians vote", True),
        ("*port", "Transport stops", True),
        ("ferren bridge", "At the Ferren  bridge", False),
        ("ferr* bridge", "At the Ferren bridge", True),
        ("/sport/", "https://ilma.example/sport/7", True),
        ("/sport/", "https://ilma.example/sports/7", False),
        ("ilma.example/*/live", "https://ilma.example/world/live", True),
        ("міст*", "Мости через Тарн", False),
        ("мост*", "Мости через Тарн", True),
        ("", "anything", False),
        ("*", "anything", True),
        ("a.b", "axb", False),
    ],
)
def test_what_a_pattern_finds(pattern, text, found):
    assert bool(first_found([pattern], text)) is found


def test_the_first_pattern_that_stands_in_any_of_the_texts_is_named():
    assert first_found(["eel", "bridge", "ferren"], "Ferren", "bridge") == "bridge"


@given(st.text(max_size=20), st.text(max_size=200))
def test_no_pattern_is_too_odd(pattern, text):
    first_found([pattern], text)


def test_a_text_made_for_it_does_not_make_the_search_slow():
    began = time.process_time()

    assert first_found(["a*a*a*a*a*a*a*b"], "a" * 100_000) == ""

    assert time.process_time() - began < 30
