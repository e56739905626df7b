"""What the encoder says is asked once, written down, and found again; who cannot be asked is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.classify.weights import shipped
from digest.collect import Cache
from digest.encoder import NAME, SIZE, Encoder, Missing
from digest.meaning import NOBODY, OTHERS, UNTAUGHT, mark, notebook, remembering

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


class Counting:
    """Stands for the model: the same made-up vector for each text, and what it was asked."""

    def __init__(self):
        self.asked = []
        self.encoder = Encoder(NAME, self.encode)

    def encode(self, text):
        self.asked.append(text)
        return [1.0, *[0.0] * (SIZE - 1)]


@pytest.fixture
def model():
    return Counting()


@pytest.fixture
def cache(tmp_path):
    with Cache(tmp_path / "cache.db") as made:
        yield made


def test_each_text_is_asked_once_and_what_was_said_stands_in_the_book(model):
    book = notebook(model.encoder, shipped())

    first, again = book("Ferry sails again"), book("Ferry sails again")

    assert first == again
    assert model.asked == ["Ferry sails again"]
    assert book.pages == ((mark("Ferry sails again"), first),)
    assert (book.name, book.why, book.unread) == (NAME, None, set())


def test_what_it_cannot_read_it_says_nothing_of(cache):
    encoder = remembering(Encoder(NAME, lambda text: []), cache, NOW)
    book = notebook(encoder, shipped())

    assert [book("Паром"), book("Паром")] == [(), ()]
    assert book.pages == ((mark("Паром"), ()),)


def test_what_was_said_before_is_not_asked_again(model):
    book = notebook(model.encoder, shipped(), {mark("Ferry"): (0.5, 0.5, -0.5, -0.5)})

    assert book("Ferry") == (0.5, 0.5, -0.5, -0.5)
    assert model.asked == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"head": None}, UNTAUGHT),
        ({"head": replace(shipped().head, encoder="another")}, OTHERS),
    ],
    ids=["nothing learned", "learned with another"],
)
def test_an_encoder_that_the_weights_do_not_know_is_not_asked(model, change, why):
    book = notebook(model.encoder, replace(shipped(), **change))

    assert book("Ferry") == ()
    assert (book.name, book.why, model.asked) == (NOBODY, why, [])


def test_without_an_encoder_what_would_have_been_asked_is_counted():
    book = notebook(Missing("not installed"), shipped())

    assert [book("Ferry"), book("Choir"), book("Ferry")] == [(), (), ()]
    assert book.unread == {mark("Ferry"), mark("Choir")}
    assert book.pages == ()


def test_a_vector_is_remembered_for_a_week(model, cache):
    first = remembering(model.encoder, cache, NOW).encode("Ferry")
    again = remembering(model.encoder, cache, NOW + timedelta(days=6)).encode("Ferry")
    remembering(model.encoder, cache, NOW + timedelta(days=14)).encode("Ferry")

    assert list(first) == list(again)
    assert model.asked == ["Ferry", "Ferry"]


@pytest.mark.parametrize("damaged", [b"", b"x" * 7, b"\xff" * 4 * SIZE], ids=["nothing", "too short", "no numbers"])
def test_a_damaged_memory_costs_time_and_nothing_else(model, cache, damaged):
    encoder = remembering(model.encoder, cache, NOW)
    whole = list(encoder.encode("Ferry"))
    with cache._statement() as connection:
        connection.execute("UPDATE entry SET value = ?", (damaged,))

    assert list(encoder.encode("Ferry")) == whole
    assert len(model.asked) == 2


def test_where_there_is_no_encoder_there_is_none_to_remember(cache):
    missing = Missing("not installed")

    assert remembering(missing, cache, NOW) is missing
