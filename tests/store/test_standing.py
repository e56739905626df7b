from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from digest.model.delivery import DeliveryState as S
from digest.model.standing import Carried, Reply, Standing

from .samples import MINUTE, NOW, enlist, readers, results, sending

HOUR = timedelta(hours=1)


def test_an_issue_that_was_never_sent_stands_at_nothing(store):
    assert store.outbox.standing(7, now=NOW) == Standing(dict.fromkeys(S, 0))


def test_how_an_issue_stands_is_counted_without_naming_anybody(store):
    issue = sending(store, *readers(12))
    enlist(store, "w1")
    told = [
        (S.ACCEPTED, 250, "2.0.0 taken as 7F3A"),
        (S.ACCEPTED, 250, "2.0.0 taken as 7F3B"),
        (S.DEFERRED, 451, "4.7.1 <reader3@mail.example> later"),
        (S.DEFERRED, 451, "4.7.1 again"),
        (S.DEFERRED, 0, "the mail server hung up"),
        (S.REFUSED, 550, "5.1.1 <reader6@mail.example> is nobody"),
        (S.REFUSED, 550, "5.1.10 nobody"),
        (S.REFUSED, 550, "5.1.1"),
        (S.REFUSED, 554, "reader9@mail.example is nobody"),
        (S.IN_DOUBT, 0, "no answer"),
    ]
    claims = store.outbox.claim(issue, "w1", limit=11, now=NOW).claims
    for minutes, (claim, (state, code, text)) in enumerate(zip(claims, told, strict=False)):
        again = NOW + HOUR + minutes * MINUTE if state is S.DEFERRED else None
        written = results([claim], state, code=code, text=text, not_before=again)
        store.outbox.record("w1", written, now=NOW + minutes * MINUTE)

    found = store.outbox.standing(issue, now=NOW + 9.5 * MINUTE)

    assert {state: count for state, count in found.counts.items() if count} == {
        S.ACCEPTED: 2,
        S.DEFERRED: 3,
        S.REFUSED: 4,
        S.IN_DOUBT: 1,
        S.CLAIMED: 1,
        S.QUEUED: 1,
    }
    assert (found.waiting, found.answered) == (2, 10)
    assert set(found.replies) == {
        Reply(S.DEFERRED, 451, "4.7.1", 2),
        Reply(S.REFUSED, 550, "5.1.1", 2),
        Reply(S.REFUSED, 550, "5.1.10", 1),
        Reply(S.REFUSED, 554, "", 1),
        Reply(S.DEFERRED, 0, "", 1),
    }
    assert [reply.count for reply in found.replies] == [2, 2, 1, 1, 1]
    assert (found.first_at, found.last_at) == (NOW, NOW + 9 * MINUTE)
    assert found.next_try_at == NOW + HOUR + 2 * MINUTE
    assert found.lately == 1
    assert found.domains == {"mail.example": 8}
    assert "reader" not in repr(found)


def test_what_was_assumed_and_why_others_got_nothing_is_counted_apart(store):
    issue = sending(store, *readers(5))
    enlist(store, "w1")
    claims = store.outbox.claim(issue, "w1", limit=2, now=NOW).claims
    store.outbox.record("w1", results(claims[:1], S.ACCEPTED, code=250, text="2.0.0 ok"), now=NOW)
    store.outbox.record("w1", results(claims[1:], S.IN_DOUBT), now=NOW)
    store.outbox.assume_sent(issue, now=NOW)
    store.outbox.expire(issue, now=NOW + 24 * HOUR)

    found = store.outbox.standing(issue, now=NOW)

    assert (found.counts[S.ACCEPTED], found.assumed) == (2, 1)
    assert found.reasons == {"expired": 3}


def test_what_became_of_messages_is_told_relay_by_relay_by_the_last_that_was_tried(store):
    issue = sending(store, *readers(7))
    enlist(store, "w1")
    first = store.outbox.claim(issue, "w1", limit=6, now=NOW).claims
    states = (S.ACCEPTED, S.ACCEPTED, S.REFUSED, S.IN_DOUBT, S.DEFERRED, S.QUEUED)
    for claim, state, relay in zip(first, states, ("a", "b", "b", "b", "a", "a"), strict=True):
        again = NOW if state is S.DEFERRED else None
        told = [replace(each, relay=relay) for each in results([claim], state, not_before=again)]
        store.outbox.record("w1", told, now=NOW)
    second = [each for each in store.outbox.claim(issue, "w1", limit=9, now=NOW).claims if each.seq == first[4].seq]
    store.outbox.record("w1", [replace(each, relay="b") for each in results(second, S.ACCEPTED)], now=NOW + HOUR)

    found = store.outbox.standing(issue, now=NOW + HOUR)

    none = dict.fromkeys((S.ACCEPTED, S.DEFERRED, S.REFUSED, S.IN_DOUBT), 0)
    assert found.relays == (
        Carried("a", none | {S.ACCEPTED: 1}),
        Carried("b", none | {S.ACCEPTED: 2, S.REFUSED: 1, S.IN_DOUBT: 1}, lately=1),
    )
    assert found.pace(found.relays[1], NOW + HOUR) == 1 / 60
