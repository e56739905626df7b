from __future__ import annotations

from dataclasses import replace

from digest.model.news import SourceState

from .samples import MINUTE, NOW

COURIER = SourceState("Ilma Courier", etag='"v7"', last_modified="Fri, 20 Nov 2026 05:00:00 GMT", last_success_at=NOW)


def test_a_source_nobody_has_polled_has_an_empty_state(store):
    assert store.sources.state("Radio Tarn") == SourceState("Radio Tarn")
    assert store.sources.all() == []


def test_what_a_source_said_is_remembered_until_it_says_something_else(store):
    store.sources.remember([COURIER, SourceState("Radio Tarn", last_try_at=NOW)], NOW)

    store.sources.remember([replace(COURIER, etag='"v8"')], NOW + MINUTE)

    assert store.sources.state("Ilma Courier") == replace(COURIER, etag='"v8"', last_try_at=NOW + MINUTE)
    assert [state.name for state in store.sources.all()] == ["Ilma Courier", "Radio Tarn"]


def test_how_a_source_stands_with_its_publisher_is_remembered(store):
    state = replace(
        COURIER,
        last_try_at=NOW,
        url="https://ilma.example/feed",
        next_at=NOW + MINUTE,
        asked_until=NOW + 2 * MINUTE,
        moved_to="https://news.ilma.example/feed",
        moves=3,
        retired=True,
        body_hash="ab" * 32,
        failing_since=NOW - MINUTE,
    )
    store.sources.remember([state], NOW)

    assert store.sources.state("Ilma Courier") == state


def test_a_success_ends_the_row_of_failures(store):
    store.sources.remember([replace(COURIER, failures=3, reason="404 Not Found", failing_since=NOW)], NOW)

    store.sources.remember([COURIER], NOW + MINUTE)

    state = store.sources.state("Ilma Courier")
    assert (state.failures, state.reason, state.failing_since) == (0, "", None)
