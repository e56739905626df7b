"""Canary and brake over the tables: whichever worker asks, it sees what all of them were answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from digest.brake import Brake
from digest.lifecycle import Move
from digest.model.delivery import CLAIM_AGE, NEVER_BEGUN, Account, DeliveryState, Outcome, Result
from digest.model.issue import State

from .desks import rows
from .samples import MINUTE, NOW, enlist, readers, results, sending

S = DeliveryState
CANARY = Brake(canary=20, percent=5)
REFUSAL = "5.7.1 <reader1@mail.example> is blocked"


def hush(text):
    return text.replace("<reader1@mail.example>", "…")


@pytest.fixture
def outbox(desk):
    """An outbox of whichever kind, with two workers in it."""

    def made(people=200, brake=CANARY):
        issue = desk.start(people, brake)
        for name in ("w1", "w2"):
            desk.outbox.enlist(name, host="tarn", boot="boot-1", now=NOW)
        return desk.outbox, issue

    return made


def answer(outbox, by, claims, *, refused=0, now=NOW):
    """Let the first so many be refused, and the others taken."""
    outbox.record(by, results(claims[:refused], S.REFUSED, code=554, text=REFUSAL), now=now)
    outbox.record(by, results(claims[refused:], S.ACCEPTED, code=250, text="2.0.0 taken"), now=now)


def test_two_workers_send_one_canary_and_the_rest_waits_for_its_answers(outbox):
    outbox, issue = outbox(people=1200)

    first = outbox.claim(issue, "w1", limit=15, now=NOW).claims
    second = outbox.claim(issue, "w2", limit=500, now=NOW).claims
    third = outbox.claim(issue, "w1", limit=500, now=NOW)
    answer(outbox, "w1", first)
    answer(outbox, "w2", second, refused=1)
    fourth = outbox.claim(issue, "w1", limit=500, now=NOW).claims

    assert (len(first), len(second)) == (15, 5)
    assert (third.claims, third.closed) == ((), "")
    assert third.next_at <= NOW, "something waits: a worker asks again"
    assert len(fourth) > 400


def test_what_is_deferred_or_given_back_makes_room_for_another(outbox):
    outbox, issue = outbox()
    claims = outbox.claim(issue, "w1", limit=500, now=NOW).claims

    outbox.record("w1", results(claims[:6], S.DEFERRED, code=451, not_before=NOW + MINUTE), now=NOW)
    outbox.record("w1", [Result(claim, NEVER_BEGUN) for claim in claims[6:8]], now=NOW)

    assert len(claims) == 20
    assert len(outbox.claim(issue, "w1", limit=500, now=NOW).claims) == 8


def test_too_many_refused_pause_the_issue_and_say_why_without_naming_anybody(outbox, desk):
    outbox, issue = outbox()
    claims = outbox.claim(issue, "w1", limit=500, now=NOW).claims
    answer(outbox, "w1", claims, refused=4)

    closed = outbox.claim(issue, "w2", limit=500, now=NOW)
    pulled = outbox.pull_brake(issue, hush=hush, now=NOW)

    assert (closed.claims, closed.closed, pulled) == ((), "brake", True)
    assert desk.state(issue) is State.PAUSED
    assert desk.reason(issue) == (
        "the brake: 4 of 20 refused (20 %), brake_percent is 5; the last reply: 554 5.7.1 … is blocked"
    )
    assert outbox.claim(issue, "w1", limit=500, now=NOW).closed == "paused"
    assert outbox.pull_brake(issue, hush=hush, now=NOW), "asked twice it is pulled once"


def test_a_brake_that_is_not_due_pauses_nothing(outbox, desk):
    outbox, issue = outbox()

    assert not outbox.pull_brake(issue, hush=hush, now=NOW)
    assert desk.state(issue) is State.SENDING


def test_nothing_more_goes_out_while_a_spoilt_canary_waits_for_its_last_answers(outbox):
    outbox, issue = outbox()
    claims = outbox.claim(issue, "w1", limit=500, now=NOW).claims
    answer(outbox, "w1", claims[:10], refused=4)

    waits = outbox.claim(issue, "w2", limit=500, now=NOW)
    late = outbox.claim(issue, "w2", limit=500, now=NOW + CLAIM_AGE)

    assert (waits.claims, waits.closed) == ((), "")
    assert late.closed == "brake", "nobody waits longer than a claim is fresh"


def test_who_resumes_lets_it_go_past_the_brake_at_the_share_they_saw(outbox, desk):
    outbox, issue = outbox(people=700)
    answer(outbox, "w1", outbox.claim(issue, "w1", limit=500, now=NOW).claims, refused=4)
    outbox.claim(issue, "w1", limit=500, now=NOW)
    outbox.pull_brake(issue, hush=hush, now=NOW)

    desk.move(issue, Move.RESUME)
    claims = outbox.claim(issue, "w1", limit=100, now=NOW).claims
    answer(outbox, "w1", claims, refused=20)
    same = outbox.claim(issue, "w1", limit=100, now=NOW)
    answer(outbox, "w1", same.claims, refused=100)
    worse = outbox.claim(issue, "w1", limit=100, now=NOW)

    assert (desk.state(issue), len(claims), len(same.claims)) == (State.SENDING, 100, 100)
    assert worse.closed == "brake"


def test_a_pause_by_a_person_takes_nothing_off_the_canary(outbox, desk):
    outbox, issue = outbox()
    claims = outbox.claim(issue, "w1", limit=15, now=NOW).claims
    answer(outbox, "w1", claims)

    desk.move(issue, Move.PAUSE)
    desk.move(issue, Move.RESUME)

    assert len(outbox.claim(issue, "w1", limit=500, now=NOW).claims) == 5
    assert outbox.brake(issue).canary == 20


def test_a_worker_that_died_with_the_canary_changes_nothing(outbox):
    outbox, issue = outbox()
    claims = outbox.claim(issue, "w1", limit=500, now=NOW).claims
    told = {claim.key: Result(claim.key, Outcome(S.ACCEPTED, 250)) for claim in claims[:7]}

    outbox.recover("w1", Account(told, whole=True), now=NOW)

    assert outbox.brake(issue).answers == 7
    assert len(outbox.claim(issue, "w2", limit=500, now=NOW).claims) == 13


def test_an_answer_that_is_written_twice_counts_once(outbox):
    outbox, issue = outbox()
    told = results(outbox.claim(issue, "w1", limit=5, now=NOW).claims, S.ACCEPTED)

    outbox.record("w1", told, now=NOW)
    outbox.record("w1", told, now=NOW)

    assert outbox.brake(issue).answers == 5


def test_late_trouble_pulls_after_many_that_were_taken(outbox):
    outbox, issue = outbox(people=1600, brake=Brake(canary=0, percent=5))
    for refused in (0, 0, 0, 0, 0, 60):
        claims = outbox.claim(issue, "w1", limit=250, now=NOW).claims
        answer(outbox, "w1", claims, refused=refused)
    asked = outbox.claim(issue, "w1", limit=250, now=NOW)

    assert asked.closed == "brake"
    assert outbox.brake(issue).reason("").startswith("the brake: 60 of the last 500 refused")


def test_an_issue_without_a_brake_goes_out_whatever_is_refused(outbox):
    outbox, issue = outbox(brake=None)
    claims = outbox.claim(issue, "w1", limit=100, now=NOW).claims
    answer(outbox, "w1", claims, refused=100)

    assert len(outbox.claim(issue, "w1", limit=500, now=NOW).claims) == 100
    assert outbox.brake(issue) is None


def test_an_answer_counts_once_though_others_of_its_group_were_written_before(outbox):
    outbox, issue = outbox()
    told = results(outbox.claim(issue, "w1", limit=5, now=NOW).claims, S.REFUSED, code=554)

    outbox.record("w1", told[:1], now=NOW)
    outbox.record("w1", told, now=NOW)

    assert outbox.brake(issue).refused == 5


def test_a_brake_that_pulls_on_the_last_messages_ends_the_issue_with_its_reason(outbox, desk):
    outbox, issue = outbox(people=60, brake=Brake(canary=0, percent=5))
    answer(outbox, "w1", outbox.claim(issue, "w1", limit=60, now=NOW).claims, refused=60)
    closed = outbox.claim(issue, "w1", limit=0, now=NOW).closed
    pulled = outbox.pull_brake(issue, hush=hush, now=NOW)

    assert (closed, pulled, outbox.finish(issue, now=NOW)) == ("brake", True, True)
    assert desk.reason(issue).startswith("the brake: 60 of 60 refused")


def test_a_sent_issue_that_comes_back_is_let_go_by_the_brake_it_ended_with(outbox, desk):
    outbox, issue = outbox(people=60, brake=Brake(canary=0, percent=5))
    claims = outbox.claim(issue, "w1", limit=60, now=NOW).claims
    outbox.record("w1", results(claims[:1], S.IN_DOUBT), now=NOW)
    answer(outbox, "w1", claims[1:], refused=59)
    outbox.pull_brake(issue, hush=hush, now=NOW)
    outbox.finish(issue, now=NOW)

    outbox.record("w1", results(claims[:1], S.DEFERRED, code=451, not_before=NOW + MINUTE), now=NOW)  # told late

    again = outbox.claim(issue, "w2", limit=9, now=NOW + MINUTE)
    assert (desk.state(issue), desk.reason(issue), outbox.brake(issue).pulled) == (State.SENDING, "", False)
    assert [claim.seq for claim in again.claims] == [1]


def test_a_brake_that_is_due_again_pauses_the_issue_again(outbox, desk):
    outbox, issue = outbox(people=400, brake=Brake(canary=0, percent=5))
    for _ in range(2):
        answer(outbox, "w1", outbox.claim(issue, "w1", limit=100, now=NOW).claims, refused=100)
        assert outbox.claim(issue, "w1", limit=100, now=NOW).closed == "brake"
        assert outbox.pull_brake(issue, hush=hush, now=NOW)
        assert desk.state(issue) is State.PAUSED
        desk.move(issue, Move.RESUME)


# A canary without answers


def tried_by(outbox, issue, state, **told):
    """Claim what there is, whatever the outcome is; return how many that were."""
    tried = 0
    while claims := outbox.claim(issue, "w1", limit=500, now=NOW).claims:
        tried += len(claims)
        outbox.record("w1", results(claims, state, **told), now=NOW)
    return tried


def test_a_server_that_only_says_not_now_is_not_given_the_whole_list(outbox, desk):
    outbox, issue = outbox()

    assert tried_by(outbox, issue, S.DEFERRED, code=451, not_before=NOW + MINUTE) == 60

    asked = outbox.claim(issue, "w2", limit=500, now=NOW)
    assert (asked.claims, asked.closed, asked.next_at) == ((), "", NOW + MINUTE)
    assert desk.state(issue) is State.SENDING, "greylisting is no reason to stop"


def test_what_was_deferred_comes_back_and_completes_the_canary(outbox):
    outbox, issue = outbox()
    tried_by(outbox, issue, S.DEFERRED, code=451, not_before=NOW + MINUTE)

    back = outbox.claim(issue, "w2", limit=500, now=NOW + MINUTE).claims
    answer(outbox, "w2", back, now=NOW + MINUTE)
    rest = outbox.claim(issue, "w2", limit=500, now=NOW + MINUTE).claims

    assert [(claim.seq, claim.attempt) for claim in back] == [(seq, 2) for seq in range(1, 21)]
    assert len(rest) == 180


def test_a_canary_that_nobody_answers_pauses_the_issue_and_says_so(outbox, desk):
    outbox, issue = outbox()

    assert tried_by(outbox, issue, S.IN_DOUBT, text="no answer") == 60

    assert outbox.claim(issue, "w2", limit=0, now=NOW).closed == "brake"
    assert outbox.pull_brake(issue, hush=hush, now=NOW)
    assert (desk.state(issue), desk.reason(issue)) == (
        State.PAUSED,
        "the brake: 60 were tried, and 0 of the first 20 answers came; the others are in doubt",
    )
    desk.move(issue, Move.RESUME)
    assert outbox.claim(issue, "w1", limit=500, now=NOW).claims


def test_what_nobody_answers_for_long_makes_room_for_no_more_than_that(outbox):
    outbox, issue = outbox()
    rounds = [outbox.claim(issue, "w1", limit=500, now=NOW + n * CLAIM_AGE).claims for n in range(5)]

    assert [len(claims) for claims in rounds] == [20, 20, 20, 0, 0]


# What is stopped


def test_a_stop_ends_every_message_that_waits_and_those_that_come_back(outbox, desk):
    outbox, issue = outbox(people=10, brake=None)
    claims = outbox.claim(issue, "w1", limit=4, now=NOW).claims

    desk.move(issue, Move.STOP)
    stopped = {state: n for state, n in outbox.counts(issue).items() if n}
    outbox.record("w1", [Result(claims[0], NEVER_BEGUN)], now=NOW)
    answer(outbox, "w1", claims[1:])
    closed = outbox.claim(issue, "w1", limit=0, now=NOW).closed

    assert stopped == {"claimed": 4, "suppressed": 6}
    assert closed == "over"
    assert {state: n for state, n in outbox.counts(issue).items() if n} == {"accepted": 3, "suppressed": 7}
    assert {row.text for row in rows(desk, issue).values() if row.state is S.SUPPRESSED} == {"stopped"}


def test_what_comes_back_to_a_stopped_issue_ends_at_once(outbox, desk):
    outbox, issue = outbox(people=10, brake=None)
    claims = outbox.claim(issue, "w1", limit=4, now=NOW).claims
    desk.move(issue, Move.STOP)

    outbox.record("w1", results(claims[:1], S.DEFERRED, code=451, not_before=NOW + MINUTE), now=NOW)
    outbox.recover("w1", Account({}, whole=True), now=NOW)

    assert {state: n for state, n in outbox.counts(issue).items() if n} == {"suppressed": 10}


# Only in a database


def test_the_daemon_comes_back_to_a_spent_canary_when_its_messages_do(store):
    issue = sending(store, *readers(100), brake=CANARY)
    enlist(store, "w1")
    tried_by(store.outbox, issue, S.DEFERRED, code=451, not_before=NOW + MINUTE)

    assert store.outbox.next_at(issue) == NOW + MINUTE


def test_workers_that_claim_in_the_same_instant_send_one_canary_between_them(open_again):
    stores = [open_again() for _ in range(3)]
    issue = sending(stores[0], *readers(1100), brake=CANARY)
    enlist(stores[0], *(f"w{n}" for n in range(3)))

    def claim(n):
        return stores[n].outbox.claim(issue, f"w{n}", limit=17, now=NOW + timedelta(seconds=1)).claims

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(claim, range(3)))

    assert sum(map(len, found)) == 20
