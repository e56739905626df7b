"""How far a send is: counted while it goes, and set right by the outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver import Meter
from digest.deliver.progress import ANSWERED
from digest.model.delivery import DeliveryState as S

FRESH = {"queued": 100, "suppressed": 3}


def test_before_anything_is_sent_all_of_it_waits():
    seen = Meter(FRESH, at=5.0).look(5.0)

    assert (seen.total, seen.done, seen.waiting, seen.rate) == (100, 0, 100, 0.0)
    assert seen.elapsed == timedelta()
    assert seen.estimate.duration is None


def test_what_a_run_has_on_record_is_counted_at_once():
    meter = Meter({**FRESH, "accepted": 50}, at=0.0)

    meter.told({S.ACCEPTED: 30, S.REFUSED: 2, S.QUEUED: 7}, at=4.0)
    seen = meter.look(4.0, {"main": 4, "spare": 0})

    assert seen.counts == {
        S.ACCEPTED: 80,
        S.DEFERRED: 0,
        S.REFUSED: 2,
        S.IN_DOUBT: 0,
        S.QUEUED: 68,
        S.SUPPRESSED: 3,
    }
    assert (seen.total, seen.done) == (150, 82)
    assert seen.rate == pytest.approx(8.0)
    assert seen.estimate.duration.total_seconds() == pytest.approx(68 / 8)
    assert seen.relays == {"main": 4, "spare": 0}


def test_what_other_senders_did_is_seen_at_the_next_count():
    meter = Meter(FRESH, at=0.0)
    meter.told({S.ACCEPTED: 10}, at=1.0)
    before = meter.written
    meter.told({S.ACCEPTED: 12}, at=2.0)

    meter.corrected({"accepted": 40, "queued": 50, "claimed": 10, "suppressed": 3}, before)

    seen = meter.look(2.0)
    assert (seen.counts[S.ACCEPTED], seen.waiting) == (42, 58)
    assert 5 < seen.rate < 6.5


def test_a_send_that_stands_still_shows_it():
    meter = Meter(FRESH, at=0.0)
    meter.told({S.ACCEPTED: 40}, at=2.0)

    assert meter.look(2.0).rate > meter.look(10.0).rate > meter.look(120.0).rate
    assert meter.look(120.0).rate < 0.5


@given(
    st.fixed_dictionaries({state.value: st.integers(0, 500) for state in S}),
    st.lists(st.tuples(st.sampled_from(ANSWERED), st.integers(0, 50)), max_size=20),
)
def test_no_deliveries_appear_or_vanish_however_a_send_goes(counts, steps):
    meter, written = Meter(counts, at=0.0), dict.fromkeys(ANSWERED, 0)
    waiting = counts["queued"] + counts["claimed"]

    for at, (state, more) in enumerate(steps, 1):
        written[state] += min(more, waiting - sum(written.values()))
        meter.told(dict(written), at=float(at))

    seen = meter.look(len(steps) + 1.0)
    assert seen.total == sum(counts.values()) - counts["suppressed"]
    assert seen.waiting == waiting - sum(written.values())
    assert seen.rate >= 0
