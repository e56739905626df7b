from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from digest.brake import Brake
from digest.errors import MoveError, UnknownError
from digest.lifecycle import Move
from digest.model.delivery import DeliveryState as S
from digest.model.issue import State
from digest.store.freeze import BATCH

from .samples import EXPIRES, MINUTE, NOW, enlist, reader, readers, results, sending

HOUR = timedelta(hours=1)
SAID = [
    (S.ACCEPTED, 250, "2.0.0 taken"),
    (S.DEFERRED, 451, "4.7.1"),
    (S.DEFERRED, 452, "4.2.2 full"),
    (S.REFUSED, 550, "5.1.1 nobody"),
    (S.REFUSED, 552, "4.2.2: full"),
    (S.REFUSED, 554, "no 4.2.2 here"),
    (S.IN_DOUBT, 0, "no answer"),
]


@pytest.fixture
def issue(store):
    """An issue of whose seven messages one was accepted, two deferred for an hour, three refused, one in doubt."""
    issue = sending(store, *readers(len(SAID)))
    enlist(store, "w1", "w2")
    claims = store.outbox.claim(issue, "w1", limit=len(SAID), now=NOW).claims
    for claim, (state, code, text) in zip(claims, SAID, strict=True):
        again = NOW + HOUR if state is S.DEFERRED else None
        store.outbox.record("w1", results([claim], state, code=code, text=text, not_before=again), now=NOW)
    return issue


def states(store, issue):
    return [delivery.state for delivery, _ in store.outbox.deliveries(issue)]


CHOICES = [
    ({"states": [S.REFUSED]}, 3),
    ({"states": [S.DEFERRED]}, 2),
    ({"states": [S.REFUSED, S.DEFERRED]}, 5),
    ({"codes": ["4.2.2"]}, 2),
    ({"codes": ["550", "4.7.1"]}, 2),
    ({"codes": ["4.2.22"]}, 0),
    ({"codes": ["5.1.1"]}, 1),
    ({"states": [S.REFUSED], "codes": ["4.2.2"]}, 1),
    ({"codes": ["250"]}, 0),
    ({"addresses": ["Reader3@mail.example", "reader4@mail.example"]}, 2),
]


def test_what_would_go_out_is_counted_first_and_changes_nothing(store, issue):
    before = states(store, issue)

    for chosen, count in CHOICES:
        assert store.outbox.retry(issue, **chosen, pretend=True, now=NOW + MINUTE) == count, chosen

    assert states(store, issue) == before
    assert store.outbox.next_at(issue) == NOW + HOUR


def test_what_is_chosen_goes_out_now_and_nothing_else(store, issue):
    before = states(store, issue)

    count = store.outbox.retry(issue, codes=["4.2.2"], now=NOW + MINUTE)

    changed = [seq for seq, pair in enumerate(zip(before, states(store, issue), strict=True), 1) if len(set(pair)) > 1]
    claimed = store.outbox.claim(issue, "w2", limit=50, now=NOW + MINUTE)
    assert count == 2
    assert changed == [3, 5]
    assert [(claim.seq, claim.attempt) for claim in claimed.claims] == [(3, 2), (5, 2)]


def test_a_sent_issue_is_being_sent_again(store, issue):
    store.outbox.expire(issue, now=NOW)
    store.outbox.retry(issue, states=[S.DEFERRED], now=NOW)
    claims = store.outbox.claim(issue, "w2", limit=9, now=NOW).claims
    store.outbox.record("w2", results(claims, S.REFUSED, code=550), now=NOW)
    assert store.outbox.finish(issue, now=NOW)

    store.outbox.retry(issue, addresses=["reader4@mail.example"], now=NOW)

    assert store.issues.find(issue).state is State.SENDING
    assert store.outbox.next_at(issue) == NOW


def test_what_the_try_before_said_stands_until_the_next(store, issue):
    store.outbox.retry(issue, codes=["5.1.1"], now=NOW + MINUTE)

    row = next(delivery for delivery, _ in store.outbox.deliveries(issue) if delivery.seq == 4)
    assert (row.state, row.code, row.text, row.attempts, row.at) == (S.QUEUED, 550, "5.1.1 nobody", 1, NOW + MINUTE)


