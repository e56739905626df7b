from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from digest.errors import UnknownError
from digest.lifecycle import Move
from digest.model.delivery import Claimed, DeliveryState, Plan
from digest.model.issue import State
from digest.model.people import Preferences, Suppression
from digest.store.claims import LEASE
from digest.store.schema import batch, meta

from .samples import (
    ALL,
    EXPIRES,
    MINUTE,
    NOW,
    approved,
    draft,
    enlist,
    keyed,
    load,
    reader,
    readers,
    results,
    row,
    sending,
    skeleton,
)


def claims_counted(store) -> int:
    with store.database.read() as connection:
        return connection.execute(meta.select().where(meta.c.name == "claims")).one().number


def rows(store, issue_id):
    return {delivery.seq: delivery for delivery, _ in store.outbox.deliveries(issue_id)}


def test_a_claim_takes_the_next_rows_with_whom_they_go_to(store):
    issue_id = sending(
        store, row("mira@mail.example", name="Mira Aalto", sections=("military",), timezone="Asia/Seoul")
    )
    enlist(store, "w1")

    got = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)

    (claim,) = got.claims
    assert (claim.issue, claim.seq, claim.attempt, claim.variant, claim.due_at) == (issue_id, 1, 1, ALL, NOW)
    to = claim.recipient
    assert (to.subscriber, to.email, to.name) == (reader(store, to.email), "mira@mail.example", "Mira Aalto")
    assert (to.list, to.sections, to.timezone, to.language) == ("weekday", ("military",), "Asia/Seoul", "")
    kept = rows(store, issue_id)[1]
    assert (kept.state, kept.worker, kept.attempts, kept.at) == (DeliveryState.CLAIMED, "w1", 1, NOW)


def test_a_row_is_claimed_once(store):
    issue_id = sending(store, *readers(5))
    enlist(store, "w1")

    portions = [store.outbox.claim(issue_id, "w1", limit=2, now=NOW) for _ in range(4)]

    assert [[claim.seq for claim in portion.claims] for portion in portions] == [[1, 2], [3, 4], [5], []]
    assert portions[0].next_at == NOW
    assert portions[3] == Claimed()


def test_every_claim_counts_and_a_look_without_rows_does_not(store):
    issue_id = sending(store, *readers(3))
    enlist(store, "w1")

    for limit in (1, 2, 5):
        store.outbox.claim(issue_id, "w1", limit=limit, now=NOW)

    assert claims_counted(store) == 2


def test_a_limit_of_nothing_only_asks(store):
    issue_id = sending(store, *readers(3))
    enlist(store, "w1")

    assert store.outbox.claim(issue_id, "w1", limit=0, now=NOW) == Claimed(next_at=NOW)
    assert store.outbox.counts(issue_id)["queued"] == 3


def test_no_claim_is_larger_than_a_batch(store):
    issue_id = sending(store, *readers(700))
    enlist(store, "w1")

    sizes = [len(store.outbox.claim(issue_id, "w1", limit=9999, now=NOW).claims) for _ in range(3)]

    assert sizes == [500, 200, 0]


def test_rows_wait_for_their_own_hour(store):
    later = Preferences(timezone="America/New_York")
    hour = NOW + timedelta(hours=7)
    issue_id = sending(
        store, row("mira@mail.example"), row("luz@mail.example", timezone="America/New_York"), due={later: hour}
    )
    enlist(store, "w1")

    first = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)
    early = store.outbox.claim(issue_id, "w1", limit=10, now=hour - MINUTE)
    on_time = store.outbox.claim(issue_id, "w1", limit=10, now=hour)

    assert [claim.recipient.email for claim in first.claims] == ["mira@mail.example"]
    assert first.next_at == hour
    assert early == Claimed(next_at=hour)
    assert [claim.recipient.email for claim in on_time.claims] == ["luz@mail.example"]


def test_a_deferred_row_comes_back_when_its_pause_is_over(store):
    issue_id = sending(store, row("mira@mail.example"))
    enlist(store, "w1")
    got = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)
    again_at = NOW + 30 * MINUTE
    store.outbox.record("w1", results(got.claims, DeliveryState.DEFERRED, code=451, not_before=again_at), now=NOW)

    early = store.outbox.claim(issue_id, "w1", limit=10, now=again_at - MINUTE)
    later = store.outbox.claim(issue_id, "w1", limit=10, now=again_at)

    assert early == Claimed(next_at=again_at)
    assert [(claim.seq, claim.attempt) for claim in later.claims] == [(1, 2)]


def test_a_worker_that_is_dead_or_was_never_there_gets_nothing(store):
    issue_id = sending(store, *readers(3))
    enlist(store, "w1")
    store.outbox.bury("w1", now=NOW)

    assert store.outbox.claim(issue_id, "w1", limit=10, now=NOW) == Claimed(closed="dead")
    assert store.outbox.claim(issue_id, "w2", limit=10, now=NOW) == Claimed(closed="dead")
    assert store.outbox.counts(issue_id)["queued"] == 3


