"""What meaning says of a section: learned from vectors, moved by corrections, kept with the weights."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from digest.classify.fit_head import Point, fitted, moved
from digest.classify.head import Head
from digest.classify.weights import packed, shipped, unpacked
from digest.encoder import NAME, SIZE
from digest.model.news import OTHER

NORTH, SOUTH, ELSEWHERE = (1.0, 0.1, 0.0), (0.1, 1.0, 0.0), (0.0, 0.1, 1.0)
POINTS = [Point(label, v) for label, v in (("north", NORTH), ("south", SOUTH), (OTHER, ELSEWHERE)) for _ in range(5)]


def best(head: Head, vector) -> str:
    odds = head.odds(vector)
    return head.labels[odds.index(max(odds))]


@pytest.fixture(scope="module")
def head() -> Head:
    return fitted("an encoder", POINTS)


def test_labels_are_told_apart_by_where_their_vectors_lie(head):
    assert [best(head, vector) for vector in (NORTH, SOUTH, ELSEWHERE)] == ["north", "south", OTHER]
    assert head.labels == ("north", OTHER, "south")


def test_each_label_counts_alike_however_many_examples_it_has():
    many = fitted("an encoder", [*POINTS, *(Point("north", NORTH) for _ in range(45))])

    assert [best(many, vector) for vector in (NORTH, SOUTH, ELSEWHERE)] == ["north", "south", OTHER]


def test_odds_are_hundredths_around_nothing(head):
    odds = head.odds(NORTH)

    assert sum(odds) == pytest.approx(0, abs=0.02)
    assert [round(value, 2) for value in odds] == list(odds)


def test_a_correction_moves_its_kin_and_leaves_the_others(head):
    corrected = moved(head, [Point("south", (0.9, 0.1, 0.5))] * 3)

    assert best(head, (0.9, 0.2, 0.45)) == "north"
    assert best(corrected, (0.9, 0.2, 0.45)) == "south"
    assert [best(corrected, vector) for vector in (SOUTH, ELSEWHERE)] == ["south", OTHER]


def test_a_label_that_is_new_begins_as_a_part_of_what_fits_none(head):
    corrected = moved(head, [Point("harbour", (0.0, -0.6, 1.0))])

    assert corrected.labels == (*head.labels, "harbour")
    assert best(corrected, (0.0, -0.6, 1.0)) == "harbour"
    assert best(corrected, NORTH) == "north"


def test_without_corrections_nothing_moves(head):
    assert moved(head, []) is head


def test_fitting_is_the_same_on_every_run(head):
    again = fitted("an encoder", POINTS)

    assert (again.rows, again.bias, again.centre) == (head.rows, head.bias, head.centre)


def test_a_vector_of_another_length_is_refused(head):
    with pytest.raises(ValueError, match="zip"):
        head.odds((1.0, 0.0))


def test_a_head_is_kept_with_the_weights_and_named_by_their_fingerprint(head):
    with_head, without = replace(shipped(), head=head), replace(shipped(), head=None)

    again = unpacked(packed(with_head))

    assert again.head is not None
    assert again.head.odds(SOUTH) == head.odds(SOUTH)
    assert again.fingerprint == with_head.fingerprint != without.fingerprint
    assert unpacked(packed(without)).head is None


@pytest.mark.parametrize(
    "change",
    [{"rows": [[1.0]]}, {"bias": []}, {"bias": ["x", 0, 0]}, {"centre": [float("nan")] * 3}, {"labels": None}],
    ids=lambda change: next(iter(change)),
)
def test_a_damaged_head_is_refused(head, change):
    first, _, body = packed(replace(shipped(), head=head)).partition(b"\n")
    told = json.loads(first)
    told["head"] |= change

    with pytest.raises(ValueError, match="weights"):
        unpacked(json.dumps(told).encode() + b"\n" + body)


def test_the_shipped_head_belongs_to_the_encoder_that_digest_knows():
    head = shipped().head

    assert head is not None
    assert (head.encoder, head.labels, len(head.centre)) == (NAME, shipped().labels, SIZE)
