"""What every outbox promises to those who deliver: the one in memory, on SQLite, on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.errors import MoveError, StoreError, UnknownError
from digest.lifecycle import Move
from digest.model.delivery import CLAIM_AGE, Account, Claimed, DeliveryState, Key, Outcome, Result, Settled
from digest.model.issue import State
from digest.store.claims import LEASE

from .desks import MemoryDesk, rows
from .samples import EXPIRES, MINUTE, NOW, results

S = DeliveryState
NOTHING = Account({}, whole=True)
"""A journal in which nothing was ever begun."""
LATER = NOW + MINUTE


def enlist(desk, *names, host="tarn"):
    for name in names:
        desk.outbox.enlist(name, host=host, boot="boot-1", now=NOW)


def claimed(desk, people=1, by="w1"):
    """An issue on its way to so many readers, all claimed by a worker."""
    issue = desk.start(people)
    enlist(desk, by)
    return issue, desk.outbox.claim(issue, by, limit=people, now=NOW).claims


def counted(desk, issue):
    return {state: n for state, n in desk.outbox.counts(issue).items() if n}


# Claims


def test_rows_are_given_out_in_their_order_at_most_so_many_and_each_once(desk):
    issue = desk.start(5)
    enlist(desk, "w1")

    portions = [desk.outbox.claim(issue, "w1", limit=2, now=NOW) for _ in range(4)]

    assert [[(claim.seq, claim.attempt) for claim in each.claims] for each in portions] == [
        [(1, 1), (2, 1)],
        [(3, 1), (4, 1)],
        [(5, 1)],
        [],
    ]
    assert portions[0].next_at == NOW
    assert portions[3] == Claimed()


def test_a_claimed_row_names_who_holds_it_and_since_when(desk):
    issue, (claim,) = claimed(desk)

    row = rows(desk, issue)[claim.seq]
    assert (row.state, row.worker, row.attempts, row.at) == (S.CLAIMED, "w1", 1, NOW)
    assert (claim.issue, claim.due_at, claim.recipient.subscriber) == (issue, NOW, row.subscriber)


def test_a_limit_of_nothing_only_asks(desk):
    issue = desk.start(3)
    enlist(desk, "w1")

    assert desk.outbox.claim(issue, "w1", limit=0, now=NOW) == Claimed(next_at=NOW)
    assert counted(desk, issue) == {"queued": 3}


def test_who_is_dead_or_was_never_enlisted_gets_nothing(desk):
    issue = desk.start(3)
    enlist(desk, "w1")
    desk.outbox.bury("w1", now=NOW)

    assert desk.outbox.claim(issue, "w1", limit=1, now=NOW) == Claimed(closed="dead")
    assert desk.outbox.claim(issue, "w2", limit=1, now=NOW) == Claimed(closed="dead")
    assert counted(desk, issue) == {"queued": 3}


def test_an_issue_nobody_knows_is_no_empty_one(desk):
    enlist(desk, "w1")

    with pytest.raises(UnknownError, match="no issue 77"):
        desk.outbox.claim(77, "w1", limit=1, now=NOW)
    with pytest.raises(UnknownError, match="no issue 77"):
        desk.outbox.finish(77, now=NOW)


def test_a_paused_issue_gives_nothing_until_it_is_resumed_and_a_stopped_one_no_more(desk):
    issue = desk.start(3)
    enlist(desk, "w1")

    closed = []
    for move in (Move.PAUSE, Move.RESUME, Move.STOP):
        desk.move(issue, move)
        closed.append(desk.outbox.claim(issue, "w1", limit=1, now=NOW).closed)

    assert closed == ["paused", "", "over"]
    assert counted(desk, issue) == {"suppressed": 2, "claimed": 1}


@pytest.mark.parametrize("paused", [False, True])
def test_what_waits_when_the_issue_expires_is_suppressed_and_what_is_held_is_not(desk, paused):
    issue = desk.start(3)
    enlist(desk, "w1")
    desk.outbox.claim(issue, "w1", limit=1, now=NOW)
    if paused:
        desk.move(issue, Move.PAUSE)

    asked = desk.outbox.claim(issue, "w1", limit=1, now=EXPIRES)

    assert asked == Claimed(closed="expired")
    assert [(row.state, row.text) for row in rows(desk, issue).values()] == [
        (S.CLAIMED, ""),
        (S.SUPPRESSED, "expired"),
        (S.SUPPRESSED, "expired"),
    ]


def test_who_has_left_meanwhile_is_passed_over(desk):
    issue = desk.start(3)
    enlist(desk, "w1")
    desk.unsubscribe(issue, 1)
    desk.unsubscribe(issue, 2)

    got = desk.outbox.claim(issue, "w1", limit=1, now=NOW)

    assert [claim.seq for claim in got.claims] == [3]
    assert [rows(desk, issue)[seq].text for seq in (1, 2)] == ["unsubscribed", "unsubscribed"]
    assert counted(desk, issue) == {"claimed": 1, "suppressed": 2}


# Outcomes


@pytest.mark.parametrize("state", [S.ACCEPTED, S.REFUSED])
def test_what_is_decided_is_nobodys_and_is_not_given_out_again(desk, state):
    issue, claims = claimed(desk)

    written = desk.outbox.record("w1", results(claims, state, code=250, text="2.0.0 so"), now=LATER)

    row = rows(desk, issue)[1]
    assert (written, row.state, row.worker, row.code, row.text, row.at) == (1, state, "", 250, "2.0.0 so", LATER)
    assert desk.outbox.claim(issue, "w1", limit=1, now=LATER) == Claimed()


def test_a_message_in_doubt_keeps_the_name_of_its_worker_who_may_still_tell(desk):
    issue, claims = claimed(desk)
    desk.outbox.record("w1", results(claims, S.IN_DOUBT, text="cut off"), now=NOW)
    doubted = rows(desk, issue)[1]

    assert desk.outbox.record("w1", results(claims, S.ACCEPTED, code=250), now=LATER) == 1
    assert (doubted.state, doubted.worker, doubted.text) == (S.IN_DOUBT, "w1", "cut off")
    assert counted(desk, issue) == {"accepted": 1}


def test_a_deferred_message_comes_back_when_its_pause_is_over(desk):
    issue, claims = claimed(desk)
    desk.outbox.record("w1", results(claims, S.DEFERRED, code=451, not_before=LATER), now=NOW)

    early = desk.outbox.claim(issue, "w1", limit=1, now=NOW)
    later = desk.outbox.claim(issue, "w1", limit=1, now=LATER)

    assert early == Claimed(next_at=LATER)
    assert [(claim.seq, claim.attempt) for claim in later.claims] == [(1, 2)]


def test_a_row_given_back_is_anybodys_and_keeps_what_the_try_before_it_said(desk):
    issue, claims = claimed(desk)
    enlist(desk, "w2")
    desk.outbox.record("w1", results(claims, S.DEFERRED, code=451, text="4.7.1 later", not_before=NOW), now=NOW)
    again = desk.outbox.claim(issue, "w1", limit=1, now=NOW).claims

    desk.outbox.record("w1", results(again, S.QUEUED, text="not begun"), now=NOW)

    row = rows(desk, issue)[1]
    assert (row.state, row.worker, row.code, row.text) == (S.QUEUED, "", 451, "4.7.1 later")
    (claim,) = desk.outbox.claim(issue, "w2", limit=1, now=NOW).claims
    assert (claim.attempt, claim.tries) == (3, 2)


def test_an_outcome_is_written_once_by_its_own_worker_for_its_own_attempt(desk):
    issue, first = claimed(desk)
    enlist(desk, "w2")
    desk.outbox.record("w1", results(first, S.QUEUED), now=NOW)
    second = desk.outbox.claim(issue, "w1", limit=1, now=NOW).claims

    stale = desk.outbox.record("w1", results(first, S.REFUSED), now=NOW)
    strange = desk.outbox.record("w2", results(second, S.REFUSED), now=NOW)
    told = [desk.outbox.record("w1", results(second, S.ACCEPTED), now=NOW) for _ in range(2)]

    assert (stale, strange, told) == (0, 0, [1, 0])
    assert counted(desk, issue) == {"accepted": 1}


@pytest.mark.parametrize("state", [S.CLAIMED, S.SUPPRESSED])
def test_what_is_no_outcome_is_refused_before_anything_is_written(desk, state):
    issue, claims = claimed(desk, 2)

    with pytest.raises(ValueError, match=state.value):
        desk.outbox.record("w1", [*results(claims[:1], S.ACCEPTED), *results(claims[1:], state)], now=NOW)

    assert counted(desk, issue) == {"claimed": 2}


# Workers


def test_the_living_are_known_by_their_host_and_no_id_serves_twice(desk):
    desk.start(0)
    enlist(desk, "w1", "w2")
    enlist(desk, "w3", host="karsk")
    desk.outbox.recover("w2", NOTHING, now=NOW)

    with pytest.raises(StoreError, match="w2 has been here before"):
        enlist(desk, "w2")

    assert desk.outbox.workers() == {"w1": "tarn", "w3": "karsk"}


def test_who_ends_with_everything_told_leaves_nothing_behind(desk):
    _, claims = claimed(desk)
    desk.outbox.record("w1", results(claims, S.ACCEPTED), now=NOW)

    assert desk.outbox.held("w1") == {}
    assert desk.outbox.recover("w1", NOTHING, now=NOW) == {}
    assert (desk.outbox.workers(), desk.outbox.workers(declared=True)) == ({}, {})


def test_a_worker_is_known_by_the_rows_that_name_it(desk):
    issue, claims = claimed(desk, 3)
    desk.outbox.record("w1", results(claims[:1], S.ACCEPTED), now=NOW)
    desk.outbox.record("w1", results(claims[1:2], S.IN_DOUBT), now=NOW)

    assert desk.outbox.held("w1") == {Key(issue, 2, 1): S.IN_DOUBT, Key(issue, 3, 1): S.CLAIMED}
    assert desk.outbox.held("w2") == {}


def test_the_rows_of_a_dead_worker_become_what_its_journal_tells(desk):
    issue, claims = claimed(desk, 5)
    again = LATER + MINUTE
    told = {
        claims[0].key: Result(claims[0].key, Outcome(S.ACCEPTED, 250, "2.0.0")),
        claims[1].key: Result(claims[1].key, Outcome(S.DEFERRED, 451), again),
        claims[2].key: Result(claims[2].key, Outcome(S.IN_DOUBT, 0, "begun")),
        Key(issue, 4, 9): Result(Key(issue, 4, 9), Outcome(S.ACCEPTED, 250)),  # another attempt tells nothing
    }

    counts = desk.outbox.recover("w1", Account(told, whole=True), now=LATER)

    assert counts == {S.ACCEPTED: 1, S.DEFERRED: 1, S.IN_DOUBT: 1, S.QUEUED: 2}
    kept = [(row.state, row.worker, row.code, row.not_before) for row in rows(desk, issue).values()]
    assert kept == [
        (S.ACCEPTED, "", 250, None),
        (S.DEFERRED, "", 451, again),
        (S.IN_DOUBT, "w1", 0, None),
        (S.QUEUED, "", 0, None),
        (S.QUEUED, "", 0, None),
    ]


def test_what_a_damaged_journal_is_silent_about_is_in_doubt(desk):
    issue, claims = claimed(desk, 2)
    told = {claims[0].key: Result(claims[0].key, Outcome(S.REFUSED, 550))}

    desk.outbox.recover("w1", Account(told), now=LATER)

    assert [row.state for row in rows(desk, issue).values()] == [S.REFUSED, S.IN_DOUBT]


def test_a_journal_that_turns_up_late_tells_over_a_doubt_and_queues_nothing(desk):
    issue, claims = claimed(desk, 3)
    desk.outbox.bury("w1", now=NOW)
    told = {
        claims[0].key: Result(claims[0].key, Outcome(S.ACCEPTED, 250)),
        claims[1].key: Result(claims[1].key, Outcome(S.IN_DOUBT)),
    }

    counts = desk.outbox.recover("w1", Account(told, whole=True), now=LATER)

    assert counts == {S.ACCEPTED: 1}
    assert counted(desk, issue) == {"accepted": 1, "in_doubt": 2}


@pytest.mark.parametrize(
    ("edition", "move", "when", "state"),
    [
        ("brief", None, LATER, "queued"),
        ("brief", Move.PAUSE, LATER, "queued"),
        ("other", None, LATER, "in_doubt"),
        ("brief", Move.STOP, LATER, "in_doubt"),
        ("brief", None, EXPIRES, "in_doubt"),
    ],
)
def test_an_edition_may_have_what_is_in_doubt_sent_again_as_long_as_it_goes_out(desk, edition, move, when, state):
    issue, claims = claimed(desk)
    if move is not None:
        desk.move(issue, move)
    begun = Account({claims[0].key: Result(claims[0].key, Outcome(S.IN_DOUBT))}, whole=True)

    desk.outbox.recover("w1", begun, resend=[edition], now=when)

    assert counted(desk, issue) == {state: 1}


def test_nobody_claims_for_a_worker_once_it_is_recovered(desk):
    issue = desk.start(2)
    enlist(desk, "w1")
    desk.outbox.recover("w1", NOTHING, now=NOW)

    assert desk.outbox.claim(issue, "w1", limit=1, now=NOW) == Claimed(closed="dead")


def test_what_a_dead_worker_held_is_in_doubt_and_the_rest_goes_on(desk):
    issue = desk.start(3)
    enlist(desk, "w1", "w2")
    desk.outbox.claim(issue, "w1", limit=2, now=NOW)

    buried = [desk.outbox.bury("w1", now=LATER) for _ in range(2)]
    got = desk.outbox.claim(issue, "w2", limit=5, now=LATER).claims

    assert (buried, [claim.seq for claim in got]) == ([2, 0], [3])
    assert (list(desk.outbox.workers()), list(desk.outbox.workers(declared=True))) == (["w2"], ["w1"])
    doubted = [rows(desk, issue)[seq] for seq in (1, 2)]
    assert {(row.state, row.worker, row.at) for row in doubted} == {(S.IN_DOUBT, "w1", LATER)}
    assert all("worker died" in row.text for row in doubted)


def test_a_worker_nobody_knows_is_buried_without_a_sound(desk):
    desk.start(1)

    assert desk.outbox.bury("w9", now=NOW) == 0
    assert desk.outbox.workers() == {}


# The issue


def test_every_state_is_counted_zero_included(desk):
    issue = desk.start(2)

    assert desk.outbox.counts(issue) == {state.value: 0 for state in S} | {"queued": 2}


def test_an_issue_is_sent_when_nothing_of_it_waits_or_is_held(desk):
    issue, claims = claimed(desk, 2)

    held = desk.outbox.finish(issue, now=NOW)
    desk.outbox.record("w1", results(claims[:1], S.DEFERRED, not_before=LATER), now=NOW)
    desk.outbox.record("w1", results(claims[1:], S.IN_DOUBT), now=NOW)
    waiting = desk.outbox.finish(issue, now=NOW)
    last = desk.outbox.claim(issue, "w1", limit=1, now=LATER).claims
    desk.outbox.record("w1", results(last, S.REFUSED, code=550), now=LATER)

    assert (held, waiting, desk.outbox.finish(issue, now=LATER)) == (False, False, True)
    assert desk.state(issue) is State.SENT


def test_a_late_deferral_takes_a_sent_issue_back_to_sending(desk):
    issue, claims = claimed(desk)
    desk.outbox.bury("w1", now=NOW)
    finished = desk.outbox.finish(issue, now=NOW)

    desk.outbox.record("w1", results(claims, S.DEFERRED, not_before=LATER), now=NOW)

    assert (finished, desk.state(issue)) == (True, State.SENDING)


# In doubt


def doubted(desk, people=1, proven=True):
    """An issue whose readers are all in doubt since a worker died, or was said to be dead."""
    issue, claims = claimed(desk, people)
    if proven:
        begun = {claim.key: Result(claim.key, Outcome(S.IN_DOUBT)) for claim in claims}
        desk.outbox.recover("w1", Account(begun, whole=True), now=NOW)
    else:
        desk.outbox.bury("w1", now=NOW)
    return issue


def emails(desk, issue):
    return {delivery.seq: reader.email for delivery, reader in desk.outbox.deliveries(issue)}


def test_what_is_in_doubt_goes_out_again_when_somebody_says_so_even_from_a_sent_issue(desk):
    issue = doubted(desk, 2)
    enlist(desk, "w2")
    assert desk.outbox.finish(issue, now=NOW)

    done = desk.outbox.resend(issue, now=NOW)

    assert (done, desk.state(issue)) == (Settled(2), State.SENDING)
    assert [claim.attempt for claim in desk.outbox.claim(issue, "w2", limit=2, now=NOW).claims] == [2, 2]


def test_only_the_readers_that_are_named_are_settled(desk):
    issue = doubted(desk, 3)
    known = emails(desk, issue)

    again = desk.outbox.resend(issue, addresses=[known[2].upper()], now=NOW)
    assumed = desk.outbox.assume_sent(issue, addresses=[known[1]], now=LATER)

    assert again == assumed == Settled(1)
    assert [row.state for row in rows(desk, issue).values()] == [S.ACCEPTED, S.QUEUED, S.IN_DOUBT]
    assert [row.text for row in rows(desk, issue).values()] == ["assumed", "", ""]


def test_a_name_nobody_has_settles_nothing(desk):
    issue = doubted(desk, 2)
    named = [emails(desk, issue)[1], "nobody@karsk.example"]

    for settle in (desk.outbox.resend, desk.outbox.assume_sent):
        with pytest.raises(UnknownError, match=r"in doubt to nobody@karsk\.example"):
            settle(issue, addresses=named, now=NOW)

    assert counted(desk, issue) == {"in_doubt": 2}


def test_what_a_worker_may_still_begin_is_sent_again_only_when_its_claim_is_stale(desk):
    issue = doubted(desk, 2, proven=False)

    early = desk.outbox.resend(issue, now=NOW + CLAIM_AGE - timedelta(seconds=1))
    late = desk.outbox.resend(issue, now=NOW + CLAIM_AGE)

    assert (early, late) == (Settled(0, 2, NOW + CLAIM_AGE), Settled(2))
    assert counted(desk, issue) == {"queued": 2}


def test_a_proof_of_death_ends_the_wait(desk):
    issue = doubted(desk, 2, proven=False)
    desk.outbox.recover("w1", NOTHING, now=NOW)

    assert desk.outbox.resend(issue, now=NOW) == Settled(2)


def test_nothing_is_sent_again_once_the_issue_has_expired_or_was_stopped(desk):
    issue = doubted(desk)

    with pytest.raises(MoveError, match="expired"):
        desk.outbox.resend(issue, now=EXPIRES)
    desk.move(issue, Move.STOP)
    with pytest.raises(MoveError, match="stopped"):
        desk.outbox.resend(issue, now=NOW)

    assert counted(desk, issue) == {"in_doubt": 1}
    assert desk.outbox.assume_sent(issue, now=EXPIRES) == Settled(1)


def test_a_worker_that_lives_after_all_tells_nothing_of_what_was_settled_meanwhile(desk):
    issue, claims = claimed(desk, 2)
    desk.outbox.bury("w1", now=NOW)
    desk.outbox.resend(issue, addresses=[emails(desk, issue)[1]], now=NOW + CLAIM_AGE)

    written = desk.outbox.record("w1", results(claims, S.ACCEPTED, code=250), now=NOW + CLAIM_AGE)

    assert written == 1
    assert [row.state for row in rows(desk, issue).values()] == [S.QUEUED, S.ACCEPTED]


# Put back


def test_claims_have_numbers_of_their_own(desk):
    issue = desk.start(3)
    enlist(desk, "w1")
    before = desk.outbox.claims()

    got = [desk.outbox.claim(issue, "w1", limit=2, now=NOW).number for _ in range(3)]

    assert got == [before + 1, before + 2, 0]
    assert desk.outbox.claims() == before + 2


def test_an_older_database_gives_nothing_until_somebody_has_looked_at_it(desk):
    issue, claims = claimed(desk, 2)
    enlist(desk, "w2")
    told = {(issue, 1): Result(claims[0].key, Outcome(S.ACCEPTED, 250, "2.0.0"))}

    doubted = desk.outbox.declare_put_back(told, claims=40, now=LATER)
    closed = [desk.outbox.claim(issue, who, limit=1, now=LATER).closed for who in ("w1", "w2")]
    enlist(desk, "w3")
    kept = desk.outbox.claim(issue, "w3", limit=1, now=LATER).closed
    accepted = [desk.outbox.accept_put_back() for _ in range(2)]
    desk.outbox.resend(issue, now=LATER + CLAIM_AGE)

    assert (doubted, closed, kept, accepted) == (1, ["dead", "dead"], "put back", [True, False])
    assert [row.state for row in rows(desk, issue).values()] == [S.ACCEPTED, S.QUEUED]
    assert desk.outbox.claim(issue, "w3", limit=1, now=LATER + CLAIM_AGE).number == 41


def test_what_a_database_that_was_put_back_knew_of_a_relay_is_no_word_on_what_is_in_doubt(desk):
    issue, claims = claimed(desk, 1)
    tried = replace(results(claims, S.DEFERRED, code=451, not_before=LATER)[0], relay="main")
    desk.outbox.record("w1", [tried], now=NOW)

    desk.outbox.declare_put_back({}, claims=40, now=LATER)

    [row] = rows(desk, issue).values()
    assert (row.state, row.relay) == (S.IN_DOUBT, "")


# Side by side

DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.just("tell"), st.sampled_from("abc"), st.sampled_from([S.ACCEPTED, S.DEFERRED, S.REFUSED])),
        st.tuples(st.just("tell"), st.sampled_from("abc"), st.sampled_from([S.IN_DOUBT, S.QUEUED])),
        st.tuples(st.just("tell again"), st.sampled_from("abc"), st.sampled_from([S.ACCEPTED, S.QUEUED, S.DEFERRED])),
        st.tuples(st.sampled_from(["bury", "recover"]), st.sampled_from("abc"), st.booleans()),
        st.tuples(st.sampled_from(["resend", "assume"]), st.integers(0, 5), st.none()),
        st.tuples(st.just("move"), st.sampled_from([Move.PAUSE, Move.RESUME]), st.none()),
        st.tuples(st.just("leave"), st.integers(1, 5), st.none()),
        st.tuples(st.sampled_from(["expire", "finish"]), st.none(), st.none()),
    ),
    min_size=6,
    max_size=25,
)
GENERATION = count(1)


class Played:
    """One outbox to which things happen."""

    def __init__(self, desk, people):
        self.desk, self.issue, self.now = desk, desk.start(people), NOW
        self.held: dict[str, list] = {}

    def do(self, deed, who, what):
        """Let it happen; return all that can be seen of it."""
        # Past every lease: those only spread the work, and an outbox in memory has none.
        self.now += LEASE + timedelta(seconds=1)
        try:
            told = getattr(self, deed.replace(" ", "_"))(who, what)
        except (StoreError, MoveError, UnknownError):
            told = "no"
        kept = [
            (row.seq, row.state, row.attempts, row.worker, row.not_before, row.code, row.text, row.at)
            for row in rows(self.desk, self.issue).values()
        ]
        return told, kept, self.desk.state(self.issue), self.desk.outbox.counts(self.issue)

    def enlist(self, who, _):
        return self.desk.outbox.enlist(who, host="tarn", boot="b", now=self.now)

    def claim(self, who, limit):
        got = self.desk.outbox.claim(self.issue, who, limit=limit, now=self.now)
        self.held.setdefault(who, []).extend(got.claims)
        return got.closed, [(claim.seq, claim.attempt) for claim in got.claims], got.next_at is None

    def tell(self, who, state):
        claims = self.held.get(who, [])
        self.held[who] = []
        self.held.setdefault(f"{who} told", []).extend(claims)
        return self._record(who, claims, state)

    def tell_again(self, who, state):
        return self._record(who, self.held.get(f"{who} told", []), state)

    def _record(self, who, claims, state):
        again = self.now + 3 * LEASE if state is S.DEFERRED else None
        told = results(claims, state, code=451, text=state, not_before=again)
        return self.desk.outbox.record(who, told, now=self.now)

    def bury(self, who, _):
        return self.desk.outbox.bury(who, now=self.now)

    def recover(self, who, whole):
        """Let a journal that tells every other row's acceptance speak."""
        claims = [claim for claim in self.held.get(who, []) if claim.seq % 2]
        told = {claim.key: Result(claim.key, Outcome(S.ACCEPTED, 250)) for claim in claims}
        again = self.desk.outbox.recover(who, Account(told, whole=whole), resend=["brief"] * whole, now=self.now)
        return dict(again)

    def resend(self, seq, _):
        return self._settle(self.desk.outbox.resend, seq)

    def assume(self, seq, _):
        return self._settle(self.desk.outbox.assume_sent, seq)

    def _settle(self, settle, seq):
        emails = {delivery.seq: reader.email for delivery, reader in self.desk.outbox.deliveries(self.issue)}
        done = settle(self.issue, addresses=[emails[seq]] if seq in emails else [], now=self.now)
        return done, [delivery.text for delivery, _ in self.desk.outbox.deliveries(self.issue)]

    def move(self, move, _):
        wanted = State.SENDING if move is Move.PAUSE else State.PAUSED
        if self.desk.state(self.issue) is wanted:
            self.desk.move(self.issue, move)

    def leave(self, seq, _):
        if seq in rows(self.desk, self.issue):
            self.desk.unsubscribe(self.issue, seq)

    def expire(self, _, __):
        self.now = max(self.now, EXPIRES)

    def finish(self, _, __):
        return self.desk.outbox.finish(self.issue, now=self.now)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deeds=DEEDS, people=st.integers(1, 5))
def test_whatever_happens_an_outbox_in_memory_tells_what_the_real_one_tells(desk, deeds, people):
    example = next(GENERATION)
    fake, real = Played(MemoryDesk(), people), Played(desk, people)
    names = {who: f"{who}{example}" for who in "abc"}
    for name in names.values():
        assert fake.do("enlist", name, None) == real.do("enlist", name, None)

    for deed, who, what in deeds:
        who = names.get(who, who)
        assert fake.do(deed, who, what) == real.do(deed, who, what), deed
