from __future__ import annotations

from digest.model.learning import Correction, What

from .samples import MINUTE, NOW


def correction(n: int, what: What = What.SECTION) -> Correction:
    return Correction(what, "Ilma", NOW + n * MINUTE, "other", "military", f"Passage {n}", "Heading", "Title")


def test_corrections_are_kept_in_the_order_they_were_made(store, open_again):
    said = [correction(n, what) for n, what in enumerate(What)]

    assert store.examples.add(said[:2]) == 2
    assert store.examples.add(iter(said[2:])) == 3

    assert open_again().examples.all() == said


def test_no_corrections_are_no_rows(store):
    assert store.examples.add([]) == 0
    assert store.examples.all() == []
