from __future__ import annotations

import pytest

from digest.lifecycle import Move
from digest.model.delivery import DeliveryState
from digest.model.issue import State

from .samples import EXPIRES, MINUTE, NOW, enlist, readers, results, row, sending, slot

LATER = NOW + MINUTE


def only(store, issue_id):
    ((delivery, _),) = store.outbox.deliveries(issue_id)
    return delivery


def claimed(store, *, n: int = 1, by: str = "w1"):
    """An issue on its way to n readers, all claimed by a worker."""
    issue_id = sending(store, *readers(n))
    enlist(store, by)
    return issue_id, store.outbox.claim(issue_id, by, limit=n, now=NOW).claims


def test_what_is_given_back_too_late_wakes_nobody(store):
    issue = sending(store, *readers(1))
    enlist(store, "w1", "w2")
    claims = store.outbox.claim(issue, "w1", limit=1, now=NOW).claims
    store.outbox.record("w1", results(claims, DeliveryState.ACCEPTED), now=NOW)

    store.outbox.record("w1", results(claims, DeliveryState.QUEUED), now=NOW)

    assert store.outbox.claim(issue, "w2", limit=0, now=NOW).next_at is None


def test_an_accepted_message_is_written_down_and_nobodys_any_more(store):
    issue_id, claims = claimed(store)

    written = store.outbox.record("w1", results(claims, DeliveryState.ACCEPTED, code=250, text="2.0.0 ok"), now=LATER)

    kept = only(store, issue_id)
    assert written == 1
    assert (kept.state, kept.code, kept.text, kept.worker, kept.at) == (
        DeliveryState.ACCEPTED,
        250,
        "2.0.0 ok",
        "",
        LATER,
    )


@pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.IN_DOUBT])
def test_what_rests_is_not_claimed_again(store, state):
    issue_id, claims = claimed(store)
    store.outbox.record("w1", results(claims, state, code=550), now=NOW)

    assert store.outbox.claim(issue_id, "w1", limit=1, now=LATER).claims == ()
    assert store.outbox.next_at(issue_id) is None


def test_a_row_given_back_is_queued_and_free_for_anybody(store):
    issue_id, claims = claimed(store, n=3)
    enlist(store, "w2")

    store.outbox.record("w1", results(claims[1:], DeliveryState.QUEUED), now=NOW)

    again = store.outbox.claim(issue_id, "w2", limit=5, now=NOW).claims
    assert [(claim.seq, claim.attempt) for claim in again] == [(2, 2), (3, 2)]


def test_a_row_given_back_keeps_what_the_try_before_it_said(store):
    issue_id, claims = claimed(store)
    store.outbox.record(
        "w1", results(claims, DeliveryState.DEFERRED, code=451, text="4.7.1 later", not_before=LATER), now=NOW
    )
    again = store.outbox.claim(issue_id, "w1", limit=1, now=LATER).claims

    store.outbox.record("w1", results(again, DeliveryState.QUEUED), now=LATER)

    kept = only(store, issue_id)
    assert (kept.state, kept.attempts, kept.code, kept.text) == (DeliveryState.QUEUED, 2, 451, "4.7.1 later")


def test_an_outcome_written_twice_is_written_once(store):
    issue_id, claims = claimed(store)
    told = results(claims, DeliveryState.ACCEPTED, code=250)

    assert store.outbox.record("w1", told, now=NOW) == 1
    assert store.outbox.record("w1", told, now=LATER) == 0
    assert only(store, issue_id).at == NOW


def test_an_outcome_of_an_earlier_attempt_changes_nothing(store):
    issue_id, first = claimed(store)
    store.outbox.record("w1", results(first, DeliveryState.QUEUED), now=NOW)
    store.outbox.claim(issue_id, "w1", limit=1, now=NOW)

    written = store.outbox.record("w1", results(first, DeliveryState.REFUSED, code=550), now=LATER)

    kept = only(store, issue_id)
    assert written == 0
    assert (kept.state, kept.attempts, kept.worker) == (DeliveryState.CLAIMED, 2, "w1")


def test_an_outcome_from_another_worker_changes_nothing(store):
    issue_id, claims = claimed(store)
    enlist(store, "w2")

    written = store.outbox.record("w2", results(claims, DeliveryState.ACCEPTED), now=LATER)

    assert written == 0
    assert only(store, issue_id).state is DeliveryState.CLAIMED


def test_many_outcomes_of_several_issues_are_one_call(store):
    first, claims = claimed(store, n=4)
    second = sending(store, *readers(4), at=slot(21))
    more = store.outbox.claim(second, "w1", limit=4, now=NOW).claims
    told = [
        *results(claims[:2], DeliveryState.ACCEPTED, code=250),
        *results(claims[2:3], DeliveryState.REFUSED, code=550),
        *results(claims[3:], DeliveryState.QUEUED),
        *results(more[:3], DeliveryState.DEFERRED, code=451, not_before=LATER),
        *results(more[3:], DeliveryState.IN_DOUBT),
    ]

    assert store.outbox.record("w1", told, now=NOW) == 8

    none = {state.value: 0 for state in DeliveryState}
    assert store.outbox.counts(first) == none | {"accepted": 2, "refused": 1, "queued": 1}
    assert store.outbox.counts(second) == none | {"deferred": 3, "in_doubt": 1}
    assert (store.outbox.next_at(first), store.outbox.next_at(second)) == (NOW, LATER)


@pytest.mark.parametrize("state", [DeliveryState.CLAIMED, DeliveryState.SUPPRESSED])
def test_what_is_no_outcome_is_refused_before_anything_is_written(store, state):
    issue_id, claims = claimed(store, n=2)
    told = results(claims[:1], DeliveryState.ACCEPTED) + results(claims[1:], state)

    with pytest.raises(ValueError, match=state.value):
        store.outbox.record("w1", told, now=NOW)

    assert store.outbox.counts(issue_id)["claimed"] == 2