def test_a_paused_issue_gives_nothing_and_changes_no_row_until_it_is_resumed(store):
    issue_id = sending(store, *readers(3))
    enlist(store, "w1")
    store.issues.move(issue_id, Move.PAUSE, now=NOW)

    paused = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)
    store.issues.move(issue_id, Move.RESUME, now=NOW)
    resumed = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)

    assert paused == Claimed(closed="paused")
    assert len(resumed.claims) == 3


@pytest.mark.parametrize("move", [Move.STOP, None])
def test_an_issue_that_is_not_being_sent_gives_nothing(store, move):
    issue_id = sending(store, *readers(3)) if move else draft(store).id
    enlist(store, "w1")
    if move:
        store.issues.move(issue_id, move, now=NOW)

    assert store.outbox.claim(issue_id, "w1", limit=10, now=NOW) == Claimed(closed="over")


def test_claiming_from_an_issue_nobody_knows_says_so(store):
    enlist(store, "w1")

    with pytest.raises(UnknownError, match="no issue 77"):
        store.outbox.claim(77, "w1", limit=1, now=NOW)


@pytest.mark.parametrize("paused", [False, True])
def test_what_waits_when_the_issue_expires_is_suppressed_paused_or_not(store, paused):
    issue_id = sending(store, *readers(4))
    enlist(store, "w1")
    got = store.outbox.claim(issue_id, "w1", limit=2, now=NOW)
    deferred = results(got.claims[:1], DeliveryState.DEFERRED, code=451, not_before=EXPIRES + MINUTE)
    store.outbox.record("w1", deferred, now=NOW)
    if paused:
        store.issues.move(issue_id, Move.PAUSE, now=NOW)

    asked = store.outbox.claim(issue_id, "w1", limit=10, now=EXPIRES)

    assert asked == Claimed(closed="expired")
    kept = rows(store, issue_id)
    assert kept[2].state is DeliveryState.CLAIMED
    assert {(kept[seq].state, kept[seq].text) for seq in (1, 3, 4)} == {(DeliveryState.SUPPRESSED, "expired")}
    assert store.outbox.next_at(issue_id) is None


def test_a_row_given_back_after_the_issue_expired_is_suppressed_too(store):
    issue_id = sending(store, *readers(1))
    enlist(store, "w1")
    got = store.outbox.claim(issue_id, "w1", limit=1, now=NOW)
    store.outbox.claim(issue_id, "w1", limit=1, now=EXPIRES)
    store.outbox.record("w1", results(got.claims, DeliveryState.QUEUED), now=EXPIRES)

    store.outbox.claim(issue_id, "w1", limit=1, now=EXPIRES + MINUTE)

    assert store.outbox.counts(issue_id)["suppressed"] == 1
    assert store.outbox.finish(issue_id, now=EXPIRES + MINUTE)


def test_an_issue_nobody_claims_from_expires_all_the_same(store):
    issue_id = sending(store, *readers(3))
    store.issues.move(issue_id, Move.PAUSE, now=NOW)

    assert store.outbox.expire(issue_id, now=EXPIRES - MINUTE) == 0
    assert store.outbox.expire(issue_id, now=EXPIRES) == 3
    assert store.outbox.expire(issue_id, now=EXPIRES) == 0
    assert store.issues.find(issue_id).state is State.PAUSED


def test_those_the_issue_expired_for_are_counted_apart_from_who_was_left_out_otherwise(store):
    rows_ = [row(f"{name}@mail.example") for name in ("ada", "bela", "cato")]
    load(store, *rows_, row("dita@mail.example", sections=("peace_summit",)))
    issue = approved(store)
    plans = {Preferences(): Plan(ALL, NOW), Preferences(sections=("peace_summit",)): Plan(None, NOW, "expired")}
    store.outbox.freeze(issue.id, lists=("weekday",), cohorts=plans, skeletons={ALL: skeleton()}, now=NOW)
    enlist(store, "w1")
    store.subscribers.unsubscribe(reader(store, "ada@mail.example"), ("weekday",), now=NOW, origin="link")
    store.outbox.claim(issue.id, "w1", limit=1, now=NOW)
    before = store.outbox.expired(issue.id)

    store.outbox.claim(issue.id, "w1", limit=1, now=EXPIRES)

    assert (before, store.outbox.expired(issue.id)) == (0, 1)
    assert store.outbox.counts(issue.id)["suppressed"] == 3


