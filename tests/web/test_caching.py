"""What is kept for the next page: the last things, and nothing of what could not be made."""

from __future__ import annotations

import pytest

from digest.web.desk.caching import Kept


def test_what_could_not_be_made_is_tried_anew_and_leaves_nothing_behind():
    kept = Kept()
    for n in range(50):
        with pytest.raises(ZeroDivisionError):
            kept.get(n, lambda: 1 // 0)

    assert kept.waiting == 0
    assert kept.get(1, lambda: "made") == "made"


def test_only_the_last_things_are_kept_however_they_came():
    kept = Kept(most=2)
    kept.put("a", 1)
    kept.get("b", lambda: 2)
    kept.put("c", 3)

    assert [kept.has(key) for key in "abc"] == [False, True, True]