def test_burying_a_worker_puts_what_it_held_in_doubt_and_says_why(store):
    issue_id, _ = claimed(store, n=3)
    enlist(store, "w2")

    assert store.outbox.bury("w1", now=LATER) == 3

    for delivery, _ in store.outbox.deliveries(issue_id):
        assert (delivery.state, delivery.worker, delivery.at) == (DeliveryState.IN_DOUBT, "w1", LATER)
        assert "worker died" in delivery.text
    assert store.outbox.bury("w1", now=LATER) == 0
    assert store.outbox.claim(issue_id, "w2", limit=5, now=LATER).claims == ()


def test_a_worker_buried_alive_may_still_tell_what_became_of_its_messages(store):
    issue_id, claims = claimed(store)
    store.outbox.bury("w1", now=NOW)

    assert store.outbox.record("w1", results(claims, DeliveryState.ACCEPTED, code=250), now=LATER) == 1
    assert only(store, issue_id).state is DeliveryState.ACCEPTED


def test_burying_one_worker_leaves_the_rows_of_others(store):
    issue_id = sending(store, *readers(4))
    enlist(store, "w1", "w2")
    store.outbox.claim(issue_id, "w1", limit=2, now=NOW)
    store.outbox.record("w1", [], now=NOW)
    store.outbox.bury("w1", now=NOW)
    store.outbox.claim(issue_id, "w2", limit=2, now=NOW)

    assert store.outbox.counts(issue_id)["claimed"] == 2
    assert store.outbox.counts(issue_id)["in_doubt"] == 2


def test_the_issue_is_sent_when_every_message_rests(store):
    issue_id, claims = claimed(store, n=3)

    assert not store.outbox.finish(issue_id, now=NOW)
    store.outbox.record("w1", results(claims[:1], DeliveryState.DEFERRED, code=451, not_before=LATER), now=NOW)
    store.outbox.record("w1", results(claims[1:2], DeliveryState.REFUSED, code=550), now=NOW)
    store.outbox.record("w1", results(claims[2:], DeliveryState.IN_DOUBT), now=NOW)
    assert not store.outbox.finish(issue_id, now=NOW)
    again = store.outbox.claim(issue_id, "w1", limit=1, now=LATER).claims
    store.outbox.record("w1", results(again, DeliveryState.ACCEPTED, code=250), now=LATER)

    assert store.outbox.finish(issue_id, now=LATER)
    assert store.outbox.finish(issue_id, now=LATER)
    assert store.issues.find(issue_id).state is State.SENT


def test_a_paused_issue_whose_last_message_comes_to_rest_is_sent_and_a_stopped_one_stays_stopped(store):
    paused, claims = claimed(store)
    store.issues.move(paused, Move.PAUSE, now=NOW)
    store.outbox.record("w1", results(claims, DeliveryState.ACCEPTED), now=NOW)
    stopped = sending(store, row("mira@mail.example"), at=slot(21))
    store.issues.move(stopped, Move.STOP, now=NOW)

    assert store.outbox.finish(paused, now=NOW)
    assert not store.outbox.finish(stopped, now=NOW)
    assert store.issues.find(stopped).state is State.STOPPED


def test_a_late_deferral_takes_a_sent_issue_back_to_sending_until_it_is_tried_again(store):
    issue_id, claims = claimed(store)
    enlist(store, "w2")
    store.outbox.bury("w1", now=NOW)
    assert store.outbox.finish(issue_id, now=NOW)

    store.outbox.record("w1", results(claims, DeliveryState.DEFERRED, code=451, not_before=LATER), now=NOW)

    assert store.issues.find(issue_id).state is State.SENDING
    assert [claim.seq for claim in store.outbox.claim(issue_id, "w2", limit=1, now=LATER).claims] == [1]


def test_a_stale_deferral_does_not_open_a_sent_issue(store):
    issue_id, claims = claimed(store)
    store.outbox.record("w1", results(claims, DeliveryState.ACCEPTED), now=NOW)
    store.outbox.finish(issue_id, now=NOW)

    assert store.outbox.record("w1", results(claims, DeliveryState.DEFERRED, not_before=LATER), now=NOW) == 0
    assert store.issues.find(issue_id).state is State.SENT


def test_a_deferral_past_the_issues_end_is_suppressed_when_it_expires(store):
    issue_id, claims = claimed(store)
    store.outbox.record("w1", results(claims, DeliveryState.DEFERRED, not_before=EXPIRES + MINUTE), now=NOW)

    store.outbox.claim(issue_id, "w1", limit=1, now=EXPIRES)

    assert only(store, issue_id).text == "expired"
    assert store.outbox.finish(issue_id, now=EXPIRES)


def test_deliveries_are_read_by_state_page_by_page(store):
    issue_id, claims = claimed(store, n=1200)
    store.outbox.record("w1", results(claims[::2], DeliveryState.REFUSED, code=550), now=NOW)

    refused = [delivery.seq for delivery, _ in store.outbox.deliveries(issue_id, DeliveryState.REFUSED)]

    assert refused == [claim.seq for claim in claims[::2]]
    assert len(list(store.outbox.deliveries(issue_id))) == 1200


def test_a_reply_with_what_no_database_takes_is_kept_readable(store):
    issue_id, claims = claimed(store)

    store.outbox.record("w1", results(claims, DeliveryState.REFUSED, code=550, text="no\0 such\ud800 user"), now=NOW)

    assert only(store, issue_id).text == "no\N{REPLACEMENT CHARACTER} such? user"
