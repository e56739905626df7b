"""When the daemon finds a source due."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.collect.standing import is_due
from digest.model.news import Source, SourceKind, SourceState

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WIRE = Source("Karsk Wire", SourceKind.FEED, "https://karsk.example/feed", every=HOUR)


def state(tried=-HOUR, next_in=None, **more):
    at = None if next_in is None else NOW + next_in
    return SourceState("Karsk Wire", last_try_at=NOW + tried, next_at=at, **more)


@pytest.mark.parametrize(
    ("remembered", "due"),
    [
        (SourceState("Karsk Wire"), True),
        (state(-HOUR), True),
        (state(-HOUR / 2), False),
        (state(-9 * HOUR, timedelta()), True),
        (state(-9 * HOUR, timedelta(seconds=1)), False),
        (state(-HOUR / 2, -HOUR), True),
        (state(HOUR, HOUR), True),
        (state(-HOUR, DAY + HOUR), False),
        (state(-HOUR, DAY + HOUR + timedelta(seconds=1)), True),
        (state(-9 * DAY, -DAY, retired=True), False),
        (state(-9 * DAY, -DAY, retired=True, url=WIRE.url), False),
        (state(-HOUR, HOUR, retired=True, url="https://karsk.example/old"), True),
    ],
)
def test_a_source_is_due_when_its_hour_has_come_or_the_clock_went_back(remembered, due):
    assert is_due(WIRE, remembered, NOW) is due
