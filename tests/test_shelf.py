"""What was learned is kept by name, comes into force in order, and can be taken back."""

from __future__ import annotations

import pytest

from digest.classify.fit import Row, fit
from digest.classify.weights import packed, shipped
from digest.errors import WeightsError
from digest.shelf import Shelf


def learned(n):
    return fit([Row("north", {n, n + 1}), Row("other", {n + 2})], ["north", "other"], passes=2)


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "weights")


def test_before_anything_is_learned_the_programs_own_are_in_force(shelf):
    assert shelf.current() is shipped()
    assert shelf.undo() is None
    assert not shelf.folder.exists()


def test_the_last_learned_are_in_force_and_each_step_can_be_taken_back(shelf):
    first, second = learned(1), learned(10)
    shelf.put(first)
    shelf.put(second)

    assert shelf.current().fingerprint == second.fingerprint
    assert shelf.undo().fingerprint == first.fingerprint == shelf.current().fingerprint
    assert shelf.undo() is shipped()
    assert shelf.undo() is None


def test_what_was_taken_back_is_still_found_by_its_name(shelf):
    shelf.put(learned(1))
    shelf.undo()

    assert shelf.named(learned(1).fingerprint).rows == learned(1).rows


def test_what_is_retained_is_found_whatever_comes_into_force(shelf):
    shelf.retain(learned(1))
    shelf.retain(learned(1))

    assert shelf.current() is shipped()
    assert shelf.named(learned(1).fingerprint).labels == ("north", "other")


def test_weights_that_are_gone_are_named(shelf):
    with pytest.raises(WeightsError, match=r"0123456789abcdef\.weights: these weights are gone"):
        shelf.named("0123456789abcdef")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no weights, or damaged ones"),
        (packed(learned(1))[:60], "weights"),
        (packed(learned(10)), "holds other weights than its name says"),
    ],
)
def test_a_damaged_file_is_never_taken_for_weights(shelf, data, told):
    shelf.put(learned(1))
    (shelf.folder / f"{learned(1).fingerprint}.weights").write_bytes(data)

    with pytest.raises(WeightsError, match=told):
        shelf.current()
