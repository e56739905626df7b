from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest

from digest.collect import cache as caches
from digest.collect.cache import Cache

from .newsroom import NOW

DAY = timedelta(days=1)


@pytest.fixture(params=["file", "memory"])
def cache(request, tmp_path):
    with Cache(tmp_path / "cache" / "collect.db" if request.param == "file" else None) as made:
        yield made


def test_what_was_put_is_there_until_its_time(cache):
    cache.put("a", b"Ferren", until=NOW + DAY)

    assert cache.get("a", now=NOW) == b"Ferren"
    assert cache.get("a", now=NOW + DAY) is None
    assert cache.get("b", now=NOW) is None


def test_a_value_put_again_is_the_new_one(cache):
    cache.put("a", b"Ferren", until=NOW + DAY)
    cache.put("a", b"Tarn", until=NOW + 2 * DAY)

    assert cache.get("a", now=NOW + DAY) == b"Tarn"


def test_pruning_lets_go_what_is_over_and_the_oldest_of_too_many(cache, monkeypatch):
    monkeypatch.setattr(caches, "MOST_ENTRIES", 2)
    for n in range(5):
        cache.put(f"k{n}", b"x", until=NOW + n * DAY)

    assert cache.prune(now=NOW) == 3
    assert [cache.get(f"k{n}", now=NOW) for n in range(5)] == [None, None, None, b"x", b"x"]


def test_a_file_outlives_the_process_and_serves_several_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(caches, "_PATIENCE_SECONDS", 60)  # however slow the machine is, no value is given up
    path = tmp_path / "collect.db"
    with Cache(path) as one, Cache(path) as two:
        threads = [
            Thread(target=lambda n=n, c=c: c.put(f"k{n}", b"x", until=NOW + DAY)) for n, c in enumerate([one, two] * 10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with Cache(path) as again:
        assert all(again.get(f"k{n}", now=NOW) == b"x" for n in range(20))


def test_a_file_that_is_no_cache_is_made_anew(tmp_path):
    path = tmp_path / "collect.db"
    path.write_bytes(b"no database at all " * 100)

    with Cache(path) as made:
        made.put("a", b"Ferren", until=NOW + DAY)
        assert made.get("a", now=NOW) == b"Ferren"


def test_where_no_file_can_be_made_memory_has_to_do(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")

    with Cache(tmp_path / "cache" / "collect.db") as made:
        made.put("a", b"Ferren", until=NOW + DAY)
        assert made.get("a", now=NOW) == b"Ferren"


def test_a_cache_that_fails_in_the_middle_costs_nothing_but_its_values(tmp_path):
    with Cache(tmp_path / "collect.db") as made:
        made._connection.execute("DROP TABLE entry")

        made.put("a", b"Ferren", until=NOW + DAY)

        assert made.get("a", now=NOW) is None
        assert made.prune(now=NOW) == 0
