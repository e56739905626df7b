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


def test_failures_in_a_row_are_counted_and_the_last_good_answer_stays(store):
    store.sources.remember([COURIER], NOW)

    store.sources.failing("Ilma Courier", "no answer in 0:00:10", NOW + MINUTE)
    store.sources.failing("Ilma Courier", "404 Not Found", NOW + 2 * MINUTE)

    state = store.sources.state("Ilma Courier")
    assert (state.failures, state.reason, state.etag) == (2, "404 Not Found", '"v7"')
    assert (state.last_success_at, state.last_try_at) == (NOW, NOW + 2 * MINUTE)


def test_a_source_may_fail_the_first_time(store):
    store.sources.failing("Karsk Wire", "no such host", NOW)

    assert store.sources.state("Karsk Wire") == SourceState(
        "Karsk Wire", failures=1, reason="no such host", last_try_at=NOW
    )


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
    )
    store.sources.remember([state], NOW)

    assert store.sources.state("Ilma Courier") == state

    store.sources.failing("Ilma Courier", "no answer in 0:00:10", NOW + MINUTE)
    assert store.sources.state("Ilma Courier").moved_to == state.moved_to


def test_a_success_ends_the_row_of_failures(store):
    store.sources.failing("Ilma Courier", "404 Not Found", NOW)

    store.sources.remember([COURIER], NOW + MINUTE)

    assert store.sources.state("Ilma Courier").failures == 0