def test_who_unsubscribes_between_the_freeze_and_the_claim_is_not_mailed(store):
    rows_ = [row(f"{name}@mail.example") for name in ("ada", "bela", "cato", "dita", "emil")]
    issue_id = sending(store, *rows_)
    enlist(store, "w1")
    store.subscribers.unsubscribe(reader(store, "ada@mail.example"), ("weekday", "desk"), now=NOW, origin="link")
    store.subscribers.suppress([Suppression(keyed("bela@mail.example"), "k1", "complaint", date(2026, 11, 20))])
    store.readers.pause(reader(store, "emil@mail.example"), ("weekday", "desk"), date(2026, 11, 21), now=NOW)
    load(store, *rows_[:3], rows_[4])

    got = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)

    assert [claim.recipient.email for claim in got.claims] == ["cato@mail.example"]
    ended = {to.email: delivery for delivery, to in store.outbox.deliveries(issue_id, DeliveryState.SUPPRESSED)}
    assert {email: delivery.text for email, delivery in ended.items()} == {
        "ada@mail.example": "unsubscribed",
        "bela@mail.example": "suppressed: complaint",
        "emil@mail.example": "paused by the reader",
        "dita@mail.example": "no longer on the list",
    }
    assert {(delivery.attempts, delivery.worker) for delivery in ended.values()} == {(0, "")}


def test_who_left_one_list_of_the_edition_and_is_on_another_is_still_mailed(store):
    issue_id = sending(store, row("mira@mail.example"), row("mira@mail.example", of_list="desk"))
    enlist(store, "w1")
    load(store, row("mira@mail.example", of_list="desk"))

    assert len(store.outbox.claim(issue_id, "w1", limit=10, now=NOW).claims) == 1


def test_a_claim_goes_on_past_a_batch_whose_readers_have_all_left(store):
    issue_id = sending(store, *readers(501))
    enlist(store, "w1")
    everyone = [to for _, to in store.outbox.deliveries(issue_id)]
    load(store, row(everyone[500].email))

    got = store.outbox.claim(issue_id, "w1", limit=100, now=NOW)

    assert [claim.seq for claim in got.claims] == [501]
    assert store.outbox.counts(issue_id)["suppressed"] == 500


def test_a_leased_batch_is_left_to_its_worker_while_there_are_others(store):
    issue_id = sending(store, *readers(700))
    enlist(store, "w1", "w2")

    first = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)
    second = store.outbox.claim(issue_id, "w2", limit=10, now=NOW)
    again = store.outbox.claim(issue_id, "w1", limit=10, now=NOW)

    assert [claim.seq for claim in first.claims] == list(range(1, 11))
    assert [claim.seq for claim in second.claims] == list(range(501, 511))
    assert [claim.seq for claim in again.claims] == list(range(11, 21))


def test_a_lease_that_runs_out_frees_the_rows_that_wait_and_no_claimed_one(store):
    issue_id = sending(store, *readers(20))
    enlist(store, "w1", "w2")
    store.outbox.claim(issue_id, "w1", limit=10, now=NOW)

    leased = store.outbox.claim(issue_id, "w2", limit=50, now=NOW)
    after = store.outbox.claim(issue_id, "w2", limit=50, now=NOW + LEASE)

    assert leased == Claimed(next_at=NOW + LEASE)
    assert [claim.seq for claim in after.claims] == list(range(11, 21))


def test_the_lease_of_a_dead_worker_is_over_at_once(store):
    issue_id = sending(store, *readers(20))
    enlist(store, "w1", "w2")
    store.outbox.claim(issue_id, "w1", limit=10, now=NOW)

    store.outbox.bury("w1", now=NOW)

    assert len(store.outbox.claim(issue_id, "w2", limit=50, now=NOW).claims) == 10


def test_workers_side_by_side_never_hold_one_row_twice_and_leave_none(store, open_again):
    issue_id = sending(store, *readers(1300))
    names = ["w1", "w2", "w3"]
    enlist(store, *names)
    together = threading.Barrier(len(names))

    def work(name):
        mine, held = open_again(), []
        together.wait(60)
        while claims := mine.outbox.claim(issue_id, name, limit=70, now=NOW + len(held) * LEASE / 100).claims:
            held += [(claim.seq, claim.recipient.subscriber) for claim in claims]
            mine.outbox.record(name, results(claims, DeliveryState.ACCEPTED, code=250), now=NOW)
        return held

    with ThreadPoolExecutor(len(names)) as pool:
        held = [each for part in pool.map(work, names) for each in part]

    # What a lease still hides from the others when they stop is taken by whoever comes after it.
    enlist(store, "last")
    while claims := store.outbox.claim(issue_id, "last", limit=500, now=NOW + 10 * LEASE).claims:
        held += [(claim.seq, claim.recipient.subscriber) for claim in claims]
        store.outbox.record("last", results(claims, DeliveryState.ACCEPTED, code=250), now=NOW)
    assert sorted(seq for seq, _ in held) == list(range(1, 1301))
    assert len({subscriber for _, subscriber in held}) == 1300
    assert store.outbox.counts(issue_id)["accepted"] == 1300
    assert store.outbox.finish(issue_id, now=NOW)


def test_what_waits_where_no_batch_says_so_is_swept_all_the_same(store):
    issue = sending(store, *readers(3))
    enlist(store, "w1")
    with store.database.write() as connection:
        connection.execute(batch.update().values(not_before=None))

    assert store.outbox.claim(issue, "w1", limit=0, now=EXPIRES).closed == "expired"

    assert store.outbox.counts(issue)["suppressed"] == 3
