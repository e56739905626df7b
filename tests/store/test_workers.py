"""Recovery while the dead worker's last transactions are still under way, and of issues that have moved on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

import pytest

from digest.model.delivery import Account, Claimed, DeliveryState, Key, Outcome, Result
from digest.store.claims import claim
from digest.store.outcomes import record

from .samples import MINUTE, NOW, enlist, readers, results, sending

S = DeliveryState
LATER = NOW + MINUTE
NOTHING = Account({}, whole=True)


def states(store, issue):
    return [delivery.state for delivery, _ in store.outbox.deliveries(issue)]


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_a_claim_that_is_committed_during_the_recovery_is_recovered_with_the_others(store, open_again, pool):
    """The claim's commit is held back, as by the network, after its worker died."""
    issue = sending(store, *readers(3))
    enlist(store, "w1")
    claimed, commit = threading.Event(), threading.Event()

    def late():
        with store.database.write() as connection:
            claim(connection, issue, "w1", limit=2, now=NOW)
            claimed.set()
            assert commit.wait(60)

    claiming = pool.submit(late)
    assert claimed.wait(60)
    recovering = pool.submit(open_again().outbox.recover, "w1", NOTHING, now=LATER)
    with pytest.raises(StillWaiting):
        recovering.result(0.2)
    commit.set()
    claiming.result(60)

    assert recovering.result(60) == {S.QUEUED: 2}
    assert states(store, issue) == [S.QUEUED] * 3


def test_a_claim_that_comes_after_the_recovery_takes_nothing(store):
    issue = sending(store, *readers(3))
    enlist(store, "w1")
    store.outbox.recover("w1", NOTHING, now=LATER)

    assert store.outbox.claim(issue, "w1", limit=2, now=LATER) == Claimed(closed="dead")
    assert states(store, issue) == [S.QUEUED] * 3


def test_outcomes_of_a_dead_worker_that_are_committed_late_say_nothing_new(store):
    """Its last transaction reaches the database after the recovery, and after a successor has claimed the row again."""
    issue = sending(store, *readers(1))
    enlist(store, "w1", "w2")
    claims = store.outbox.claim(issue, "w1", limit=1, now=NOW).claims
    store.outbox.recover("w1", NOTHING, now=LATER)
    store.outbox.claim(issue, "w2", limit=1, now=LATER)

    with store.database.write() as connection:
        written = record(connection, "w1", results(claims, S.REFUSED, code=550), now=LATER)

    assert written == 0
    assert states(store, issue) == [S.CLAIMED]


def test_a_doubt_in_a_sent_issue_is_found_by_its_workers_name(store):
    issue = sending(store, *readers(2))
    enlist(store, "w1")
    claims = store.outbox.claim(issue, "w1", limit=2, now=NOW).claims
    store.outbox.bury("w1", now=NOW)
    assert store.outbox.finish(issue, now=NOW)

    assert store.outbox.held("w1") == {each.key: S.IN_DOUBT for each in claims}


def test_a_deferral_that_a_journal_tells_late_takes_a_sent_issue_back(store):
    issue = sending(store, *readers(2))
    enlist(store, "w1", "w2")
    store.outbox.claim(issue, "w1", limit=2, now=NOW)
    store.outbox.bury("w1", now=NOW)
    store.outbox.finish(issue, now=NOW)
    key = Key(issue, 1, 1)

    store.outbox.recover("w1", Account({key: Result(key, Outcome(S.DEFERRED, 451), LATER)}), now=NOW)

    assert store.issues.find(issue).state == "sending"
    assert [each.seq for each in store.outbox.claim(issue, "w2", limit=2, now=LATER).claims] == [1]


def test_who_holds_what_of_an_issue_is_known(store):
    issue = sending(store, *readers(5))
    enlist(store, "w1", "w2")
    store.outbox.claim(issue, "w1", limit=2, now=NOW)
    store.outbox.recover("w1", Account({}), now=NOW)
    store.outbox.claim(issue, "w2", limit=2, now=NOW)

    assert store.outbox.holders(issue) == {"w2": 2}


def test_the_batches_of_a_dead_worker_are_free_at_once(store):
    issue = sending(store, *readers(600))
    enlist(store, "w1", "w2")
    store.outbox.claim(issue, "w1", limit=1, now=NOW)
    store.outbox.recover("w1", NOTHING, now=NOW)

    assert store.outbox.claim(issue, "w2", limit=1, now=NOW).claims[0].seq == 1