def test_who_left_meanwhile_gets_nothing_by_it(store, issue):
    store.subscribers.unsubscribe(reader(store, "reader4@mail.example"), ("weekday", "desk"), now=NOW, origin="link")

    store.outbox.retry(issue, states=[S.REFUSED], now=NOW)

    claims = store.outbox.claim(issue, "w2", limit=9, now=NOW).claims
    assert [claim.seq for claim in claims] == [5, 6]
    assert states(store, issue)[3] is S.SUPPRESSED


def test_nothing_leaves_an_issue_that_has_expired_or_was_stopped(store, issue):
    with pytest.raises(MoveError, match="expired"):
        store.outbox.retry(issue, states=[S.REFUSED], now=EXPIRES)
    store.issues.move(issue, Move.STOP, now=NOW)
    with pytest.raises(MoveError, match="stopped"):
        store.outbox.retry(issue, states=[S.REFUSED], now=NOW)


def test_an_address_without_such_a_message_is_told_and_nothing_is_done(store, issue):
    before = states(store, issue)

    with pytest.raises(UnknownError, match=r"reader1@mail\.example"):
        store.outbox.retry(issue, addresses=["reader4@mail.example", "reader1@mail.example"], now=NOW)

    assert states(store, issue) == before


def test_what_may_not_be_tried_again_is_the_callers_mistake(store, issue):
    for chosen in ({"states": [S.IN_DOUBT]}, {"states": [S.SUPPRESSED]}, {"codes": ["5.1.%"]}):
        with pytest.raises(ValueError, match=r"taken back|no code"):
            store.outbox.retry(issue, **chosen, now=NOW)


def test_a_refusal_that_is_tried_again_counts_no_more(store):
    issue = sending(store, *readers(30), brake=Brake(canary=0, percent=5))
    enlist(store, "w1")
    for _ in range(3):
        claims = store.outbox.claim(issue, "w1", limit=2, now=NOW).claims
        store.outbox.record("w1", results(claims, S.REFUSED, code=550), now=NOW)
        store.outbox.retry(issue, states=[S.REFUSED], addresses=["reader1@mail.example"], now=NOW)

    assert store.outbox.brake(issue).refused == store.outbox.counts(issue)["refused"] == 3


def test_what_is_refused_while_others_are_taken_back_is_not_left_behind(open_again):
    """The batch of a row that another worker writes down between two statements of ours would never be looked at."""
    store, other = open_again(), open_again()
    issue = sending(store, *readers(BATCH + 2))
    enlist(store, "w1", "w2")
    first = store.outbox.claim(issue, "w1", limit=BATCH, now=NOW).claims
    second = store.outbox.claim(issue, "w2", limit=2, now=NOW).claims
    store.outbox.record("w1", results(first[1:], S.ACCEPTED), now=NOW)
    store.outbox.record("w1", results(first[:1], S.REFUSED, code=550), now=NOW)
    late = threading.Thread(
        target=other.outbox.record, args=("w2", results(second, S.REFUSED, code=550)), kwargs={"now": NOW}
    )

    @event.listens_for(store.database.engine, "before_cursor_execute")
    def meanwhile(connection, _cursor, statement, *_):
        if statement.startswith("UPDATE delivery") and late.ident is None:
            late.start()
            late.join(0 if store.database.is_sqlite else 10)  # SQLite lets it in when we are done

    count = store.outbox.retry(issue, states=[S.REFUSED], now=NOW)
    late.join(60)
    assert not late.is_alive()

    claims = store.outbox.claim(issue, "w1", limit=9, now=NOW).claims
    store.outbox.record("w1", results(claims, S.ACCEPTED), now=NOW)
    assert (count, [claim.seq for claim in claims]) == (1, [1])
    assert store.outbox.counts(issue) | {"accepted": 0} == dict.fromkeys(store.outbox.counts(issue), 0) | {"refused": 2}
    assert store.outbox.finish(issue, now=NOW)
